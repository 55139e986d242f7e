"""No request leaves for an account that no live row covers, whatever the register, moment or way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
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
from monitor import service
from monitor.cli import app
from monitor.config import Authorisation, Organisation, Settings, SourceSettings, StoreSettings, TermsBasis
from monitor.config.layers import secret_fields, secret_name
from monitor.errors import SourceError
from monitor.store import open_store
from monitor.store.meter import latest_readings
from monitor.types import SourceState
from tests.core import staffposts
from tests.growingfeed import GrowingFeed

LONDON = ZoneInfo("Europe/London")
OWN = ("@WVFTNHS", "WearsideVale")
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
    left: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.left.append(self.at)
        self.at += self.step
        return self.inner.handle_request(request)


@pytest.fixture(autouse=True)
def staff_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more kind of source."""
    monkeypatch.setitem(connectors.CONNECTORS, staffposts.KIND, staffposts.PLACE)  # type: ignore[arg-type]


@st.composite
def registers(draw: st.DrawFn) -> tuple[Authorisation, ...]:
    """Rows that are live, not begun, over, of somebody else, of another account or of none."""

    def row() -> Authorisation:
        begins = draw(DAYS) + timedelta(days=draw(st.integers(-2, 2)))
        return Authorisation(
            person=draw(st.sampled_from(["S-014", "S-015"])),
            account=draw(st.sampled_from([None, *ACCOUNTS])),
            notice_version="3",
            notice_date=date(2026, 1, 5),
            lawful_basis="public task",
            dpia_reference="DPIA-7",
            starts=begins,
            expires=begins + timedelta(days=draw(st.integers(1, 3))),
        )

    return tuple(row() for _ in range(draw(st.integers(0, 4))))


@st.composite
def moments(draw: st.DrawFn, rows: tuple[Authorisation, ...]) -> datetime:
    """Instants around the midnights at which rows begin and end, and around others."""
    ends = [day for row in rows for day in (row.starts, row.expires)]
    day = draw(st.sampled_from(ends) if ends else DAYS)
    return datetime.combine(day, time(), LONDON).astimezone(UTC) + draw(NEAR)


def is_covered(rows: tuple[Authorisation, ...], person: str | None, account: str, at: datetime) -> bool:
    """What the gate must say, written down a second time and in another way."""

    def same(other: str | None) -> bool:
        return other is not None and other.removeprefix("@").lower() == account.removeprefix("@").lower()

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), LONDON).astimezone(UTC)

    return any(map(same, OWN)) or any(
        row.person == person and same(row.account) and midnight(row.starts) <= at < midnight(row.expires)
        for row in rows
    )


def source(kind: str, account: str, person: str | None, folder: Path, **more: Any) -> SourceSettings:
    """A source of `kind` that reads `account`, as its recordings set it up otherwise."""
    model = load(kind).Options
    written = {} if kind == staffposts.KIND else recordings.source(kind)
    name, asked = written.pop("name", "nurse"), getattr(model, "questions", tuple)()
    others = asked if "account" in asked else ()  # elsewhere it is whose token is used
    for secret in secret_fields(model) & written.keys():
        (folder / secret_name(name, secret)).write_text(str(written.pop(secret)), "utf-8")
    basis = TermsBasis(reference="DPIA-7", approved_by="SIRO", on=date(2026, 1, 1), review=date(2030, 1, 1))
    options = {key: value for key, value in written.items() if key not in (*others, "kind", "terms_basis")}
    fields = options | {"account": account, "authorisation": person, "terms_basis": basis} | more
    return SourceSettings(name=name, kind=kind, **fields)


def installation(rows: tuple[Authorisation, ...], source: SourceSettings, folder: Path) -> Settings:
    organisation = Organisation(name="Wearside Vale", short="WVFT", handles=OWN)
    return Settings(
        organisation=organisation, authorisations=rows, sources=(source,), secrets_dir=folder,
        store={"state_dir": folder / "state"},
    )  # fmt: skip


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
    kind: str, tmp_path: Path, data: st.DataObject
) -> None:
    rows = data.draw(registers(), label="register")
    person = data.draw(st.sampled_from([*(row.person for row in rows), None]), label="authorisation")
    named = st.sampled_from([*(row.account for row in rows if row.account), *ACCOUNTS])
    account, other = (data.draw(named, label=label) for label in ("account", "canary"))
    at = data.draw(moments(rows), label="moment")
    is_canary = data.draw(st.booleans(), label="as canary")
    read = source(kind, account, person, tmp_path, canary={"account": other})
    asked = other if is_canary else account
    recorded = [] if kind == staffposts.KIND else recordings.load(kind)
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json={})) if not recorded else None
    outside = Outside(at, data.draw(STEPS, label="a request takes"), inner or Replay(recorded, lambda: at))
    http = Http(now=outside.now, attempts=1, transport=outside)
    reader = service.connector(installation(rows, read, tmp_path), read, outside.now, http, canary=is_canary)
    ways = list(everything(reader))
    for way in ways:
        begun, outside.left = outside.at, []
        with suppress(SourceError):
            way()
        assert all(is_covered(rows, person, asked, moment) for moment in outside.left)
        if is_covered(rows, person, asked, begun) and (way is ways[0] or kind == staffposts.KIND):
            assert outside.left, "other kinds may know without asking that there is nothing to look up"
        event("let through" if outside.left else "held back")


def test_an_authorisation_that_ends_during_a_poll_stops_the_next_request(tmp_path: Path) -> None:
    row = Authorisation(
        person="S-014", account="@nurse", notice_version="3", notice_date=date(2026, 1, 5),
        lawful_basis="public task", dpia_reference="DPIA-7", starts=date(2026, 10, 1),
        expires=date(2026, 10, 26),
    )  # fmt: skip
    read = source(staffposts.KIND, "Nurse", "S-014", tmp_path)
    # The night in which the clocks go back: the day ends at midnight by the clock on the wall, 00:00 UTC.
    begun = datetime(2026, 10, 25, 23, 58, 30, tzinfo=UTC)
    answers = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    outside = Outside(begun, timedelta(minutes=1), answers)
    with service.opened(
        installation((row,), read, tmp_path), outside.now, Http(now=outside.now, transport=outside)
    ) as app:
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
