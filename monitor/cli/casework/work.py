"""What every command about a case has in common: who is there, which cases, and words that name nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.person import at_terminal, free_of_identifiers

if TYPE_CHECKING:
    from monitor.access import Person
    from monitor.casework import Casework
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.store.audit import Entry
    from monitor.store.casework.casefiles import CaseFile
    from monitor.types import Actor, Briefing, Change, Clause, Item
    from rules.policy import Policies

Number = Annotated[int, typer.Argument(metavar="CASE", help="The case, as the digest numbers it.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words. Name no person.")]
Seen = Annotated[
    int | None,
    typer.Option(metavar="CHANGE", help="Refuse if the case changed since, as `show` counts its changes."),
]


@dataclass(frozen=True)
class Work:
    """An open database, who is at the terminal, and what they may do."""

    settings: Settings
    store: Store
    policies: Policies
    person: Person
    desk: Casework

    def case(self, number: int, seen: int | None = None) -> tuple[CaseFile, Actor]:
        """The case, for whoever may work on it. Raises a usage error, CaseRefused or AccessRefused."""
        from monitor.errors import CaseRefused

        case, actor = self.looked(number)
        if seen is not None and case.state.changes != seen:
            raise CaseRefused(
                f"case {number} has changed since: it is at change {case.state.changes}, not {seen}"
            )
        return case, actor

    def looked(self, number: int, *, as_adviser: bool = False) -> tuple[CaseFile, Actor]:
        """The case, for whoever may look at it. Raises a usage error or AccessRefused."""
        try:
            return self.desk.look(number, self.person, as_adviser=as_adviser)
        except LookupError as error:
            raise typer.BadParameter(str(error), param_hint="CASE") from None

    def refused(self, object: str, what: str) -> None:
        """Write down that the person asked for what is not theirs."""
        with self.store.transaction() as tx:
            tx.audit(self.person.actor(), "access.refused", object, self.desk.now(), what)

    def item(self, number: int) -> Item | None:
        """The case as people see it, its owner by the policy's own name."""
        from monitor.clocks import Clocks
        from monitor.service import titles
        from monitor.store.views import items_of

        titled = titles(self.policies.active)
        clocks = Clocks(self.desk.zone, self.desk.now())
        item = items_of(self.store, [number], self.policies.clauses, clocks).get(number)
        if item is None:
            return None
        told = tuple(titled.get(role, role.replace("_", " ")) for role in item.told)
        return replace(item, is_new=False, owner=titled[item.owner], told=told)

    def edit(self, number: int) -> Change | None:
        """The edit of a page that the case is about, masked; None where there is none, or it is purged."""
        from monitor.store.edits import edit_of_case

        return edit_of_case(self.store, number)

    def briefing(self) -> Briefing:
        """Whose monitor it is, and today: what a text about a case may say besides."""
        from monitor.types import Briefing, Recipient

        now = self.desk.now()
        return Briefing(
            organisation=self.settings.organisation.name,
            recipient=Recipient(address="", role=""),
            day=now.astimezone(self.desk.zone).date(),
            made_at=now,
            time_zone=str(self.desk.zone),
            networks=self.settings.organisation.networks,
        )

    def informally(self) -> Clause | None:
        """The clause in force that asks for an informal way first."""
        answer = self.desk.process.step("line_manager").answers["informally"]
        return self.policies.clauses.get(answer.clause or "")

    def entries(self, number: int) -> list[Entry]:
        """What the audit log has about a case, oldest first."""
        from monitor.store.audit import AuditLog

        with self.store.reading() as connection:
            return list(AuditLog(connection).entries(f"case:{number}"))

    def notes(self, number: int) -> dict[str, tuple[str, str, datetime]]:
        """What was said with the latest answer to each step, by whom and when."""
        from monitor.store.casework.casefiles import notes_of

        with self.store.reading() as connection:
            return notes_of(connection, number)

    def moment(self, at: datetime | None) -> str:
        """A moment by the organisation's wall clock."""
        return f"{at.astimezone(self.desk.zone):%d %b %Y %H:%M}" if at else "at some time"

    def words(self, text: str, option: str) -> str:
        """Free text that may be kept. Raises a usage error where it holds personal data."""
        free_of_identifiers(text, option, self.settings.organisation)
        return text.strip()

    def day(self, text: str, option: str = "--on") -> date:
        """A day as it is typed: 2026-12-24, or 7d from today. Raises a usage error."""
        today = self.desk.now().astimezone(self.desk.zone).date()
        try:
            if text.endswith("d") and text[:-1].isdigit():
                return today + timedelta(days=int(text[:-1]))
            return date.fromisoformat(text)
        except (ValueError, OverflowError):
            hint = f"{text[:40]!r} is not a day: try 7d, or a date like {today + timedelta(days=7)}"
            raise typer.BadParameter(hint, param_hint=option) from None


@contextmanager
def at_work(context: typer.Context) -> Iterator[Work]:
    """The installation, opened for whoever is at the terminal."""
    from monitor import documents
    from monitor.cases import Directory
    from monitor.casework import Casework
    from monitor.service import utc_now
    from rules import pack, process

    settings = output.settings(context)
    words = documents.wordings(settings.store.state_dir)
    policies = pack.read_policies(settings.policy, wordings=words)
    with closing(opened(settings)) as store:
        desk = Casework(
            store=store,
            process=process.Process(process.steps(), frozenset(policies.clauses)),
            directory=Directory.named_in(settings),
            zone=settings.organisation.zone,
            now=utc_now,
        )
        yield Work(settings, store, policies, at_terminal(settings, store), desk)
