"""An edit drawn for the terminal: struck in red what went, bold in green what came; else by signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli import output
from monitor.types import Severity

if TYPE_CHECKING:
    from monitor.types import Passage, Piece

INDENT = 2
_URGENT = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold cyan",
    Severity.INFO: "dim",
}
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
        tell(console, passage_text(passage.pieces, coloured=in_colour(console)))


def tell(console: Console, text: Text, indent: int = INDENT) -> None:
    """Print a paragraph: on a terminal folded and indented as a whole, in a pipe as one line."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent), expand=False))
    else:
        console.print(Text(" " * indent) + text, soft_wrap=True)


def labelled(label: str, words: str) -> Text:
    """A paragraph that says first what it is. Control characters of strangers are taken out."""
    return Text.assemble((f"{label}: ", "bold"), output.plain(words))


def headline(severity: Severity, words: str) -> Text:
    """How soon somebody should look, and at what."""
    return Text.assemble((severity.upper(), _URGENT[severity]), "  ", (output.plain(words), "bold"))


def in_colour(console: Console) -> bool:
    """False in a pipe, and where NO_COLOR asks for none: then signs say what the colours would."""
    return console.color_system is not None and not console.no_color


def passage_text(pieces: Iterable[Piece], *, coloured: bool) -> Text:
    """The pieces as one text. Control characters of strangers are taken out."""
    whole, last = Text(), ""
    for piece in pieces:
        if coloured and (last, piece.was) == ("removed", "added") and not whole.plain[-1:].isspace():
            whole.append(" ")  # two words, of which only the colour would tell where one ends
        last = piece.was
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
