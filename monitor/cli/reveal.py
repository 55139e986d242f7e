"""`monitor reveal`: what was masked, for who may see it, with a reason that others read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import curtain, output
from monitor.cli.keyring import KeyFile, at_hand, ready, reason_given
from monitor.cli.person import at_terminal, refusals_written

if TYPE_CHECKING:
    from monitor.sealing import Keyring
    from monitor.store.originals.revealing import Found, Opening


def reveal(
    context: typer.Context,
    case: Annotated[int, typer.Argument(metavar="CASE", help="The case, as the digest numbers it.")],
    reason: Annotated[str, typer.Option(help="Why you look, in a few words. Name no patient.")],
    finding: Annotated[
        int | None, typer.Option(metavar="N", help="Its first, second ... finding, instead of the worst.")
    ] = None,
    screenshot: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the pictures that were handed in there.")
    ] = None,
    key: KeyFile = None,
) -> None:
    """Show what a post of a case said before it was masked: for the Caldicott Guardian and the DPO.

    Who looked, at what and why is in the audit log before anything is shown, and in the next digest of
    everybody who may see the lane. On a terminal it is gone after five minutes, or at Enter.
    """
    from monitor.sealing import ORIGINALS
    from monitor.service import utc_now
    from monitor.store.originals.looks import REVEALED
    from monitor.store.originals.revealing import findings_of, lane_of, opening

    settings = output.settings(context)
    why = reason_given(reason, settings)
    with ready(settings) as store:
        with store.reading() as connection:
            lane = lane_of(connection, case)
        if lane is None:
            raise typer.BadParameter(f"there is no case {case}", param_hint="CASE")
        person, about = at_terminal(settings, store), f"case:{case}"
        with refusals_written(store, person, about, utc_now()):
            actor = person.revealing(lane)
        with store.reading() as connection:
            all_found = findings_of(connection, case)
            number, found = _chosen(all_found, finding)
            sealed = opening(connection, found)
        ring = at_hand(settings, store, ORIGINALS, key)
        lines = [_heading(case, number, all_found), *_words(found, sealed, ring)]
        pictures = _pictures(sealed, ring) if screenshot else {}
        with store.transaction() as tx:
            tx.audit(actor, REVEALED, about, utc_now(), why, lane=lane, finding=found.id)
        curtain.show(lines)
        _write(pictures, screenshot, len(sealed.pictures))


def _chosen(found: list[Found], number: int | None) -> tuple[int, Found]:
    """The finding asked for, or the most severe, and its number. Raises a usage error."""
    if not found:
        raise typer.BadParameter("holds no finding any more", param_hint="CASE")
    if number is None:
        worst = max(range(len(found)), key=lambda at: found[at].severity.rank)
        return worst + 1, found[worst]
    if not 1 <= number <= len(found):
        raise typer.BadParameter(f"has findings 1 to {len(found)}", param_hint="--finding")
    return number, found[number - 1]


def _heading(case: int, number: int, found: list[Found]) -> str:
    one = found[number - 1]
    return f"Case {case}, finding {number} of {len(found)}: {one.title} ({one.rule_id})\n"


def _words(found: Found, sealed: Opening, ring: Keyring) -> list[str]:
    """The original as people read it, or why there is none. Raises SealError where it does not open."""
    import json

    from monitor.originals import told

    if sealed.words is None:
        return [_why_not(found, sealed)]
    lines = told(json.loads(ring.open(sealed.words.sealed, sealed.words.place)))
    if sealed.other_versions:
        lines.append(
            f"\n{sealed.other_versions} other version(s) of it are sealed, too: see the other findings."
        )
    return lines


def _why_not(found: Found, sealed: Opening) -> str:
    where = f" It may still be at {found.url}" if found.url else ""
    if found.purged_for:
        return f"Its words are gone ({found.purged_for}): nothing of it is kept, sealed or not.{where}"
    if not found.may_store_text:
        return f"The terms of {found.platform} let nobody keep its words.{where}"
    if sealed.pictures:
        return "No words are sealed of it, only what was handed in."
    return f"It was found before originals were sealed, so only the masked copy is here.{where}"


def _pictures(sealed: Opening, ring: Keyring) -> dict[str, bytes]:
    """The pictures by the name they are written under."""
    from monitor.store.originals.sealed import SCREENSHOT

    return {p.part.removeprefix(SCREENSHOT): ring.open(p.sealed, p.place) for p in sealed.pictures}


def _write(pictures: dict[str, bytes], folder: Path | None, there: int) -> None:
    if folder is not None:
        for name, content in pictures.items():
            say_written(folder, name, content)
        if not pictures:
            output.say("Nothing was handed in with it.")
    elif there:
        output.say(f"{there} picture(s) were handed in with it: --screenshot FOLDER writes them.")


def say_written(folder: Path, name: str, content: bytes) -> None:
    """Write a picture into a new file that only its owner reads, and say so. Raises a usage error."""
    from monitor.files import create

    path = folder / name
    try:
        create(path, content)
    except OSError as error:
        problem = f"{path} cannot be written ({error.strerror})"
        raise typer.BadParameter(problem, param_hint="--screenshot") from None
    output.say(f"{path}: readable by you alone; delete it when you have seen it.")
