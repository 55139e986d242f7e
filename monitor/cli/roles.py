"""`monitor roles`: who is told of what today, who may look, and who stands in for whom."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.check import configured
from monitor.cli.database import opened
from monitor.cli.person import at_terminal, refusals_written
from monitor.cli.rules import installed

if TYPE_CHECKING:
    from monitor.access import Person
    from monitor.cases import Directory
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.store.people.absences import Away
    from monitor.types import Actor
    from rules.policy import Policy

app = typer.Typer(help="See who is told of what and who may look; say who is away.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Of somebody in [[recipients]].")]


@app.command("list")
def list_roles(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List the roles: who holds each today, who stands in, who hears of it otherwise, what each may see."""
    from monitor.roles import ROLES
    from monitor.service import titles

    policies = installed(context, None).policies.active
    settings = configured(context)
    directory, absences = _today(settings)
    called = titles(policies)
    rows = [_row(key, called[key], directory, policies) for key in ROLES]
    if as_json:
        away = [{"address": a.address, "from": a.starts, "until": a.ends} for a in absences]
        output.print_json({"roles": rows, "away": away})
        return
    output.table(
        ("role", "is", "today", "may be told of", "may look at", "may reveal"),
        ([row["role"], row["title"], _holders(row), *_lanes(row)] for row in rows),
    )
    for each in absences:
        output.show(f"{each.address} is away from {each.starts} until {each.ends}.")


@app.command()
def away(
    context: typer.Context,
    address: Address,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Last day away.")],
    starts: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="First day away; else today."),
    ] = None,
) -> None:
    """Say that somebody is away: from then on their deputy is told, and may act, in their place."""
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.store.people.absences import Away, add_absence

    settings = output.settings(context)
    first = starts.date() if starts else _day(settings)
    absent = Away(_known(settings, address), first, until.date())
    if absent.ends < max(absent.starts, _day(settings)):
        raise typer.BadParameter("lies before the first day, or is over", param_hint="--until")
    with closing(open_store(settings.store)) as store:
        by = _may_say(store, settings, absent.address)
        with store.transaction() as tx:
            add_absence(tx, absent, by, utc_now())
        _catch_up(settings, store)
    for line in _consequences(settings, absent):
        output.show(line)


@app.command()
def back(context: typer.Context, address: Address) -> None:
    """Say that somebody is back: what is still open comes to them again, and the deputy steps back."""
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.store.people.absences import end_absences

    settings = output.settings(context)
    known = _known(settings, address)
    with closing(open_store(settings.store)) as store:
        by = _may_say(store, settings, known)
        with store.transaction() as tx:
            ended = end_absences(tx, known, _day(settings), by, utc_now())
        if not ended:
            raise typer.BadParameter(f"{known} is not away, and is not going to be", param_hint="ADDRESS")
        _catch_up(settings, store)
    output.show(f"{known} is back. What is still open comes to them again with the next digest.")


def _day(settings: Settings) -> date:
    from monitor.service import utc_now

    return settings.organisation.day(utc_now())


def _directory(settings: Settings | None) -> Directory:
    from monitor.cases import Directory

    return Directory.named_in(settings) if settings else Directory(())


def _today(settings: Settings | None) -> tuple[Directory, list[Away]]:
    """Who holds which role today, and the absences that run or are to come."""
    from monitor.cli.database import exists
    from monitor.store.people.absences import absences_from, away_on

    directory = _directory(settings)
    if settings is None or not exists(settings):
        return directory, []
    day = _day(settings)
    with closing(opened(settings)) as store, store.reading() as connection:
        return directory.today(away_on(connection, day)), absences_from(connection, day)


def _known(settings: Settings, address: str) -> str:
    """The address as the settings have it. Raises a usage error where they do not."""
    from monitor.config.problems import did_you_mean

    known = {r.address.casefold(): r.address for r in settings.recipients}
    if address.casefold() not in known:
        hint = did_you_mean(address, sorted(known.values())) if known else "there is none yet"
        raise typer.BadParameter(f"no recipient has the address {address!r}: {hint}", param_hint="ADDRESS")
    return known[address.casefold()]


