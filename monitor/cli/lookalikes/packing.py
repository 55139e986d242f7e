"""`monitor lookalikes pack|status`: what is needed to report one by hand, and how far that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli import output
from monitor.cli.casework.work import Number, Seen, Work, at_work
from monitor.types import DOMAIN

if TYPE_CHECKING:
    from alerts.takedown import Exhibit, Fact, Pack, Reporting
    from monitor.store.casework.casefiles import CaseFile
    from monitor.store.casework.lookalikes import Lookalike
    from monitor.types import Clause, Item

MOST_A_DAY = 5
"""Reports of one organisation in a day from which on platforms may take them for abuse of the form."""
Status = Literal["reported", "answered", "taken-down", "refused", "left-alone"]


def pack(
    context: typer.Context,
    number: Number,
    to: Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Where to write it.")] = None,
) -> None:
    """Write all that it takes to report a lookalike by hand: evidence, the text to send, a checklist.

    Nothing is sent. That you took it is written down.
    """
    from alerts.takedown import files_of

    with at_work(context) as work:
        case, by = work.case(number)
        found = _of_case(work, case)
        made = _pack(work, case, found)
        folder = to or Path(f"takedown-{number}")
        _write(folder, files_of(made))
        work.desk.note(number, by, "case.packed", pictures=len(made.exhibits))
    output.show(str(folder))
    output.say(
        f"Open {folder / 'evidence.html'}, complete {folder / 'report.txt'}, and send it yourself.\n"
        f"Then: monitor lookalikes status {number} reported --reference THEIRS"
    )


def status(
    context: typer.Context,
    number: Number,
    status: Annotated[Status, typer.Argument(help="How far it is.")],
    reference: Annotated[str, typer.Option(help="The platform's own reference. Name no person.")] = "",
    seen: Seen = None,
) -> None:
    """Note how far the takedown of a lookalike is: who said so and when is kept with the case."""
    with at_work(context) as work:
        text = work.words(reference, "--reference")
        case, by = work.case(number, seen)
        work.desk.takedown(case, status, by, text)
        today = _reported_today(work) if status == "reported" else 0
    output.show(f"Case {number}: {status}.")
    if today > MOST_A_DAY:
        output.say(f"{today} were reported today: platforms take many at once for abuse of their form.")
    if status in ("taken-down", "left-alone"):
        output.say(f"Next: monitor cases show {number} says what is left to answer before it can be closed.")


def _of_case(work: Work, case: CaseFile) -> Lookalike:
    """What the case is about. Raises CaseRefused."""
    from monitor.errors import CaseRefused
    from monitor.store.casework.lookalikes import LOOKALIKES, lookalikes

    if case.category != LOOKALIKES:
        raise CaseRefused(f"case {case.number} is about no lookalike account or domain")
    with work.store.reading() as connection:
        found = lookalikes(connection, case.number)
    if not found or not found[0].account:
        raise CaseRefused(f"nothing of the account behind case {case.number} is kept any more")
    return found[0]


def _pack(work: Work, case: CaseFile, found: Lookalike) -> Pack:
    from alerts.takedown import Pack

    item = work.item(case.number)
    return Pack(
        case=case.number,
        organisation=work.settings.organisation.name,
        platform=found.platform,
        account=found.account,
        address=found.url or "",
        shown=found.name,
        reasons=(reasons := _reasons(work, case.number)),
        told=[sentence for reason in reasons for sentence in _plainly(reason)],
        clauses=_clauses(item),
        ours=[*_ours(work, found)],
        facts=[*_facts(work, found)],
        exhibits=[*_exhibits(work, case.number)],
        reporting=_reporting(found.platform),
        made_at=_local(work, work.desk.now()),
    )


def _clauses(item: Item | None) -> Sequence[Clause]:
    return item.clauses if item else ()


def _reasons(work: Work, number: int) -> list[str]:
    """What every rule on lookalikes said of it, each once."""
    from monitor.store.casework.lookalikes import reasons_of

    with work.store.reading() as connection:
        return reasons_of(connection, number)


def _plainly(reason: str) -> list[str]:
    """What a reason rests on, sentence by sentence, for people to whom points say nothing."""
    _, scored, evidence = reason.partition(" points: ")
    if not scored:
        return [reason]
    evidence = re.sub(r" \([0-9]+ points\)", "", evidence.partition(" Against it:")[0])
    return evidence.rstrip(".").split("; ")


def _ours(work: Work, found: Lookalike) -> Iterator[str]:
    """The organisation's own accounts there, else everywhere; its own domains for a domain."""
    from monitor.store.people.registers import official_accounts

    if found.platform == DOMAIN:
        yield from work.settings.organisation.domains
        return
    with work.store.reading() as connection:
        listed = [entry for entry, _ in official_accounts(connection)]
    there = [entry for entry in listed if entry.platform == found.platform]
    for entry in there or listed:
        yield f"{entry.account} on {entry.platform}, {entry.url} (register of official accounts)"
    if not listed:
        yield from (f"{handle} (of the settings)" for handle in work.settings.organisation.handles)


def _facts(work: Work, found: Lookalike) -> Iterator[Fact]:
    from alerts.takedown import Fact

    first, last = _local(work, found.first_seen), _local(work, found.last_seen or found.first_seen)
    kept = {"Name" if found.platform == DOMAIN else "Handle": found.account}
    kept |= {"Name as shown": found.name, "What it has": found.says, "Address": found.url or ""}
    yield from (Fact(what, value, last) for what, value in kept.items() if value)
    yield Fact("First seen", f"{first:%Y-%m-%d %H:%M %Z}", first)


def _exhibits(work: Work, number: int) -> Iterator[Exhibit]:
    """The picture evidence of the case: crops in which nothing masked can be read."""
    from alerts.takedown import Exhibit
    from monitor.store.evidence import evidence_of

    with work.store.reading() as connection:
        kept = evidence_of(connection, number)
    for at, each in enumerate(kept, 1):
        crop = each.crop
        cut = _local(work, each.cut_at)
        yield Exhibit(f"picture-{at}.png", crop.png, crop.caption, crop.digest, cut)


def _reporting(platform: str) -> Reporting | None:
    from alerts.takedown import Reporting
    from connectors.parts.catalogue import reporting

    row = reporting().get(platform)
    return Reporting(row.page, row.menu, row.needs) if row else None


def _local(work: Work, at: datetime) -> datetime:
    return at.astimezone(work.desk.zone)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files for their owner alone. Raises MonitorError."""
    from monitor.errors import MonitorError
    from monitor.files import replace

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            replace(folder / name, content)
    except OSError as error:
        raise MonitorError(f"{folder} cannot be written: {error.strerror}; name another with --to") from None


def _reported_today(work: Work) -> int:
    from monitor.store.casework.lookalikes import lookalikes

    today = _local(work, work.desk.now()).date()
    with work.store.reading() as connection:
        found = {each.case: each.takedown for each in lookalikes(connection)}
    done = (each for each in found.values() if each.status == "reported" and each.at)
    return sum(_local(work, each.at).date() == today for each in done if each.at)
