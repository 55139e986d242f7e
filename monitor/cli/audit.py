"""`monitor audit`: who did what, whether the log is whole, and its export."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.person import at_terminal, refusals_written
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.store import Store
    from monitor.store.audit import Entry

app = typer.Typer(
    help="Who did what: list it, verify that nothing is missing, export it.", no_args_is_help=True
)

PROTECTED = (
    "The log of the protected lane is damaged: tell the Freedom to Speak Up Guardian and whoever looks after "
    "this machine."
)


@app.command("list")
def list_entries(
    context: typer.Context,
    about: Annotated[
        str | None, typer.Option(metavar="OBJECT", help="Only what was done to it: case:12, settings, S-014.")
    ] = None,
    who: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    last: Annotated[int, typer.Option(min=1, help="So many rows, the latest.")] = 50,
    as_json: output.AsJson = False,
) -> None:
    """List who did what, the latest last. No row holds what a post said, or is of the protected lane."""
    settings = output.settings(context)
    with _log(context, "audit.viewed") as store:
        rows = _latest(store, about, who, last)
    if as_json:
        output.print_json(rows)
        return
    zone = settings.organisation.zone
    headings = ("row", "when", "who", "role", "what", "of", "why", "details")
    output.table(
        headings,
        (
            (
                str(row["row"]),
                f"{row['at'].astimezone(zone):%d %b %Y %H:%M:%S}",
                *(row[name] for name in ("who", "role", "action", "object", "reason")),
                _told(row["details"]),
            )
            for row in rows
        ),
    )


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="What a digest said of the audit log: row and hash.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Check that no row was changed or taken out. With --head also that the end was not cut off.

    Exit code 1 where it is not whole; every part before the first damage is still proven.
    """
    from monitor.store.audit import AuditLog

    witness = _witness(head)
    with closing(opened(output.settings(context))) as store, store.reading() as connection:
        checked = AuditLog(connection).verify(store.key, witness)
        other = AuditLog(connection, protected=True).verify(store.key)
    if as_json:
        data = {"whole": checked.problem is None, "rows": checked.rows, "head": checked.head}
        output.print_json(data | {"problem": checked.problem, "notes": checked.notes})
    else:
        for note in checked.notes:
            output.say(f"Note: {note}.")
        output.show(_verdict(checked.rows, checked.head, checked.problem))
    if other.problem is not None:
        output.say(PROTECTED)
    if checked.problem or other.problem:
        raise typer.Exit(output.Exit.ERROR)


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write it, one JSON object a line.")],
    about: Annotated[str | None, typer.Option(metavar="OBJECT", help="Only of this object: case:12.")] = None,
) -> None:
    """Write the log, each row with its hash, to a new file that only you can read."""
    from monitor.store.audit import AuditLog

    with _log(context, "audit.exported") as store, store.reading() as connection, _new(file) as out:
        number = 0
        for entry in AuditLog(connection).entries(about):
            out.write(json.dumps(_as_data(entry), ensure_ascii=False, default=_iso).encode() + b"\n")
            number += 1
    output.show(f"{number} rows written to {file}.")


@app.command()
def evidence(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to write it; made where it is not there.")],
) -> None:
    """Write what an assessor asks to see: settings, checks, the log's state, parts, the unit's score.

    For instance for the Data Security and Protection Toolkit. It is no claim of compliance.
    """
    from monitor.cli import evidence as papers

    with _log(context, "evidence.exported") as store:
        names = papers.write(output.settings(context), store, folder)
    output.show(f"Written to {folder}: {', '.join(names)}.")


@contextmanager
def _log(context: typer.Context, action: str) -> Iterator[Store]:
    """The store, for somebody who may read the log; the look itself, or its refusal, is a row."""
    from monitor.service import utc_now

    settings = output.settings(context)
    with closing(opened(settings)) as store:
        person = at_terminal(settings, store)
        with refusals_written(store, person, "audit", utc_now()):
            actor = person.auditing()
        with store.transaction() as tx:
            tx.audit(actor, action, "audit", utc_now())
        yield store


def _latest(store: Store, about: str | None, who: str | None, last: int) -> list[dict[str, Any]]:
    from collections import deque

    from monitor.store.audit import AuditLog

    with store.reading() as connection:
        entries = AuditLog(connection).entries(about)
        kept = deque((entry for entry in entries if who in (None, entry.who)), maxlen=last)
    return [_as_data(entry) for entry in kept]


def _as_data(entry: Entry) -> dict[str, Any]:
    names = ("at", "who", "role", "action", "object", "reason", "details", "hash")
    return {"row": entry.number} | {name: getattr(entry, name) for name in names}


def _iso(value: Any) -> str:
    return str(value.isoformat())


def _told(details: dict[str, Any]) -> str:
    return ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in details.items())


def _verdict(rows: int, head: str, problem: str | None) -> str:
    if problem is None:
        return f"The audit log is whole: {rows:,} rows, the last one has the hash {head[:16]}."
    return f"The audit log is NOT whole: {problem}. The {rows:,} rows before that are proven."


def _witness(head: str | None) -> str | None:
    """The hash in what a digest says, such as `row 12, 3fa9...`. Raises a usage error."""
    if head is None:
        return None
    found = re.findall(r"\b[0-9a-f]{12,64}\b", head.lower())
    if len(found) != 1:
        raise typer.BadParameter("give the hash as the digest prints it: 16 characters", param_hint="--head")
    return str(found[0])


def _new(file: Path) -> IO[bytes]:
    """A new file that only its owner reads. Raises MonitorError where it cannot be written."""
    from monitor.files import new

    try:
        return new(file)
    except FileExistsError:
        raise MonitorError(f"{file} is there already: choose another name") from None
    except OSError as error:
        raise MonitorError(f"{file} cannot be written: {error.strerror}") from None
