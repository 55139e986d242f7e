"""An edit that was put right since: its case comes down, and says so, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from monitor.store.casework.alerts import alerts_waiting
from monitor.store.tables import Case, Finding, table_of
from monitor.types import Change, Hunk, Kind, Lane, Pace, Post, Severity, Span, State
from monitor.types import Finding as Found
from tests.core.office import JO, case, desk, log
from tests.core.world import CLAUSE, COMMS, NUMBER, Feed, NumberRule, World, everything_stored, post

LOST = "The inspection found that the ward was unsafe."


def edit(number: int, removed: str = LOST, added: str = "", **more: Any) -> Post:
    """Edit `number` of the page of WVFT."""
    change = Change(
        page="WVFT", page_id="7", revision=str(number), hunks=(Hunk(old=removed, new=added),), **more
    )
    return replace(post(number, "WVFT tidied"), kind=Kind.PAGE_EDIT, change=change, author=None)


class LossRule:
    """High where text was removed, info once it was put back; NHS numbers as always."""

    silent_once_undone = False

    def evaluate(self, post: Post) -> Iterator[Found]:
        yield from NumberRule().evaluate(post)
        assert post.change is not None
        undone = post.change.reverted_by is not None
        if post.change.removed and not (undone and self.silent_once_undone):
            yield Found(
                rule_id="WIK-001",
                rule_version="1",
                title="Criticism taken off the page",
                post=post.key,
                category="wiki-criticism-removed",
                lane=Lane.COMMS,
                severity=Severity.INFO if undone else Severity.HIGH,
                confidence=0.8,
                reason="It has been put back." if undone else "It was taken off.",
                clauses=(CLAUSE.id,),
                # Another comparison of the same revisions may find it in other places.
                spans=(Span(0, 5, "removed_criticism", "removed"),) * (2 if undone else 1),
                pace=Pace.IMMEDIATE,
                route=("comms",),
            )


def watched(world: World, *posts: Post) -> None:
    world.poll(Feed([list(posts)]), keeps_everything=True)


def undone(given: Post) -> Post:
    assert given.change is not None
    return replace(given, change=replace(given.change, reverted_by="9"))


def cases(world: World) -> list[tuple[str, str]]:
    with world.store.reading() as connection:
        c = table_of(Case).c
        return [
            (row.severity, row.status)
            for row in connection.execute(select(c.severity, c.status).order_by(c.id))
        ]


def findings(world: World) -> list[tuple[str, str, str]]:
    c = table_of(Finding).c
    with world.store.reading() as connection:
        rows = connection.execute(select(c.rule_id, c.severity, c.reason).order_by(c.id))
        return [(row.rule_id, row.severity, row.reason) for row in rows]


def test_the_case_of_an_edit_that_was_put_back_comes_down_and_the_log_says_so(world: World) -> None:
    world.rules = LossRule()
    watched(world, edit(1))
    assert (cases(world), len(alerts_waiting(world.store))) == ([("high", "open")], 1)
    watched(world, undone(edit(1)))
    assert cases(world) == [("info", "open")]
    assert findings(world) == [("WIK-001", "info", "It has been put back.")]
    (entry,) = (entry for entry in log(desk(world)) if entry.action == "case.lowered")
    assert (entry.who, entry.details["severity"]) == ("trustwatch", "info")
    assert alerts_waiting(world.store) == [], "nobody is called at night for what is mended"


def test_what_its_rule_finds_no_more_stays_as_information(world: World) -> None:
    world.rules = LossRule()
    watched(world, edit(1))
    world.rules.silent_once_undone = True
    watched(world, undone(edit(1)))
    assert findings(world) == [("WIK-001", "info", "Another edit has put this right since.")]
    assert cases(world) == [("info", "open")]


def test_a_number_that_stands_in_the_history_of_the_page_stays_critical(world: World) -> None:
    world.rules = LossRule()
    watched(world, edit(1, removed="", added=f"Ring {NUMBER}"))
    watched(world, undone(edit(1, removed="", added=f"Ring {NUMBER}")))
    assert cases(world) == [("critical", "open")]


def test_another_edit_that_nobody_put_back_keeps_its_case_up(world: World) -> None:
    world.rules = LossRule()
    watched(world, edit(1), edit(2, removed="The board apologised."))
    (before,) = set(cases(world))
    watched(world, undone(edit(1)))
    assert ("high", "open") in cases(world)
    assert sorted(severity for _, severity, _ in findings(world)) == ["high", "info"]
    assert before == ("high", "open")


def test_a_closed_case_stays_closed(world: World) -> None:
    world.rules = LossRule()
    watched(world, edit(1))
    desk(world).answer(case(desk(world)), "decision", "no-action", JO)
    desk(world).close(case(desk(world)), JO)
    watched(world, undone(edit(1)))
    assert cases(world) == [("info", "closed")]


def test_an_edit_put_back_before_it_was_read_is_found_once_and_low(world: World) -> None:
    world.rules = LossRule()
    watched(world, undone(edit(1)))
    assert findings(world) == [("WIK-001", "info", "It has been put back.")]
    assert cases(world) == [("info", "open")]


def test_the_next_digest_says_it_once_and_not_that_the_post_was_edited(world: World) -> None:
    world.rules, world.recipients = LossRule(), (COMMS,)
    watched(world, edit(1))
    world.desk().make_due()
    world.desk().send_due()
    watched(world, undone(edit(1)))
    words = [update.words for update in world.desk().editor.preview(COMMS).updates]
    assert words == ["Case 1 was lowered to info: another edit has put the page right."]


def test_what_the_wiki_hides_between_two_polls_is_purged_with_the_edit_that_removed_it(world: World) -> None:
    world.rules = LossRule()
    watched(world, edit(1, removed="", added="A quillon rota"), edit(2, removed="A quillon rota"))
    lost = [replace(each.gone(State.WITHHELD), change=None) for each in (edit(1), edit(2))]
    watched(world, *lost)
    stored = everything_stored(world.store)
    assert "quillon" not in stored
    assert stored.count("withheld") >= 2
