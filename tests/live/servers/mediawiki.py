"""MediaWiki: a small wiki whose addresses, answers and logs are those of Wikipedia."""

from __future__ import annotations

import contextlib
import ipaddress
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.live.servers import history
from tests.live.servers.mediawiki_session import Session
from tests.live.servers.php import web_server
from tests.live.servers.process import run
from tests.live.servers.server import SETTINGS, WebServer

CODE = Path("/usr/share/mediawiki")
ADMIN = "Admin"
PASSWORD = "Throw-away-passphrase-1"

# Everywhere that the moment of a revision is kept.
DATED = (
    "UPDATE revision SET rev_timestamp = ? WHERE rev_id = ?",
    "UPDATE recentchanges SET rc_timestamp = ? WHERE rc_this_oldid = ?",
    "UPDATE ip_changes SET ipc_rev_timestamp = ? WHERE ipc_rev_id = ?",
)


class MediaWiki(WebServer):
    """MediaWiki 1.39 on SQLite, with the pages of `history`.

    Users are made when they first edit. A user name that is an IP address edits without a login.
    """

    NAME = "mediawiki"
    PACKAGES = (
        "mediawiki",
        "php-cli",
        "php-sqlite3",
        "php-wikidiff2",
        "php-mbstring",
        "php-xml",
        "php-intl",
        "diffutils",
    )

    def __init__(self) -> None:
        super().__init__()
        self._sessions: dict[str, Session] = {}

    @property
    def api(self) -> str:
        return f"{self.url}/w/api.php"

    def launch(self) -> None:
        self._install()
        environment = {"MW_CONFIG_FILE": f"{self.folder}/LocalSettings.php", "SITE_URL": self.url}
        router, log = SETTINGS / "mediawiki_router.php", self.folder / "server.log"
        self.run_daemon(web_server(self.port, CODE, router, log, environment), [self.port])
        self.revisions = history.write(self, datetime.now(UTC))

    def session(self, user: str, groups: str = "") -> Session:
        """The signed-in session of `user`, whose account is made when first asked for.

        `groups` are the wiki's names for what the account may do, separated by "|".
        """
        if user not in self._sessions:
            self._sessions[user] = self._sign_in(user, groups)
        return self._sessions[user]

    def _sign_in(self, user: str, groups: str) -> Session:
        with contextlib.suppress(ValueError):
            return Session(self.api, address=str(ipaddress.ip_address(user)))
        if user != ADMIN:
            self.session(ADMIN).create_account(user, PASSWORD, groups)
        session = Session(self.api)
        session.log_in(user, PASSWORD)
        return session

    def _install(self) -> None:
        run(
            f"php {CODE}/maintenance/install.php --dbtype=sqlite --dbpath={self.folder} --dbname=wiki"
            f" --confpath={self.folder} --server={self.url} --scriptpath=/w --pass={PASSWORD}"
            f" --extensions=Cite,ParserFunctions --skins=Vector 'The Vale Encyclopaedia' {ADMIN}",
            self.folder / "install.log",
            # Debian's own settings are not ours; the installer refuses where the named file exists.
            env={"MW_CONFIG_FILE": f"{self.folder}/LocalSettings.php"},
            cwd=CODE,
        )
        with (self.folder / "LocalSettings.php").open("a") as settings:
            settings.write((SETTINGS / "LocalSettings.php").read_text())

    def edit(self, title: str, text: str, user: str, summary: str = "", **more: Any) -> int:
        """Save `text` as the page's new wikitext; gives the revision's number (0 where nothing changed)."""
        answer = self.session(user).act("edit", title=title, text=text, summary=summary, **more)
        return int(answer["edit"].get("newrevid", 0))

    def undo(self, title: str, revision: int, user: str, summary: str = "") -> int:
        """Undo one revision as the button on a page's history does."""
        answer = self.session(user).act("edit", title=title, undo=revision, summary=summary)
        return int(answer["edit"]["newrevid"])

    def rollback(self, title: str, culprit: str, user: str = ADMIN) -> int:
        """Take back all of `culprit`'s latest edits at once."""
        answer = self.session(user).act("rollback", token="rollback", title=title, user=culprit)
        return int(answer["rollback"]["revid"])

    def hide(self, title: str, revision: int, fields: str = "content", *, suppress: bool = False) -> None:
        """Hide parts of a revision ("content|comment|user"); suppressed, from administrators too."""
        session = self.session("Oversighter", "suppress|sysop") if suppress else self.session(ADMIN)
        session.act(
            "revisiondelete",
            type="revision",
            target=title,
            ids=revision,
            hide=fields,
            suppress="yes" if suppress else "no",
            reason="Private data",
        )

    def delete(self, title: str) -> None:
        """Delete a page with its history."""
        self.session(ADMIN).act("delete", title=title, reason="Not notable")

    def move(self, title: str, to: str) -> None:
        self.session(ADMIN).act("move", **{"from": title, "to": to, "reason": "Better name"})

    def page_id(self, title: str) -> int:
        answer = self.session(ADMIN).get("query", titles=title)
        return int(answer["query"]["pages"][0]["pageid"])

    def text(self, title: str) -> str:
        """The page's present wikitext."""
        answer = self.session(ADMIN).get(
            "query", prop="revisions", titles=title, rvprop="content", rvslots="main"
        )
        return str(answer["query"]["pages"][0]["revisions"][0]["slots"]["main"]["content"])

    def date(self, revision: int, when: datetime) -> None:
        """Let a revision have been saved at `when` (aware): the API only saves at the present moment."""
        stamp = when.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        with (
            contextlib.closing(sqlite3.connect(self.folder / "wiki.sqlite", timeout=30)) as database,
            database,
        ):
            for statement in DATED:
                database.execute(statement, (stamp, revision))
