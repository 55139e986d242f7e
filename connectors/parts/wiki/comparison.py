"""The comparison of two revisions, however it was come by: the hunks, and the sections before and after."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.parts.wiki.wikitext import Wikitext
from connectors.parts.wiki.worddiff import between
from monitor.types import Hunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed, and the names of the sections. Sizes are bytes of wikitext, None where unknown."""

    hunks: tuple[Hunk, ...] = ()
    sections_before: tuple[str, ...] = ()
    sections_after: tuple[str, ...] = ()
    size_before: int | None = None
    size_after: int | None = None


def compare(old: str, new: str) -> Comparison:
    """The comparison of two revisions' wikitext, made here."""
    was, now = Wikitext(old), Wikitext(new)
    return Comparison(
        hunks=between(was, now),
        sections_before=was.sections,
        sections_after=now.sections,
        size_before=len(old.encode()),
        size_after=len(new.encode()),
    )
