"""`monitor accounts`: the register of staff accounts that may be read, by reference and never by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.account_text import as_data, cell, counted, naming, source_table
from monitor.cli.person import at_terminal, free_of_identifiers, refusals_written

if TYPE_CHECKING:
    from monitor.access import Person
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.types import Actor

app = typer.Typer(
    help="Which staff accounts may be read, why and until when: the register.", no_args_is_help=True
)

KEEPERS = ("information", "comms", "comms_director", "hr")
"""The roles that keep the register."""
READERS = (*KEEPERS, "conduct", "patient_confidentiality", "auditor")
"""The roles that may look at it."""
SEE_ACCOUNTS = ("information", "comms")
"""The roles that may see which account a reference stands for."""

Who = Annotated[str, typer.Argument(metavar="PERSON", help="Their reference, such as S-014. Never a name.")]
Why = Annotated[str, typer.Option("--reason", help="Why, in a few words. Name no person.")]
Day = Annotated[str | None, typer.Option(metavar="DATE")]


@dataclass(frozen=True)
class Desk:
    """What every command here works with: the open register, who asks, and now."""

    settings: Settings
    store: Store
    person: Person
    now: datetime

    @property
    def today(self) -> date:
        return self.settings.organisation.day(self.now)

    def acting(self, roles: tuple[str, ...], about: str) -> Actor:
        """Who asks, as one of `roles`. Raises AccessRefused, which is written down."""
        with refusals_written(self.store, self.person, about, self.now):
            return self.person.holding(roles, "the register is for")

    def note(self, actor: Actor, action: str, about: str, **details: Any) -> None:
        """Write down that somebody looked, or was refused."""
        with self.store.transaction() as tx:
            tx.audit(actor, action, about, self.now, **details)


@app.command()
def add(
    context: typer.Context,
    person: Who,
    platform: Annotated[str, typer.Option(help="Kind of source, such as mastodon; web for a site or feed.")],
    account: Annotated[str, typer.Option(help="The handle, or the address of a site.")],
    notice_version: Annotated[str, typer.Option(help="Version of the staff notice that they were given.")],
    notice_date: Annotated[str, typer.Option(metavar="DATE", help="The day on which they were given it.")],
    lawful_basis: Annotated[str, typer.Option(help="The basis in law, in the words of the assessment.")],
    dpia: Annotated[str, typer.Option(help="Reference of the data protection impact assessment.")],
    expires: Annotated[
        str, typer.Option(metavar="DATE", help="First day on which it is not read; 12 months.")
    ],
    starts: Annotated[str | None, typer.Option(metavar="DATE", help="First day; otherwise today.")] = None,
    opt_in: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day they agreed, where a platform asks for that.")
    ] = None,
    scope: Annotated[
        str, typer.Option(help="references = posts that refer to the organisation; or everything.")
    ] = "references",
    group: Annotated[str, typer.Option(help="staff or governor.")] = "staff",
    addendum: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day a governor signed the addendum.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="How colleagues know them: for policies on real names. Best left out.")
    ] = None,
    left_on: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day on which they no longer worked here.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Enter a member of staff who has been told, so that their public account may be read for a while."""
    from monitor import accounts
    from monitor.store.people.register import Authorisation

    with _desk(context, make=True) as desk:
        _texts(desk.settings, notice_version=notice_version, lawful_basis=lawful_basis, dpia=dpia)
        row = Authorisation(
            person=person, platform=_platform(platform), account=_account(account),
            notice_version=notice_version.strip(), notice_date=_day(notice_date, "--notice-date"),
            lawful_basis=lawful_basis.strip(), dpia_reference=dpia.strip(), scope=scope, staff_group=group,
            starts=_day(starts, "--starts") if starts else desk.today, expires=_day(expires, "--expires"),
            platform_opt_in=_maybe(opt_in, "--opt-in"), addendum_on=_maybe(addendum, "--addendum"),
            name=name, left_on=_maybe(left_on, "--left-on"),
        )  # fmt: skip
        actor = desk.acting(KEEPERS, _about(person))
        with _refusals_told(desk, actor):
            accounts.enter(desk.store, row, actor, desk.now, desk.today)
    if as_json:
        output.print_json(as_data(row, desk.today))
        return
    output.show(f"{person} may be read from {row.starts:%d %b %Y} until {row.expires:%d %b %Y}.")
    output.say("\nThe source to add to the settings (docs/platforms.md says what else its kind needs):\n")
    output.show(source_table(row))


