"""A planted identifier appears in nothing that the product writes: database, mail, terminal, log.

Each round plants identifiers, spelt as people spell them, in a feed that the real program reads, judges,
stores and mails; then every sink is searched for them, whatever stands between their characters.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel
from typer.testing import CliRunner

from monitor import config, service
from monitor.cli import app
from monitor.sealing import ORIGINALS, Keyring
from monitor.store.originals.sealed import originals_of
from rules.text.fold import fold
from tests.growingfeed import CALDICOTT, REHEARSAL, GrowingFeed

LOGINS = """
[[recipients]]
address = "press@wvft.nhs.test"
role = "comms"
login = "jo"
"""

NUMBERS = ("9992001135", "9993141593", "9990000018", "9990000026")
GAPS = ("", " ", "  ", "-", ".", "/", "\u00a0", "\u202f", "\u2011", "\u2013", "\u200b")
SHAPES = ((10,), (3, 3, 4), (5, 5), (6, 4), (2, 2, 2, 2, 2))


@dataclass(frozen=True)
class Planted:
    """An identifier as it is written, in a carrier that makes it one, and what tells it in any spelling."""

    carrier: str
    written: str
    telling: str

    @property
    def story(self) -> str:
        return f"WVFT again: {self.carrier.format(self.written)}"


@st.composite
def nhs_numbers(draw: st.DrawFn) -> Planted:
    digits, gap = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(GAPS))
    groups, at = [], 0
    for size in draw(st.sampled_from(SHAPES)):
        groups.append(digits[at : at + size])
        at += size
    written = gap.join(groups)
    if draw(st.booleans()):
        written = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in written)
    carrier = draw(
        st.sampled_from(("NHS number {}", "patient {} on ward 4", "NHS no:{} clinic", "pt ({}) seen"))
    )
    return Planted(carrier, written, digits)


def others() -> st.SearchStrategy[Planted]:
    """What is no NHS number and still somebody's."""
    return st.sampled_from(
        [
            Planted("write to {} about her stay", "sam.bell@mail.test", "sam.bell@mail"),
            Planted("ring his wife on {}", "07700 900 123", "07700900123"),
            Planted("ring her on {}", "+44 7700 900456", "7700900456"),
            Planted("patient, hospital number {}", "WV481516", "wv481516"),
            Planted("patient in bay 3, dob {}", "12/03/1951", "12031951"),
            Planted("patient's NI number is {}", "AB 12 34 56 C", "ab123456c"),
            Planted("{} was admitted to ward 6 with sepsis", "Mrs Holroyd", "holroyd"),
        ]
    )


@dataclass(frozen=True)
class Installation:
    """A program with one feed, on one database."""

    folder: Path
    feed: GrowingFeed
    url: str
    patch: pytest.MonkeyPatch

    def run(self, *words: str) -> str:
        """What a command writes to stdout and stderr."""
        done = CliRunner().invoke(app, ["--config", str(self.folder / "monitor.toml"), *words])
        return done.output + repr(done.exception or "")

    def run_as(self, login: str, *words: str) -> str:
        """The same under somebody's login."""
        with self.patch.context() as patched:
            patched.delenv("SUDO_USER", raising=False)
            patched.setenv("LOGNAME", login)
            return self.run(*words)

    def emptied(self) -> None:
        """Without content; what may never be deleted stays: the audit logs, and the keys."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                if table.name not in ("meta", "sealing_key", "audit_entry", "protected_audit"):
                    connection.execute(table.delete())
        engine.dispose()

    def opened(self) -> list[dict[str, Any]]:
        """What the private key opens of the sealed originals, in the order of their mentions."""
        ring = Keyring(ORIGINALS, [self.folder / "state" / "keys"])
        with (
            service.opened(config.load(self.folder / "monitor.toml")) as app,
            app.store.reading() as connection,
        ):
            mentions = connection.execute(text("SELECT id FROM mention ORDER BY id")).scalars()
            sealed = [each for mention in mentions for each in originals_of(connection, mention)]
        return [json.loads(ring.open(each.sealed, each.place)) for each in sealed]

    def stored(self) -> str:
        """Every value of every table; of what is sealed, the sealed form."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            rows = [
                repr(tuple(row))
                for table in inspect(engine).get_table_names()
                for row in connection.execute(text(f'SELECT * FROM "{table}"'))
            ]
        engine.dispose()
        return "\n".join(rows)

    def files(self) -> str:
        """Every file of the state folder, mails decoded, names too; the database and its log as they are."""
        return "\n".join(
            f"{file.name}\n{_decoded(file)}"
            for file in sorted((self.folder / "state").rglob("*"))
            if file.is_file()
        )

    @contextmanager
    def watched(self) -> Iterator[None]:
        """With a connection of somebody else, so that SQLite's log is not removed at each command's end."""
        if not self.url.startswith("sqlite"):
            yield
            return
        with service.opened(config.load(self.folder / "monitor.toml")):
            pass  # the first start makes it
        with closing(sqlite3.connect(self.folder / "state" / "trustwatch.db")) as somebody:
            somebody.execute("SELECT count(*) FROM meta").fetchone()
            yield


