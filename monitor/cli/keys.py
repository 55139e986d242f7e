"""`monitor keys`: the keys that originals are sealed to, and where their private halves are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.keyring import KeyFile, at_hand, ready
from monitor.cli.person import at_terminal, refusals_written
from monitor.sealing import ORIGINALS, PROTECTED, Keyring, make_key, move_keys
from monitor.types import Lane

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.store.originals.sealingkeys import KeyRow
    from monitor.types import Actor

app = typer.Typer(help="The keys that originals are sealed to.", no_args_is_help=True)


class Purpose(StrEnum):
    """What a key is for."""

    ORIGINALS = ORIGINALS
    PROTECTED = PROTECTED


For = Annotated[Purpose, typer.Argument(metavar="PURPOSE", help="originals, or protected (the Guardian's).")]


@app.command("list")
def list_keys(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List the keys: what each is for, and where its private half is. How much is protected is not told."""
    from monitor.store.originals.sealingkeys import all_keys, current_keys

    settings = output.settings(context)
    with ready(settings) as store:
        with store.reading() as connection:
            rows, now = all_keys(connection), {key.id for key in current_keys(connection).values()}
        rings = {purpose: at_hand(settings, store, purpose) for purpose in Purpose}
    shown = [_shown(row, rings[Purpose(row.key.purpose)], row.key.id in now) for row in rows]
    if as_json:
        output.print_json(shown)
    else:
        zone = settings.organisation.zone
        output.table(
            ("Key", "For", "Made", "State", "Sealed to it", "Private half"),
            (
                (
                    k["key"],
                    k["for"],
                    f"{k['made_at'].astimezone(zone):%d %b %Y}",
                    k["state"],
                    "-" if k["values"] is None else f"{k['values']:,}",
                    k["private"] or "not here",
                )
                for k in shown
            ),
        )


def _shown(row: KeyRow, ring: Keyring, current: bool) -> dict[str, Any]:
    guarded = row.key.purpose == PROTECTED
    older = "replaced" if guarded or row.retired_at is None else "retired"
    place = ring.place(row.key.id)
    return {
        "key": row.key.id,
        "for": row.key.purpose,
        "made_at": row.created_at,
        "state": "current" if current else older,
        "values": None if guarded else row.values,
        "private": str(place) if place else None,
    }


@app.command()
def rotate(context: typer.Context, purpose: For = Purpose.ORIGINALS, key: KeyFile = None) -> None:
    """Make a new key, and seal to it whatever the old ones open. Killed in between, it goes on from there.

    What was sealed to a key that is lost stays closed; all else works, and new originals have the new key.
    The Guardian's key is rotated by who holds the role, for it says how much there is.
    """
    from monitor.store.originals.rotation import behind, renew

    settings = output.settings(context)
    with ready(settings) as store:
        actor = _actor(settings, store, purpose)
        ring = at_hand(settings, store, purpose, key)
        with store.reading() as connection:
            openable, _ = behind(connection, purpose, ring)
        if openable:
            output.show("A rotation was not finished: it goes on.")
        else:
            output.show(f"New originals are sealed to {_made(store, purpose, actor)} from now on.")
        with store.reading() as connection:
            openable, closed = behind(connection, purpose, ring)
        done = broken = 0
        with output.progress("Sealing again", total=openable) as bar:
            for lot in renew(store, purpose, ring):
                done, broken = done + lot.done, broken + lot.broken
                bar.advance(bar.task_ids[0], lot.done + lot.broken)
        retired = _settled(store, purpose, actor, done)
        files = {each: ring.place(each) for each in retired}
        _report(done, broken, closed, files)


def _actor(settings: Settings, store: Store, purpose: str) -> Actor:
    """Who rotates. Raises AccessRefused for the Guardian's key in another's hands."""
    from monitor.service import utc_now

    person = at_terminal(settings, store)
    if purpose != PROTECTED:
        return person.actor()
    with refusals_written(store, person, "key:protected", utc_now(), protected=True):
        return person.revealing(Lane.PROTECTED)


def _made(store: Store, purpose: str, actor: Actor) -> str:
    """A new current key; its private half lies in the state folder until it is handed over."""
    from monitor.service import utc_now
    from monitor.store.originals.sealingkeys import FOLDER, add_key

    new, now = make_key(purpose, store.folder / FOLDER), utc_now()
    with store.transaction() as tx:
        add_key(tx.connection, new, now)
        tx.audit(actor, "key.made", f"key:{new.id}", now, protected=purpose == PROTECTED)
    return new.id


def _settled(store: Store, purpose: str, actor: Actor, done: int) -> list[str]:
    """Retire the keys that nothing is sealed to any more, and write down what was done."""
    from monitor.service import utc_now
    from monitor.store.originals.sealingkeys import current_keys, retire

    now, guarded = utc_now(), purpose == PROTECTED
    with store.transaction() as tx:
        current = current_keys(tx.connection)[purpose].id
        retired = retire(tx.connection, purpose, now)
        told: dict[str, Any] = {} if guarded else {"sealed_again": done}
        tx.audit(actor, "key.rotated", f"key:{current}", now, protected=guarded, retired=retired, **told)
    return retired


def _report(done: int, broken: int, closed: int, retired: dict[str, Path | None]) -> None:
    output.show(f"{done:,} sealed again.")
    if closed:
        output.show(f"{closed:,} stay closed: the key they are sealed to is not at hand. All else works.")
    if broken:
        output.show(
            f"{broken:,} do not open with the key of that name: it is another key, or they were changed."
        )
    for each, file in retired.items():
        output.show(f"Key {each} is retired: nothing is sealed to it any more.")
        if file is not None:
            output.say(
                f"{file} opens backups that were made until now: delete it once the last of them is gone."
            )


@app.command("hand-over")
def hand_over(
    context: typer.Context,
    purpose: For,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to: a stick, or the Guardian's own.")
    ],
) -> None:
    """Move the private keys of a purpose out of the state folder: to whoever may open what is sealed to them.

    The daemon goes on without them. Whoever has them gives them by --key, or as files among the secrets.
    """
    from monitor.service import utc_now
    from monitor.store.originals.sealingkeys import FOLDER

    settings = output.settings(context)
    with ready(settings) as store:
        source = store.folder / FOLDER
        if folder.resolve().is_relative_to(store.folder.resolve()):
            raise typer.BadParameter("lies beside the database: give one elsewhere", param_hint="FOLDER")
        actor, now = at_terminal(settings, store).actor(), utc_now()
        moved = move_keys(purpose, source, folder)
        if not moved:
            output.say(f"No private key of the {purpose} lies in {source}: it was handed over before.")
            raise typer.Exit(output.Exit.ERROR)
        with store.transaction() as tx:
            for file in moved:
                tx.audit(actor, "key.handed_over", f"key:{file.name.rpartition('-')[2]}", now)
    for file in moved:
        output.show(f"{file}")
    output.say("Keep it safe, and a copy elsewhere: without it nobody opens what is sealed, you included.")