@app.command()
def renew(
    context: typer.Context,
    person: Who,
    expires: Annotated[
        str, typer.Option(metavar="DATE", help="First day on which it is not read; 12 months.")
    ],
    starts: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="First day; otherwise when the last row ends, or today."),
    ] = None,
    notice_version: Annotated[
        str | None, typer.Option(help="A newer staff notice that they were given.")
    ] = None,
    notice_date: Annotated[str | None, typer.Option(metavar="DATE", help="When they were given it.")] = None,
    dpia: Annotated[str | None, typer.Option(help="Reference of a newer impact assessment.")] = None,
    left_on: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day on which they no longer worked here.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Add a row that follows on the last one of a person, once somebody has looked at it again."""
    from monitor import accounts

    with _desk(context) as desk:
        _texts(desk.settings, notice_version=notice_version, dpia=dpia)
        changes = {
            "starts": _maybe(starts, "--starts"), "expires": _day(expires, "--expires"),
            "notice_version": notice_version, "notice_date": _maybe(notice_date, "--notice-date"),
            "dpia_reference": dpia, "left_on": _maybe(left_on, "--left-on"),
        }  # fmt: skip
        actor = desk.acting(KEEPERS, _about(person))
        with _refusals_told(desk, actor):
            row = accounts.renew(
                desk.store, accounts.pseudonym(person), actor, desk.now, desk.today, **changes
            )
    if as_json:
        output.print_json(as_data(row, desk.today))
    else:
        output.show(f"{person} may be read from {row.starts:%d %b %Y} until {row.expires:%d %b %Y}.")


@app.command("list")
def list_accounts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="What is over or was ended, too.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List who may be read, by reference: no account, no name."""
    from monitor.store.people.register import latest

    with _desk(context) as desk:
        actor = desk.acting(READERS, "accounts")
        with desk.store.reading() as connection:
            known = latest(connection)
        desk.note(actor, "accounts.listed", "accounts", rows=len(known))
    shown = [as_data(row, desk.today) for row in known]
    shown = [row for row in shown if everything or row["state"] in ("live", "not begun")]
    if as_json:
        output.print_json(shown)
    elif shown:
        headings = ("person", "group", "platform", "scope", "state", "starts", "expires", "notice")
        output.table(
            (word.capitalize() for word in headings), ([str(row[key]) for key in headings] for row in shown)
        )
    else:
        output.say("Nobody is in force." if known else "Nobody is in the register: no staff account is read.")


@app.command()
def show(context: typer.Context, person: Who, as_json: output.AsJson = False) -> None:
    """Show every row of a person; the account itself to information governance and comms only."""
    from monitor.store.people.register import rows

    with _desk(context) as desk:
        actor = desk.acting(READERS, _about(person))
        may_see = not desk.person.roles.isdisjoint(SEE_ACCOUNTS)
        actor = desk.person.actor(*SEE_ACCOUNTS) if may_see else actor
        with desk.store.reading() as connection:
            theirs = rows(connection, person)
        desk.note(actor, "account.shown", _about(person), rows=len(theirs), account=may_see)
    if not theirs:
        raise typer.BadParameter("nobody in the register is called that", param_hint="PERSON")
    shown = [as_data(row, desk.today) | (naming(row) if may_see else {}) for row in theirs]
    if as_json:
        output.print_json(shown)
        return
    for row in shown:
        output.show("\n".join(f"{key.replace('_', ' ')}: {cell(value)}" for key, value in row.items()) + "\n")
    if not may_see:
        output.say("Which account it is, the roles information and comms may see (by their `login`).")


@app.command()
def withdraw(context: typer.Context, person: Who, reason: Why = "", as_json: output.AsJson = False) -> None:
    """Take an authorisation back, whoever wants it: reading stops, what is held is erased."""
    from monitor.accounts import WITHDRAWN

    _finish(context, person, WITHDRAWN, reason, as_json=as_json)


@app.command("object")
def object_to(context: typer.Context, person: Who, reason: Why = "", as_json: output.AsJson = False) -> None:
    """Record that the person objects (UK GDPR Article 21): reading stops, what is held is erased."""
    from monitor.accounts import OBJECTED

    _finish(context, person, OBJECTED, reason, as_json=as_json)


@app.command()
def refused(as_json: output.AsJson = False) -> None:
    """List what is never done about people, whoever asks, and why."""
    from monitor.refusals import OPT_IN, PLATFORMS, REFUSED

    told = {**REFUSED, **PLATFORMS, **OPT_IN}
    if as_json:
        output.print_json(
            [{"word": w, "what": r.what, "why": r.why, "ground": r.ground} for w, r in told.items()]
        )
        return
    for refusal in dict.fromkeys(told.values()):
        output.show(f"{refusal.what}\n  {refusal.why}\n  Ground: {refusal.ground}.\n")


# -- the end of an authorisation -------------------------------------------------------------------


