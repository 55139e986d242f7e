"""Who is at the keyboard, and that what they type names nobody else."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.access import Person
    from monitor.config import Organisation, Settings
    from monitor.store import Store

By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does this, instead of you.")]
"""The option of every command that a person answers for."""


def whoever(by: str | None) -> str:
    """The name given, else that of who logged in. Raises a usage error where nobody did."""
    try:
        name = by or os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        name = ""
    if not name.strip():
        raise typer.BadParameter("say who you are", param_hint="--by")
    return name.strip()


def at_terminal(settings: Settings, store: Store) -> Person:
    """Who logged in, and the roles that the settings give that login today, absences heeded.

    Raises a usage error where nobody did.
    """
    from datetime import UTC, datetime

    from monitor import access
    from monitor.cases import Directory
    from monitor.store.people.absences import away_on

    recipients = Directory.named_in(settings).recipients
    today = settings.organisation.day(datetime.now(UTC))
    with store.reading() as connection:
        away = away_on(connection, today)
    return access.person(whoever(None), recipients, away)


@contextmanager
def refusals_written(
    store: Store, person: Person, about: str, now: datetime, *, protected: bool = False, **details: Any
) -> Iterator[None]:
    """Write an AccessRefused from inside into the audit log, that of its lane, before it goes its way."""
    from monitor.errors import AccessRefused

    try:
        yield
    except AccessRefused:
        with store.transaction() as tx:
            tx.audit(person.actor(), "access.refused", about, now, protected=protected, **details)
        raise


def free_of_identifiers(text: str, option: str, organisation: Organisation) -> None:
    """Raise a usage error where a text that is to be kept holds what every stored post has masked."""
    from rules.identifiers import identifier_in

    if label := identifier_in(text, organisation):
        raise typer.BadParameter(f"seems to hold personal data ({label}): leave it out", param_hint=option)
