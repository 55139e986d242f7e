"""Whether the public can still read what was read once: revisions and log entries, asked about again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.parts.wiki.logentry import LOG
from connectors.parts.wiki.mediawiki import BATCH, Wiki
from connectors.parts.wiki.revision import Revision
from monitor.types import State


@dataclass(frozen=True, slots=True)
class Visibility:
    """Asks the wiki about names as posts carry them. Every question may raise a SourceError."""

    wiki: Wiki

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the wiki has deleted, or of which it hides more than when they were read."""
        yield from self._revisions([name for name in ids if not name.startswith(LOG)])
        for name in ids:
            if name.startswith(LOG) and self._is_gone(name):
                yield name, State.WITHHELD

    def _revisions(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        known = {int(revision): (name, was) for name in ids for revision, _, was in [name.partition("-")]}
        for start in range(0, len(known), BATCH):
            batch = list(known)[start : start + BATCH]
            found = {revision.revid: revision for revision in self.wiki.revisions(batch)}
            parents = self._hidden_parents(found)
            for number in batch:
                name, was = known[number]
                if number not in found:
                    yield name, State.DELETED
                elif (found[number].hidden | parents[number]) - set(was.split(",")):
                    yield name, State.WITHHELD

    def _hidden_parents(self, found: Mapping[int, Revision]) -> Mapping[int, frozenset[str]]:
        """By revision: {"parent"} where the text before it cannot be read any more, else nothing."""
        others = sorted({revision.parentid for revision in found.values()} - found.keys() - {0})
        known = [*found.values(), *(self.wiki.revisions(others) if others else ())]
        readable = {0, *(revision.revid for revision in known if "text" not in revision.hidden)}
        return {
            number: frozenset() if revision.parentid in readable else frozenset({"parent"})
            for number, revision in found.items()
        }

    def _is_gone(self, name: str) -> bool:
        """True where the log does not show the entry at its moment any more, or hides more of it."""
        number, moment, was, title = name.removeprefix(LOG).split("|", 3)
        if not moment:
            return False
        for entry in self.wiki.log(title, datetime.fromisoformat(moment)):
            if entry.logid == int(number):
                return bool(entry.hidden - set(was.split(",")))
        return True
