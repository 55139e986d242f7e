"""All that an edit does, by one table of recognisers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from monitor.types import Post
from rules.edits import Effect
from rules.edits.criticism import criticism
from rules.edits.edit import Edit
from rules.edits.events import events
from rules.edits.figures import numbers, ratings
from rules.edits.infobox import infobox
from rules.edits.interests import interests
from rules.edits.persons import personal_data
from rules.edits.references import references
from rules.edits.requests import requests
from rules.edits.whole import blanking, reverts, sections
from rules.edits.wording import insults, promotion, vandalism
from rules.names import Names

_RECOGNISERS: Sequence[Callable[[Edit], Iterator[Effect]]] = (
    personal_data,
    blanking,
    criticism,
    insults,
    ratings,
    references,
    sections,
    infobox,
    numbers,
    promotion,
    interests,
    vandalism,
    requests,
    events,
    reverts,
)
"""Worst first: what leads is told first."""


def effects_of(post: Post, names: Names) -> Sequence[Effect]:
    """The effects of the edit that a post carries, worst first, one of a kind; () for any other post.

    Judged are the edit's own lines and facts alone, so that a stored, masked change gives the same.
    """
    if post.change is None:
        return ()
    edit = Edit(post, post.change, names)
    found: dict[str, Effect] = {}
    for recognise in _RECOGNISERS:
        for effect in recognise(edit):
            found.setdefault(effect.kind, effect)
    return tuple(found.values())
