"""Why a case is or is not in somebody's digest, in plain sentences. Looks at everything, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor.briefing import Editor
from monitor.store.explaining import Facts, ToldBy, facts_of, mention_at
from monitor.store.routing import REFUSED, SUPERSEDED
from monitor.store.views import Selection
from monitor.types import Briefing, Digest, Edition, Recipient

CONDITIONS = {
    "sent": "sent",
    "owed": "not sent yet",
    "claimed": "being sent",
    "refused": "refused",
    "skipped": "never sent: it was skipped",
}
"""What became of a mail, by its state in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case is in the next digest or not; `case` is None for what is none."""

    case: int | None
    included: bool
    words: str


@dataclass(frozen=True)
class Explainer:
    """Explains the next digest of one recipient. `compose` puts a briefing in order."""

    editor: Editor
    recipient: Recipient
    compose: Callable[[Briefing], Digest]
    edition: Edition | None = None

    @cached_property
    def _wanted(self) -> Selection:
        return self.editor.wanted(self.recipient, self.edition)

    @cached_property
    def _digest(self) -> Digest:
        return self.compose(self.editor.preview(self.recipient, edition=self.edition))

    def case(self, number: int) -> Reason:
        """Why this case is in the digest or not. One of the protected lane is as if it were not there."""
        with self.editor.store.reading() as connection:
            found = facts_of(connection, self.recipient.address, (number,))
        return next(iter(self._reasons(found)), _unknown(number))

    def everything(self) -> list[Reason]:
        """The same of every case that is open, or owed to the recipient, in the lanes they are told of."""
        with self.editor.store.reading() as connection:
            found = facts_of(connection, self.recipient.address)
        lanes = self._wanted.lanes
        return list(self._reasons([facts for facts in found if facts.lane in lanes]))

    def address(self, url: str) -> list[Reason]:
        """Why what stands at that address is in the digest or not: its cases, or why it is none."""
        with self.editor.store.reading() as connection:
            met = mention_at(connection, url)
        if met is None:
            return [Reason(case=None, included=False, words="No mention with that address is stored.")]
        if met.cases:
            return [self.case(number) for number in met.cases]
        told = [(number, rule, on) for number, rule, lane, on in met.hidden if lane in self._wanted.lanes]
        if told:
            return [
                _none(f"Not a case: filter {number} hides what {rule} found, until {on:%d %b %Y}.")
                for number, rule, on in told
            ]
        if met.purged_for:
            return [_none(f"Not a case: it met no rule, and its words were purged ({met.purged_for}).")]
        return [_none("Not a case: it met no rule. It is listed once, among the mentions without a finding.")]

    # -- one case ---------------------------------------------------------------------------------

    def _reasons(self, found: list[Facts]) -> Iterator[Reason]:
        for facts in found:
            yield self._why_not(facts) or self._where(facts, self._digest)

    def _why_not(self, facts: Facts) -> Reason | None:
        """The first thing that keeps a case out; None where nothing does."""
        for left_out in (self._elsewhere, self._settled, self._unasked):
            if words := left_out(facts):
                return Reason(case=facts.number, included=False, words=f"Not in it: {words}.")
        return None

    def _elsewhere(self, facts: Facts) -> str | None:
        """It is somebody else's."""
        if facts.merged_into is not None:
            return f"it was merged into case {facts.merged_into}, which is told instead"
        if facts.owed and facts.owed <= {SUPERSEDED}:
            return f"superseded, {self._stands_in()}"
        if not self._wanted.roles:
            return f"this recipient is away, {self._stands_in()}"
        if facts.lane not in self._wanted.lanes:
            return f"the {facts.lane} lane is not told to {self._names(self._wanted.roles)}"
        if not facts.owed:
            return f"it is for the {self._names(facts.route)}, and nothing of it is owed to this recipient"
        if facts.owed <= {REFUSED, SUPERSEDED}:
            return (
                f"its route was refused: the {facts.lane} lane was outside the roles of this recipient then"
            )
        return None

    def _stands_in(self) -> str:
        acting = self.editor.acting(self.editor.day()).directory
        place = self.recipient.address
        deputies = {r.address for r in acting.recipients if r.stands_for == place}
        return f"{', '.join(sorted(deputies))} stands in" if deputies else "somebody else holds the role now"

    def _settled(self, facts: Facts) -> str | None:
        """It is over, and was told; or this edition holds no case at all."""
        if self._digest.briefing.edition is Edition.MONTHLY:
            return "the month's edition holds key figures and no case"
        if facts.status == "open" or "owed" in facts.owed:
            return None
        when = f" on {self._day(facts.closed_at)}" if facts.closed_at else ""
        return f"closed{when} ({facts.outcome or 'no outcome'}); {self._told(facts)}"

    def _unasked(self, facts: Facts) -> str | None:
        """Its time has not come, or the recipient did not ask for such cases."""
        if facts.weekly and not self._wanted.weekly:
            return "only weekly rules found it, so it waits for the first digest of next week"
        if not self._wanted.asked(facts.lane, facts.severity, facts.category):
            asked = f"below what was asked for (severity {facts.severity}, category {facts.category})"
            return f"{asked}; a new one is counted there, `monitor cases show {facts.number}` has it"
        return None

    def _where(self, facts: Facts, digest: Digest) -> Reason:
        """In which part of the digest it is, and what was told before."""
        number = facts.number
        parts = [("to decide today", digest.decide), ("still open", digest.still_open)]
        parts += [(f"new, {block.heading}", block.items) for block in digest.new]
        part = next((name for name, items in parts if any(item.number == number for item in items)), None)
        known = any(item.number == number for item in digest.briefing.items)
        if not known:  # it came or went between two looks
            return Reason(case=number, included=False, words="Not in it: it changed just now, ask again.")
        told = self._told(facts)
        purged = f"; its words were purged ({facts.purged_for})" if facts.purged_for else ""
        if part is None:
            words = f"Counted only: beyond the cap, it is among “and n more”; {told}{purged}."
            return Reason(case=number, included=False, words=words)
        return Reason(case=number, included=True, words=f"In it: {part}; {told}{purged}.")

    def _told(self, facts: Facts) -> str:
        """By which mails it was told, the latest last."""
        if not facts.mails:
            return "not told before"
        *_, last = facts.mails
        return f"told {self._mail(last)}" + (", and more is owed of it" if "owed" in facts.owed else "")

    def _mail(self, mail: ToldBy) -> str:
        what = CONDITIONS.get(mail.status, mail.status)
        return f"on {self._day(mail.made_at)} by the {mail.kind} of {mail.window} ({mail.message_id}, {what})"

    def _names(self, roles: Iterable[str]) -> str:
        """What the roles are called."""
        return ", ".join(map(self.editor.title, sorted(roles)))

    def _day(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.editor.zone):%d %b %Y}"


def _unknown(number: int) -> Reason:
    return Reason(case=number, included=False, words="There is no such case.")


def _none(words: str) -> Reason:
    return Reason(case=None, included=False, words=words)
