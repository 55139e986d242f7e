"""An edit of a wiki page as a mail shows it: its passages, with what was removed and added said in words.

Colour and strokes come on top of the words, for whoever sees them; both parts of a mail say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

from markupsafe import Markup, escape

from alerts.text import defang, shorten
from monitor.editors import described
from monitor.passages import fitting
from monitor.types import Briefing, Item, Passage, Piece, Was

PLACES = 3
"""Places of an edit in one mail; more are counted."""

_LONGEST = 400
"""Characters of one piece, whatever comes."""

_END = Piece("", "same")

Excerpts = Callable[[Item], tuple[Passage, ...]]


def longest_edit(longest: int) -> int:
    """How much of an edit is shown where posts are quoted up to `longest` characters: it has two sides."""
    return longest * 4 // 3


def passages_within(longest: int) -> Excerpts:
    """What gives the passages of an item, for a mail that quotes posts up to `longest` characters."""
    return partial(_within, budget=longest_edit(longest))


def _within(item: Item, budget: int) -> tuple[Passage, ...]:
    if not budget or item.purged_for or not item.mailable:
        return ()
    return tuple(fitting(item.passages, budget, PLACES))


def told(passage: Passage) -> str:
    """The passage in plain text: what was taken out as [removed: ...], what was put in as [added: ...]."""
    said = ((text if was == "same" else f"[{was}: {text}]") + space for text, was, space in _pieces(passage))
    return "".join(said).rstrip()


def marked(passage: Passage) -> Markup:
    """The same as HTML: struck through on red, bold on green."""
    return Markup("").join(_marked(text, was) + space for text, was, space in _pieces(passage)).rstrip()


_TOLD = {
    "removed": Markup('<span class="label">removed:</span> <del class="out">{}</del>'),
    "added": Markup('<span class="label">added:</span> <ins class="in">{}</ins>'),
}


def _marked(text: str, was: Was) -> Markup:
    return escape(text) if was == "same" else _TOLD[was].format(text)


def _pieces(passage: Passage) -> Iterator[tuple[str, Was, str]]:
    """The pieces, made safe to print, each with the space behind it; none is empty."""
    shown = [(text, piece) for piece in passage.pieces if (text := shorten(defang(piece.text), _LONGEST))]
    for (text, piece), (_, after) in pairwise([*shown, ("", _END)]):
        apart = after.was != "same" or piece.text[-1:].isspace() or after.text[:1].isspace()
        yield text, piece.was, " " if apart else ""


def more(passage: Passage) -> str:
    """How many places are left out after this one, as words; empty for none."""
    if not passage.more:
        return ""
    return f"and {passage.more} more {'place' if passage.more == 1 else 'places'} of this edit"


def editor_line(item: Item, briefing: Briefing) -> str:
    """What can honestly be said of who made the edit; empty where there is nothing."""
    if item.editor is None or item.purged_for or not item.mailable:
        return ""
    return f"Editor: {described(item.editor, item.author, briefing.networks)}"
