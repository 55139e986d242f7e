"""What a recipient's digest is made of: the store's answers for one person, one day, and nothing of others.

Nothing here writes: an `Account` says what counts as told once the delivery loop has written the digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from monitor.cases import Directory
from monitor.clocks import Clocks
from monitor.editions import KINDS, begin, month_before, window
from monitor.keyfigures import NOT_MEASURED, rows
from monitor.ports import Clock
from monitor.roles import lanes_seen
from monitor.store import Store
from monitor.store.audit import AuditLog
from monitor.store.casework.alerts import alerts_waiting
from monitor.store.casework.casefiles import answers_of
from monitor.store.casework.reminders import reminders_due
from monitor.store.kpi import UNREAD, Period, figures
from monitor.store.ledger import BOUNCED, URGENT, Account, Ledger
from monitor.store.originals.looks import REVEALED, looks_since
from monitor.store.people.absences import away_on
from monitor.store.people.register import ENDING, authorisations_due, year_after
from monitor.store.people.registers import registers_due
from monitor.store.picturecounts import pictures_seen
from monitor.store.rests import BOUNCES, MAIL, rest_of
from monitor.store.routing import refusals_since
from monitor.store.trends import WEEK, Span, rule_weeks, totals_by, trends
from monitor.store.updates import Reader, case_changes, filters_ending, leavers_named, post_changes
from monitor.store.views import Selection, items_for, mention_line
from monitor.types import (
    Briefing,
    Clause,
    Coverage,
    Due,
    Edition,
    Item,
    Look,
    Recipient,
    RuleWeek,
    SourceState,
    Trend,
    Update,
)
from rules.process import Process, steps

DIGEST = KINDS[Edition.DAILY]
AUDITED = "audited"
"""Under this name a delivery's totals hold how far into the audit log it told of looks."""
SEES_MENTIONS = frozenset({"comms", "comms_director"})


@dataclass(frozen=True, slots=True)
class Known:
    """How far a recipient knows things: since when, up to which mention and audit row, with which totals.

    `since` is None where nothing was told yet; `ahead` is the date of a digest that a clock made too early.
    """

    since: datetime | None
    mentions_up_to: int
    totals: Mapping[str, int]
    audited: int
    ahead: date | None = None


