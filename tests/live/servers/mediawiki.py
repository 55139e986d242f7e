"""MediaWiki: a small wiki whose addresses, answers and logs are those of Wikipedia."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import shlex
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.live.servers import history, mediawiki_imports
from tests.live.servers.mediawiki_imports import Version
from tests.live.servers.mediawiki_session import Session
from tests.live.servers.php import web_server
from tests.live.servers.process import run
from tests.live.servers.server import SETTINGS, WebServer

CODE = Path("/usr/share/mediawiki")
ADMIN = "Admin"
TABLES = "wiki.sqlite"
PASSWORD = "Throw-away-passphrase-1"

_QUESTION = re.compile(r"asked: (/\S*)")

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

    @property
    def _environment(self) -> dict[str, str]:
        return {"MW_CONFIG_FILE": f"{self.folder}/LocalSettings.php", "SITE_URL": self.url}

    def launch(self) -> None:
        self._install()
        router, log = SETTINGS / "mediawiki_router.php", self.folder / "server.log"
        self.run_daemon(web_server(self.port, CODE, router, log, self._environment), [self.port])
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

    def edit_unnamed(self, title: str, text: str, visitor: str, summary: str = "") -> int:
        """Save as somebody without an account, whom the wiki gives a temporary one; gives the revision.

        `visitor` is a word of ours for who it is: one visitor is one account, as one browser is.
        """
        session = self._sessions.setdefault(f"~{visitor}", Session(self.api, "192.0.2.77", temporary=True))
        session.fill_in(title, text, summary)
        return int(self.page(prop="info", titles=title)["lastrevid"])

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

    def restore(self, title: str) -> None:
        """Undo a deletion."""
        self.session(ADMIN).act("undelete", title=title, reason="Notable after all")

    def protect(self, title: str, protections: str = "edit=sysop|move=sysop") -> None:
        """Let only some people edit or move a page."""
        self.session(ADMIN).act("protect", title=title, protections=protections, reason="Vandalism")

    def move(self, title: str, to: str) -> None:
        """Move a page with its talk page; where `to` is the redirect left by a move, back over it."""
        fields = {"from": title, "to": to, "reason": "Better name", "movetalk": 1}
        self.session(ADMIN).act("move", **fields)

    def upload(self, name: str, content: bytes, summary: str) -> None:
        """Put a file on the wiki, or a new version of it. Raises RuntimeError where it does not take it."""
        folder = self.folder / "uploads"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        script = f"php {CODE}/maintenance/importImages.php --overwrite --user={ADMIN}"
        command = f"{script} --comment={shlex.quote(summary)} {folder}"
        run(command, self.folder / "upload.log", cwd=CODE, env=self._environment)
        (folder / name).unlink()

    def lengthen(self, title: str, versions: Iterable[Version]) -> list[int]:
        """Add a revision to a page for each version, thousands in a second; gives their numbers."""
        latest = int(self.page(prop="info", titles=title)["lastrevid"])
        with self._database() as database:
            return mediawiki_imports.append(database, latest, versions)

    def page_id(self, title: str) -> int:
        return int(self.page(titles=title)["pageid"])

    def text(self, title: str) -> str:
        """The page's present wikitext."""
        page = self.page(prop="revisions", titles=title, rvprop="content", rvslots="main")
        return str(page["revisions"][0]["slots"]["main"]["content"])

    def page(self, **question: str) -> dict[str, Any]:
        """What the wiki answers to a question about one page."""
        page: dict[str, Any] = self.session(ADMIN).get("query", **question)["query"]["pages"][0]
        return page

    def snapshot(self, name: str) -> None:
        """Keep the wiki as it is: a request with the header `X-Snapshot: NAME` is answered from that."""
        folder = self.folder / "snapshots" / name
        folder.mkdir(parents=True)
        with self._database() as database, contextlib.closing(sqlite3.connect(folder / TABLES)) as copy:
            database.backup(copy)

    def asked(self) -> list[str]:
        """Path and query of everything that it was asked for, in order, as the server's log has them."""
        return _QUESTION.findall((self.folder / "server.log").read_text())

    def date(self, revision: int, when: datetime) -> None:
        """Let a revision have been saved at `when` (aware): the API only saves at the present moment."""
        stamp = when.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        with self._database() as database:
            for statement in DATED:
                database.execute(statement, (stamp, revision))

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The wiki's tables, for one transaction."""
        with (
            contextlib.closing(sqlite3.connect(self.folder / TABLES, timeout=30)) as database,
            database,
        ):
            yield database
