"""The edits of one wiki page, oldest first, each with what it changed and what became of it since."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.parts.wiki.comparison import Comparison, compare
from connectors.parts.wiki.mediawiki import Wiki
from connectors.parts.wiki.reverts import RADIUS, Reverts, reverts
from connectors.parts.wiki.revision import Revision, WikiPage
from connectors.parts.wiki.texts import Texts

FEW, LARGE = 3, 50_000
"""So many edits of a page of so many bytes are compared by the wiki itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One revision and what it did. `hidden` names what the wiki withholds, "parent" the text before it.

    `is_lost` says that its words, or those it removed, were read once and are withheld now.
    """

    revision: Revision
    comparison: Comparison = field(default_factory=Comparison)
    size_before: int | None = None
    reverts: bool = False
    reverted_by: str | None = None
    repeats: str | None = None
    hidden: tuple[str, ...] = ()
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Some edits, and the last revision up to which all were given; None where a gap is left before it."""

    page: WikiPage
    edits: tuple[Edit, ...]
    last: int | None


@dataclass(slots=True)
class History:
    """Reads the edits of a page from `start` on: after a revision that is known, or since a moment.

    `watched` is since when its edits are given: of what came before, none is given again. `withheld` are
    those of its latest revisions whose text was hidden when they were read, None where that is not known.
    """

    wiki: Wiki
    page_id: int
    start: int | datetime
    watched: datetime
    withheld: frozenset[int] | None = frozenset()
    texts: Texts = field(init=False)
    _past: deque[Revision] | None = None

    def __post_init__(self) -> None:
        self.texts = Texts(self.wiki)

    def batches(self) -> Iterator[Batch]:
        """The new edits, with those before them that they put right, or that the wiki has hidden meanwhile.

        Raises SourceError; NoSuchRevision where the one that is known was deleted for good.
        """
        for page in self.wiki.history(self.page_id, self.start):
            # A start by revision id is inclusive: the last one known comes again.
            fresh = [revision for revision in page.revisions if revision.revid != self.start]
            if not fresh:
                continue
            if self._past is None:
                self._past = self._before(fresh[0])
                lost = tuple(self._lost(self._past))
                self.withheld = _withheld(self._past)
                if lost:
                    yield Batch(page, lost, None)
            self.withheld = _withheld([*self._past, *fresh][-RADIUS:])
            yield from self._compared(page, fresh, self._past)
            self._past.extend(fresh)

    def _before(self, first: Revision) -> deque[Revision]:
        earlier = self.wiki.before(self.page_id, first.revid) if first.parentid else ()
        return deque(reversed(earlier), maxlen=RADIUS)

    def _lost(self, past: Sequence[Revision]) -> Iterator[Edit]:
        """Of a revision hidden since, the edit after it as well: what it removed stands in its comparison."""
        news = frozenset[int]() if self.withheld is None else _withheld(past) - self.withheld
        for revision in past:
            if self._was_given(revision) and not news.isdisjoint({revision.revid, revision.parentid}):
                yield Edit(revision=revision, is_lost=True)

    def _was_given(self, revision: Revision) -> bool:
        return revision.timestamp is not None and revision.timestamp >= self.watched

    def _compared(
        self, page: WikiPage, fresh: Sequence[Revision], past: Sequence[Revision]
    ) -> Iterator[Batch]:
        run = [*past, *fresh]
        known = {revision.revid: revision for revision in run}
        found, ids = reverts(run), {revision.revid for revision in fresh}
        again = [each for each in past if found.undone.get(each.revid) in ids and self._was_given(each)]
        sizes = {revision.revid: revision.size or 0 for revision in run}
        todo = [*again, *fresh]
        while 0 < len(todo) <= FEW and (theirs := self._compared_there(todo[0], known)):
            edit = self._edit(todo.pop(0), theirs, known, found, ())
            yield Batch(page, (edit,), edit.revision.revid if edit.revision.revid in ids else None)
        for some, texts in self.texts.compared(todo, sizes, _withheld(run)):
            edits = tuple(self._edit_here(each, texts, known, found) for each in some)
            new = [each.revid for each in some if each.revid in ids]
            yield Batch(page, edits, new[-1] if new else None)

    def _compared_there(self, revision: Revision, known: Mapping[int, Revision]) -> Comparison | None:
        """What the wiki says that a revision of a large page changed, which saves fetching two texts.

        Of a smaller page the texts tell more: in which template a value lies.
        """
        parent = known.get(revision.parentid)
        if parent is None or _withheld((parent, revision)):
            return None
        is_large = min(parent.size or 0, revision.size or 0) >= LARGE
        return self.wiki.comparison(parent.revid, revision.revid) if is_large else None

    def _edit_here(
        self, revision: Revision, texts: Mapping[int, str], known: Mapping[int, Revision], found: Reverts
    ) -> Edit:
        old = texts.get(revision.parentid) if revision.parentid else ""
        new = texts.get(revision.revid)
        # Half a comparison would read as a removal.
        ours = Comparison() if old is None or new is None else compare(old, new)
        return self._edit(revision, ours, known, found, self._hidden(revision, old, new))

    @staticmethod
    def _edit(
        revision: Revision,
        comparison: Comparison,
        known: Mapping[int, Revision],
        found: Reverts,
        hidden: tuple[str, ...],
    ) -> Edit:
        parent = known.get(revision.parentid)
        undone_by, repeats = found.undone.get(revision.revid), found.repeats.get(revision.revid)
        signed = {"user": revision.user, "comment": revision.comment}
        return Edit(
            revision=revision,
            comparison=comparison,
            size_before=parent.size if parent else None if revision.parentid else 0,
            reverts=revision.revid in found.reverts,
            reverted_by=str(undone_by) if undone_by else None,
            repeats=str(repeats) if repeats else None,
            hidden=(*hidden, *(name for name, value in signed.items() if value is None)),
        )

    def _hidden(self, revision: Revision, old: str | None, new: str | None) -> tuple[str, ...]:
        """Which of the two texts is withheld. One that is only too large to be read is not."""
        shown = {
            "parent": old is not None or revision.parentid in self.texts.too_large,
            "text": new is not None or revision.revid in self.texts.too_large,
        }
        return tuple(name for name, is_shown in shown.items() if not is_shown)


def _withheld(revisions: Iterable[Revision]) -> frozenset[int]:
    return frozenset(revision.revid for revision in revisions if "text" in revision.hidden)
