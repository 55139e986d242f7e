"""`monitor evaluate FOLDER`: how often what is seen in labelled pictures is right."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from monitor import sandbox
from monitor.cli import output
from monitor.cli.output import Exit
from monitor.cli.pictures import folders, measures
from monitor.cli.pictures.folders import Folder, FolderRefused, Kind
from monitor.cli.pictures.marksheets import MarkMeasure
from monitor.cli.pictures.measures import Measure
from monitor.cli.pictures.sheets import share_text
from monitor.config import PictureSettings, Settings
from monitor.pictures.analysis import NOT_INSTALLED, Analyst, installed
from monitor.types import Depth, Picture


@dataclass
class Report:
    """What came out for one folder."""

    folder: Folder
    measure: Measure
    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0
    not_read: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """Of processor time, a picture; the worker's start-up is shared among them."""
        return 1000 * self.processor / max(len(self.seconds), 1)


def run(paths: Sequence[Path], settings: Settings, *, closely: bool, failures: bool, as_json: bool) -> Exit:
    """Measure each folder and print what came out. Exit 1 where one cannot be measured."""
    if not installed():
        output.say(NOT_INSTALLED)
        return Exit.ERROR
    reports = []
    try:
        for path in paths:
            reports.append(measured(folders.folder(path), settings, closely=closely))
    except FolderRefused as refused:
        output.say(str(refused))
        return Exit.ERROR
    if as_json:
        output.print_json({"folders": [as_data(each, failures=failures) for each in reports], **_memory()})
    else:
        for report in reports:
            _print(report, failures=failures)
        output.show(f"Most memory that a worker held: {_memory()['worker_mib']:,} MiB")
    return Exit.OK


def measured(folder: Folder, settings: Settings, *, closely: bool = False) -> Report:
    """Look at every picture of a folder. `closely` = at marks as where text is recognised too."""
    measure = measures.measure(folder, settings.organisation)
    if closely and folder.kind is Kind.MARKS:
        measure = MarkMeasure(Depth.READ)
    report, analyst = Report(folder, measure), _analyst(folder, settings)
    sandbox.pictures.close()
    before = _spent()
    with output.progress(f"Looking at {output.clean(folder.name)}", total=len(folder.labels)) as bar:
        for labels, content in folder.pictures():
            began = time.perf_counter()
            picture = analyst.look(content, measure.depth)
            report.seconds.append(time.perf_counter() - began)
            _enter(report, labels, picture)
            bar.advance(bar.task_ids[0])
    sandbox.pictures.close()
    report.processor = _spent() - before
    return report


def _enter(report: Report, labels: folders.Labels, picture: Picture) -> None:
    report.not_read += bool(picture.not_read)
    report.wrong += ((str(labels["file"]), why) for why in report.measure.enter(labels, picture))


def _analyst(folder: Folder, settings: Settings) -> Analyst:
    """One that knows the folder's references, or, where it comes without, those of the settings."""
    shared, emblem, avatars = folder.reference("mark"), folder.reference("emblem"), folder.avatars()
    named = settings.pictures
    pictures = PictureSettings(
        shared_mark=shared or named.shared_mark,
        logos=(emblem,) if emblem else named.logos,
        avatars=avatars or named.avatars,
    )
    organisation, lookalikes = settings.organisation, settings.lookalikes
    ours = (folder.noted["ours"],) if "ours" in folder.noted else _owners(folder)
    return Analyst(
        pictures,
        ours or (organisation.name, organisation.short),
        lookalikes.bodies,
        lookalikes.not_bodies,
    )


def _owners(folder: Folder) -> tuple[str, ...]:
    """The names beside what its labels call our own lockups."""
    named = (row.get("owner") for row in folder.labels if row.get("mark") == "T")
    return tuple(dict.fromkeys(filter(None, named)))


def _spent() -> float:
    """Seconds of processor time of the workers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory() -> dict[str, int]:
    """The most that a worker held; Linux counts in KiB."""
    return {"worker_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}


# -- what is printed ------------------------------------------------------------------------------


def _print(report: Report, *, failures: bool) -> None:
    folder = report.folder
    output.show(
        f"{output.plain(folder.name)}: {len(report.seconds):,} pictures of {folder.kind}{_noted(folder)}"
    )
    output.show(
        f"{report.milliseconds:,.0f} ms of processor time a picture, "
        f"{1000 * median(report.seconds or [0]):,.0f} ms by the clock (median); "
        f"not or not wholly analysed: {report.not_read:,}"
    )
    for sheet in report.measure.sheets:
        if not sheet.cells:
            continue
        output.show(f"\n{sheet.title}. {sheet.note}".rstrip())
        rows = ((row, *map(share_text, shares)) for row, shares in sheet.rows())
        output.table(("", *sheet.columns), rows)
    if failures and report.wrong:
        output.show("\nWrong:")
        output.table(("file", "what"), report.wrong)
    output.show("")


def _noted(folder: Folder) -> str:
    noted = [f"{key} {value}" for key, value in folder.noted.items() if key in ("seed", "amount")]
    return f", drawn with {', '.join(noted)}" if noted else ""


def as_data(report: Report, *, failures: bool = False) -> dict[str, Any]:
    """A report for scripts."""
    data: dict[str, Any] = {
        "folder": report.folder.name,
        "kind": report.folder.kind,
        "depth": report.measure.depth,
        "drawn": dict(report.folder.noted),
        "pictures": len(report.seconds),
        "processor_ms": round(report.milliseconds),
        "clock_ms": round(1000 * median(report.seconds or [0])),
        "not_wholly_analysed": report.not_read,
        "tables": [sheet.as_data() for sheet in report.measure.sheets if sheet.cells],
    }
    return data | {"failures": list(_failures(report))} if failures else data


def _failures(report: Report) -> Iterator[dict[str, str]]:
    for file, why in report.wrong:
        yield {"file": file, "wrong": why}
