"""Mastodon's API as the stateful mock `mastodon-mock` of PyPI serves it: not Mastodon itself."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.live.servers.environments import Environment
from tests.live.servers.process import Process
from tests.live.servers.server import WebServer


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    token: str


class Mastodon(WebServer):
    """Behaves like Mastodon towards a reader: timelines, Link headers, edits, and faults when told to.

    Take the shape of answers from recordings of real servers, not from here.
    """

    NAME = "mastodon"
    PACKAGES = ()
    ENVIRONMENT = Environment("mastodon", "mastodon-mock==0.6.1")

    def launch(self) -> None:
        settings = self.folder / "mastodon.toml"
        settings.write_text(
            f'domain = "127.0.0.1:{self.port}"\nurl_scheme = "http"\n'
            f'[database]\npath = "{self.folder}/mastodon.sqlite"\n'
            f'[server]\nhost = "127.0.0.1"\nport = {self.port}\n'
        )
        program = self.ENVIRONMENT.program("mastodon_mock")
        command = f"{program} serve --config {settings} --host 127.0.0.1 --port {self.port}"
        self.run_daemon(
            Process(command, log=self.folder / "server.log", env={"TMPDIR": str(self.folder)}), [self.port]
        )

    def account(self, name: str, display_name: str = "") -> Account:
        fields = {"username": name, "display_name": display_name or name}
        made = self._call("POST", "_mock/dev_user", fields)
        return Account(made["id"], name, made["access_token"])

    def post(
        self, account: Account, text: str, created_at: datetime | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Publish a status, with more `fields` by their names in the API; gives what the API answers.

        With `created_at` (aware) it bears that date, as one does that another server told of late: the
        API itself takes none. Its id stays the newest.
        """
        status = self._call("POST", "statuses", {"status": text, **fields}, account)
        if created_at is None:
            return status
        self._date(status["id"], created_at)
        return self._call("GET", f"statuses/{status['id']}", None, account)

    def edit(self, account: Account, status: str, text: str) -> dict[str, Any]:
        """Change the text of the status with this id."""
        return self._call("PUT", f"statuses/{status}", {"status": text}, account)

    def delete(self, account: Account, status: str) -> None:
        self._call("DELETE", f"statuses/{status}", None, account)

    @contextmanager
    def fault(
        self, path: str = "/api/*", effect: str = "status", times: int | None = None, **fields: Any
    ) -> Iterator[None]:
        """Inside the block the first `times` requests for `path` (a glob; None: all of them) go wrong.

        `effect` and its `fields`: "status" (status, body, headers), "ratelimit" (headers), "malformed"
        (a JSON that is cut off), "latency" (delay_ms), "timeout". One fault at a time.
        """
        rule = {"match": {"path": path}, "effect": {"type": effect, **fields}, "count": times}
        self._call("POST", "_mock/faults", rule)
        try:
            yield
        finally:
            self._call("DELETE", "_mock/faults")

    def _date(self, status: str, when: datetime) -> None:
        stamp = when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        file = self.folder / "mastodon.sqlite"
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as database, database:
            database.execute("UPDATE statuses SET created_at = ? WHERE id = ?", (stamp, status))

    def _call(
        self, method: str, path: str, fields: dict[str, Any] | None = None, account: Account | None = None
    ) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            method=method,
            data=None if fields is None else json.dumps(fields).encode(),
            headers={"Content-Type": "application/json"},
        )
        if account is not None:
            request.add_header("Authorization", f"Bearer {account.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            result: dict[str, Any] = json.load(answer)
        return result
