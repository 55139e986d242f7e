"""`monitor rules`: check rule files, list them, explain one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.check import configured
from monitor.cli.output import Exit

if TYPE_CHECKING:
    from rules.engine import Rule
    from rules.pack import Checked

app = typer.Typer(help="Check, list and explain the rules.", no_args_is_help=True)


@app.command()
def check(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(help="A rule file or a folder of them, instead of the settings' folder.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Check every rule file and run its examples. Exit 78 if one is refused; the others are checked, too."""
    checked = installed(context, path)
    refused = [str(error) for error in checked.errors]
    if as_json:
        output.print_json({"rules": [rule.id for rule in checked.rules], "refused": refused})
    else:
        for line in refused:
            output.show(line)
        output.show(f"{len(checked.rules)} rules are fine, {len(refused)} refused.")
    raise typer.Exit(Exit.CONFIG if refused else Exit.OK)


@app.command("list")
def list_rules(
    context: typer.Context,
    as_json: output.AsJson = False,
) -> None:
    """List the rules: whether they run, how severe they are, who sees what they find."""
    rules = installed(context, None).rules
    if as_json:
        output.print_json([_summary(rule) for rule in rules])
        return
    rows = ([str(value) for value in _summary(rule).values()] for rule in rules)
    output.table(("rule", "runs", "status", "severity", "lane", "title"), rows)


@app.command()
def explain(
    context: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="For instance NHS-001.")],
) -> None:
    """Explain one rule: what it looks for, which clauses stand behind it, when it is wrong."""
    from monitor.config.problems import did_you_mean

    checked = installed(context, None)
    known = {rule.id: rule for rule in checked.rules}
    if rule_id.upper() not in known:
        hint = did_you_mean(rule_id.upper(), list(known))
        raise typer.BadParameter(f"no rule {rule_id!r}: {hint}", param_hint="ID")
    for line in _explained(known[rule_id.upper()], checked):
        output.show(line)


def installed(context: typer.Context, path: Path | None) -> Checked:
    """The rules as the settings say, or of another folder or file. Without settings: the shipped ones."""
    from monitor import config, documents
    from rules import pack

    if path is not None and not path.exists():
        raise typer.BadParameter(f"{path} does not exist", param_hint="PATH")
    settings = configured(context)
    policy = settings.policy if settings else config.PolicySettings()
    own = settings.rules if settings else config.RuleSettings()
    wordings = documents.wordings(settings.store.state_dir) if settings else {}
    return pack.check(policy, own.model_copy(update={"folder": path}) if path else own, wordings=wordings)


def _summary(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "runs": "yes" if rule.runs else "no",
        "status": rule.file.status,
        "severity": str(rule.file.severity),
        "lane": str(rule.file.lane),
        "title": rule.file.title,
    }


def _explained(rule: Rule, checked: Checked) -> Iterator[str]:
    file, clauses = rule.file, checked.policies.clauses
    yield f"{file.id}  {file.title}"
    yield f"  {file.status}, {file.severity} severity, {file.lane} lane, version {rule.version}"
    yield f"  Looks at: {', '.join(file.subjects).replace('_', ' ')}"
    yield f"  Goes to: {', '.join(file.route.to).replace('_', ' ')}, {file.route.digest}"
    for clause_id in rule.clauses:
        clause = clauses[clause_id]
        overdue = f" Review overdue since {clause.overdue_since}." if clause.overdue_since else ""
        yield f"  Policy: {clause_id}, section {clause.section}: {clause.paraphrase}{overdue}"
        if own := checked.policies.own_words(clause_id):
            yield f"    {own}"
    for clause_id in rule.counter_clauses:
        yield f"  The policy also says: {clause_id}: {clauses[clause_id].paraphrase}"
    for alarm in file.false_positives:
        yield f"  Known false alarm: {alarm}"
    if file.note:
        yield f"  What to do first: {file.note}"
    if not rule.runs:
        reason = "no clause of a pack in force stands behind it" if not rule.clauses else file.status
        yield f"  Does not run: {reason}"
    tests = file.tests
    yield f"  Checked on {len(tests.match) + len(tests.no_match) + len(tests.downgrade)} examples of its own."
