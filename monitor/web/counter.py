"""The counter where links are handed in: showing changes nothing, acting happens once.

Mail programs and scanners open every link, so a look (GET) only reads. A deed runs in one transaction with
the row that uses the link up, after that row: whoever comes second finds it and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from alerts import edits, wording
from monitor.access import Person, addressee
from monitor.casework import Casework
from monitor.casework.desk import how_to
from monitor.clocks import Clocks
from monitor.config import Organisation
from monitor.errors import AccessRefused, CaseRefused
from monitor.links import Link, LinkForged, Links
from monitor.store.casework.casefiles import OPEN, CaseFile, case_file, changes_after
from monitor.store.evidence import evidence_of
from monitor.store.people.absences import away_on
from monitor.store.spentlinks import Spent, spend, spent_by
from monitor.store.views import items_of
from monitor.store.writing import Transaction
from monitor.types import Actor, Briefing, Clause, Item, Recipient
from monitor.web.deeds import DEEDS, NAMED, Deed
from monitor.web.pages import Rendered, Site
from rules.identifiers import identifier_in
from rules.process import Step

log = structlog.get_logger("monitor.web")

REASON = 500
"""Characters of a reason, at most."""


class Turned(Exception):
    """What was asked is answered by a page that says why not."""

    def __init__(self, page: Rendered) -> None:
        super().__init__(page.status)
        self.page = page


class Stale(Exception):
    """The case is not as it stood on the page that the form came from."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A link that works, the case it is of, and who came by it, in which role."""

    link: Link
    case: CaseFile
    recipient: Recipient
    person: Person
    token: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in: which deed, why, and at which change of the case they looked."""

    deed: str = ""
    reason: str = ""
    seen: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Filled:
        """A form as it came."""
        return cls(form.get("deed", ""), " ".join(form.get("reason", "").split()), form.get("seen", ""))


@dataclass(frozen=True, slots=True)
class Counter:
    """One installation's links, and what is done when one is handed in."""

    links: Links
    desk: Casework
    organisation: Organisation
    clauses: Mapping[str, Clause]
    titles: Mapping[str, str]
    site: Site

    def show(self, token: str) -> Rendered:
        """What the link is about and what may be done. Changes nothing. Raises StoreError."""
        try:
            return self._case(self._visit(token), Filled())
        except Turned as turned:
            return turned.page

    def take(self, token: str, form: Mapping[str, str]) -> Rendered:
        """Do what the form says, or say why not. Raises StoreError, and then nothing is done."""
        try:
            visit, filled = self._visit(token), Filled.of(form)
            by = self._actor(visit)
            deed = self._checked(visit, filled)
            return self._do(visit, deed, by, filled)
        except Turned as turned:
            return turned.page

    def picture(self, token: str, number: int) -> bytes | Rendered:
        """The picture evidence of that number (from 1) on the page of the link, PNG. Raises StoreError.

        It follows its case's lane: whoever is only told of the case does not see it.
        """
        try:
            visit = self._visit(token)
        except Turned as turned:
            return turned.page
        if not visit.person.sees(visit.case.lane):
            return self.site.unknown()
        with self.desk.store.reading() as connection:
            kept = evidence_of(connection, visit.case.number)
        return kept[number - 1].crop.png if 0 < number <= len(kept) else self.site.unknown()

    # -- who came, with what ----------------------------------------------------------------------

    def _visit(self, token: str) -> Visit:
        try:
            link = self.links.opened(token)
        except LinkForged:
            raise Turned(self.site.unknown()) from None
        now = self.desk.now()
        if now >= link.expires_at:
            raise Turned(self._expired(link))
        with self.desk.store.reading() as connection:
            spent, case = spent_by(connection, link.key), case_file(connection, link.case)
            away = away_on(connection, self.organisation.day(now))
        if spent is not None:
            raise Turned(self._spent(link, spent))
        today = self.desk.directory.today(away).recipients
        told = next((row for row in today if self.links.who(row) == link.who), None)
        if told is None or case is None:
            raise Turned(self._nobodys(link))
        return Visit(link, case, told, addressee(told, today, case.lane), token)

    def _actor(self, visit: Visit) -> Actor:
        try:
            return self.desk.look(visit.case.number, visit.person)[1]
        except (AccessRefused, LookupError):
            raise Turned(self._case(visit, Filled(), 403)) from None

    def _checked(self, visit: Visit, filled: Filled) -> Deed:
        """The deed that was chosen, where it can be done as filled in. Raises Turned."""
        if filled.seen != str(visit.case.state.changes):
            raise Turned(self._case(visit, replace(filled, deed=""), 409, _CHANGED))
        deed = NAMED.get(filled.deed)
        if deed is None:
            raise Turned(self._case(visit, filled, 422, "Choose what you want to do."))
        if deed.needs_reason and not filled.reason:
            raise Turned(self._case(visit, filled, 422, "Say why in a few words."))
        if len(filled.reason) > REASON:
            shorter = replace(filled, reason=filled.reason[:REASON])
            raise Turned(self._case(visit, shorter, 422, f"Use at most {REASON} characters for the reason."))
        if label := identifier_in(filled.reason, self.organisation):
            what = f"The reason seems to hold personal data ({label}): write it without."
            raise Turned(self._case(visit, replace(filled, reason=""), 422, what))
        return deed

    # -- doing it ---------------------------------------------------------------------------------

    def _do(self, visit: Visit, deed: Deed, by: Actor, filled: Filled) -> Rendered:
        once = replace(self.desk, store=self.desk.store.after(partial(self._spend, visit, deed, by)))
        try:
            deed.do(once, visit.case, by, filled.reason)
        except Stale:
            return self.take_again(visit, filled)
        except CaseRefused as refused:
            return self._case(visit, filled, 409, _sentence(str(refused).splitlines()[0]))
        log.info("link used", case=visit.case.number, deed=deed.key, role=by.role)
        return self._done(visit, deed, by)

    def take_again(self, visit: Visit, filled: Filled) -> Rendered:
        """The page with the case as it stands now, for somebody who was overtaken."""
        with self.desk.store.reading() as connection:
            case = case_file(connection, visit.case.number) or visit.case
        return self._case(replace(visit, case=case), replace(filled, deed=""), 409, _CHANGED)

    def _spend(self, visit: Visit, deed: Deed, by: Actor, tx: Transaction) -> None:
        """Use the link up, first of all. Raises Turned where it was, Stale where the case moved on."""
        now, link = self.desk.now(), visit.link
        if not spend(tx, Spent(link.key, deed.key, by.role, now, link.expires_at)):
            spent = spent_by(tx.connection, link.key)
            raise Turned(self._spent(link, spent) if spent else self._expired(link))
        case = case_file(tx.connection, link.case)
        if case is None or case.state.changes != visit.case.state.changes:
            raise Stale
        tx.besides["by"] = "link"

    # -- pages ------------------------------------------------------------------------------------

    def _case(self, visit: Visit, filled: Filled, status: int = 200, problem: str = "") -> Rendered:
        case, briefing = visit.case, self._briefing()
        may = visit.person.sees(case.lane)
        return self.site.page(
            status,
            "case.html.j2",
            case=case,
            item=self._item(visit),
            token=visit.token,
            times=partial(wording.times, briefing=briefing),
            age=partial(wording.age, briefing=briefing),
            editor_line=partial(edits.editor_line, briefing=briefing),
            role=self.titles.get(visit.recipient.role, visit.recipient.role),
            until=self._moment(visit.link.expires_at),
            changed=[*self._changes(visit)],
            standing_now=self._standing(case),
            owner=self.titles.get(case.state.owner, case.state.owner),
            deeds=self._offered(visit) if may and case.state.status == OPEN else (),
            unanswered=self._unanswered(case),
            todo=self._to_do(case) if problem and filled.deed == "handled" else (),
            may=may,
            filled=filled,
            problem=problem,
        )

    def _unanswered(self, case: CaseFile) -> tuple[Step, ...]:
        """The questions that keep the case from being closed."""
        return () if self.desk.may_skip(case) else self.desk.open_steps(case)

    def _to_do(self, case: CaseFile) -> list[tuple[str, list[str]]]:
        """Each of them, with the commands that answer it."""
        return [(step.asks, [*how_to(case, step, self.desk.process)]) for step in self._unanswered(case)]

    def _offered(self, visit: Visit) -> list[Deed]:
        """What makes sense now: nobody can take what somebody is at work on."""
        held = visit.case.state.holder(self.desk.now())
        return [deed for deed in DEEDS if held is None or deed.key != "mine"]

    def _item(self, visit: Visit) -> Item | None:
        """The case as the mail showed it: without what was found since."""
        made = visit.link.made_at + timedelta(seconds=1)  # a link counts in whole seconds
        clocks = Clocks(self.desk.zone, self.desk.now())
        number = visit.case.number
        item = items_of(self.desk.store, [number], self.clauses, clocks, found_by=made).get(number)
        return replace(item, is_new=False) if item else None

    def _changes(self, visit: Visit) -> Iterator[str]:
        """What was done about the case since the mail was made, and in which role."""
        with self.desk.store.reading() as connection:
            entries = changes_after(connection, visit.case.number, visit.link.made_at)
        for entry in entries:
            what = entry.action.removeprefix("case.").replace("_", " ")
            yield f"{self._moment(entry.at)}: {what}, by {self.titles.get(entry.role, entry.role)}"

    def _standing(self, case: CaseFile) -> tuple[str, tuple[tuple[str, str], ...]]:
        """How the case stands, in a sentence, and what to type where nothing can be done here."""
        state, number = case.state, case.number
        if state.merged_into is not None:
            into = state.merged_into
            return f"It went into case {into}.", ((f"Look at case {into}", f"monitor cases show {into}"),)
        if state.status != OPEN:
            again = f'monitor cases reopen {number} --reason "..."'
            return f"It is closed: {(state.outcome or '').replace('-', ' ')}.", (("Open it again", again),)
        if holder := state.holder(self.desk.now()):
            return f"Claimed by {holder}.", ()
        return "Nobody has claimed it.", ()

    def _done(self, visit: Visit, deed: Deed, by: Actor) -> Rendered:
        number = visit.case.number
        as_role = f"Done as {self.titles.get(by.role, by.role)}, and written down. The link is used up."
        return self.site.notice(
            200, f"Case {number}: done", deed.done, as_role, commands=_commands(deed, number)
        )

    def _spent(self, link: Link, spent: Spent) -> Rendered:
        deed = NAMED[spent.deed]
        when = (
            f"On {self._moment(spent.spent_at)}, as {self.titles.get(spent.role, spent.role)}: {deed.label}."
        )
        more = "A link works once. The next digest has a new one for as long as the case is open."
        commands = (*_commands(deed, link.case), ("Look at the case", f"monitor cases show {link.case}"))
        return self.site.notice(
            410, f"This link for case {link.case} was used", when, more, commands=dict(commands).items()
        )

    def _expired(self, link: Link) -> Rendered:
        return self.site.notice(
            410,
            f"This link for case {link.case} has expired",
            f"It worked until {self._moment(link.expires_at)}.",
            "The next digest has a new one for as long as the case is open.",
            commands=[("Look at the case", f"monitor cases show {link.case}")],
        )

    def _nobodys(self, link: Link) -> Rendered:
        return self.site.notice(
            403,
            "This link is not in use any more",
            "Whoever it was made for does not hold that role today: they are away, or the settings name"
            " somebody else. Nothing was changed.",
            "Whoever holds the role now has a mail with a link of their own.",
            commands=[
                ("See who holds which role", "monitor roles list"),
                ("Look at the case", f"monitor cases show {link.case}"),
            ],
        )

    def _briefing(self) -> Briefing:
        now = self.desk.now()
        return Briefing(
            organisation=self.organisation.name,
            recipient=Recipient(address="", role=""),
            day=self.organisation.day(now),
            made_at=now,
            time_zone=str(self.desk.zone),
            networks=self.organisation.networks,
        )

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self.desk.zone)
        return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


_CHANGED = "The case has changed since you opened this page. Look again, then choose."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _commands(deed: Deed, number: int) -> tuple[tuple[str, str], ...]:
    return tuple((what, command.format(case=number)) for what, command in deed.commands)
