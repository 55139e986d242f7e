"""Posts that are handed in reach the pipeline page by page, up to where a file breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from connectors.intake import MOST_TOLD, PER_PAGE, Given, LeftOut
from monitor.errors import SourceChanged
from monitor.types import Post

Clock = Callable[[], datetime]


def posts(now: Clock, number: int, breaks: bool = False) -> Iterator[Post]:
    for name in range(number):
        yield Post(source="imports", platform="web", external_id=str(name), observed_at=now())
    if breaks:
        raise SourceChanged("the file breaks off")


@pytest.mark.parametrize("number", [0, 1, PER_PAGE, PER_PAGE + 1, 2 * PER_PAGE])
def test_every_post_comes_once_in_pages_of_a_bounded_size(now: Clock, number: int) -> None:
    pages = list(Given(posts(now, number)).pages(None, now()))
    assert [post.external_id for page in pages for post in page.posts] == [str(n) for n in range(number)]
    assert all(0 < len(page.posts) <= PER_PAGE for page in pages)


@pytest.mark.parametrize("number", [0, 1, PER_PAGE, PER_PAGE + 1])
def test_what_comes_before_a_break_is_not_lost(now: Clock, number: int) -> None:
    found: list[Post] = []

    def take() -> None:
        for page in Given(posts(now, number, breaks=True)).pages(None, now()):
            found.extend(page.posts)

    with pytest.raises(SourceChanged, match="breaks off"):
        take()
    assert len(found) == number


def test_no_more_than_a_page_is_taken_ahead(now: Clock) -> None:
    given = posts(now, 3 * PER_PAGE)
    next(Given(given).pages(None, now()))
    assert next(given).external_id == str(PER_PAGE)


def test_of_what_is_left_out_all_is_counted_and_some_told() -> None:
    left_out = LeftOut()
    for line in range(100):
        left_out.note(f"line {line}", "empty")
    assert (left_out.number, len(left_out.told), left_out.told[0]) == (100, MOST_TOLD, "line 0: empty")
