"""Names that resemble the organisation's domains: which of them somebody has, and whether mail goes there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.parts.cursors import Cursors
from connectors.parts.dns import Lookup, NoAnswer, Records
from monitor.errors import SourceUnavailable
from monitor.ports import Clock
from monitor.types import DOMAIN, Account, Kind, Page, Post

AT_ONCE = 25
"""Names looked up before what was learnt is stored."""
PAUSE = 0.05
"""Seconds between two names: a resolver serves others, too."""
TAKES_MAIL = "Mail can be sent there."
HAS_ADDRESS = "It leads to a server."
ONLY_HELD = "Somebody holds it; it leads nowhere yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Domains:
    """Looks up `names`, some at a time; `own` are domains that are there for certain, the organisation's.

    The cursor says how far a round has come, so that a restart goes on with it.
    """

    source: str
    names: Sequence[str]
    own: Sequence[str]
    lookup: Callable[[], Lookup]
    now: Clock
    pause: Callable[[float], None] = field(default=time.sleep)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the names that somebody has. `since` says nothing of names.

        Raises SourceUnavailable where the resolver cannot be believed, or answers for less than half.
        """
        lookup = self.lookup()
        self._believe(lookup)
        wild: dict[str, bool] = {}
        unanswered = 0
        start = self._recall(cursor)
        for at in range(start, len(self.names), AT_ONCE):
            some = self.names[at : at + AT_ONCE]
            found, failed = self._looked_up(lookup, some, wild)
            if failed * 2 > len(some):
                raise SourceUnavailable(f"the resolver gave no answer for {failed} of {len(some)} names")
            unanswered += failed
            last = at + AT_ONCE >= len(self.names)
            note = _note(unanswered, len(self.names), wild)
            yield Page(posts=found, cursor=self._mark(0 if last else at + AT_ONCE), note=note)

    def _believe(self, lookup: Lookup) -> None:
        """Raises SourceUnavailable where the resolver knows what nobody has, or not what we have."""
        nobodys = f"{secrets.token_hex(12)}.com"
        try:
            if (answer := lookup.records(nobodys)) is not None and answer.used:
                raise SourceUnavailable("the resolver answers for names that nobody has: choose another")
            if self.own and not any(lookup.records(domain) for domain in self.own):
                raise SourceUnavailable("the resolver does not know your own domains: see that it works")
        except NoAnswer as error:
            raise SourceUnavailable(f"the resolver gives no answer ({error})") from None

    def _looked_up(
        self, lookup: Lookup, names: Sequence[str], wild: dict[str, bool]
    ) -> tuple[tuple[Post, ...], int]:
        """The names among these that somebody has, and for how many there was no answer."""
        found: list[Post] = []
        failed = 0
        for name in names:
            self.pause(PAUSE)
            try:
                records = lookup.records(name)
                if records and records.used and not _is_wild(lookup, name, wild):
                    found.append(self._post(name, records))
            except NoAnswer:
                failed += 1
        return tuple(found), failed

    def _post(self, name: str, records: Records) -> Post:
        says = [TAKES_MAIL] * records.mail + [HAS_ADDRESS] * records.address
        return Post(
            source=self.source,
            platform=DOMAIN,
            external_id=name,
            observed_at=self.now(),
            kind=Kind.PROFILE,
            title=name,
            text=" ".join(says) or ONLY_HELD,
            author=Account(platform=DOMAIN, external_id=name, handle=name),
        )

    @property
    def _cursors(self) -> Cursors:
        return Cursors.about(DOMAIN, *self.names)

    def _mark(self, following: int) -> str:
        return self._cursors.write(next=following)

    def _recall(self, cursor: str | None) -> int:
        return self._cursors.read(cursor, lambda held: int(held["next"])) or 0


def _note(unanswered: int, names: int, wild: dict[str, bool]) -> str:
    """What is to be known of a round: for which names nothing can be said."""
    zones = ", ".join(zone for zone, is_wild in wild.items() if is_wild)
    said = [f"no answer for {unanswered} of {names} names"] if unanswered else []
    said += [f"every name below {zones} leads somewhere, so nothing is said of those"] if zones else []
    return "; ".join(said)


def _is_wild(lookup: Lookup, name: str, known: dict[str, bool]) -> bool:
    """Whether the zone that a name stands in answers for every name: then nobody chose this one.

    Zones in which names are registered do not; those that somebody owns may.
    """
    zone = name.split(".", 1)[1]
    if zone not in known:
        answer = lookup.records(f"{secrets.token_hex(8)}.{zone}") if zone.count(".") else None
        known[zone] = answer is not None and answer.used
    return known[zone]
