"""`monitor lookalikes list|domains`: what was found and how far it is; which domains are looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.casework.work import Work, at_work
from monitor.cli.lookalikes.access import admitted, looked
from monitor.types import DOMAIN

if TYPE_CHECKING:
    from monitor.store.casework.lookalikes import Lookalike

CLOSED = "closed"


def list_lookalikes(
    context: typer.Context,
    standing: Annotated[
        str | None, typer.Option(help="Only these: probable, possible, unregistered-team, domain ...")
    ] = None,
    status: Annotated[
        str | None, typer.Option(help="Only these: open, reported, answered, taken-down ... or closed.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """List the accounts and domains that could be taken for yours, the latest first.

    Without --status those whose case is open.
    """
    from monitor.store.casework.lookalikes import lookalikes

    _known(standing, status)
    with at_work(context) as work:
        admitted(work, "list")
        with work.store.reading() as connection:
            found = [each for each in lookalikes(connection) if _wanted(each, standing, status)]
        looked(work, "lookalikes.listed", cases=sorted({each.case for each in found}))
        if as_json:
            output.print_json([_as_data(each) for each in found])
            return
        _show(work, found)


def _known(standing: str | None, status: str | None) -> None:
    """Raises a usage error for a word that is none of ours: an empty list would be taken for good news."""
    from monitor.config.problems import did_you_mean
    from monitor.store.casework.lookalikes import NOT_BEGUN, STATUSES
    from monitor.types.lookalikes import Standing

    standings = [*(each.value for each in Standing), DOMAIN]
    statuses = [NOT_BEGUN, *STATUSES, CLOSED]
    for word, words, option in ((standing, standings, "--standing"), (status, statuses, "--status")):
        if word is not None and word not in words:
            raise typer.BadParameter(f"is none: {did_you_mean(word, words)}", param_hint=option)


def _wanted(each: Lookalike, standing: str | None, status: str | None) -> bool:
    if standing is not None and standing_of(each) != standing:
        return False
    if status is None:
        return each.status == "open"
    return each.status == CLOSED if status == CLOSED else each.takedown.status == status


def standing_of(each: Lookalike) -> str:
    """What it is taken for, in a word."""
    return DOMAIN if each.platform == DOMAIN else str(each.standing or "to be looked at")


def _show(work: Work, found: list[Lookalike]) -> None:
    if not found:
        output.say("None. `monitor lookalikes scan` searches now.")
        return
    headings = ("Case", "Standing", "Points", "Account", "On", "First seen", "Last seen", "Takedown")
    output.table(headings, (_row(work, each) for each in found))
    output.say(
        "\nWhy, and what would change it: monitor lookalikes explain ACCOUNT --platform PLATFORM"
        "\nIs it yours? monitor registers official add. Known, and left alone? monitor registers known add."
        "\nTo report it: monitor lookalikes pack CASE"
    )


def _row(work: Work, each: Lookalike) -> tuple[str, ...]:
    done = each.takedown
    reference = f" ({done.reference})" if done.reference else ""
    return (
        str(each.case),
        standing_of(each),
        "" if each.points is None else str(each.points),
        each.account or "(purged)",
        each.platform,
        _day(work, each.first_seen),
        _day(work, each.last_seen),
        f"{done.status}{reference}" if each.status == "open" else f"{done.status}, case closed",
    )


def _day(work: Work, at: datetime | None) -> str:
    return f"{at.astimezone(work.desk.zone):%d %b %Y}" if at else ""


def _as_data(each: Lookalike) -> dict[str, Any]:
    return asdict(each) | {"standing": standing_of(each)}


def domains(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that nobody has.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List the domains that resemble yours and that somebody has; with --all every name that is looked up."""
    from monitor.store.casework.lookalikes import domains_found
    from rules.lookalikes.domains import guesses
    from rules.names import Names

    with at_work(context) as work:
        admitted(work, "domains")
        with work.store.reading() as connection:
            found = domains_found(connection)
        guessed = {guess.name: guess.how for guess in guesses(Names(work.settings.organisation))}
        looked(work, "lookalikes.listed", cases=sorted({each.case for each in found.values()}))
        names = [*found, *(name for name in guessed if every and name not in found)]
        rows = [_domain(name, guessed.get(name, ""), found.get(name)) for name in names]
        if as_json:
            output.print_json(rows)
            return
        _show_domains(work, rows)


def _domain(name: str, how: str, found: Lookalike | None) -> dict[str, Any]:
    if found is None:
        return {"domain": name, "how": how, "found": False}
    seen = {"says": found.says, "case": found.case, "first_seen": found.first_seen}
    return {"domain": name, "how": how, "found": True} | seen | {"last_seen": found.last_seen}


def _show_domains(work: Work, rows: Iterable[dict[str, Any]]) -> None:
    shown = list(rows)
    output.table(
        ("Domain", "How it resembles yours", "What was found", "Last seen", "Case"),
        (
            (
                row["domain"],
                row["how"],
                row.get("says") or ("nobody has it, or it was not looked up yet" if not row["found"] else ""),
                _day(work, row.get("last_seen")),
                str(row.get("case", "")),
            )
            for row in shown
        ),
    )
    if not work.settings.lookalikes.domains:
        output.say("No domain is looked up: set lookalikes.domains = true")
    elif not any(row["found"] for row in shown):
        output.say("None was found. `monitor lookalikes scan` looks them up now; --all lists their names.")
