"""A planted identifier appears in nothing that the product writes: database, mail, terminal, log.

Each round plants identifiers, spelt as people spell them, in a feed that the real program reads, judges,
stores and mails; then every sink is searched for them, whatever stands between their characters.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel
from typer.testing import CliRunner

from monitor.cli import app
from rules.text.fold import fold
from tests.growingfeed import CALDICOTT, REHEARSAL, GrowingFeed

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

    def run(self, *words: str) -> str:
        """What a command writes to stdout and stderr."""
        done = CliRunner().invoke(app, ["--config", str(self.folder / "monitor.toml"), *words])
        return done.output + repr(done.exception or "")

    def emptied(self) -> None:
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                if table.name != "meta":
                    connection.execute(table.delete())
        engine.dispose()

    def stored(self) -> str:
        """Every value of every table."""
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
        """Every file of the state folder but the database, mails decoded, names too."""
        return "\n".join(
            f"{file.name}\n{_decoded(file)}"
            for file in sorted((self.folder / "state").rglob("*"))
            if file.is_file() and not file.name.startswith("trustwatch.db")
        )


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
            REHEARSAL + CALDICOTT,
            organisation='hospital_numbers = ["WV######"]',
            source='keep = "everything"',
        )
        (tmp_path / "monitor.toml").write_text(settings_text, encoding="utf-8")
        yield Installation(tmp_path, feed, url)


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
        "org explain": installation.run("org", "explain", stories[0]),
        "evaluate": installation.run("evaluate", "--failures", str(_labelled(installation, stories))),
        "check": installation.run("check", "\n\n".join(stories)),
        "check --json": installation.run("check", "--json", "\n\n".join(stories)),
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
    sinks = everything_written(installation, [each.story for each in planted])
    assert "NHS number redacted" in sinks["database"] or "redacted" in sinks["database"]
    leaks = [
        (name, each.carrier)
        for name, written in sinks.items()
        for each in planted
        if tells(fold(written).text, each.telling)
    ]
    installation.emptied()
    assert leaks == []


def tells(written: str, telling: str) -> bool:
    """True where the characters of `telling` stand in a row, whatever short gaps are between them."""
    gap = r"(?:[\s.\-/()]|&nbsp;|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}){0,3}"
    pattern = gap.join(re.escape(unicodedata.normalize("NFKC", char)) for char in telling)
    return re.search(pattern, written) is not None


def test_the_search_would_find_what_leaked() -> None:
    for spelt in ("999 200 1135", "999-200\u20111135", "\uff19992001135", "x9992001135y", "99\u200b92001135"):
        assert tells(fold(spelt).text, "9992001135")
    assert not tells("999 200 1136", "9992001135")
