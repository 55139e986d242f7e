"""`monitor digest`: what the next digest would say, or send it now."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.output import Exit

if TYPE_CHECKING:
    from monitor.service import App
    from monitor.types import Recipient


def digest(
    context: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Send it now to everybody it is for.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the HTML there instead.")] = None,
    role: Annotated[
        str | None, typer.Option("--for", metavar="ROLE", help="Only this role, such as comms.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The date to head it with.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Show the next digest. Nothing is sent, and nothing counts as told, without --send."""
    from monitor import logs, service

    logs.configure(logs.ONLY_ERRORS)
    with service.opened(output.settings(context)) as app:
        recipients = _recipients(app, role)
        if send:
            raise typer.Exit(send_now(app, role))
        recipients = _for_this_person(app, recipients, role)
        if len(recipients) > 1 and (html or as_json):
            roles = ", ".join(recipient.role for recipient in recipients)
            raise typer.BadParameter(f"one digest at a time: choose of {roles}", param_hint="--for")
        for recipient in recipients:
            _show(app, recipient, _day(day), html, as_json=as_json)


def send_now(app: App, role: str | None) -> Exit:
    """Make the digests, send what is owed and say where it went; the exit code says whether all left."""
    from monitor.store.rests import MAIL, rest_of

    desk = app.desk()
    made = desk.make_now(role)
    sent, failed = desk.send_due()
    place = _place(app)
    output.say(f"{made} digest{'s' if made != 1 else ''} made, {sent} sent {place}, {failed} not sent.")
    for row in desk.ledger.failures(None, None) if failed else ():
        output.say(
            f"  {row.role}: {row.error} ({'refused' if row.status == 'refused' else 'will be retried'})"
        )
    if (held := rest_of(app.store, MAIL)) and held.holds(desk.dispatch.settings, app.now()):
        output.say(f"Mail rests: {held.error}\n`monitor deliveries retry --all` tries again at once.")
        return Exit.ERROR
    return Exit.ERROR if failed else Exit.OK


def _place(app: App) -> str:
    settings = app.settings
    if settings.smtp is not None:
        return f"by {settings.smtp.host}"
    folder = settings.digest.folder or settings.store.state_dir / "digests"
    return f"to the folder {folder} (no [smtp] in the settings, so nothing was mailed)"


def _recipients(app: App, role: str | None) -> list[Recipient]:
    """One recipient of each role asked for. Raises a usage error where nobody holds it."""
    everybody = app.directory.recipients
    chosen = {r.role: r for r in everybody if role in (None, r.role)}
    if not chosen:
        held = ", ".join(sorted({r.role for r in everybody})) or "none: add [[recipients]] to the settings"
        raise typer.BadParameter(
            f"nobody holds the role '{role or 'comms'}'; held: {held}", param_hint="--for"
        )
    return list(chosen.values())


def _for_this_person(app: App, recipients: list[Recipient], role: str | None) -> list[Recipient]:
    """Those whose digest whoever is at the terminal may read: their own roles'. Raises AccessRefused.

    Each look is written down.
    """
    from monitor.cli.person import at_terminal, refusals_written

    person = at_terminal(app.settings, app.store)
    mine = [r for r in recipients if not person.known or r.role in person.roles]
    asked = tuple(r.role for r in mine or recipients)
    with refusals_written(app.store, person, "digest", app.now(), roles=asked):
        actor = person.holding(asked, f"the digest for {(role or 'everybody').replace('_', ' ')} is for")
    with app.store.transaction() as tx:
        tx.audit(actor, "digest.viewed", "digest", app.now(), roles=asked)
    return mine


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date like 2026-11-21", param_hint="--date") from None


def _show(app: App, recipient: Recipient, day: date | None, html: Path | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from alerts.digest import compose

    desk = app.desk()
    briefing = desk.editor.preview(recipient, day)
    if as_json:
        output.print_json(asdict(compose(briefing)))
        return
    message = desk.compose(briefing, message_id="<preview@localhost>", list_id="preview.localhost")
    if html is not None:
        _write(html, message.html)
        output.say(f"Wrote {html} ({recipient.role}).")
    else:
        output.show(f"Subject: {message.subject}\n\n{message.text}")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--html") from None
