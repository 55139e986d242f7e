"""An edit drawn for the terminal: struck in red what went, bold in green what came; else by signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli import output

if TYPE_CHECKING:
    from monitor.types import Passage, Piece

NO_SECTION = "Before the first heading"
_STYLES = {"same": "", "removed": "red strike", "added": "bold green"}
_MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
_MARKUP = re.compile(r"<[^<>]{1,200}>|\{\{|\}\}|\[\[|\]\]|'{2,}|={2,}|\|")
"""Of wikitext, what nobody reads: it is dimmed."""


def draw(console: Console, passages: Iterable[Passage]) -> None:
    """Print the passages in their order, each heading once above those of its section."""
    section: str | None = ""
    for passage in passages:
        if passage.section != section:
            section = passage.section
            console.print(Text(f"\n{output.plain(section or NO_SECTION)}", style="bold cyan"))
        text = passage_text(passage.pieces, coloured=in_colour(console))
        console.print(
            Padding(text, (0, 0, 0, 2), expand=False) if console.is_terminal else text,
            soft_wrap=not console.is_terminal,
        )


def in_colour(console: Console) -> bool:
    """False in a pipe, and where NO_COLOR asks for none: then signs say what the colours would."""
    return console.color_system is not None and not console.no_color


def passage_text(pieces: Iterable[Piece], *, coloured: bool) -> Text:
    """The pieces as one text. Control characters of strangers are taken out."""
    whole = Text()
    for piece in pieces:
        before, after = ("", "") if coloured else _MARKS[piece.was]
        style = _STYLES[piece.was] if coloured else ""
        whole.append(before, style)
        for words, is_markup in _parted(output.plain(piece.text)):
            whole.append(words, f"{style} dim" if is_markup and coloured else style)
        whole.append(after, style)
    return whole


def _parted(text: str) -> Iterator[tuple[str, bool]]:
    """`text` in order, markup and words apart."""
    at = 0
    for match in _MARKUP.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match[0], True
        at = match.end()
    if at < len(text):
        yield text[at:], False
