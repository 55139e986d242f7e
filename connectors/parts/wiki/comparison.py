"""The comparison of two revisions, however it was come by: the hunks, and the sections before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.parts.wiki.wikitext import Wikitext
from connectors.parts.wiki.worddiff import between
from monitor.types import Change, Hunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed, and the names of the sections. Sizes are bytes of wikitext, None where unknown."""

    hunks: tuple[Hunk, ...] = ()
    sections_before: tuple[str, ...] = ()
    sections_after: tuple[str, ...] = ()
    size_before: int | None = None
    size_after: int | None = None

    def within(self, change: Change) -> Change:
        """The change with what was compared; sizes that are not known here stay as they were."""
        return replace(
            change,
            hunks=self.hunks,
            sections_before=self.sections_before,
            sections_after=self.sections_after,
            size_before=change.size_before if self.size_before is None else self.size_before,
            size_after=change.size_after if self.size_after is None else self.size_after,
        )


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
