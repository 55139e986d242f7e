"""`monitor check --image`: what a picture shows and what the rules find in it, before it is posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.cli import output
from monitor.cli.given import Given, as_post
from monitor.cli.judge import Judge, Judged, finding_json
from monitor.cli.pictures import showing
from monitor.types import Picture, Severity


@dataclass(frozen=True)
class Checked:
    """One file: what was seen in it and what was found. `masked` is what may be shown."""

    file: str
    judged: Judged
    masked: Judged

    @property
    def picture(self) -> Picture:
        """What was seen, masked."""
        return next(picture for _, picture in self.masked.post.images)

    def as_data(self) -> dict[str, Any]:
        """For scripts. Spans index the text of `picture`, as it stands here."""
        return {
            "file": self.file,
            "picture": showing.as_data(self.picture),
            "findings": [finding_json(finding) for finding in self.masked.findings],
            "not_analysed": self.picture.not_read or None,
        }


def run(judge: Judge, files: Sequence[Path], given: Given, *, as_json: bool) -> tuple[Severity | None, bool]:
    """Print what each file shows, as if posted with what else is given.

    Gives the worst severity found, and whether all files could be analysed.
    """
    found: list[Severity] = []
    whole = True
    with output.progress("Looking", total=len(files)) as bar:
        for number, checked in enumerate(_checked(judge, files, given)):
            bar.advance(bar.task_ids[0])
            _print(judge, checked, first=number == 0, as_json=as_json)
            found += [worst] if (worst := checked.judged.worst) else []
            whole = whole and not checked.picture.not_read
    return max(found, key=lambda severity: severity.rank, default=None), whole


def _checked(judge: Judge, files: Sequence[Path], given: Given) -> Iterator[Checked]:
    for file in files:
        judged = judge.judged(judge.looked(as_post(given, "draft"), str(file)))
        yield Checked(str(file), judged, judge.masked(judged))


def _print(judge: Judge, checked: Checked, *, first: bool, as_json: bool) -> None:
    if as_json:
        output.print_json_line(checked.as_data())
        return
    if not first:
        output.show("")
    output.show(output.plain(checked.file))
    for line in showing.told(checked.picture):
        output.show(output.plain(line))
    if checked.picture.seen or checked.judged.findings:  # of what was not seen, nothing is said to be found
        output.show("")
        for line in judge.said(checked.judged):
            output.show(output.plain(f"  {line}".rstrip()))
