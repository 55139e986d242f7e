"""The gate before a staff account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from monitor.authorisation import Gate
from monitor.config import Governance, Organisation, Settings, SourceSettings
from monitor.errors import SourceRefused
from monitor.store import Store
from monitor.store.people.register import Authorisation, Register, end
from monitor.types import SERVICE, SourceState
from tests.core.registering import CLERK, DECIDED, enter, row
from tests.core.world import NOW

ROW = row()
BLOG = SourceSettings(name="blog", kind="rss", authorisation="S-014", url="https://nurseblog.test/feed")
MASTODON = SourceSettings(name="S-014", kind="mastodon", authorisation="S-014", account="@Nurse")


def permit(
    store: Store, source: SourceSettings = BLOG, at: datetime = NOW, governance: Governance = DECIDED
) -> Authorisation | None:
    settings = Settings(organisation=Organisation(name="WVFT", short="WVFT"), governance=governance)
    return Gate(settings, Register(store.reading), lambda: at).permit(source)


def test_a_live_row_lets_its_account_be_read(store: Store) -> None:
    enter(store, ROW)
    assert permit(store) == replace(ROW, number=1)


def test_a_source_that_is_nobodys_account_needs_no_row(store: Store) -> None:
    assert permit(store, SourceSettings(name="news", kind="rss"), governance=Governance()) is None


@pytest.mark.parametrize("at", [NOW + timedelta(days=1), datetime(2026, 9, 30, tzinfo=NOW.tzinfo)])
def test_outside_its_days_a_row_refuses(store: Store, at: datetime) -> None:
    enter(store, ROW)
    with pytest.raises(SourceRefused, match="accounts renew S-014"):
        permit(store, at=at)


@pytest.mark.parametrize(
    ("source", "rows", "says"),
    [
        (BLOG, [], "accounts add S-014"),
        (BLOG, [row(person="S-015")], "accounts add S-014"),
        (BLOG, [row(account="https://other.test/")], "about another account"),
        (BLOG, [row(account="@nurse@elsewhere.test")], "about another account"),
        (MASTODON, [row(platform="mastodon", account="@nurse2")], "about another account"),
        (MASTODON, [row(platform="bluesky", account="@nurse")], "about another account"),
        (MASTODON.model_copy(update={"kind": "x"}), [row(platform="x", account="nurse")], "agreed"),
        (
            MASTODON.model_copy(update={"kind": "instagram"}),
            [row(platform="instagram", account="nurse")],
            "Meta forbids",
        ),
    ],
)  # fmt: skip
def test_a_row_that_is_not_about_it_lets_nothing_be_read(
    store: Store, source: SourceSettings, rows: list[Authorisation], says: str
) -> None:
    enter(store, *rows)
    with pytest.raises(SourceRefused, match=says) as refusal:
        permit(store, source)
    assert refusal.value.state is SourceState.MISCONFIGURED


@pytest.mark.parametrize(
    ("account", "address"),
    [
        ("@nurse@social.test", "https://social.test/@nurse.rss"),
        ("nurseblog.test", "https://NurseBlog.test/feed"),
    ],
)
def test_a_feed_is_covered_where_its_account_is(store: Store, account: str, address: str) -> None:
    enter(store, row(account=account))
    assert permit(store, BLOG.model_copy(update={"url": address})) is not None


def test_x_is_read_once_its_owner_agreed(store: Store) -> None:
    enter(store, row(platform="x", account="nurse", platform_opt_in=date(2026, 9, 1)))
    assert permit(store, MASTODON.model_copy(update={"kind": "x"})) is not None


@pytest.mark.parametrize("missing", ["dpia_reference", "special_category_condition"])
def test_before_the_organisation_has_decided_no_staff_account_is_read(store: Store, missing: str) -> None:
    enter(store, ROW)
    with pytest.raises(SourceRefused, match=rf"governance.{missing} is not set: write .* \[governance\]"):
        permit(store, governance=DECIDED.model_copy(update={missing: None}))


def test_everything_is_kept_only_where_the_row_says_so(store: Store) -> None:
    greedy = BLOG.model_copy(update={"keep": "everything"})
    enter(store, ROW)
    with pytest.raises(SourceRefused, match="leave `keep` out"):
        permit(store, greedy)
    enter(store, row(scope="everything"))
    assert permit(store, greedy) is not None


@pytest.mark.parametrize("why", ["withdrawn", "objected"])
def test_what_was_ended_stays_ended_whatever_the_clock_says(store: Store, why: str) -> None:
    enter(store, ROW)
    with store.transaction() as tx:
        assert end(tx, "S-014", why, CLERK, NOW) == 1
    for at in (NOW, NOW - timedelta(days=20), NOW + timedelta(hours=1)):
        with pytest.raises(SourceRefused, match=why):
            permit(store, at=at)


def test_a_clock_that_is_set_back_revives_no_row(store: Store) -> None:
    enter(store, ROW)
    over = NOW + timedelta(days=3)
    with store.transaction() as tx:
        tx.audit(SERVICE, "digest.sent", "delivery:1", over)
    with pytest.raises(
        SourceRefused, match=r"the clock says 20 Nov 2026, .*23 Nov 2026.*set the clock right"
    ):
        permit(store)


def test_what_a_source_last_answered_shows_the_time_as_well(store: Store) -> None:
    enter(store, ROW)
    with store.transaction() as tx:
        tx.register("gazette", "rss")
        tx.save_state("gazette", SourceState.OK, NOW, last_ok_at=NOW + timedelta(days=3))
    with pytest.raises(SourceRefused, match="set the clock right"):
        permit(store)


def test_a_clock_that_was_ahead_begins_no_row_early(store: Store) -> None:
    enter(store, row(starts=date(2026, 11, 23), expires=date(2027, 11, 23)))
    with store.transaction() as tx:
        tx.audit(SERVICE, "digest.sent", "delivery:1", NOW + timedelta(days=10))
    with pytest.raises(SourceRefused, match="no live authorisation"):
        permit(store)


def test_a_value_shows_no_name(store: Store) -> None:
    named: Any = row(name="Jo Invented")
    assert "Invented" not in repr(named)