@dataclass(frozen=True, slots=True)
class Editor:
    """Knows what each recipient's digest says."""

    store: Store
    directory: Directory
    organisation: str
    zone: ZoneInfo
    clauses: Mapping[str, Clause]
    policies: tuple[str, ...]
    titles: Mapping[str, str]
    sources: tuple[str, ...]
    now: Clock
    dpia_reviewed: date | None = None
    overdue: tuple[str, ...] = ()
    """A sentence for each policy in force whose review is overdue."""
    versions: tuple[str, ...] = ()
    notice: str = ""
    networks: tuple[str, ...] = ()

    @property
    def ledger(self) -> Ledger:
        """The ledger that says what was told."""
        return Ledger(self.store)

    def day(self) -> date:
        """Today by the organisation's calendar."""
        return self.now().astimezone(self.zone).date()

    def acting(self, day: date) -> Editor:
        """This editor with who holds which role on `day`, deputies in the place of who is away."""
        with self.store.reading() as connection:
            return replace(self, directory=self.directory.today(away_on(connection, day)))

    def edition(self, recipient: Recipient) -> Edition:
        """The edition that the recipient gets most often: what a preview shows."""
        held = self.directory.editions(recipient.address) or {Edition.DAILY}
        return min(held, key=list(Edition).index)

    def preview(
        self,
        recipient: Recipient,
        day: date | None = None,
        edition: Edition | None = None,
        since: datetime | None = None,
    ) -> Briefing:
        """What the recipient's next digest would say, with `since` of all since then. Changes nothing."""
        today = day or self.day()
        acting = self.acting(today)
        which = edition or acting.edition(recipient)
        return acting.brief(recipient, today, late=False, edition=which, since=since)[0]

    def wanted(self, recipient: Recipient, edition: Edition | None = None) -> Selection:
        """What the recipient's next digest may hold, whatever there is."""
        day = self.day()
        acting = self.acting(day)
        which = edition or acting.edition(recipient)
        return acting._wanted(recipient, day, which, acting._told(recipient, which), None)

    def brief(
        self,
        recipient: Recipient,
        day: date,
        *,
        late: bool,
        edition: Edition = Edition.DAILY,
        since: datetime | None = None,
    ) -> tuple[Briefing, Account]:
        """The briefing, and what counts as told once it is written.

        With `since` it is of everything since then, told before or not: to look at, not to send.
        """
        if edition is Edition.MONTHLY:
            return self._month(recipient, day, late=late), Account((), 0, {})
        told = self._told_by(since) if since else self._told(recipient, edition)
        wanted = self._wanted(recipient, day, edition, told, since)
        found = items_for(self.store, wanted, self.clauses, Clocks(self.zone, self.now()))
        sees_mentions = not SEES_MENTIONS.isdisjoint(wanted.roles)
        numbers, totals = self.ledger.numbers(told.totals)
        mentions, total, highest = self.ledger.mentions_after(told.mentions_up_to)
        seen, head, looks = self._audit(wanted.roles, told.audited)
        coverage = self.coverage()
        with self.store.reading() as connection:
            pictures = tuple(pictures_seen(connection, told.since))
        trended, rules = self._weeks(wanted, totals)
        briefing = replace(
            self.empty(recipient, day),
            items=tuple(self.titled(item) for item in self._with_steps(found.items)),
            mentions=tuple(mention_line(row) for row in mentions) if sees_mentions else (),
            mentions_total=total if sees_mentions else 0,
            coverage=coverage,
            failed_deliveries=(
                *self._failures(None if sees_mentions else recipient.address, told.since),
                *(self._refusals(told.since) if sees_mentions else ()),
            ),
            unanswered=tuple(self._unanswered(recipient.address, everybody=sees_mentions)),
            numbers=numbers,
            due=self.due(wanted.roles, day),
            looks=looks,
            audit_head=f"row {seen}, {head[:16]}" if seen else "",
            late=late,
            since=told.since,
            edition=edition,
            updates=self._updates(wanted, told, day, found.below),
            trends=trended,
            rules=rules,
            pictures=pictures,
        )
        unread = sum(not source.state.answered for source in coverage)
        return briefing, Account(found.item_ids, highest, totals | {AUDITED: seen, UNREAD: unread})

    # -- how far the recipient knows things -------------------------------------------------------

    def _told(self, recipient: Recipient, edition: Edition) -> Known:
        """What the mails before told: for the week's roll-up, the roll-up before."""
        weekly, both = KINDS[Edition.WEEKLY], (KINDS[Edition.WEEKLY], DIGEST)
        last = self.ledger.last(recipient.address, *([weekly] if edition is Edition.WEEKLY else both))
        if last is not None:
            return self._told_in(recipient, last)
        if edition is Edition.WEEKLY and self.ledger.last(recipient.address, DIGEST) is not None:
            return self._told_by(self.now() - WEEK)
        return Known(None, int(self.store.meta("seeded_up_to") or 0), {}, 0)

    def _told_in(self, recipient: Recipient, last: Row[Any]) -> Known:
        """What `last` told. If the clock was ahead then, the time is that of the one before."""
        since, ahead, now = last.created_at, None, self.now()
        if since > now:
            ahead = since.astimezone(self.zone).date()
            before = self.ledger.last(recipient.address, KINDS[Edition.WEEKLY], DIGEST, by=now)
            since = before.created_at if before else None
        return Known(since, last.mentions_up_to, last.totals, looked_up_to(last), ahead)

    def _told_by(self, moment: datetime) -> Known:
        """As if everything before `moment` had been told, and nothing after it."""
        with self.store.reading() as connection:
            row = AuditLog(connection).last_before(moment)
            totals = totals_by(connection, moment)
        return Known(moment, self.ledger.mentions_before(moment), totals, row)

    def _wanted(
        self, recipient: Recipient, day: date, edition: Edition, told: Known, since: datetime | None
    ) -> Selection:
        """What the digest may hold. The first one of a week has what weekly rules found; a roll-up has all
        of its week as new."""
        monday = begin(Edition.WEEKLY, day)
        week = window(Edition.WEEKLY, day)
        first = not self.ledger.told_in_week(recipient.address, monday, week)
        rolled_up = edition is Edition.WEEKLY or since is not None
        return Selection(
            address=recipient.address,
            rows=self.directory.rows(recipient.address),
            weekly=first or rolled_up,
            since=told.since if rolled_up else None,
        )

    # -- what changed, and how the week was -------------------------------------------------------

    def _updates(self, wanted: Selection, told: Known, day: date, below: int) -> tuple[Update, ...]:
        """What changed for the recipient since they were last told; nothing on their first digest."""
        reader = Reader(wanted.address, wanted.lanes, self.titles)
        found = [*self._notes(told, below)]
        with self.store.reading() as connection:
            if told.since is not None:
                found += case_changes(connection, reader, told.audited)
                found += post_changes(connection, reader, told.since)
            if "comms" in wanted.roles:
                since = told.since.astimezone(self.zone).date() if told.since else None
                found += filters_ending(connection, since, day)
            if wanted.weekly:
                found += leavers_named(connection, reader)
        if "comms" in wanted.roles and wanted.weekly:
            found += [Update(words=words) for words in self.overdue]
        return tuple(sorted(found, key=lambda update: (update.at or self.now(), update.case or 0)))

    def _notes(self, told: Known, below: int) -> Iterator[Update]:
        if told.ahead is not None:
            words = f"The computer's clock was ahead: an earlier digest bears the date {told.ahead:%d %b %Y}."
            yield Update(words=words)
        if below:
            cases = "1 new case is" if below == 1 else f"{below} new cases are"
            words = f"{cases} below what you asked for: `monitor cases list` shows them."
            yield Update(words=words)

    def _weeks(
        self, wanted: Selection, totals: Mapping[str, int]
    ) -> tuple[tuple[Trend, ...], tuple[RuleWeek, ...]]:
        """The last seven days beside the seven before: counts, and what each rule found."""
        installed = self.store.meta("installed_at")
        span = Span(self.now(), datetime.fromisoformat(installed) if installed else None)
        with self.store.reading() as connection:
            # How often a rule of another lane fired is for those who look there.
            lanes = lanes_seen(wanted.roles)
            counted = trends(connection, span, lanes, wanted.address, totals)
            return counted, rule_weeks(connection, span.until, lanes)

    def _month(self, recipient: Recipient, day: date, *, late: bool) -> Briefing:
        """The key figures of the month before: of nobody, and without any case."""
        first, end = (datetime.combine(on, time(), self.zone) for on in month_before(day))
        found = figures(self.store, Period(first, end), self.sources)
        return replace(
            self.empty(recipient, day),
            coverage=self.coverage(),
            late=late,
            edition=Edition.MONTHLY,
            period=f"{first:%B %Y}",
            figures=(
                *((words, str(value)) for _, words, value in rows(found)),
                *((words, "") for words in NOT_MEASURED),
            ),
        )

    def due(self, roles: frozenset[str], day: date) -> tuple[Due, ...]:
        """What falls due for these roles, overdue first."""
        found = reminders_due(self.store, roles, day)
        if self.directory.in_charge("information") in roles:
            found += [*authorisations_due(self.store, day), *self._dpia_due(day)]
        if "comms" in roles:
            found += registers_due(self.store, day, self.zone)
        return tuple(sorted(found, key=lambda due: due.on))

    def _dpia_due(self, day: date) -> Iterator[Due]:
        """That the impact assessment is to be looked at again, a year after it was last."""
        if self.dpia_reviewed is not None and (on := year_after(self.dpia_reviewed)) <= day + ENDING:
            yield Due(on=on, words="The impact assessment of this monitoring is to be looked at again.")

    def _audit(self, roles: frozenset[str], after: int) -> tuple[int, str, tuple[Look, ...]]:
        """The audit log's last row, its hash, and what was revealed since in the lanes of these roles."""
        with self.store.reading() as connection:
            number, hashed = AuditLog(connection).head()
            return number, hashed, tuple(looks_since(connection, REVEALED, after, lanes=lanes_seen(roles)))

    def _with_steps(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items; what was told before with the first question of the process that is not answered."""
        told = [item.number for item in items if not item.is_new]
        with self.store.reading() as connection:
            answers = answers_of(connection, told)
        process = Process(steps())
        for item in items:
            given = answers.get(item.number)
            asked = () if given is None else process.asked(item.lane, item.category, given)
            step = next((step.asks for step in asked if step.id not in (given or ())), None)
            yield replace(item, step=step)

    def titled(self, item: Item) -> Item:
        """The item with its owner and those who are told as the policy names these roles."""
        return replace(item, owner=self.title(item.owner), told=tuple(map(self.title, item.told)))

    def title(self, role: str) -> str:
        """The role as the policy in force calls it."""
        return self.titles.get(role, role.replace("_", " "))

    def coverage(self) -> tuple[Coverage, ...]:
        """How each configured source stands; one that was never asked is new, not silent."""
        known = self.store.coverage()
        return tuple(known.get(name) or _never_asked(name) for name in self.sources)

    def _failures(self, whose: str | None, since: datetime | None) -> Iterator[str]:
        """Comms hears of everybody's failed mails (None) and of ways out that rest, others of their own."""
        if whose is None:
            yield from self._resting()
        for row in self.ledger.failures(whose, since):
            who = self.title(row.role)
            what = "urgent message" if row.kind == URGENT else row.kind
            yield f"The {what} of {row.window} for {who} {_outcome(row)}"

    def _resting(self) -> Iterator[str]:
        """What no mail can leave by, or come back by, until an administrator has mended it."""
        if held := rest_of(self.store, MAIL):
            yield f"Mail has not left since {self._moment(held.since)}: {held.error}"
        state = json.loads(self.store.meta(BOUNCES) or "{}")
        if error := state.get("error"):
            since = self._moment(datetime.fromisoformat(state["since"]))
            yield f"Whether mails came back is not known since {since}: {error}"

    def _moment(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d %b %H:%M}"

    def _unanswered(self, address: str, *, everybody: bool) -> Iterator[str]:
        """The alerts that nobody has acknowledged, whoever was told: comms hears of all of them."""
        for alert in alerts_waiting(self.store):
            mine = address in alert.owed or any(told.recipient == address for told in alert.told)
            if alert.exhausted_at is not None and (everybody or mine):
                since = alert.raised_at.astimezone(self.zone)
                day = "" if since.date() == self.day() else f" on {since:%a} {since.day} {since:%b}"
                yield f"Nobody has acknowledged case {alert.case} since {since:%H:%M}{day}."

    def _refusals(self, since: datetime | None) -> Iterator[str]:
        """The routes that were refused, for the communications team: which case, and nothing of it."""
        for refused in refusals_since(self.store, since):
            who = f"Case {refused.case} was not mailed to {refused.role.replace('_', ' ')}"
            yield f"{who}: refused, that role is outside the {refused.lane} lane"

    def empty(self, recipient: Recipient, day: date) -> Briefing:
        """The briefing of who has nothing to hear of."""
        return Briefing(
            organisation=self.organisation,
            recipient=recipient,
            day=day,
            made_at=self.now(),
            time_zone=str(self.zone),
            policies=self.policies,
            versions=self.versions,
            notice=self.notice,
            networks=self.networks,
        )


def is_quiet(briefing: Briefing) -> bool:
    """True where a digest would only say that nothing happened."""
    answered = all(source.state.answered for source in briefing.coverage)
    return answered and not (
        briefing.items
        or briefing.mentions_total
        or briefing.failed_deliveries
        or briefing.unanswered
        or briefing.looks
        or briefing.due
        or briefing.updates
        or any(source.unseen for source in briefing.pictures)
    )


def _outcome(row: Row[Any]) -> str:
    """What became of a delivery that did not arrive, in words; by which channel, where it was no mail."""
    by = f" by {row.recipient}" if row.recipient.startswith("channel:") else ""
    if row.status != "refused":
        return f"has not been delivered{by} yet: {row.error}"
    if (row.error or "").startswith(BOUNCED):
        return f"was sent and came back: {row.error.removeprefix(BOUNCED)}"
    return f"was refused{by}: {row.error}"


def looked_up_to(last: Row[Any] | None) -> int:
    """Up to which row of the audit log a delivery told of looks."""
    return int(last.totals.get(AUDITED, 0)) if last else 0


def _never_asked(name: str) -> Coverage:
    return Coverage(source=name, kind="", state=SourceState.NEW, note="not read yet")
