"""`monitor subject`: what the people concerned may ask for: a copy, erasure, an answer in time."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.house import House
from monitor.cli.person import at_terminal, free_of_identifiers, refusals_written
from monitor.files import create
from monitor.types import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config import Settings
    from monitor.service import App
    from monitor.store import Store
    from monitor.store.keeping.erasing import Erased
    from monitor.subject import Who

app = typer.Typer(help="Requests by the people concerned: a copy, erasure, dates.", no_args_is_help=True)
requests_app = typer.Typer(help="Requests and when they have to be answered.", no_args_is_help=True)
app.add_typer(requests_app, name="requests", cls=House)

OFFICER = "information"
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{0,39}")
Person = Annotated[str, typer.Argument(metavar="WHO", help="A reference such as S-014, or PLATFORM:HANDLE.")]
Reference = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="The request's file reference, such as DSR-12; no name.")
]


@app.command()
def export(
    context: typer.Context,
    who: Person,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the two files go; made if need be.")],
) -> None:
    """Write what is held of a person as JSON and as a page to read, for the person themselves.

    Masked as it is stored, other people masked too. Never anything of the protected lane.
    """
    from alerts.subject import page
    from monitor import logs, service
    from monitor.subject import Exporter

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    person = _who(who)
    with service.opened(settings) as installed:
        actor = _officer(settings, installed.store, "subject.export", person)
        exporter = Exporter(
            installed.store, settings.retention, installed.rules.clauses, settings.organisation.name,
            installed.terms_by_source(), settings.governance.contact or "",
        )  # fmt: skip
        told = exporter.export(person, installed.now())
        text = json.dumps(told, ensure_ascii=False, indent=2, default=_written)
        files = _write(to, {"subject.json": text, "subject.html": page(told)})
        with installed.store.transaction() as tx:
            tx.audit(
                actor, "subject.exported", person.object(tx.key), installed.now(), items=len(told["items"])
            )
    for file in files:
        output.show(str(file))
    output.say(f"{len(told['items'])} items, {len(told['cases'])} cases. Read it before you hand it over.")


@app.command()
def erase(
    context: typer.Context,
    who: Person,
    reason: Annotated[str, typer.Option(help="Why, in a few words: the request's reference. Name nobody.")],
    keep_cases: Annotated[
        bool,
        typer.Option(
            "--keep-cases", help="Keep what is in any case: an exception of Article 17 holds, see --reason."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Erase what is held of a person, and keep it from coming back, after a restore as well.

    What is under a legal hold, or in a case that was acted on, is kept; it says what and why.
    """
    from monitor import logs, service

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    if not reason.strip():
        raise typer.BadParameter("is empty", param_hint="--reason")
    free_of_identifiers(reason, "--reason", settings.organisation)
    person = _who(who)
    with service.opened(settings) as installed:
        actor = _officer(settings, installed.store, "subject.erase", person)
        if not yes:
            held = _held(installed.store, person)
            typer.confirm(f"Erase what is held of {person.shown} ({held})?", abort=True, err=True)
        done = _erase(installed, person, actor, reason.strip(), keep_cases=keep_cases)
        installed.forget_files()
    _report(done, person)


def _erase(app: App, person: Who, actor: Actor, reason: str, *, keep_cases: bool) -> Erased:
    from monitor.store.keeping.erasing import erase_account, erase_staff
    from monitor.store.people.register import end, forget_readings

    now = app.now()
    with app.store.transaction() as tx:
        if person.platform is None:
            done = erase_staff(tx, person.name, now, "request", keep_cases=keep_cases)
            end(tx, person.name, "withdrawn", actor, now, reason)
            forget_readings(tx, [s.name for s in app.settings.sources if s.authorisation == person.name])
        else:
            done = erase_account(tx, person.platform, person.name, now, "request", keep_cases=keep_cases)
        kept = sum(each.mentions for each in done.kept)
        counts: dict[str, Any] = {"items": done.mentions, "cases": done.cases, "kept": kept}
        tx.audit(actor, "subject.erased", person.object(tx.key), now, reason, **counts)
    return done


