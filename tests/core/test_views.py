"""Cases as people see them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from monitor.store.excerpts import EXCERPT
from monitor.store.views import excerpt
from monitor.types import Kind
from tests.core.world import CALDICOTT, COMMS, NUMBER, Feed, World, post


def row(text: str, spans: list[list[Any]], change: dict[str, Any] | None = None) -> Any:
    return SimpleNamespace(text=text, headline="A headline", spans=spans, change=change)


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt(row("All of\n it", [["text", 4, 6, "x"]])) == "All of it"


def test_a_long_text_is_shown_around_its_finding() -> None:
    text = "before " * 200 + "HERE " + "after " * 200
    shown = excerpt(row(text, [["text", text.index("HERE"), text.index("HERE") + 4, "x"]]))
    assert "HERE" in shown
    assert shown.startswith("… before")
    assert shown.endswith("after …")
    assert len(shown) <= EXCERPT + 4


def test_a_page_edit_is_shown_without_markup() -> None:
    old = (
        "== Criticism ==\nThe [[Care Quality Commission|CQC]] found '''failings'''.<ref>{{cite}}</ref> More."
    )
    shown = excerpt(row("summary", [["removed", 0, 60, "x"]], {"hunks": [{"old": old, "new": ""}]}))
    assert shown == "heading “Criticism”: The CQC found failings . [source: ?] More."


@pytest.mark.parametrize(
    ("spans", "shown"), [([["bio", 0, 3, "x"]], ""), ([], "words"), ([["title", 0, 1, "x"]], "A headline")]
)
def test_the_excerpt_is_of_the_part_that_the_finding_is_about(spans: list[list[Any]], shown: str) -> None:
    assert excerpt(row("words", spans)) == shown


def test_a_case_says_who_has_it_in_how_many_findings_and_places(world: World) -> None:
    world.recipients = (CALDICOTT, COMMS)
    posts = [post(n, f"WVFT {NUMBER} part {n}", kind=Kind.POST) for n in range(3)]
    world.poll(Feed([posts]))
    (item,) = world.desk().editor.preview(CALDICOTT).items
    assert (item.owner, item.findings, item.places) == ("Caldicott Guardian", 3, 1)
    assert item.excerpt == "WVFT [NHS number redacted] part 0"
    assert item.author == "@reporter"
