"""`monitor evaluate` for files of accounts: how often the lookalike score is right.

A table with the columns `handle`, `label` and `expect` holds labelled accounts; one with `name` and `type`
holds names of bodies of the NHS, of which none may be taken for a lookalike.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import typer
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from monitor.cli import output
from monitor.cli.given import GivenRefused, checked
from monitor.cli.given_accounts import GivenAccount
from monitor.cli.output import Exit
from monitor.config import Settings
from monitor.types import Account, Standing
from rules.lookalikes import Index, resembles
from rules.lookalikes.labelled import Labelled, Tally, is_own, organisation_of
from rules.scoring import Share

_ACCOUNTS, _BODIES = {"handle", "label", "expect"}, {"name", "type"}
_LABELS = ("0", "1", "R")
_TOLD = (Standing.PROBABLE, Standing.POSSIBLE, Standing.TEAM)
_BAD_LINES = 20  # are listed; the others only counted

What = Literal["accounts", "bodies"]
Told = Callable[[Share], str]


class _Entry(BaseModel):
    """One organisation of a register file."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str
    short: str
    handle: str
    acronym: str = ""
    sites: list[str] = []
    domain: str
    area: str = ""
    aliases: list[str] = []


@dataclass
class Report:
    """What came out for one file. `bodies` counts, by organisation, names and what they were told as."""

    name: str
    what: What
    tally: Tally = field(default_factory=Tally)
    bodies: dict[str, Counter[str]] = field(default_factory=dict)
    bad: list[tuple[int, str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """True where nothing was judged."""
        return not self.tally.accounts and not any(counted["tried"] for counted in self.bodies.values())


def what_of(file: Path) -> What | None:
    """What a table holds, by its headings; None for anything else."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            header = set(next(csv.reader([lines.readline(1 << 16)]), []))
    except OSError:
        return None
    if header >= _ACCOUNTS:
        return "accounts"
    return "bodies" if header >= _BODIES else None


def run(
    files: Mapping[Path, What],
    register: Path | None,
    settings: Callable[[], Settings],
    told: Told,
    *,
    failures: bool,
    as_json: bool,
) -> Exit:
    """Measure each file and print what came out. `told` words a share; exit 1 if a line is bad."""
    indexes = _indexes(register, settings)
    reports = [_measured(file, what, indexes) for file, what in files.items()]
    if as_json:
        output.print_json(
            {"organisations": list(indexes), "files": [_data(each, failures) for each in reports]}
        )
    else:
        for report in reports:
            _print(report, told, len(indexes), failures=failures)
    for report in reports:
        _complain(report)
    return Exit.ERROR if any(report.bad or report.empty for report in reports) else Exit.OK


# -- reading --------------------------------------------------------------------------------------


def _indexes(register: Path | None, settings: Callable[[], Settings]) -> dict[str, Index]:
    """The organisations, each ready to compare with, by name. Raises a usage error for a bad register."""
    if register is None:
        given = settings()
        return {given.organisation.name: Index(given.organisation, settings=given.lookalikes)}
    try:
        entries = TypeAdapter(list[_Entry]).validate_json(register.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{register}: {error.strerror}", param_hint="--register") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise typer.BadParameter(f"{register}: {where}: {first['msg']}", param_hint="--register") from None
    return {entry.name: Index(organisation_of(**entry.model_dump())) for entry in entries}


def _measured(file: Path, what: What, indexes: Mapping[str, Index]) -> Report:
    report = Report(file.name, what)
    rows = list(_rows(file))
    with output.progress(f"Judging {output.clean(file.name)}", total=len(rows)) as bar:
        if what == "bodies":
            report.bodies = {name: _of_bodies(rows, index) for name, index in indexes.items()}
            return report
        for line, row in rows:
            bar.advance(bar.task_ids[0])
            try:
                _enter(report.tally, row, indexes)
            except GivenRefused as refused:
                report.bad.append((line, str(refused)))
    return report


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            reader = csv.DictReader(lines)
            yield from ((reader.line_num, row) for row in reader)
    except (OSError, csv.Error) as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="FILE") from None


def _enter(tally: Tally, row: dict[str, Any], indexes: Mapping[str, Index]) -> None:
    label, org = row.get("label"), row.get("org") or next(iter(indexes))
    if label not in _LABELS:
        raise GivenRefused("label: must be 1, 0 or R")
    if org not in indexes:
        raise GivenRefused("org: not an organisation of the register; --register FILE names one that has it")
    now = datetime.now(UTC)
    given = Labelled(str(row.get("id", "")), label, row.get("expect") or "-", row.get("kind") or "-")
    known = {key: value for key, value in row.items() if key is not None}
    tally.enter(given, resembles(checked(GivenAccount, known).account(now), indexes[org], now))


def _of_bodies(rows: Sequence[tuple[int, dict[str, Any]]], index: Index) -> Counter[str]:
    """Each name as an account's shown name, and run together as its handle."""
    counted: Counter[str] = Counter(tried=0, own=0)
    for name in (str(row["name"]) for _, row in rows):
        if is_own(name, index):
            counted["own"] += 1
            continue
        handle = "".join(filter(str.isalnum, name))[:30]
        account = Account(platform="", handle=handle, display_name=name, bio=f"Official account of {name}.")
        counted["tried"] += 1
        counted[resembles(account, index).standing] += 1
    return counted


# -- what is printed ------------------------------------------------------------------------------


def _print(report: Report, told: Told, organisations: int, *, failures: bool) -> None:
    if report.what == "bodies":
        _print_bodies(report)
        return
    tally = report.tally
    output.show(
        f"{output.plain(report.name)}: {tally.accounts:,} accounts against {organisations} "
        f"organisation{'s' * (organisations != 1)}; {tally.score.expected:,} impersonations, "
        f"{tally.reviewed:,} for a person to look at, which count neither way"
    )
    output.show(f"probable: precision {told(tally.score.precision)}; recall {told(tally.score.recall)}")
    output.show(f"class as expected: {told(tally.as_expected)}\n")
    rows = (
        (expect, standing, f"{number:,}")
        for expect, counted in sorted(tally.classes.items())
        for standing, number in counted.most_common()
    )
    output.table(("expected", "class", "accounts"), rows)
    output.show("")
    kinds = ((kind, told(Share(*counted))) for kind, counted in sorted(tally.kinds.items()))
    output.table(("kind", "on the right side"), kinds)
    if failures and tally.wrong:
        output.show("\nWrong:")
        wrong = ((g.id, g.kind, s.standing, f"{s.score:.0f}", "; ".join(s.reasons)) for g, s in tally.wrong)
        output.table(("id", "kind", "class", "score", "reasons"), wrong)
    output.show("")


def _print_bodies(report: Report) -> None:
    output.show(f"{output.plain(report.name)}: names of bodies as accounts; none may be told as a lookalike")
    rows = (
        (name, f"{counted['tried']:,}", f"{counted['own']:,}", *(f"{counted[told]:,}" for told in _TOLD))
        for name, counted in report.bodies.items()
    )
    output.table(("organisation", "names", "its own, left out", *_TOLD), rows)
    output.show("")


def _complain(report: Report) -> None:
    for line, reason in report.bad[:_BAD_LINES]:
        output.say(f"{report.name}:{line}: {reason}")
    if report.bad:
        output.say(f"{report.name}: bad lines left out of the figures: {len(report.bad)}.")
    if report.empty:
        output.say(f"{report.name}: no account in it, so there is nothing to say of the score.")


def _data(report: Report, failures: bool) -> dict[str, Any]:
    """What scripts read."""
    data: dict[str, Any] = {
        "file": report.name,
        "bad_lines": [{"line": line, "reason": reason} for line, reason in report.bad],
    }
    if report.what == "bodies":
        return data | {"bodies": {name: dict(counted) for name, counted in report.bodies.items()}}
    tally = report.tally
    data |= {
        "accounts": tally.accounts,
        "impersonations": tally.score.expected,
        "for_review": tally.reviewed,
        "precision": _share(tally.score.precision),
        "recall": _share(tally.score.recall),
        "class_as_expected": _share(tally.as_expected),
        "classes": {expect: dict(counted) for expect, counted in sorted(tally.classes.items())},
        "kinds": {kind: _share(Share(*counted)) for kind, counted in sorted(tally.kinds.items())},
    }
    if failures:
        wrong = [
            {"id": g.id, "class": s.standing, "score": s.score, "reasons": s.reasons} for g, s in tally.wrong
        ]
        data["failures"] = wrong
    return data


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {"value": share.value, "low": low, "high": high, "hits": share.hits, "of": share.of}