def _decoded(file: Path) -> str:
    if file.suffix != ".eml":
        return file.read_bytes().decode("utf-8", errors="replace")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*map(str, mail.items()), *parts])


@pytest.fixture
def installation(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    url = f"sqlite:///{tmp_path / 'state' / 'trustwatch.db'}"
    if not database_url.startswith("sqlite"):
        monkeypatch.setenv("MONITOR_STORE__URL", database_url)
        url = database_url.replace("postgresql://", "postgresql+psycopg://")
    with GrowingFeed.served() as feed:
        settings_text = feed.settings(
            REHEARSAL + CALDICOTT + LOGINS,
            organisation='hospital_numbers = ["WV######"]',
            source='keep = "everything"',
        )
        (tmp_path / "monitor.toml").write_text(settings_text, encoding="utf-8")
        yield Installation(tmp_path, feed, url, monkeypatch)


def everything_written(installation: Installation, stories: Sequence[str]) -> dict[str, str]:
    """What each sink holds after the program has read the stories, as text and again as titles."""
    feed = installation.feed
    feed.items = 2 * len(stories)
    feed.story = lambda n: stories[n] if n < len(stories) else "WVFT"
    feed.title = lambda n: "WVFT" if n < len(stories) else stories[n - len(stories)]
    return {
        "scan": installation.run("scan", "--since", "7d"),
        "scan --json": installation.run("scan", "--since", "7d", "--json"),
        "digest": installation.run("digest"),
        "digest --json": installation.run("digest", "--json"),
        "digest --send": installation.run("digest", "--send"),
        "doctor": installation.run("doctor"),
        "sources": installation.run("sources", "list"),
        "rules replay": installation.run("rules", "replay", "--since", "7d"),
        "rules precision": installation.run("rules", "precision"),
        "cases mark": installation.run("cases", "mark", "1", "wrong", "--reason", "a drill"),
        "cases list": installation.run("cases", "list"),
        "cases show": installation.run("cases", "show", "1"),
        "cases notice": installation.run("cases", "notice", "1", "advice"),
        "cases export": installation.run("cases", "export", "1"),
        "org explain": installation.run("org", "explain", stories[0]),
        "evaluate": installation.run("evaluate", "--failures", str(_labelled(installation, stories))),
        "check": installation.run("check", "\n\n".join(stories)),
        "check --json": installation.run("check", "--json", "\n\n".join(stories)),
        "report list": installation.run("report", "list", "--json"),
        "keys": installation.run("keys", "list", "--json"),
        "reveal, refused": installation.run_as("jo", "reveal", "1", "--reason", "to see whose it is"),
        "reveal, a reason that says too much": installation.run_as(
            "jo", "reveal", "1", "--reason", stories[0]
        ),
        "protected, refused": installation.run_as("jo", "protected", "list"),
        "database": installation.stored(),
        "files": installation.files(),
    }


def _labelled(installation: Installation, stories: Sequence[str]) -> Path:
    """The stories as labelled cases, all of them labelled wrongly, so that each is listed."""
    file = installation.folder / "labelled.jsonl"
    cases = ({"id": n, "text": story, "expect": {"hateful": True}} for n, story in enumerate(stories))
    file.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    return file


@given(st.lists(st.one_of(nhs_numbers(), others()), min_size=8, max_size=8))
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # to shrink a leak would run the whole program hundreds of times
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_planted_identifier_appears_in_nothing_that_is_written(
    installation: Installation, planted: list[Planted]
) -> None:
    stories = [each.story for each in planted]
    with installation.watched():
        sinks = everything_written(installation, stories)
    assert {"title", "text"} & {part for original in installation.opened() for part in original}
    assert "NHS number redacted" in sinks["database"] or "redacted" in sinks["database"]
    leaks = [
        (name, each.carrier)
        for name, written in sinks.items()
        for each in planted
        if tells(fold(written).text, each.telling)
    ]
    installation.emptied()
    assert leaks == []


def thousand() -> list[Planted]:
    """1,000 identifiers, no two alike: NHS numbers, mobile and landline numbers, addresses."""
    numbers = (n for n in range(999_100_000, 999_200_000, 137) if _check_digit(n) < 10)
    nhs = [f"{n}{_check_digit(n)}" for n in islice(numbers, 400)]
    return [
        *(Planted("NHS number {}", f"{n[:3]} {n[3:6]} {n[6:]}", n) for n in nhs),
        *(Planted("ring his wife on {}", f"07700 900{n:03}", f"07700900{n:03}") for n in range(250)),
        *(Planted("ring her on {}", f"01632 960{n:03}", f"01632960{n:03}") for n in range(150)),
        *(Planted("write to {} now", f"jo.k{n:03}@mail.test", f"jo.k{n:03}@mail") for n in range(100)),
        *(Planted("patient, hospital number {}", f"WV{481_000 + n}", f"wv{481_000 + n}") for n in range(100)),
    ]


def _check_digit(first_nine: int) -> int:
    pairs = zip(str(first_nine), range(10, 1, -1), strict=True)
    weighted = sum(int(digit) * weight for digit, weight in pairs)
    return -weighted % 11


def test_of_a_thousand_identifiers_none_is_written_and_each_sealed_original_has_its_own(
    installation: Installation,
) -> None:
    planted = thousand()
    assert len({each.telling for each in planted}) == 1_000
    stories = [each.story for each in planted]
    with installation.watched():
        sinks = everything_written(installation, stories)
    leaks = [
        (name, each.telling)
        for name, written in sinks.items()
        for squeezed in [_squeezed(written)]
        for each in planted
        if _squeezed(each.telling) in squeezed
    ]
    assert leaks == []
    originals = installation.opened()
    said = {part for original in originals for part in (original.get("title"), original.get("text")) if part}
    found = [story for story in stories if story in said]
    assert said - {"WVFT"} == set(found), "what opens is what came, and nothing else"
    assert len(found) >= 500, "each NHS number and each hospital number is a finding"


def _squeezed(written: str) -> str:
    """The folded text without what people and formats put between digits."""
    return re.sub(r"&nbsp;|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|[\s.\-/()]", "", fold(written).text)


FAILS_ON_EVERY_POST = """
import monitor.judging
def fails(post, *_):
    secret = post.text
    raise ValueError(secret)
monitor.judging.redact = fails
from monitor.cli import main
main()
"""


def test_neither_a_command_nor_the_daemon_tells_what_it_crashed_on(installation: Installation) -> None:
    installation.feed.items = 1
    installation.feed.story = lambda _: "WVFT: patient with NHS number 999 200 1135 and 07700 900 123"
    crash = [sys.executable, "-c", FAILS_ON_EVERY_POST, "--config", str(installation.folder / "monitor.toml")]
    command = subprocess.run([*crash, "scan"], capture_output=True, text=True, check=False, timeout=120)
    assert command.returncode == 1
    assert "unexpected ValueError in" in command.stderr
    with subprocess.Popen(
        [*crash, "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as daemon:
        said = []
        for line in daemon.stdout or ():
            said.append(line)
            if "a job failed" in line and "ValueError" in line:
                daemon.terminate()
    assert any("a job failed" in line for line in said)
    for written in (command.stdout, command.stderr, "".join(said), installation.files()):
        assert not tells(fold(written).text, "9992001135")
        assert not tells(fold(written).text, "07700900123")


def tells(written: str, telling: str) -> bool:
    """True where the characters of `telling` stand in a row, whatever short gaps are between them."""
    gap = r"(?:[\s.\-/()]|&nbsp;|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}){0,3}"
    pattern = gap.join(re.escape(unicodedata.normalize("NFKC", char)) for char in telling)
    return re.search(pattern, written) is not None


def test_the_search_would_find_what_leaked() -> None:
    for spelt in ("999 200 1135", "999-200\u20111135", "\uff19992001135", "x9992001135y", "99\u200b92001135"):
        assert tells(fold(spelt).text, "9992001135")
    assert not tells("999 200 1136", "9992001135")
