"""Nothing found is believed only where the canary came through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from monitor.errors import SourceUnavailable
from monitor.store import Store
from monitor.types import SourceState
from tests.core.world import Feed, World, post

SINGS = Feed([[post(100, "somebody else's words")]])


def mentions(store: Store) -> int:
    return store.totals()["kept"]


@pytest.mark.parametrize("pages", [[], [[]], [[], []]])
def test_an_empty_answer_with_a_silent_canary_is_a_source_that_changed(
    world: World, pages: list[list[object]]
) -> None:
    silent = Feed([[]])
    feed = Feed(pages, cursors=["far on", "farther on"])  # type: ignore[arg-type]
    tally = world.poll(feed, canary=silent)
    assert (tally.state, tally.note.split(":")[0]) == (
        SourceState.DEGRADED, "answered with nothing, also to its canary",
    )  # fmt: skip
    assert world.store.cursor("gazette") is None, "what was not believed moves no cursor"


def test_an_empty_answer_is_believed_where_the_canary_sings(world: World) -> None:
    tally = world.poll(Feed([[]], cursors=["far on"]), canary=SINGS)
    assert tally.state is SourceState.EMPTY
    assert world.store.cursor("gazette") == "far on"
    assert (tally.seen, mentions(world.store)) == (0, 0), "nothing of the canary is kept or counted"


def test_a_canary_is_asked_without_a_cursor_and_at_least_as_far_back_as_the_source(world: World) -> None:
    canary = Feed([[post(1)]])
    world.poll(Feed([[]], cursors=["far on"]), canary=canary)
    world.poll(Feed([[]]), canary=canary, since=world.at - timedelta(hours=1), from_cursor=False)
    assert canary.asked == [(None, world.at - timedelta(days=7))] * 2


def test_where_something_came_the_canary_is_left_alone(world: World) -> None:
    canary = Feed([[]])
    tally = world.poll(Feed([[], [post(1)], []], cursors=[None, None, "c"]), canary=canary)
    assert (tally.state, tally.pages, canary.asked) == (SourceState.OK, 3, [])
    assert world.store.cursor("gazette") == "c"


def test_a_source_that_fails_is_not_doubted_as_well(world: World) -> None:
    canary = Feed([[]])
    tally = world.poll(Feed([[]], error=SourceUnavailable("timed out")), canary=canary)
    assert (tally.note, canary.asked) == ("timed out", [])


def test_a_canary_that_cannot_be_asked_leaves_the_reading_in_doubt(world: World) -> None:
    with capture_logs():
        tally = world.poll(Feed([[]]), canary=Feed(error=SourceUnavailable("canary timed out")))
    assert (tally.state, tally.note) == (SourceState.DEGRADED, "canary timed out")


def test_a_stop_asks_no_canary(world: World) -> None:
    canary = Feed([[]])
    world.stop = lambda: True
    world.poll(Feed([[], []]), canary=canary)
    assert canary.asked == []
