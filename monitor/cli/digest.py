"""`monitor digest`: what the next digest would say and why, or send it now."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.types import Edition

if TYPE_CHECKING:
    from monitor.explaining import Explainer, Reason
    from monitor.service import App
    from monitor.types import Briefing, Recipient


def digest(
    context: typer.Context,
    asked: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE|ADDRESS", help="With --explain: of what; else of all."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show it and send nothing: the default.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Send it now to everybody it is for.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each case why it is in the digest or not.")
    ] = False,
    role: Annotated[
        str | None, typer.Option("--for", metavar="ROLE", help="Only this role, such as comms.")
    ] = None,
    edition: Annotated[
        Edition | None, typer.Option(help="Which one; else the one that the role gets most often.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Show all since then, told before or not: 7d, yesterday, monday, 2026-11-01."),
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the HTML there instead.")] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The date to head it with.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Show the next digest. Nothing is sent, and nothing counts as told, without --send."""
    from monitor import logs, service

    _refuse_together({"--preview": preview, "--send": send, "--explain": explain})
    _refuse_together({"--since": since is not None, "--send": send, "--explain": explain})
    if asked and not explain:
        raise typer.BadParameter("a case or an address goes with --explain", param_hint="CASE")
    logs.configure(logs.ONLY_ERRORS)
    with service.opened(output.settings(context)) as app:
        recipients = _recipients(app, role)
        if send:
            raise typer.Exit(send_now(app, role, edition))
        recipients = _for_this_person(app, recipients, role)
        if explain:
            _explain(app, recipients, asked or [], edition, as_json=as_json)
            return
        if len(recipients) > 1 and (html or as_json):
            roles = ", ".join(recipient.role for recipient in recipients)
            raise typer.BadParameter(f"one digest at a time: choose of {roles}", param_hint="--for")
        for recipient in recipients:
            briefing = app.desk().editor.preview(recipient, _day(day), edition, _since(app, since))
            _show(app, briefing, html, as_json=as_json)


def _refuse_together(given: dict[str, bool]) -> None:
    """Raises a usage error where more than one of these options is given."""
    both = [option for option, is_given in given.items() if is_given]
    if len(both) > 1:
        raise typer.BadParameter(f"does not go with {both[0]}", param_hint=both[1])


def _since(app: App, text: str | None) -> datetime | None:
    from monitor.cli.scan import moment

    return moment(text, app.settings, "--since") if text else None


def _explain(
    app: App, recipients: list[Recipient], asked: list[str], edition: Edition | None, *, as_json: bool
) -> None:
    """Print why the cases, or what stands at the addresses, are in each role's digest or not."""
    from dataclasses import asdict

    from alerts.digest import compose
    from monitor.explaining import Explainer

    rows = []
    for recipient in recipients:
        explainer = Explainer(app.desk().editor, recipient, compose, edition)
        reasons = (
            [r for words in asked for r in _reasons(explainer, words)] if asked else explainer.everything()
        )
        rows += [{"role": recipient.role, **asdict(reason)} for reason in reasons]
    if as_json:
        output.print_json(rows)
    elif rows:
        told = ((row["role"], f"{row['case'] or '-'}", row["words"]) for row in rows)
        output.table(("role", "case", "why"), told)
    else:
        output.say("There is no case that is open or owed to anybody here.")


def _reasons(explainer: Explainer, words: str) -> list[Reason]:
    """Why a case, by its number, or what stands at an address is in the digest or not."""
    return [explainer.case(int(words))] if words.isdecimal() else explainer.address(words)


def send_now(app: App, role: str | None, edition: Edition | None = None) -> Exit:
    """Make the digests, send what is owed and say where it went; the exit code says whether all left.

    What cannot wait leaves with them, in messages of its own.
    """
    from monitor.store.rests import MAIL, rest_of

    app.alerting().tell_due()
    desk = app.desk()
    made = desk.make_now(role, edition)
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


def _show(app: App, briefing: Briefing, html: Path | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from alerts.digest import compose

    if as_json:
        output.print_json(asdict(compose(briefing)))
        return
    message = app.desk().compose(briefing, message_id="<preview@localhost>", list_id="preview.localhost")
    if html is not None:
        _write(html, message.html)
        output.say(f"Wrote {html} ({briefing.recipient.role}).")
    else:
        output.show(f"Subject: {message.subject}\n\n{message.text}")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--html") from None
