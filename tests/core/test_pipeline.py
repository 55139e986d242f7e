"""Loop 1: what is stored, what is not, and what survives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from monitor.errors import SourceChanged, SourceRefused, SourceThrottled, SourceUnavailable, StoreError
from monitor.health import JITTER
from monitor.store import Transaction
from monitor.store.store import MAX_CHANGES
from monitor.store.tables import Case, DeliveryItem, Finding, Mention, Occurrence
from monitor.types import Kind, Page, SourceState
from tests.core.world import NOW, NUMBER, Feed, Numbers, World, post


def rows(world: World, table: type) -> list[object]:
    with world.store.reading() as connection:
        return list(connection.execute(select(table.__table__)))  # type: ignore[attr-defined]


def count(world: World, table: type) -> int:
    with world.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table.__table__)).scalar_one()  # type: ignore[attr-defined]


def test_what_speaks_of_the_organisation_is_kept_and_the_rest_is_counted(world: World) -> None:
    tally = world.poll(Feed([[post(1), post(2, "Council backs a bridge"), post(3)]]))
    assert (tally.seen, tally.kept, tally.unrelated, tally.state) == (3, 2, 1, SourceState.OK)
    assert sorted(row.title for row in rows(world, Mention)) == ["Headline 1", "Headline 3"]


def test_a_second_reading_adds_nothing(world: World) -> None:
    feed = Feed([[post(1), post(2, f"WVFT letter with {NUMBER}")]])
    world.poll(feed)
    again = world.poll(feed)
    assert (again.seen, again.fresh, again.kept, again.findings) == (2, 0, 0, 0)
    assert (count(world, Mention), count(world, Finding), count(world, Case)) == (2, 1, 1)


def test_a_page_is_stored_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("planted")

    monkeypatch.setattr(Transaction, "save_cursor", fail)
    with pytest.raises(StoreError):
        world.poll(Feed([[post(1), post(2, f"WVFT {NUMBER}")]], cursors=["c1"]))
    assert (count(world, Mention), count(world, Finding), count(world, DeliveryItem)) == (0, 0, 0)
    assert world.store.cursor("gazette") is None


def test_the_cursor_is_saved_with_the_page_it_covers(world: World) -> None:
    feed = Feed([[post(1)], [post(2)]], cursors=["c1", "c2"], error=SourceUnavailable("later"))
    world.poll(feed)
    assert world.store.cursor("gazette") == "c2"
    world.poll(feed)
    assert feed.asked[1][0] == "c2"


def test_a_newest_first_source_that_fails_on_page_two_is_read_again_from_the_start(world: World) -> None:
    world.poll(Feed([[post(1)]], error=SourceUnavailable("later")))
    assert world.store.cursor("gazette") is None
    world.poll(Feed([[post(1)], [post(2)]], cursors=[None, "done"]))
    assert (count(world, Mention), world.store.cursor("gazette")) == (2, "done")


def test_a_scan_reads_without_cursor_and_saves_none(world: World) -> None:
    world.poll(Feed([[post(1)]], cursors=["c1"]))
    feed = Feed([[post(2)]], cursors=["c9"])
    world.poll(feed, from_cursor=False)
    assert feed.asked[0][0] is None
    assert (world.store.cursor("gazette"), count(world, Mention)) == ("c1", 2)


def test_an_edit_is_judged_again_and_its_copy_replaced(world: World) -> None:
    world.poll(Feed([[post(1)]]))
    tally = world.poll(Feed([[post(1, f"WVFT letter with {NUMBER}")]]))
    assert tally.findings == 1
    (mention,) = rows(world, Mention)
    assert (mention.state, mention.text) == ("edited", "WVFT letter with [NHS number redacted]")


def test_an_edit_there_and_back_is_no_second_finding(world: World) -> None:
    first, other = post(1, f"WVFT letter with {NUMBER}"), post(1, "WVFT letter")
    for version in (first, other, first, other, first):
        world.poll(Feed([[version]]))
    assert (count(world, Finding), count(world, Case), count(world, DeliveryItem)) == (1, 1, 1)


def test_an_item_that_changes_at_every_poll_is_left_alone_in_the_end(world: World) -> None:
    fresh = [world.poll(Feed([[post(1, f"WVFT version {n}")]])).fresh for n in range(MAX_CHANGES + 4)]
    assert sum(fresh) == MAX_CHANGES + 1
    assert fresh[-1] == 0


def test_new_rules_judge_again_what_a_source_still_shows(world: World) -> None:
    world.poll(Feed([[post(1)]]))
    world.version = "2"
    assert world.poll(Feed([[post(1)]])).fresh == 1
    (mention,) = rows(world, Mention)
    assert (mention.state, mention.edited_at) == ("live", None), "judged anew is not edited"


def test_newer_masks_replace_the_copy_that_older_ones_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(Numbers, "spans", lambda *_: [])
        world.poll(Feed([[post(1, f"WVFT {NUMBER}")]]))
    world.version = "2"
    world.poll(Feed([[post(1, f"WVFT {NUMBER}")]]))
    (mention,) = rows(world, Mention)
    assert (mention.text, mention.state) == ("WVFT [NHS number redacted]", "live")


def test_the_same_item_by_another_source_is_no_edit(world: World) -> None:
    world.poll(Feed([[post(1, "WVFT opens a clinic, in full")]]))
    world.poll(Feed([[post(1, "WVFT opens", source="other")]]), name="other")
    (mention,) = rows(world, Mention)
    assert (mention.text, mention.state) == ("WVFT opens a clinic, in full", "live")
    assert count(world, Occurrence) == 2


def test_a_story_twice_in_one_page_is_counted_once(world: World) -> None:
    twin = replace(post(2), url="https://gazette.test/1?utm_source=x")
    tally = world.poll(Feed([[post(1), twin]]))
    assert (tally.folded, count(world, Mention), world.store.totals()["kept"]) == (1, 1, 1)


def test_the_same_story_through_three_sources_is_one_mention_with_three_occurrences(world: World) -> None:
    long = "WVFT has opened a clinic. " * 12
    a = post(1, long)
    b = replace(a, source="alerts", external_id="alerts/9", url="http://www.gazette.test/1/?utm_source=x")
    c = replace(a, source="other", external_id="other/9", url="https://other.test/syndicated")
    tallies = [world.poll(Feed([[item]]), name=item.source) for item in (a, b, c)]
    assert [t.folded for t in tallies] == [0, 1, 1]
    assert (count(world, Mention), count(world, Occurrence)) == (1, 3)


def test_equal_words_of_two_people_stay_two_mentions(world: World) -> None:
    words = "I have signed the petition to keep WVFT beds open. " * 8
    world.poll(Feed([[post(1, words, kind=Kind.POST), post(2, words, kind=Kind.POST)]]))
    assert count(world, Mention) == 2


def test_the_same_id_twice_in_a_page_is_one_post(world: World) -> None:
    tally = world.poll(Feed([[post(1), post(1)], [post(1)]]))
    assert (tally.fresh, count(world, Mention)) == (1, 1)


def test_identifiers_reach_no_table(world: World) -> None:
    planted = post(
        1,
        f"WVFT letter {NUMBER}",
        title=f"Number {NUMBER}",
        url="https://gazette.test/number-999-200-1135/",
        external_id="gazette.test/number-999-200-1135",
    )
    world.poll(Feed([[planted]]))
    with world.store.reading() as connection:
        for table in (Mention, Occurrence, Finding, Case):
            dump = repr(list(connection.execute(select(table.__table__))))  # type: ignore[attr-defined]
            assert NUMBER not in dump
            assert "999-200-1135" not in dump


def test_spans_index_the_stored_text_exactly(world: World) -> None:
    world.poll(Feed([[post(1, f"One {NUMBER} and WVFT and {NUMBER}.")]]))
    (mention,), (finding,) = rows(world, Mention), rows(world, Finding)
    marked = [mention.text[start:end] for where, start, end, _ in finding.spans if where == "text"]
    assert marked == ["[NHS number redacted]"] * 2


def test_a_thread_of_findings_on_one_account_and_day_is_one_case(world: World) -> None:
    posts = [post(n, f"WVFT {NUMBER} part {n}", kind=Kind.POST) for n in range(5)]
    world.poll(Feed([posts]))
    assert (count(world, Finding), count(world, Case)) == (5, 1)


def test_a_failing_source_has_a_state_and_says_it_once(world: World) -> None:
    with capture_logs() as logs:
        for _ in range(3):
            tally = world.poll(Feed(error=SourceUnavailable("gazette.test: timed out")))
        world.poll(Feed([[post(1)]]))
    assert (tally.state, tally.note) == (SourceState.DEGRADED, "gazette.test: timed out")
    failed = "source failed, will be tried again"
    assert [entry["event"] for entry in logs] == [failed, failed, "source broke", "source recovered"]
    assert world.store.coverage()["gazette"].strikes == 0


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SourceUnavailable("x"), SourceState.DEGRADED),
        (SourceThrottled("x", until=NOW + timedelta(hours=2)), SourceState.THROTTLED),
        (SourceRefused("x"), SourceState.NEEDS_REAUTH),
        (SourceRefused("x", state=SourceState.GONE), SourceState.GONE),
        (SourceChanged("x"), SourceState.DEGRADED),
    ],
)
def test_each_failure_has_its_state(world: World, error: Exception, state: SourceState) -> None:
    assert world.poll(Feed(error=error)).state is state  # type: ignore[arg-type]


def test_what_was_read_by_a_lesser_way_is_read_and_says_so_until_it_is_not(world: World) -> None:
    note = "read by its feed"
    tally = world.poll(Noted(note))
    assert (tally.state, tally.note) == (SourceState.OK, note)
    assert world.store.coverage()["gazette"].note == note
    world.poll(Noted(""))
    assert world.store.coverage()["gazette"].note == ""


@dataclass
class Noted:
    """A connector that says how it read."""

    note: str

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        yield Page(posts=(post(1),), note=self.note)
        yield Page(posts=())


def test_a_source_that_asked_us_to_wait_is_left_alone_until_then(world: World) -> None:
    until = NOW + timedelta(hours=2)
    world.poll(Feed(error=SourceThrottled("x", until=until)))
    due = world.store.next_due("gazette")
    assert due is not None
    slack = timedelta(minutes=30) * JITTER
    assert until + slack <= due <= until + 2 * slack, "a poll may come early by the slack, but not before"


def test_a_wait_without_end_is_capped_at_a_day(world: World) -> None:
    world.poll(Feed(error=SourceUnavailable("x", retry_after=1e9)))
    assert world.store.next_due("gazette") == NOW + timedelta(hours=24)


def test_a_source_that_keeps_failing_is_asked_less_often(world: World) -> None:
    waits = []
    for _ in range(8):
        world.poll(Feed(error=SourceUnavailable("x")))
        due = world.store.next_due("gazette")
        assert due is not None
        waits.append(due - NOW)
    assert waits[0] == timedelta(minutes=30)
    assert waits[-1] > waits[0] * 4


def test_a_refused_source_is_left_alone_for_a_day_or_until_somebody_restarts_the_service(
    world: World,
) -> None:
    world.poll(Feed(error=SourceRefused("sign in again")))
    assert world.store.next_due("gazette") == NOW + timedelta(hours=24)
    with world.store.transaction() as tx:
        tx.ask_refused_again()
    assert world.store.next_due("gazette") is None


def test_a_scan_that_gets_through_ends_the_daemons_wait(world: World) -> None:
    world.poll(Feed(error=SourceRefused("sign in again")))
    world.poll(Feed([[post(1)]]), from_cursor=False)
    assert world.store.next_due("gazette") == NOW


def test_a_reading_cut_short_by_a_stop_is_due_again_at_once(world: World) -> None:
    world.stop = lambda: True
    world.poll(Feed([[post(1)], [post(2)]]))
    assert world.store.next_due("gazette") == NOW


def test_a_date_in_the_future_does_not_hide_what_comes_after_it(world: World) -> None:
    world.poll(Feed([[post(1, created_at=NOW + timedelta(days=1))]]))
    assert world.store.coverage()["gazette"].newest_item_at == NOW


def test_a_connector_that_breaks_in_its_own_way_is_a_source_that_changed(world: World) -> None:
    class Broken:
        def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
            yield Page(posts=(post(1),))
            raise KeyError("secret words of a post")

    tally = world.poll(Broken())  # type: ignore[arg-type]
    assert (tally.state, tally.kept) == (SourceState.DEGRADED, 1)
    assert "secret" not in tally.note


def test_an_authorisation_that_ends_while_we_read_ends_the_reading(world: World) -> None:
    answers = iter([None, None, SourceRefused("over", state=SourceState.MISCONFIGURED)])

    def gate() -> None:
        if error := next(answers):
            raise error

    tally = world.poll(Feed([[post(1)], [post(2)], [post(3)]]), gate=gate)
    assert (tally.pages, tally.state) == (2, SourceState.MISCONFIGURED)


def test_a_stop_between_pages_is_heeded(world: World) -> None:
    world.stop = lambda: True
    assert world.poll(Feed([[post(1)], [post(2)]])).pages == 1


def test_nothing_newer_than_until_is_taken(world: World) -> None:
    tally = world.poll(Feed([[post(1), post(30)]]), until=NOW - timedelta(hours=24))
    assert tally.seen == 1


def test_coverage_says_how_far_back_a_source_reaches(world: World) -> None:
    world.poll(Feed([[post(1), post(5)]]))
    coverage = world.store.coverage()["gazette"]
    assert coverage.covered_from == NOW - timedelta(days=7)
    assert coverage.newest_item_at == NOW - timedelta(hours=1)