def _finish(context: typer.Context, person: str, why: str, reason: str, *, as_json: bool) -> None:
    from monitor import accounts

    with _desk(context) as desk:
        free_of_identifiers(reason, "--reason", desk.settings.organisation)
        actor = desk.acting(KEEPERS, _about(person))
        sources = [source.name for source in desk.settings.sources if source.authorisation == person]
        with _refusals_told(desk, actor):
            accounts.pseudonym(person)
            done = accounts.finish(desk.store, person, why, actor, desk.now, reason.strip(), sources)
        files = _files_gone(desk, done.erased.mails)
    erased = {"posts": done.erased.mentions, "cases": done.erased.cases, "digests": files}
    kept = [*map(str, done.erased.kept), *_KEPT]
    if as_json:
        output.print_json(
            {"person": person, "ended": why, "erased": erased, "kept": kept, "sources": sources}
        )
    else:
        output.show(f"{person}: {'the objection is recorded' if why == accounts.OBJECTED else 'withdrawn'}.")
        output.show("Nothing more is asked. Erased: " + ", ".join(map(counted, erased.items())) + ".")
        output.show("Kept: " + "; ".join(kept) + ".")
    if sources and not as_json:
        output.say(f"\nTake these sources out of the settings: {', '.join(sources)}.")


_KEPT = (
    "the reference, the dates and why it ended, without account and name, as proof that reading was stopped",
    "the audit log, which holds references only",
    "mails that have gone out cannot be recalled",
)


def _files_gone(desk: Desk, mails: tuple[str, ...]) -> int:
    """Delete the digests that were written as files since; how many. Raises StoreError where one stays."""
    from monitor.channels import outbox
    from monitor.errors import StoreError
    from monitor.service import utc_now

    try:
        return outbox(desk.settings, utc_now, desk.store).take_back(mails)
    except OSError as error:
        raise StoreError(
            "everything in the database is erased, but a digest in the digests folder could not be deleted "
            f"({error.strerror}): delete it by hand"
        ) from None


# -- what was typed --------------------------------------------------------------------------------


@contextmanager
def _desk(context: typer.Context, *, make: bool = False) -> Iterator[Desk]:
    """The register, open; `make` where there may be no database yet."""
    from monitor.cli.database import opened
    from monitor.service import utc_now
    from monitor.store import open_store

    settings = output.settings(context)
    with closing(open_store(settings.store) if make else opened(settings)) as store:
        yield Desk(settings, store, at_terminal(settings, store), utc_now())


@contextmanager
def _refusals_told(desk: Desk, actor: Actor) -> Iterator[None]:
    """A refused row as a usage error at its option; what is never done is written down as asked for."""
    from monitor.accounts import RowRefused

    try:
        yield
    except RowRefused as refusal:
        if refusal.grounds:
            desk.note(actor, "account.refused", "accounts", asked=refusal.grounds)
        hint = "PERSON" if refusal.field == "person" else f"--{refusal.field}"
        raise typer.BadParameter(str(refusal), param_hint=hint) from None


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter("must be a date such as 2026-11-21", param_hint=option) from None


def _maybe(text: str | None, option: str) -> date | None:
    return None if text is None else _day(text, option)


def _texts(settings: Settings, **texts: str | None) -> None:
    """Raise a usage error for words that are kept and are empty, or name somebody."""
    for name, text in texts.items():
        option = f"--{name.replace('_', '-')}"
        if text is not None and not text.strip():
            raise typer.BadParameter("is empty", param_hint=option)
        free_of_identifiers(text or "", option, settings.organisation)


def _platform(word: str) -> str:
    """The kind of source that reads accounts of a platform, or `web`. Raises a usage error."""
    import connectors
    from monitor import refusals
    from monitor.config.problems import did_you_mean
    from monitor.refusals import WEB

    named = word.strip().lower()
    told = {*refusals.PLATFORMS, *refusals.OPT_IN}
    readable = {kind for kind in connectors.known() if _reads_accounts(kind)} | {WEB}
    if named not in told | readable:
        hint = did_you_mean(named, sorted(readable))
        raise typer.BadParameter(f"no source reads one account there: {hint}", param_hint="--platform")
    return named


def _reads_accounts(kind: str) -> bool:
    """Whether a source of this kind can read the account of somebody else."""
    import connectors

    options = getattr(connectors.load(kind).Options, "model_fields", {})
    return "account" in options and not options["account"].is_required()


def _account(text: str) -> str:
    account = text.strip()
    if not account or not account.isprintable() or " " in account or len(account) > 200:
        raise typer.BadParameter("must be one handle or address", param_hint="--account")
    return account


def _about(person: str) -> str:
    """What the audit log calls it: nothing but a reference goes in there."""
    from monitor.accounts import RowRefused, pseudonym

    try:
        return f"account:{pseudonym(person)}"
    except RowRefused:
        return "accounts"
