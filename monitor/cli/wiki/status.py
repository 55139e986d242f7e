"""`monitor wiki status`: how each watched page stands, from the database alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli import output
from monitor.types import EditorKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.access import Person
    from monitor.cli.wiki.stored import Watched
    from monitor.config import Settings
    from monitor.types import Coverage

DAYS = 30
NO_NETWORK = (
    "From which network an edit came cannot be determined: Wikipedia shows it of no account, and since "
    "4 November 2025 of nobody without one either."
)
_CALLED = {
    EditorKind.ACCOUNT: ("account", "accounts"),
    EditorKind.BOT: ("bot", "bots"),
    EditorKind.TEMPORARY: ("temporary account", "temporary accounts"),
    EditorKind.ADDRESS: ("address", "addresses"),
    EditorKind.HIDDEN: ("hidden", "hidden"),
}


def status(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List the watched pages: when each was last read, its edits of 30 days and by whom, and open cases."""
    from monitor.cli.database import opened
    from monitor.cli.person import at_terminal
    from monitor.service import utc_now

    settings = output.settings(context)
    with closing(opened(settings)) as store:
        person = at_terminal(settings, store)
        known = store.coverage()
        with store.reading() as connection:
            rows = list(_rows(settings, connection, known, person, utc_now()))
    if as_json:
        output.print_json({"days": DAYS, "pages": rows, "network": NO_NETWORK})
    elif rows:
        headings = ("Page", "Wiki", "State", "Last read", f"Edits in {DAYS} days", "Open cases")
        output.table(headings, map(_cells, rows))
        output.say(f"\n{NO_NETWORK}")
    else:
        output.say("No page is watched: `monitor wiki watch PAGE` adds one.")


def _rows(
    settings: Settings, connection: Connection, known: dict[str, Coverage], person: Person, now: datetime
) -> Iterator[dict[str, Any]]:
    from monitor.cli.wiki.stored import watched
    from monitor.store import pagehistory

    pages = list(watched(settings, connection))
    cases = pagehistory.open_cases(connection, [page.subject for page in pages if page.subject])
    made = pagehistory.editors(connection, now - timedelta(days=DAYS))
    for page in pages:
        subject = page.subject or ""
        seen = [number for number, lane in cases.get(subject, ()) if person.sees(lane)]
        kinds = made.get((page.wiki.name, subject), Counter())
        yield _standing(settings, page, known.get(page.wiki.name)) | _counted(kinds) | {"cases": seen}


def _standing(settings: Settings, page: Watched, coverage: Coverage | None) -> dict[str, Any]:
    """How the page's source stands. `answered`: "nothing changed" may be said of it."""
    source = page.wiki.source
    last = coverage.last_ok_at if coverage else None
    return {
        "page": page.title,
        "wiki": page.wiki.base.partition("://")[2],
        "source": source.name,
        "state": (str(coverage.state) if coverage else "new") if source.enabled else "disabled",
        "answered": bool(source.enabled and coverage and coverage.state.answered),
        "last_read": last and last.astimezone(settings.organisation.zone),
        "note": coverage.note if coverage else "",
    }


def _counted(kinds: Counter[EditorKind | None]) -> dict[str, Any]:
    """How many edits are stored, and by which kinds of editor as far as that is known."""
    return {
        "edits": sum(kinds.values()),
        "editors": {str(kind): kinds[kind] for kind in EditorKind if kinds[kind]},
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    last = f"{row['last_read']:%d %b %H:%M}" if row["last_read"] else "never"
    state = row["state"] + (f": {row['note']}" if row["note"] and not row["answered"] else "")
    return row["page"], row["wiki"], state, last, _edits(row), ", ".join(map(str, row["cases"])) or "none"


def _edits(row: dict[str, Any]) -> str:
    """How many edits, and by whom; that there was none is said only where the wiki answered."""
    if row["edits"]:
        by = (_CALLED[EditorKind(kind)][n != 1] for kind, n in row["editors"].items())
        counted = (f"{n} {name}" for n, name in zip(row["editors"].values(), by, strict=True))
        return f"{row['edits']}, by {', '.join(counted)}"
    return "nothing changed" if row["answered"] else "not known"
