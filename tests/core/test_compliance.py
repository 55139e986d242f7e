"""What its author deleted, a platform withholds or its terms let us keep no longer, goes from every table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from monitor.compliance import Compliance, Enforced
from monitor.config import SourceSettings
from monitor.errors import SourceError, SourceUnavailable
from monitor.pipeline import Task
from monitor.sealing import PROTECTED
from monitor.store.history import mentions_since
from monitor.store.keeping.holds import add_hold, holds, release
from monitor.store.protected import waiting
from monitor.store.tables import Delivery, Mention, Occurrence, table_of
from monitor.store.views import items_found_since
from monitor.types import Account, Kind, Lane, Post, State, Terms
from tests.core.world import (
    CALDICOTT,
    CLAUSE,
    COMMS,
    LONDON,
    NOW,
    NUMBER,
    Feed,
    NumberRule,
    World,
    everything_stored,
    post,
)

TERMS = Terms(recheck_hours=24, max_age_days=30)
WORDS = ("sparrow", "Corridor", "social.test", "quiet")


@dataclass
class Platform(Feed):
    """A connector whose platform can be asked about single items."""

    lost: Mapping[str, State] = field(default_factory=dict)
    silent: SourceError | None = None
    asked_about: list[str] = field(default_factory=list)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        self.asked_about += ids
        if self.silent:
            raise self.silent
        yield from ((each, self.lost[each]) for each in ids if each in self.lost)


def said(number: int, text: str = "WVFT: the corridor care was poor", **more: object) -> Post:
    fields: dict[str, object] = {
        "kind": Kind.POST,
        "title": f"Corridor {number}",
        "url": f"https://social.test/{number}",
        "author": Account(platform="web", handle="@quietsparrow"),
        "recheck_id": f"id-{number}",
        "terms": TERMS,
    }
    return post(number, text, **fields | more)


def task_of(platform: Feed, terms: Terms = TERMS, name: str = "gazette") -> Task:
    return Task(source=SourceSettings(name=name, kind="rss"), connector=platform, terms=terms)


def enforce(world: World, platform: Feed, terms: Terms = TERMS, **how: bool) -> Enforced:
    return Compliance(world.store, LONDON, world.now).enforce(task_of(platform, terms), **how)


def mention(world: World, column: str) -> list[object]:
    with world.store.reading() as connection:
        query = select(table_of(Mention).c[column]).order_by(table_of(Mention).c.id)
        return list(connection.execute(query).scalars())


def test_what_its_author_deleted_goes_from_every_table_and_leaves_a_tombstone(world: World) -> None:
    platform = Platform(
        [[said(1, f"WVFT: quiet sparrow, number {NUMBER}"), said(2)]], lost={"id-1": State.DELETED}
    )
    world.poll(platform, terms=TERMS)
    desk = world.desk()
    desk.make_due()
    desk.send_due()
    world.at += timedelta(hours=25)
    done = enforce(world, platform)
    assert (done.asked, done.lost, done.note) == (2, 1, "")
    assert "quiet sparrow" not in everything_stored(world.store)
    assert "social.test/1" not in everything_stored(world.store)
    assert "id-1" not in everything_stored(world.store)
    assert mention(world, "purged_for") == ["deleted", None]
    assert mention(world, "text") == ["", "WVFT: the corridor care was poor"]
    (item,) = items_found_since(world.store, NOW - timedelta(days=1), {CLAUSE.id: CLAUSE})
    assert (item.rule_id, item.purged_for, item.excerpt, item.url) == ("NHS-001", "deleted", "", None)


def test_an_item_is_asked_about_once_a_day_and_a_poll_that_shows_it_counts(world: World) -> None:
    platform = Platform([[said(1)]])
    world.poll(platform, terms=TERMS)
    world.at += timedelta(hours=23)
    assert enforce(world, platform).asked == 0
    world.poll(platform, terms=TERMS)  # the same item again, unchanged
    world.at += timedelta(hours=23)
    assert enforce(world, platform).asked == 0
    world.at += timedelta(hours=2)
    assert (enforce(world, platform).asked, enforce(world, platform).asked) == (1, 0)
    world.at += timedelta(minutes=1)
    assert enforce(world, platform, at_once=True).asked == 1


def test_more_items_than_one_question_holds_are_all_asked_about(world: World) -> None:
    platform = Platform(
        [[said(n) for n in range(1, 251)]], lost={f"id-{n}": State.DELETED for n in (1, 120, 250)}
    )
    world.poll(platform, terms=TERMS)
    world.at += timedelta(days=2)
    done = enforce(world, platform)
    assert (done.asked, done.lost) == (250, 3)
    assert len(set(platform.asked_about)) == len(platform.asked_about) == 250


def test_a_platform_that_cannot_be_asked_purges_nothing_by_its_silence(world: World) -> None:
    platform = Platform(
        [[said(1)]], lost={"id-1": State.DELETED}, silent=SourceUnavailable("social.test: timeout")
    )
    world.poll(platform, terms=TERMS)
    world.at += timedelta(days=2)
    done = enforce(world, platform)
    assert (done.lost, done.note) == (0, "social.test: timeout")
    assert mention(world, "purged_at") == [None]
    platform.silent = None
    assert enforce(world, platform).lost == 1


def test_nothing_is_asked_where_the_gate_is_closed(world: World) -> None:
    platform = Platform([[said(1)]])
    world.poll(platform, terms=TERMS)
    world.at += timedelta(days=2)

    def closed() -> None:
        raise SourceUnavailable("no live authorisation")

    task = Task(
        source=SourceSettings(name="gazette", kind="rss"), connector=platform, terms=TERMS, gate=closed
    )
    assert Compliance(world.store, LONDON, world.now).enforce(task).note == "no live authorisation"
    assert platform.asked_about == []


@pytest.mark.parametrize("state", [State.DELETED, State.WITHHELD, State.HIDDEN])
def test_a_source_that_says_that_an_item_is_gone_purges_it(world: World, state: State) -> None:
    world.poll(Feed([[said(1)]]))
    tally = world.poll(Feed([[said(1, "This post is unavailable: WVFT", state=state)]]))
    assert (tally.kept, tally.findings) == (0, 0)
    assert mention(world, "purged_for") == [state.value]
    assert "unavailable" not in everything_stored(world.store)
    assert not any(word in everything_stored(world.store) for word in WORDS)


def test_word_that_an_unknown_item_is_gone_stores_nothing(world: World) -> None:
    world.poll(Feed([[said(1, state=State.WITHHELD)]]))
    assert mention(world, "id") == []


def test_what_is_shown_again_is_kept_again(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    world.poll(Feed([[said(1, state=State.WITHHELD)]]))
    world.poll(Feed([[said(1)]]))
    assert mention(world, "text") == ["WVFT: the corridor care was poor"]
    assert (mention(world, "state"), mention(world, "purged_at")) == (["live"], [None])
    assert mention(world, "url") == ["https://social.test/1"]


def test_a_copy_elsewhere_is_looked_at_anew_when_the_first_is_deleted(world: World) -> None:
    text, where = f"WVFT: the corridor care was poor. {NUMBER}", "https://social.test/one/and/the/same"
    first = said(1, text, url=where, kind=Kind.ARTICLE)
    copy = replace(first, platform="other", external_id="9")
    world.poll(Feed([[first]]), name="gazette")
    world.poll(Feed([[copy]]), name="bulletin")
    assert len(mention(world, "id")) == 1
    world.poll(Feed([[replace(first, state=State.DELETED)]]), name="gazette")
    world.poll(Feed([[copy]]), name="bulletin")
    assert mention(world, "purged_for") == ["deleted", None]
    assert len(items_found_since(world.store, NOW - timedelta(days=1), {CLAUSE.id: CLAUSE})) == 2


def test_words_that_may_be_kept_for_thirty_days_go_after_thirty_days(world: World) -> None:
    feed = Feed([[said(1, recheck_id=None)]])
    world.poll(feed, terms=TERMS)
    world.at += timedelta(days=29)
    assert enforce(world, feed).expired == 0
    world.at += timedelta(days=2)
    assert enforce(world, feed).expired == 1
    assert mention(world, "purged_for") == ["expired"]
    assert not any(word in everything_stored(world.store) for word in WORDS)
    world.poll(feed, terms=TERMS)  # still shown, and unchanged: no reason to keep it anew
    assert mention(world, "text") == [""]


def test_without_terms_that_say_so_nothing_is_asked_and_nothing_expires(world: World) -> None:
    platform = Platform([[said(1)]], lost={"id-1": State.DELETED})
    world.poll(platform)
    world.at += timedelta(days=400)
    done = enforce(world, platform, Terms())
    assert (done.asked, done.lost, done.expired) == (0, 0, 0)


def test_a_mail_that_waits_is_made_anew_without_the_words(world: World) -> None:
    world.poll(Feed([[said(1, f"WVFT: quiet sparrow {NUMBER}")]]))
    world.desk().make_due()
    with world.store.reading() as connection:
        before = connection.execute(
            select(table_of(Delivery).c.id).where(table_of(Delivery).c.status == "owed")
        )
        assert before.first() is not None
    world.poll(Feed([[said(1, state=State.DELETED)]]))
    with world.store.reading() as connection:
        assert connection.execute(select(table_of(Delivery).c.id)).first() is None
    world.desk().make_due()
    world.desk().send_due()
    assert {message.to for message in world.box.sent} == {COMMS.address, CALDICOTT.address}


def test_a_hold_keeps_the_items_of_its_case_until_it_ends(world: World) -> None:
    platform = Platform([[said(1, f"WVFT: quiet sparrow {NUMBER}")]], lost={"id-1": State.DELETED})
    world.poll(platform, terms=TERMS)
    (item,) = items_found_since(world.store, NOW - timedelta(days=1), {CLAUSE.id: CLAUSE})
    until = (world.at + timedelta(days=10)).date()
    assert add_hold(world.store, item.number, "A. Officer", "incident 7", until, world.at) == 1
    world.at += timedelta(days=2)
    assert enforce(world, platform).lost == 0
    assert "quiet sparrow" in everything_stored(world.store)
    assert Compliance(world.store, LONDON, world.now).held_back() == 1
    world.at += timedelta(days=9)
    assert enforce(world, platform).expired == 1
    assert "quiet sparrow" not in everything_stored(world.store)
    assert [hold.state(world.at.date()) for hold in holds(world.store)] == ["expired"]


def test_a_released_hold_holds_nothing(world: World) -> None:
    platform = Platform([[said(1, f"WVFT: {NUMBER}")]], lost={"id-1": State.DELETED})
    world.poll(platform, terms=TERMS)
    until = (world.at + timedelta(days=100)).date()
    assert add_hold(world.store, 1, "A. Officer", "incident 7", until, world.at) == 1
    world.at += timedelta(days=2)
    enforce(world, platform)
    assert release(world.store, 1, "B. Officer", world.at)
    assert not release(world.store, 1, "B. Officer", world.at)
    enforce(world, platform)
    assert mention(world, "purged_for") == ["deleted"]


def test_what_is_not_there_or_sealed_cannot_be_held(world: World) -> None:
    class Sealed(NumberRule):
        lane = Lane.PROTECTED
        route = ("concerns",)

    world.rules = Sealed()
    world.poll(Feed([[said(1, f"WVFT: {NUMBER}")]]))
    for case in (1, 99):
        assert add_hold(world.store, case, "A. Officer", "incident", world.at.date(), world.at) is None


def test_the_words_of_the_protected_lane_go_too(world: World) -> None:
    class Sealed(NumberRule):
        lane = Lane.PROTECTED
        route = ("concerns",)

    world.rules = Sealed()
    platform = Platform([[said(1, f"WVFT: quiet sparrow {NUMBER}")]], lost={"id-1": State.DELETED})
    world.poll(platform, terms=TERMS)
    assert "quiet sparrow" not in everything_stored(world.store)
    world.at += timedelta(days=2)
    assert enforce(world, platform).asked == 0, "nothing in clear says what to ask its platform by"
    with world.store.reading() as connection:
        (row,) = waiting(connection)
    assert b"quiet sparrow" not in world.ring(PROTECTED).open(row.sealed, row.place)


def test_what_its_author_deletes_goes_from_the_protected_lane_where_the_source_says_so(world: World) -> None:
    class Sealed(NumberRule):
        lane = Lane.PROTECTED
        route = ("concerns",)

    world.rules = Sealed()
    world.poll(Feed([[said(1, f"WVFT: {NUMBER}"), said(2, f"WVFT once more: {NUMBER}")]]))
    world.poll(Feed([[said(1).gone(State.DELETED)]]))
    with world.store.transaction() as tx:
        assert [row.number for row in waiting(tx.connection)] == [2]
        tx.purging(world.at.date()).everything(said(2).platform, "contract ended", world.at)
        assert waiting(tx.connection) == []


def test_the_end_of_a_contract_purges_a_platform_and_nothing_else(world: World) -> None:
    world.poll(
        Feed([[said(1), said(2, platform="other", external_id="2", text="WVFT is elsewhere as well")]])
    )
    with world.store.transaction() as tx:
        assert tx.purging(world.at.date()).everything("other", "contract ended", world.at) == 1
    assert mention(world, "purged_for") == [None, "contract ended"]


def test_killed_between_asking_and_storing_it_asks_again(world: World) -> None:
    platform = Platform([[said(1), said(2)]], lost={"id-1": State.DELETED})
    world.poll(platform, terms=TERMS)
    world.at += timedelta(days=2)
    compliance = Compliance(world.store, LONDON, world.now)
    checked = compliance._checked(task_of(platform), at_once=False)
    next(checked)  # asked, and then the process ends
    checked.close()
    assert enforce(world, platform).lost == 1
    assert platform.asked_about.count("id-1") == 2


def test_what_was_purged_is_neither_replayed_nor_listed(world: World) -> None:
    world.poll(Feed([[said(1), said(2, "WVFT is in the news again")]]))
    world.poll(Feed([[said(1, state=State.DELETED)]]))
    assert len(list(mentions_since(world.store, NOW - timedelta(days=1)))) == 1
    assert len(world.desk().ledger.mentions_after(0)[0]) == 1


def test_items_stored_before_there_were_checks_are_not_asked_about(world: World) -> None:
    platform = Platform([[said(1)]], lost={"id-1": State.DELETED})
    world.poll(platform, terms=TERMS)
    with world.store.transaction() as tx:
        tx.connection.execute(update(table_of(Occurrence)).values(recheck_id=None))
    world.at += timedelta(days=2)
    assert enforce(world, platform).asked == 0