def _may_say(store: Store, settings: Settings, address: str) -> Actor:
    """Who says that somebody is away or back. Raises AccessRefused, which is in the audit log, too."""
    from monitor.errors import AccessRefused
    from monitor.service import utc_now

    person = at_terminal(settings, store)
    with refusals_written(store, person, "roles", utc_now()):
        if refused := _refusal(person, settings, address):
            raise AccessRefused(refused)
    return person.actor("comms", "comms_director", "information")


def _refusal(person: Person, settings: Settings, address: str) -> str | None:
    """Why `person` may not say it of `address`: who would act in their place by it may not."""
    rows = [r for r in settings.recipients if r.address == address]
    if not person.known or person.name in {r.login for r in rows}:
        return None
    deputies = {r.deputy for r in rows}
    if person.name in {r.login for r in settings.recipients if r.address in deputies}:
        return f"{person.name} would act in their place: somebody else must say so"
    if person.roles.isdisjoint(("comms", "comms_director", "information")):
        return "absences of others are for comms, comms director or information to enter"
    return None


def _catch_up(settings: Settings, store: Store) -> None:
    """Owe what is open to whoever acts now, without waiting for the next digest."""
    from monitor.service import utc_now
    from monitor.store.people.absences import away_on
    from monitor.store.routing import stand_in

    with store.reading() as connection:
        today = _directory(settings).today(away_on(connection, _day(settings)))
    stand_in(store, today.standing(), today.reach, utc_now())


def _consequences(settings: Settings, absent: Away) -> list[str]:
    """What the absence means, role by role."""
    directory = _directory(settings)
    without = directory.today({absent.address})
    lines = [f"{absent.address} is away from {absent.starts} until {absent.ends}."]
    for role in sorted(directory.roles(absent.address)):
        here = without.holders(role)
        deputies = [r.address for r in here if r.stands_for == absent.address]
        others = [r.address for r in here if r.address != absent.address]
        if deputies:
            lines.append(f"  {role}: {deputies[0]} stands in.")
        elif others:
            lines.append(f"  {role}: {', '.join(others)} as well; nobody stands in.")
        elif here:
            lines.append(f"  {role}: nobody can stand in, so it stays with them; give them a `deputy`.")
        else:
            lines.append(f"  {role}: nobody stands in; {without.fallback(role)} is told instead.")
    return lines


def _row(key: str, title: str, directory: Directory, policies: tuple[Policy, ...]) -> dict[str, Any]:
    from monitor.roles import LOOKS, REVEALS, ROLES, TOLD

    def lanes(of: Any) -> list[str]:
        return [str(lane) for lane, roles in of.items() if key in roles]

    return {
        "role": key,
        "title": title,
        "named_by": {policy.key: policy.roles[key] for policy in policies if key in policy.roles},
        "today": [{"address": r.address, "stands_for": r.stands_for} for r in directory.holders(key)],
        "instead": None if directory.holders(key) else directory.fallback(key),
        "by_hand": ROLES[key].by_hand,
        "fallback": list(ROLES[key].fallback),
        "told": lanes(TOLD),
        "looks": lanes(LOOKS),
        "reveals": lanes(REVEALS),
        "ground": ROLES[key].ground,
    }


def _holders(row: dict[str, Any]) -> str:
    if row["today"]:
        return ", ".join(
            f"{r['address']} (for {r['stands_for']})" if r["stands_for"] else r["address"]
            for r in row["today"]
        )
    if row["by_hand"]:
        return "nobody is mailed: people hand cases over"
    return f"nobody; {row['instead']} is told instead" if row["instead"] else "nobody"


def _lanes(row: dict[str, Any]) -> list[str]:
    return [", ".join(row[name]) or "-" for name in ("told", "looks", "reveals")]