def _report(done: Erased, person: Who) -> None:
    output.show(f"{_number(done.mentions, 'item')} and {_number(done.cases, 'case')} erased.")
    for kept in done.kept:
        output.show(f"Kept: {kept}. Tell the person why.")
    if person.platform is not None:
        output.say("What this account writes from now on is not stored either.")
    else:
        output.say("Their authorisations have ended. A new one lets new posts be read; these stay away.")
    output.say("Mails that went out cannot be called back: ask whoever has one to delete it.")


def _held(store: Store, person: Who) -> str:
    from sqlalchemy import func, select

    from monitor.store.tables import Mention, table_of

    with store.reading() as connection:
        whose = person.mentions(connection, store.key)
        query = select(func.count(table_of(Mention).c.id)).where(whose)
        return _number(int(connection.execute(query).scalar_one()), "item")


# -- requests ------------------------------------------------------------------------------------------


@requests_app.command("add")
def add_request(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="access, erasure, objection or correction.")],
    reference: Reference,
    received: Annotated[str, typer.Option(metavar="DATE", help="The day it came: 2026-11-20.")],
    extended: Annotated[
        bool, typer.Option("--extended", help="Two months more, because it is complex; tell the person.")
    ] = False,
) -> None:
    """Keep a request with the day it is due, a month from its receipt; again, to move the day."""
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.store.people.requests import KINDS, add

    if kind not in KINDS:
        raise typer.BadParameter(f"is one of {', '.join(KINDS)}", param_hint="KIND")
    if not _REFERENCE.fullmatch(reference):
        raise typer.BadParameter("letters, digits and / . _ - only, at most 40", param_hint="REFERENCE")
    try:
        day = date.fromisoformat(received)
    except ValueError:
        raise typer.BadParameter("is not a date like 2026-11-20", param_hint="--received") from None
    settings = output.settings(context)
    free_of_identifiers(reference, "REFERENCE", settings.organisation)
    with closing(open_store(settings.store)) as store:
        actor = _officer(settings, store, "request.add", None)
        due = add(store, kind, reference, day, actor, utc_now(), extended=extended)
    output.show(f"The {kind} request {reference} is due by {due:%d %b %Y}.")


@requests_app.command("list")
def list_requests(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List the requests, the first due first."""
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.store.people.requests import requests

    settings = output.settings(context)
    today = settings.organisation.day(utc_now())
    with closing(open_store(settings.store)) as store:
        rows = [
            {
                "reference": each.reference,
                "due": each.due_on.isoformat(),
                "state": _state(each.done_at, each.due_on, today),
                "what": each.words,
            }
            for each in requests(store)
        ]
    if as_json:
        output.print_json(rows)
    elif rows:
        output.table(rows[0], (row.values() for row in rows))
    else:
        output.say("No request is kept: `monitor subject requests add` takes one.")


@requests_app.command("done")
def request_done(context: typer.Context, reference: Reference) -> None:
    """Note that a request was answered."""
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.store.people.requests import done

    settings = output.settings(context)
    with closing(open_store(settings.store)) as store:
        actor = _officer(settings, store, "request.done", None)
        if not done(store, reference, actor, utc_now()):
            raise typer.BadParameter(f"no open request {reference!r}", param_hint="REFERENCE")
    output.show(f"Request {reference} is answered.")


# -- small things --------------------------------------------------------------------------------------


def _who(text: str) -> Who:
    from monitor.subject import Who

    try:
        return Who.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="WHO") from None


def _officer(settings: Settings, store: Store, what: str, person: Who | None) -> Actor:
    """Who answers for requests: whoever holds the role `information`. Raises AccessRefused, audited."""
    from monitor.service import utc_now

    asked = at_terminal(settings, store)
    about = person.object(store.key) if person else "request"
    with refusals_written(store, asked, about, utc_now(), asked=what):
        return asked.holding((OFFICER,), "requests are for")


def _write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Files that only their owner reads. Raises a usage error where they are there or cannot be written."""
    try:
        return [create(folder / name, content.encode()) for name, content in files.items()]
    except FileExistsError:
        raise typer.BadParameter(
            "an export is there already: name another folder", param_hint="--to"
        ) from None
    except OSError as error:
        raise typer.BadParameter(f"cannot be written ({error.strerror})", param_hint="--to") from None


def _state(done_at: object, due: date, today: date) -> str:
    if done_at is not None:
        return "answered"
    return "overdue" if due < today else "open"


def _written(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _number(count: int, one: str) -> str:
    return f"{count:,} {one}" + ("" if count == 1 else "s")
