"""Which edits put back an earlier text, and which of those before were put right by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.parts.wiki.revision import Revision

RADIUS = 50
"""A revision equal to one of that many before it is a revert."""
_REVERTS = {"mw-undo", "mw-rollback", "mw-manual-revert"}
_REVERTED = "mw-reverted"
# Tags of MediaWiki itself: https://www.mediawiki.org/wiki/Manual:Reverts


@dataclass(frozen=True, slots=True)
class Reverts:
    """By revision id: those that are `reverts`, and by which one each of the `undone` was put right.

    `repeats` is which undone revision's text each of them brings back.
    """

    reverts: frozenset[int]
    undone: Mapping[int, int]
    repeats: Mapping[int, int]


def is_tagged(revision: Revision) -> bool:
    """True where the wiki itself calls it a revert."""
    return not _REVERTS.isdisjoint(revision.tags)


def reverts(run: Sequence[Revision]) -> Reverts:
    """What the revisions of a page, oldest first, put back of one another.

    Who repeats an edit that was undone reverts nothing, whatever the wiki's tags say: it is that edit again.
    """
    found: set[int] = set()
    undone: dict[int, int] = {}
    repeats: dict[int, int] = {}
    for position, revision in enumerate(run):
        earlier = run[max(0, position - RADIUS) : position]
        same = _same_text(revision, earlier)
        if same is not None and earlier[same].revid in undone:
            repeats[revision.revid] = earlier[same].revid
            continue
        between = earlier[same + 1 :] if same is not None else _marked(revision, earlier, undone)
        if between or is_tagged(revision):
            found.add(revision.revid)
        undone |= {each.revid: revision.revid for each in between if each.revid not in undone}
    return Reverts(frozenset(found), undone, repeats)


def _same_text(revision: Revision, earlier: Sequence[Revision]) -> int | None:
    """Where the last revision before it with the same text stands; the parent, left as it was, too."""
    places = (n for n in reversed(range(len(earlier))) if earlier[n].sha1 == revision.sha1)
    return next(places, None) if revision.sha1 else None


def _marked(revision: Revision, earlier: Sequence[Revision], undone: Mapping[int, int]) -> Sequence[Revision]:
    """The edit that a revert took out of the middle: the last that the wiki calls reverted."""
    if not is_tagged(revision):
        return ()
    marked = [each for each in earlier if _REVERTED in each.tags and each.revid not in undone]
    return marked[-1:]
