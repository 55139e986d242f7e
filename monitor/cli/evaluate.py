"""`monitor evaluate`: how often the rules are right, on files whose answers people have written down."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.check import configured
from monitor.cli.output import Exit

if TYPE_CHECKING:
    from monitor.cli.dataset import Columns, Row
    from monitor.cli.judge import Judge
    from monitor.config import Settings
    from rules.labelled import Answer, Case, Question
    from rules.scoring import Estimate, Outcome, Share

_BAD_LINES = 20  # are listed; the others only counted
_DEFAULT_PACK = "CDD"


@dataclass
class Sheet:
    """What came out for one question."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    right: int = 0
    as_staff: int = 0
    groups: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    failures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.outcomes.total()


@dataclass
class Report:
    """What came out for one file, with the opinion of `model` where there is one."""

    name: str
    sheets: dict[Question, Sheet] = field(default_factory=lambda: defaultdict(Sheet))
    bad: list[tuple[int, str]] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)
    model: str | None = None

    @property
    def cases(self) -> int:
        """How many cases were judged."""
        return sum(sheet.cases for sheet in self.sheets.values())


def evaluate(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Labelled cases: JSON Lines or CSV, or folders of pictures."),
    ],
    policy: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="A policy in force; may be repeated.")
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Treat test patients' numbers (999...) as issued.")
    ] = False,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Also count by this column.")] = None,
    failures: Annotated[
        bool, typer.Option("--failures", help="List the cases that came out wrong, by id.")
    ] = False,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="Column of the text.")] = None,
    label_column: Annotated[str | None, typer.Option(metavar="NAME", help="Column of the label.")] = None,
    positive: Annotated[
        str | None, typer.Option(metavar="VALUE", help="The label that means hateful, or >=0.5.")
    ] = None,
    model: Annotated[
        bool, typer.Option("--model", help="Measure without and with the language model of the extra ml.")
    ] = False,
    register: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of accounts: the organisations they are labelled for, as JSON."),
    ] = None,
    closely: Annotated[
        bool, typer.Option("--closely", help="Of logos: look as where text is read too (slower).")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """Measure the rules on labelled cases: precision, recall and F1, each with its 95 % interval.

    A case is {"id", "text", "title", "given", "expect"}; `expect` holds level and spans, band, refers,
    hateful or categories. HateCheck, Ethos and OLID are known by their columns, and so are tables of accounts
    (handle, label, expect) and of names of bodies (name, type), by which the lookalike score is measured. A
    folder holds pictures and their labels.csv or labels.jsonl. Exit 1 if a line is bad.
    """
    if any(file.is_dir() for file in files):
        _measure_pictures(context, files, closely=closely, failures=failures, as_json=as_json)
    if register is not None or any(file.suffix == ".csv" for file in files):
        _measure_accounts(context, files, register, failures=failures, as_json=as_json)
    from monitor.cli.dataset import Columns
    from monitor.cli.judge import Judge

    if (label_column is None) != (positive is None):
        raise typer.BadParameter("--label-column and --positive go together")
    _checked_threshold(positive)
    settings = _settings(context, policy, rehearsal=rehearsal)
    judges = [(each, Judge(each)) for each in (_both(settings) if model else [settings])]
    columns = Columns(text_column, label_column, positive)
    reports = [
        _evaluated(file, columns, by, judge, given, failures=failures)
        for file in files
        for given, judge in judges
    ]
    if as_json:
        conditions = {"policies": list(settings.policy.packs), "rehearsal": settings.rules.rehearsal}
        written = [_as_data(report, failures=failures) for report in reports]
        output.print_json(conditions | {"organisation": settings.organisation.name, "files": written})
    else:
        for report in reports:
            _print(report, settings, by)
    for report in reports[:: len(judges)]:
        _complain(report)
    bad = any(report.bad or not report.cases for report in reports)
    raise typer.Exit(Exit.ERROR if bad else Exit.OK)


def _measure_pictures(
    context: typer.Context, folders: list[Path], *, closely: bool, failures: bool, as_json: bool
) -> None:
    """Measure folders of pictures and exit."""
    from monitor.cli.pictures import measuring

    if not all(each.is_dir() for each in folders):
        raise typer.BadParameter(
            "folders of pictures and files of cases are measured apart", param_hint="FILE"
        )
    settings = _settings(context, None, rehearsal=False)
    raise typer.Exit(measuring.run(folders, settings, closely=closely, failures=failures, as_json=as_json))


def _measure_accounts(
    context: typer.Context, files: list[Path], register: Path | None, *, failures: bool, as_json: bool
) -> None:
    """Measure files of accounts and exit; return where none of the files is one."""
    from monitor.cli import evaluate_accounts

    known = {file: what for file in files if (what := evaluate_accounts.what_of(file)) is not None}
    if not known and register is None:
        return
    if len(known) < len(files):
        raise typer.BadParameter("tables of accounts and other cases are measured apart", param_hint="FILE")

    def settings() -> Settings:
        return _settings(context, None, rehearsal=False)

    raise typer.Exit(
        evaluate_accounts.run(known, register, settings, _share, failures=failures, as_json=as_json)
    )


def _checked_threshold(positive: str | None) -> None:
    try:
        float(positive[2:] if positive and positive.startswith(">=") else 0)
    except ValueError:
        raise typer.BadParameter("after >= comes a number", param_hint="--positive") from None


def _settings(context: typer.Context, policies: list[str] | None, *, rehearsal: bool) -> Settings:
    """Those in force; without a file the worked example under every shipped policy."""
    from monitor import config
    from rules.worked_example import CDDFT

    settings = configured(context)
    if settings is None:
        output.say(f"No settings file: judged as if for {CDDFT.name}, under every policy that is shipped.")
        packs = config.PolicySettings(packs=tuple(_shipped_packs()))
        settings = config.Settings(organisation=CDDFT, policy=packs)
    if policies:
        packs = settings.policy.model_copy(update={"packs": tuple(key.upper() for key in policies)})
        settings = settings.model_copy(update={"policy": packs})
    if rehearsal:
        rules = settings.rules.model_copy(update={"rehearsal": True})
        settings = settings.model_copy(update={"rules": rules})
    return settings


def _both(settings: Settings) -> list[Settings]:
    """The settings without a language model, and with one."""
    rules = (settings.rules.model_copy(update={"opinion": model}) for model in (None, "wordllama"))
    return [settings.model_copy(update={"rules": each}) for each in rules]


def _shipped_packs() -> list[str]:
    from importlib.resources import files

    names = (file.name.removesuffix(".yaml").upper() for file in (files("rules") / "policies").iterdir())
    return sorted(names, key=lambda name: (name != _DEFAULT_PACK, name))


def _evaluated(
    file: Path, columns: Columns, by: str | None, judge: Judge, settings: Settings, *, failures: bool
) -> Report:
    from monitor.cli import dataset
    from rules import labelled

    report = Report(file.name, model=settings.rules.opinion)
    size = file.stat().st_size if file.is_file() else None
    with output.progress(f"Judging {output.clean(file.name)}", total=size) as bar:
        for row in dataset.rows(file, columns, by, lambda read: bar.advance(bar.task_ids[0], read)):
            try:
                if row.value is None:
                    raise labelled.LabelRefused(row.refused)
                for case in labelled.cases(row.value, row.line, settings.organisation):
                    _enter(report, case, _answer(judge, case), _group(row, by), failures=failures)
            except labelled.LabelRefused as refused:
                report.bad.append((row.line, str(refused)))
    return report


def _answer(judge: Judge, case: Case) -> Answer:
    from monitor.cli.given import GivenRefused, post_of
    from rules.labelled import LabelRefused, found

    try:
        judged = judge.judged(post_of(case.post, case.id))
    except GivenRefused as refused:
        raise LabelRefused(str(refused)) from None
    return found(case.question, judged.references, judged.findings)


def _group(row: Row, by: str | None) -> str | None:
    return None if by is None else str((row.value or {}).get(by, "-"))


def _enter(report: Report, case: Case, answer: Answer, group: str | None, *, failures: bool) -> None:
    sheet = report.sheets[case.question]
    right = answer.fits(case.expected)
    sheet.outcomes[case.expected.labels, answer.labels] += 1
    sheet.right += right
    sheet.as_staff += case.as_staff
    report.unused.update(case.unused)
    if group is not None:
        sheet.groups[group][0] += right
        sheet.groups[group][1] += 1
    if failures and not right:
        sheet.failures.append({"id": case.id, "expected": _said(case.expected), "found": _said(answer)})


def _said(answer: Answer) -> dict[str, Any]:
    """Labels and places: never words."""
    said: dict[str, Any] = {"labels": sorted(answer.labels)}
    return said if answer.spans is None else said | {"spans": sorted(map(list, answer.spans))}


# -- what is printed ------------------------------------------------------------------------------


def _print(report: Report, settings: Settings, by: str | None) -> None:
    packs = ", ".join(settings.policy.packs)
    rehearsed = ", 999 numbers as issued" if settings.rules.rehearsal else ""
    asked = f", with the opinion of {report.model}" if report.model else ""
    organisation = settings.organisation.name
    judged = f"{report.cases:,} cases, for {organisation} under {packs}{rehearsed}{asked}"
    output.show(f"{output.plain(report.name)}: {judged}")
    for question, sheet in report.sheets.items():
        output.show("")
        _print_sheet(question, sheet, by)
    if report.unused:
        told = ", ".join(f"{output.plain(key)} ({number})" for key, number in report.unused.most_common())
        output.show(f"\nGiven but not used: {told}")
    output.show("")


def _print_sheet(question: Question, sheet: Sheet, by: str | None) -> None:
    from rules.scoring import Share, scores

    judged_as = f", {sheet.as_staff:,} judged as an authorised staff account's" if sheet.as_staff else ""
    output.show(
        f"{question}: {sheet.cases:,} cases, right {_share(Share(sheet.right, sheet.cases))}{judged_as}"
    )
    rows = (
        (label, f"{s.expected:,}", f"{s.found:,}", _share(s.precision), _share(s.recall), _figure(s.f1))
        for label, s in scores(sheet.outcomes).items()
    )
    output.table(("label", "expected", "found", "precision", "recall", "F1"), rows)
    output.show("; ".join(_summary(question, sheet)))
    if by is not None:
        output.show(f"\nBy {output.plain(by)}:")
        shares = ((name, _share(Share(*counted))) for name, counted in sorted(sheet.groups.items()))
        output.table((by, "right"), shares)
    if sheet.failures:
        output.show("\nWrong:")
        wrong = ((f["id"], *(_told(f[side]) for side in ("expected", "found"))) for f in sheet.failures)
        output.table(("wrong", "expected", "found"), wrong)


def _summary(question: Question, sheet: Sheet) -> Iterator[str]:
    if (macro := _macro(sheet)) is not None:
        interval = f" ({macro.low:.3f} to {macro.high:.3f})" if macro.low < macro.high else ""
        yield f"macro-F1 {macro.value:.3f}{interval}"  # without one error there is nothing to estimate from
    if (alarms := _alarms(question, sheet)).of:
        yield f"false alarms {_share(alarms)}"


def _macro(sheet: Sheet) -> Estimate | None:
    from rules.labelled import ALERT, HARMLESS
    from rules.scoring import macro_f1

    return macro_f1(sheet.outcomes, leaving_out=(ALERT, HARMLESS))


def _alarms(question: Question, sheet: Sheet) -> Share:
    """Of the cases that expect nothing, those where something was found."""
    from rules.labelled import HARMLESS
    from rules.scoring import Share, false_alarms

    if question.positive is not None:
        return false_alarms(sheet.outcomes, question.positive)
    harmless = {found: n for (expected, found), n in sheet.outcomes.items() if HARMLESS in expected}
    return Share(sum(n for found, n in harmless.items() if HARMLESS not in found), sum(harmless.values()))


def _share(share: Share) -> str:
    if share.value is None or share.interval is None:
        return "-"
    low, high = share.interval
    return f"{share.value:.3f} ({low:.3f} to {high:.3f}), {share.hits:,} of {share.of:,}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _told(said: dict[str, Any]) -> str:
    places = said.get("spans")
    return " ".join(said["labels"]) + (f" at {places}" if places else "")


def _complain(report: Report) -> None:
    for line, reason in report.bad[:_BAD_LINES]:
        output.say(f"{report.name}:{line}: {reason}")
    if report.bad:
        many = "1 bad line was" if len(report.bad) == 1 else f"{len(report.bad)} bad lines were"
        output.say(f"{report.name}: {many} left out of the figures.")
    if not report.cases:
        output.say(f"{report.name}: no labelled case in it, so there is nothing to say of the rules.")


# -- what scripts read ----------------------------------------------------------------------------


def _as_data(report: Report, *, failures: bool) -> dict[str, Any]:
    questions = [_sheet_data(question, sheet, failures) for question, sheet in report.sheets.items()]
    return {
        "file": report.name,
        "model": report.model,
        "cases": report.cases,
        "bad_lines": [{"line": line, "reason": reason} for line, reason in report.bad],
        "not_used": dict(report.unused),
        "questions": questions,
    }


def _sheet_data(question: Question, sheet: Sheet, failures: bool) -> dict[str, Any]:
    from rules.scoring import Share, scores

    macro = _macro(sheet)
    data = {
        "question": question,
        "cases": sheet.cases,
        "judged_as_staff": sheet.as_staff,
        "right": _share_data(Share(sheet.right, sheet.cases)),
        "labels": {
            label: {
                "expected": score.expected,
                "found": score.found,
                "precision": _share_data(score.precision),
                "recall": _share_data(score.recall),
                "f1": score.f1,
            }
            for label, score in scores(sheet.outcomes).items()
        },
        "macro_f1": macro and {"value": macro.value, "low": macro.low, "high": macro.high},
        "false_alarms": _share_data(_alarms(question, sheet)),
        "groups": {name: _share_data(Share(*counted)) for name, counted in sorted(sheet.groups.items())},
    }
    return data | {"failures": sheet.failures} if failures else data


def _share_data(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {"value": share.value, "low": low, "high": high, "hits": share.hits, "of": share.of}
