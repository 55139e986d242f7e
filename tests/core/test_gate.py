"""No request leaves for an account that no live row covers, whatever the register, moment or way in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import connectors
from connectors import CONNECTORS, load, recordings
from connectors.http import Http
from connectors.parts.replay import Replay
from monitor import service, sourcing
from monitor.cli import app
from monitor.config import Organisation, Settings, SourceSettings, StoreSettings, TermsBasis
from monitor.config.layers import secret_fields, secret_name
from monitor.errors import SourceError
from monitor.store import Store, open_store
from monitor.store.meter import latest_readings
from monitor.store.people.register import Authorisation, end
from monitor.types import SourceState
from tests.core import staffposts
from tests.core.registering import CLERK, DECIDED, LONG_AGO, enter, row
from tests.growingfeed import GrowingFeed

LONDON = ZoneInfo("Europe/London")
OWN = ("@WVFTNHS", "WearsideVale")
PEOPLE = ["S-014", "S-015"]
DAY = timedelta(days=1)
ACCOUNTS = ("@nurse", "NURSE", "nurse2", "@wvftnhs", "wearsidevale", "doctor.wvft.test")
CLOCK_CHANGES = (date(2026, 3, 29), date(2026, 10, 25))
DAYS = st.sampled_from((*CLOCK_CHANGES, date(2026, 6, 1), date(2026, 11, 20)))
NEAR = st.sampled_from([timedelta(minutes=m) for m in (-61, -60, -59, -1, 0, 1, 59, 60, 61, 900)])
STEPS = st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(minutes=61), timedelta(days=1)])
KINDS = [
    staffposts.KIND,
    *(kind for kind in CONNECTORS if "account" in getattr(load(kind).Options, "model_fields", {})),
]


@dataclass
class Outside(httpx.BaseTransport):
    """The network: remembers when each request left, and lets time pass with it."""

    at: datetime
    step: timedelta
    inner: httpx.BaseTransport
    between: Callable[[int], None] = lambda number: None
    """What somebody does once so many requests have left."""
    left: list[datetime] = field(default_factory=list)
    number: int = 0

    def now(self) -> datetime:
        return self.at

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.left.append(self.at)
        self.at += self.step
        self.number += 1
        self.between(self.number)
        return self.inner.handle_request(request)


@pytest.fixture(autouse=True)
def staff_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more kind of source."""
    monkeypatch.setitem(connectors.CONNECTORS, staffposts.KIND, staffposts.PLACE)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of an empty installation: each example gets a copy, migrations take too long."""
    folder = tmp_path_factory.mktemp("template") / "state"
    open_store(StoreSettings(state_dir=folder)).close()
    return folder


@st.composite
def registers(draw: st.DrawFn, kind: str) -> tuple[Authorisation, ...]:
    """Rows that are live, not begun, over, of somebody else, of another account or platform."""

    def drawn() -> Authorisation:
        begins = draw(DAYS) + timedelta(days=draw(st.integers(-2, 2)))
        return row(
            person=draw(st.sampled_from(PEOPLE)),
            platform=draw(st.sampled_from([kind, kind, "mastodon", "web"])),
            account=draw(st.sampled_from(ACCOUNTS)),
            platform_opt_in=draw(st.sampled_from([None, date(2026, 1, 5)])),
            starts=begins,
            expires=begins + timedelta(days=draw(st.integers(1, 3))),
        )

    return tuple(drawn() for _ in range(draw(st.integers(0, 4))))


@st.composite
def moments(draw: st.DrawFn, rows: tuple[Authorisation, ...]) -> datetime:
    """Instants around the midnights at which rows begin and end, and around others."""
    ends = [day for row in rows for day in (row.starts, row.expires)]
    day = draw(st.sampled_from(ends) if ends else DAYS)
    return datetime.combine(day, time(), LONDON).astimezone(UTC) + draw(NEAR)


@dataclass
class Ends:
    """Who takes an authorisation back, why, and after how many requests."""

    store: Store
    after: dict[str, tuple[int, str]]
    now: Callable[[], datetime]
    done: set[str] = field(default_factory=set)

    def __call__(self, number: int) -> None:
        for person, (after, why) in self.after.items():
            if number >= after and person not in self.done:
                with self.store.transaction() as tx:
                    end(tx, person, why, CLERK, self.now())
                self.done.add(person)


def is_covered(
    kind: str,
    rows: tuple[Authorisation, ...],
    person: str | None,
    account: str,
    at: datetime,
    known: datetime,
    gone: Set[str],
) -> bool:
    """What the gate must say, written down a second time and in another way.

    `known` is the latest moment that anything in the database bears, `gone` are those who took it back.
    """

    def same(other: str | None) -> bool:
        return other is not None and other.removeprefix("@").lower() == account.removeprefix("@").lower()

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), LONDON).astimezone(UTC)

    live = [
        row
        for row in rows
        if row.person == person
        and row.person not in gone
        and row.platform == kind
        and same(row.account)
        and midnight(row.starts) <= at
        and max(at, known) < midnight(row.expires)
    ]
    forbidden = kind in ("linkedin", "facebook", "instagram", "threads")
    agreed = kind not in ("x", "reddit") or (bool(live) and live[-1].platform_opt_in is not None)
    return any(map(same, OWN)) or (bool(live) and not forbidden and agreed)


def source(kind: str, account: str, person: str | None, folder: Path, **more: Any) -> SourceSettings:
    """A source of `kind` that reads `account`, as its recordings set it up otherwise."""
    model = load(kind).Options
    written = {} if kind == staffposts.KIND else recordings.source(kind)
    name, asked = written.pop("name", "a feed"), getattr(model, "questions", tuple)()
    others = asked if "account" in asked else ()  # elsewhere it is whose token is used
    for secret in secret_fields(model) & written.keys():
        (folder / secret_name(name, secret)).write_text(str(written.pop(secret)), "utf-8")
    basis = TermsBasis(reference="DPIA-7", approved_by="SIRO", on=date(2026, 1, 1), review=date(2030, 1, 1))
    options = {key: value for key, value in written.items() if key not in (*others, "kind", "terms_basis")}
    fields = options | {"account": account, "authorisation": person, "terms_basis": basis} | more
    return SourceSettings(name=name, kind=kind, **fields)


def installation(source: SourceSettings, folder: Path) -> Settings:
    organisation = Organisation(name="Wearside Vale", short="WVFT", handles=OWN)
    return Settings(
        organisation=organisation, sources=(source,), secrets_dir=folder, governance=DECIDED,
        store={"state_dir": folder / "state"},
    )  # fmt: skip


@contextmanager
def fresh_store(template: Path, folder: Path) -> Iterator[Store]:
    """The store of `installation` in this folder, empty."""
    shutil.rmtree(folder / "state", ignore_errors=True)
    shutil.copytree(template, folder / "state")
    with closing(open_store(StoreSettings(state_dir=folder / "state"))) as store:
        yield store


def everything(reader: Any) -> Iterator[Callable[[], object]]:
    """Each way to ask that a connector has."""
    yield lambda: list(reader.pages(None, datetime(2026, 1, 1, tzinfo=UTC)))
    if hasattr(reader, "gone"):
        yield lambda: list(reader.gone(["1", "2"]))
    if hasattr(reader, "profiles"):
        yield lambda: list(reader.profiles("WVFT"))


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_request_leaves_exactly_while_the_account_is_covered(
    kind: str, tmp_path: Path, template: Path, data: st.DataObject
) -> None:
    rows = data.draw(registers(kind), label="register")
    person = data.draw(st.sampled_from([*(row.person for row in rows), None]), label="authorisation")
    named = st.sampled_from([*(row.account for row in rows), *ACCOUNTS])
    account, other = (data.draw(named, label=label) for label in ("account", "canary"))
    at = data.draw(moments(rows), label="moment")
    is_canary = data.draw(st.booleans(), label="as canary")
    read = source(kind, account, person, tmp_path, canary={"account": other})
    asked = other if is_canary else account
    recorded = [] if kind == staffposts.KIND else recordings.load(kind)
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json={})) if not recorded else None
    outside = Outside(at, data.draw(STEPS, label="a request takes"), inner or Replay(recorded, lambda: at))
    http = Http(now=outside.now, attempts=1, transport=outside)
    written = data.draw(
        st.sampled_from([LONG_AGO, LONG_AGO, at - DAY, at + DAY]), label="latest row of the log"
    )
    taken_back = st.dictionaries(
        st.sampled_from(PEOPLE), st.tuples(st.integers(0, 3), st.sampled_from(["withdrawn", "objected"]))
    )
    with fresh_store(template, tmp_path) as store:
        enter(store, *rows, at=written)
        ends = Ends(store, data.draw(taken_back, label="taken back"), outside.now)
        ends(0)
        known = written if rows else LONG_AGO
        covered = lambda moment, gone: is_covered(kind, rows, person, asked, moment, known, gone)  # noqa: E731
        gone_by: list[Set[str]] = []

        def between(number: int) -> None:
            gone_by.append(frozenset(ends.done))
            ends(number)

        outside.between = between
        settings = installation(read, tmp_path)
        reader = sourcing.connector(settings, read, outside.now, http, lambda: store, canary=is_canary)
        ways = list(everything(reader))
        for way in ways:
            begun, gone, outside.left, gone_by = outside.at, frozenset(ends.done), [], []
            with suppress(SourceError):
                way()
            assert all(map(covered, outside.left, gone_by))
            if covered(begun, gone) and (way is ways[0] or kind == staffposts.KIND):
                assert outside.left, "other kinds may know without asking that there is nothing to look up"
            event("let through" if outside.left else "held back")
            event("taken back on the way" if ends.done - gone else "nobody took it back")


def test_an_authorisation_that_ends_during_a_poll_stops_the_next_request(tmp_path: Path) -> None:
    until = row(platform=staffposts.KIND, account="@nurse", expires=date(2026, 10, 26))
    read = source(staffposts.KIND, "Nurse", "S-014", tmp_path)
    # The night in which the clocks go back: the day ends at midnight by the clock on the wall, 00:00 UTC.
    begun = datetime(2026, 10, 25, 23, 58, 30, tzinfo=UTC)
    answers = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    outside = Outside(begun, timedelta(minutes=1), answers)
    with service.opened(
        installation(read, tmp_path), outside.now, Http(now=outside.now, transport=outside)
    ) as app:
        enter(app.store, until)
        task = app.task(read)
        (tally,) = app.scan([task], service.Window(since=begun, from_cursor=False))
    assert len(outside.left) == 2
    assert (tally.state, tally.pages) == (SourceState.MISCONFIGURED, 1)


COMMANDS = pytest.mark.parametrize("words", [("sources", "check", "nurse"), ("scan",), ("scan", "--dry-run")])


def typed(folder: Path, account: str, *words: str) -> tuple[Result, int]:
    """What a command says with a source that reads `account`, and how many requests came in."""
    with GrowingFeed.served() as server:
        told = f'account = "{account}"\nbase_url = "http://127.0.0.1:{server.server_port}"\n'
        text = (
            '[organisation]\nname = "Wearside Vale"\nshort = "WVFT"\nhandles = ["@WVFTNHS"]\n'
            '[store]\nstate_dir = "state"\n[network]\nprivate_hosts = ["127.0.0.1"]\n'
            f'[[sources]]\nname = "nurse"\nkind = "{staffposts.KIND}"\n{told}'
        )
        (folder / "monitor.toml").write_text(text, "utf-8")
        done = CliRunner().invoke(app, ["--config", str(folder / "monitor.toml"), *words])
        return done, server.answered


@COMMANDS
def test_no_command_asks_for_an_account_that_nobody_authorised(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done, answered = typed(tmp_path, "nurse", *words)
    assert (answered, done.exit_code) == (0, 3)
    assert "misconfigured" in done.output
    assert "organisation.handles" in done.output


@COMMANDS
def test_every_command_asks_for_our_own_account_and_counts_what_it_spends(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    _, answered = typed(tmp_path, "wvftnhs", *words)
    assert answered >= 1
    with closing(open_store(StoreSettings(state_dir=tmp_path / "state"))) as store:
        assert latest_readings(store)["nurse"].spent >= 1
