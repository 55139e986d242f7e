"""An installation that watches the live servers, with a clock that can be moved on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import config, service
from monitor.compliance import Enforced
from monitor.pipeline import Window
from monitor.service import App
from monitor.sourcing import lookback
from monitor.store.people import register
from monitor.types import SERVICE, Tally

NUMBER = "999 200 1135"
CLAIM = f"My NHS number {NUMBER} was read out at St Oswin's Hospital."
"""Words that NHS-001 finds."""

SETTINGS = """\
secrets_dir = "secrets"
[store]
state_dir = "state"
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
aliases = [{ text = "WVFT" }]
hospitals = ["St Oswin's Hospital", "Wearside Vale Hospital"]
handles = ["@WVFTNHS"]
networks = ["198.51.100.0/24", "2001:db8:abcd::/48"]
[network]
contact = "comms@wvft.nhs.test"
private_hosts = ["127.0.0.1", "localhost"]
[rules]
rehearsal = true
[[recipients]]
address = "comms@wvft.nhs.test"
role = "comms"
[[recipients]]
address = "caldicott@wvft.nhs.test"
role = "patient_confidentiality"
[[recipients]]
address = "dpo@wvft.nhs.test"
role = "information"
[governance]
dpia_reference = "DPIA-7"
special_category_condition = "substantial public interest"
"""


@dataclass
class Installation:
    """Settings, store and secrets in a folder. Each method opens them anew, as after a restart."""

    folder: Path
    ahead: timedelta = field(default_factory=timedelta)
    """How far its clock is ahead of the servers'."""

    def __post_init__(self) -> None:
        self.file.write_text(SETTINGS, encoding="utf-8")
        (self.folder / "secrets").mkdir(mode=0o700)

    @property
    def file(self) -> Path:
        return self.folder / "monitor.toml"

    def watch(self, name: str, kind: str, **options: Any) -> None:
        """Add a source."""
        self._append("sources", {"name": name, "kind": kind, **options})

    def authorise(self, **row: Any) -> None:
        """Add a row to the register of staff accounts."""
        given = {"notice_version": "3", "lawful_basis": "public task", "dpia_reference": "DPIA-7"}
        with self.opened() as app, app.store.transaction() as tx:
            register.add(tx, register.Authorisation(**given | row), SERVICE, app.now())

    def secret(self, name: str, value: str) -> None:
        file = self.folder / "secrets" / name
        file.write_text(value)
        file.chmod(0o600)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def scan(self, since: datetime) -> dict[str, Tally]:
        """Read every source from a moment on, as `monitor scan` does; no cursor is moved."""
        with self.opened() as app:
            window = Window(since=since, from_cursor=False)
            return {each.source: each for each in app.scan(map(app.task, app.sources()), window)}

    def poll(self) -> dict[str, Tally]:
        """Read every source after its cursor, as the daemon does; what became of each."""
        with self.opened() as app:
            window = Window(since=lookback(app.sources()[0], app.now()))
            return {
                task.source.name: app.pipeline().poll(task, window) for task in map(app.task, app.sources())
            }

    def comply(self) -> dict[str, Enforced]:
        """What `monitor compliance run` does."""
        with self.opened() as app:
            return {task.source.name: app.compliance().enforce(task) for task in map(app.task, app.sources())}

    def loses(self, source: str, asked: int, *words: str) -> None:
        """What was deleted a moment ago goes with the next day's check: no table has `words` any more.

        `asked` is how many items the platform is asked about; one of them is gone.
        """
        assert self.comply()[source].asked == 0, "seen a moment ago"
        self.ahead += timedelta(hours=25)
        done = self.comply()[source]
        assert (done.asked, done.lost, done.note) == (asked, 1, "")
        stored = self.everything_stored()
        assert [each for each in words if each in stored] == []
        assert sorted(set(self.mentions("purged_for")), key=str) == [None, "deleted"]
        assert "It was deleted where it stood" in self.digest()

    def digest(self, role: str = "patient_confidentiality") -> str:
        """The next digest of a role, each run of blanks as one."""
        with self.opened() as app:
            recipient = next(one for one in app.directory.recipients if one.role == role)
            desk = app.desk()
            message = desk.compose(desk.editor.preview(recipient), message_id="<a@b.test>", list_id="b.test")
        return " ".join(message.text.split())

    def mentions(self, column: str = "text") -> list[Any]:
        """One column of every mention, in the order in which they were found."""
        return [row[column] for row in self._rows(f"SELECT {column} FROM mention ORDER BY id")]

    def findings(self) -> list[str]:
        """The rule of every finding, in the order in which they were made."""
        return [row["rule_id"] for row in self._rows("SELECT rule_id FROM finding ORDER BY id")]

    def judged(self) -> list[dict[str, Any]]:
        """Every finding with the severity of its case and the edit that it is of, in the order found."""
        query = (
            "SELECT f.rule_id, f.severity, f.reason, f.category, f.spans, c.severity AS case_severity, "
            "m.change, m.text FROM finding f JOIN mention m ON m.id = f.mention_id "
            "JOIN case_file c ON c.id = f.case_id ORDER BY f.id"
        )
        return [dict(row) | {"change": json.loads(row["change"] or "{}")} for row in self._rows(query)]

    def everything_stored(self) -> str:
        """Every row of every table."""
        with closing(self._connect()) as database:
            return "\n".join(database.iterdump())

    def files(self) -> list[Path]:
        """Everything that it keeps on the disk."""
        return [file for file in (self.folder / "state").rglob("*") if file.is_file()]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type a command, at the machine's own time."""
        command = [Path(sys.executable).with_name("monitor"), "--config", self.file, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    @contextmanager
    def opened(self) -> Iterator[App]:
        with service.opened(config.load(self.file), now=self.now) as app:
            yield app

    def _append(self, table: str, values: Mapping[str, Any]) -> None:
        lines = [f"[[{table}]]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
        with self.file.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def _rows(self, query: str) -> list[sqlite3.Row]:
        with closing(self._connect()) as database:
            database.row_factory = sqlite3.Row
            return database.execute(query).fetchall()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "state" / "trustwatch.db")


def _toml(value: Any) -> str:
    """A value as TOML writes it: as JSON does, but for tables."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    return str(value) if isinstance(value, date) else json.dumps(value)
