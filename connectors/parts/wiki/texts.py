"""The texts of many revisions in few questions, and never more of them in memory than one answer may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.parts.wiki.mediawiki import BATCH, Wiki
from connectors.parts.wiki.revision import Revision
from monitor.errors import SourceChanged

BYTES = 1_500_000
"""Wikitext that one question asks for: as JSON, and not packed, it stays below what `Http` takes."""


@dataclass(slots=True)
class Texts:
    """The texts of one page's revisions. `too_large` are those that no answer can hold."""

    wiki: Wiki
    too_large: set[int] = field(default_factory=set)
    _held: dict[int, str] = field(default_factory=dict)

    def compared(
        self, revisions: Sequence[Revision], sizes: Mapping[int, int], withheld: Iterable[int]
    ) -> Iterator[tuple[Sequence[Revision], Mapping[int, str]]]:
        """The revisions, some at a time, each time with their texts and those of their parents.

        `sizes` are bytes, by revision id, as far as they are known; `withheld` need not be asked for.
        """
        beyond = set(withheld) | self.too_large
        for some in _groups(revisions, sizes):
            wanted = {id_ for each in some for id_ in (each.parentid, each.revid)} - {0} - beyond
            # What was read last is, nearly always, the parent of what comes next.
            held = {id_: text for id_, text in self._held.items() if id_ in wanted}
            for ids in _questions(sorted(wanted - held.keys()), sizes):
                held |= self._read(ids, sizes)
            last = some[-1].revid
            self._held = {last: held[last]} if last in held else {}
            yield some, held

    def _read(self, ids: Sequence[int], sizes: Mapping[int, int]) -> Mapping[int, str]:
        try:
            return self.wiki.texts(ids)
        except SourceChanged:
            if len(ids) > 1 or sizes.get(ids[0], 0) <= BYTES:
                raise
            self.too_large.add(ids[0])
            return {}


def _groups(revisions: Sequence[Revision], sizes: Mapping[int, int]) -> Iterator[Sequence[Revision]]:
    """As many as have room for their texts and their parents'."""
    group: list[Revision] = []
    known: set[int] = set()
    for each in revisions:
        ids = {each.parentid, each.revid}
        if group and (len(group) == BATCH or _bytes(known | ids, sizes) > BYTES):
            yield group
            group, known = [], set()
        group.append(each)
        known |= ids
    if group:
        yield group


def _questions(ids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[Sequence[int]]:
    asked: list[int] = []
    for each in ids:
        if asked and (len(asked) == BATCH or _bytes({*asked, each}, sizes) > BYTES):
            yield asked
            asked = []
        asked.append(each)
    if asked:
        yield asked


def _bytes(ids: Iterable[int], sizes: Mapping[int, int]) -> int:
    return sum(sizes.get(each, 0) for each in ids)
