"""`monitor policy`: which policies are in force, what is done about each clause and platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from getpass import getuser
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.check import configured
from monitor.cli.rules import installed
from monitor.errors import DocumentError

if TYPE_CHECKING:
    from connectors.parts.catalogue import Platform
    from monitor.config import Settings
    from rules.coverage import Answer
    from rules.duties import Duty
    from rules.pack import Checked
    from rules.policy import Policy
    from rules.wording import Place

_CARRIED = {"yes": "carried", "in part": "carried in part", "planned": "planned"}

app = typer.Typer(help="List the policies, show a clause, see what is covered.", no_args_is_help=True)


@app.command("list")
def list_policies(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List the policy packs: which are in force, which are overdue for review, who succeeded their bodies."""
    from monitor import documents

    policies = installed(context, None).policies
    in_force = {policy.key for policy in policies.active}
    summaries = [_summary(policy, policy.key in in_force) for policy in policies.installed]
    settings = configured(context)
    kept = documents.kept(settings.store.state_dir) if settings else {}
    for summary in summaries:
        summary["document"] = kept[summary["policy"]]["imported"] if summary["policy"] in kept else None
    modes = list(policies.modes())
    if as_json:
        applying = {mode.name: {"applies": mode.applies, "said": mode.said} for mode in modes}
        output.print_json({"policies": summaries, "modes": applying})
        return
    rows = ([str(value or "-") for value in summary.values()] for summary in summaries)
    output.table(("policy", "in force", "clauses", "review", "body", "succeeded by", "imported"), rows)
    for mode in modes:
        if len(set(mode.said.values())) > 1:
            said = ", ".join(f"{key} says {value}" for key, value in mode.said.items())
            output.show(f"{mode.name.replace('_', ' ')}: {mode.applies} applies, the stricter one ({said}).")


@app.command()
def show(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="KEY_OR_CLAUSE", help="For instance CDD or CDD-4.4.7-3.")],
    as_json: output.AsJson = False,
) -> None:
    """Show a policy with its clauses, or one clause with its rules and what the product does about it."""
    known = installed(context, None)
    answers = _answers(known, known.policies.installed)
    by_clause = {answer.clause.id.casefold(): answer for answer in answers}
    by_key = {policy.key.casefold(): policy for policy in known.policies.installed}
    if answer := by_clause.get(what.casefold()):
        policy = by_key[answer.policy.casefold()]
        data = {**_as_data(answer), "wording": known.policies.wordings.get(answer.clause.id)}
        _print(as_json, data, _clause(answer, policy, known))
    elif found := by_key.get(what.casefold()):
        own = [answer for answer in answers if answer.policy == found.key]
        data = {**_summary(found, found in known.policies.active), "answers": list(map(_as_data, own))}
        _print(as_json, data, _policy(found))
        if not as_json:
            _clause_table(own)
    else:
        raise _unknown(
            what, [*(policy.key for policy in known.policies.installed), *(a.clause.id for a in answers)]
        )


@app.command()
def coverage(
    context: typer.Context,
    policy: Annotated[str | None, typer.Option(metavar="KEY", help="One policy, instead of all.")] = None,
    as_json: output.AsJson = False,
) -> None:
    """For every clause and every platform of the policies: what the product does about it, or why not."""

    from connectors.parts import catalogue
    from rules.duties import duties

    known = installed(context, None)
    wanted = [each for each in known.policies.installed if policy is None or each.key == policy.upper()]
    if not wanted:
        raise _unknown(str(policy), [each.key for each in known.policies.installed])
    answers = _answers(known, wanted)
    owed = list(duties())
    platforms = [platform for platform in catalogue.platforms() if platform.named]
    if as_json:
        shown = [platform.model_dump(by_alias=True) for platform in platforms]
        carried = [duty.model_dump() for duty in owed]
        output.print_json({"clauses": list(map(_as_data, answers)), "platforms": shown, "duties": carried})
        return
    _clause_table(answers)
    output.show("")
    _platform_table(platforms)
    output.show("")
    _duty_table(owed)
    output.show("")
    for line in (*_totals(answers, platforms), _carried(owed)):
        output.show(line)


@app.command("import")
def import_document(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The policy as .txt, .docx or .pdf.")],
    policy: Annotated[str, typer.Option(metavar="KEY", help="Which policy it is, for instance CDD.")],
    as_json: output.AsJson = False,
) -> None:
    """Read your own policy document, so that its clauses are quoted in its own words from then on."""
    from monitor import documents
    from rules import wording

    known = {each.key: each for each in installed(context, None).policies.installed}
    if policy.upper() not in known:
        raise _unknown(policy, list(known))
    pack, text = known[policy.upper()], documents.read(file)
    found = wording.places(text, pack.clauses)
    if not any(found.values()):
        raise DocumentError(
            f"{file}: no clause of {pack.key} stands in it; is it {pack.body}'s {pack.title}?"
        )
    settings = output.settings(context)
    kept = documents.keep(settings.store.state_dir, pack.key, file, text, found)
    _noted(settings, "policy.imported", pack.key)
    if as_json:
        output.print_json({"kept": kept, "clauses": {key: len(places) for key, places in found.items()}})
        return
    once = sum(len(places) == 1 for places in found.values())
    output.show(f"{once} of {len(pack.clauses)} clauses of {pack.key} found in {file.name}; kept in {kept}")
    output.table(("section", "clauses", "found", "not quoted, and why"), _sections(pack, found))
    if once < len(pack.clauses):
        output.show(
            "Where the document says it in other words: monitor policy mark CLAUSE --words 'as it stands'"
        )


@app.command()
def mark(
    context: typer.Context,
    clause: Annotated[str, typer.Argument(metavar="CLAUSE", help="For instance CDD-4.4.7-3.")],
    words: Annotated[str, typer.Option(help="The passage, pasted from the document that was imported.")],
    by: Annotated[str, typer.Option(help="Who says so.", default_factory=getuser, show_default="you")],
) -> None:
    """Point at a clause's words by hand, where the import found none or several."""
    from monitor import documents
    from rules import wording

    policies = installed(context, None).policies
    known = {key.casefold(): entry for key, entry in policies.known.items()}
    entry = known.get(clause.casefold())
    if entry is None:
        raise _unknown(clause, list(policies.known))
    state_dir, policy = output.settings(context).store.state_dir, entry.id.split("-")[0]
    kept = documents.kept(state_dir).get(policy)
    if kept is None:
        raise DocumentError(
            f"no document of {policy} was imported: monitor policy import FILE --policy {policy}"
        )
    places = wording.passage(kept["text"], words)
    if len(places) != 1:
        times = f"stand in it {len(places)} times: give more of them" if places else "do not stand in it"
        raise DocumentError(f"{kept['document']}: these words {times}")
    instead_of = entry.locator.sha256 if entry.locator else ""
    documents.mark(state_dir, policy, entry.id, places[0].wording, instead_of=instead_of, by=by)
    _noted(output.settings(context), "policy.marked", entry.id)
    output.show(f"{entry.id} is quoted from now on: {places[0].wording}")


def _noted(settings: Settings, action: str, what: str) -> None:
    """Write into the audit log that somebody changed what is quoted."""
    from contextlib import closing

    from monitor.cli.person import at_terminal
    from monitor.service import utc_now
    from monitor.store import open_store

    with closing(open_store(settings.store)) as store, store.transaction() as tx:
        tx.audit(at_terminal(settings, store).actor(), action, what, utc_now())


def _sections(policy: Policy, found: Mapping[str, tuple[Place, ...]]) -> Iterator[tuple[str, ...]]:
    """One row a section: what of it the document holds exactly once, and why the rest is paraphrased."""
    for section, group in groupby(policy.clauses, key=lambda clause: clause.section):
        times = {clause.id: len(found.get(clause.id, ())) for clause in group}
        once = sum(number == 1 for number in times.values())
        missing = [key for key, number in times.items() if not number]
        told = [f"{key} found {number} times" for key, number in times.items() if number > 1]
        if len(missing) == len(times):
            told.append("the whole section is gone or reworded")
        else:
            told += [f"{key} gone or reworded" for key in missing]
        yield section, str(len(times)), str(once), "; ".join(told)


def _answers(known: Checked, policies: Iterable[Policy]) -> list[Answer]:
    from rules import coverage

    return list(coverage.answers(policies, known.rules))


def _unknown(what: str, known: list[str]) -> typer.BadParameter:
    from monitor.config.problems import did_you_mean

    return typer.BadParameter(f"no policy or clause {what!r}: {did_you_mean(what.upper(), known)}")


def _print(as_json: bool, data: Any, lines: Iterable[str]) -> None:
    if as_json:
        output.print_json(data)
    else:
        for line in lines:
            output.show(line)


def _summary(policy: Policy, in_force: bool) -> dict[str, Any]:
    due = policy.review_due
    return {
        "policy": policy.key,
        "in_force": "yes" if in_force else "no",
        "clauses": len(policy.clauses),
        "review": (f"overdue since {due}" if policy.overdue else f"due {due}") if due else None,
        "body": policy.body,
        "succeeded_by": policy.succeeded_by,
    }


def _policy(policy: Policy) -> Iterator[str]:
    yield f"{policy.key}  {policy.title}, {policy.body}"
    yield f"  Reference {policy.reference or '-'}, version {policy.version or '-'}"
    if policy.succeeded_by:
        yield f"  The body was succeeded by {policy.succeeded_by}"
    if policy.overdue:
        yield f"  Review overdue since {policy.review_due}; a policy stays in force until it is replaced"
    for key, title in policy.roles.items():
        yield f"  {key.replace('_', ' ')}: {title}"


def _clause(answer: Answer, policy: Policy, known: Checked) -> Iterator[str]:
    clause = answer.clause
    yield f"{clause.id}  {policy.title}, section {clause.section} ({policy.body})"
    yield f"  {clause.paraphrase}"
    if own := known.policies.own_words(clause.id):
        yield f"  {own}"
    yield f"  In force: {'yes' if policy in known.policies.active else 'no'}"
    yield f"  Class: {answer.kind}"
    yield f"  {answer.status.capitalize()}: {answer.what}"
    for rule in known.rules:
        if rule.id in answer.rules:
            yield f"  Rule: {rule.id}  {rule.file.title}"
    if answer.lane:
        yield f"  Lane: {answer.lane}"
    for key in answer.told:
        yield f"  Told: {policy.roles.get(key) or key.replace('_', ' ') + ' (from the settings)'}"
    for each in answer.protecting:
        yield f"  The policy also says: {each}: {known.policies.known[each].paraphrase}"


def _clause_table(answers: Iterable[Answer]) -> None:
    rows = (
        (a.clause.id, a.kind, ", ".join(a.rules) or a.status, a.lane or "-", ", ".join(a.told) or "-", a.what)
        for a in answers
    )
    output.table(("clause", "class", "today", "lane", "told", "what is done, or meant to be"), rows)


def _platform_table(platforms: Iterable[Platform]) -> None:
    rows = ((p.name, p.openness, p.state, " ".join(p.kinds) or "-", p.why) for p in platforms)
    output.table(("platform", "is", "today", "by", "why"), rows)


def _duty_table(owed: Iterable[Duty]) -> None:
    rows = (
        (
            str(d.number), d.duty, d.carried, d.does,
            ", ".join(f"monitor {command}" for command in d.commands) or "-", ", ".join(d.clauses),
        )
        for d in owed
    )  # fmt: skip
    output.table(("duty", "what is asked", "carried", "how", "by", "clauses"), rows)


def _carried(owed: list[Duty]) -> str:
    how = _counts(_CARRIED[duty.carried] for duty in owed)
    return f"{sum(bool(duty.does) for duty in owed)} of {len(owed)} duties have an answer: {how}."


def _as_data(answer: Answer) -> dict[str, Any]:
    clause = answer.clause
    return {
        **clause.model_dump(include={"id", "section", "paraphrase", "category", "observability"}),
        "policy": answer.policy,
        "class": answer.kind,
        "status": answer.status,
        "rules": answer.rules,
        "lane": answer.lane,
        "told": answer.told,
        "protecting": answer.protecting,
        "what": answer.what,
    }


def _totals(answers: list[Answer], platforms: list[Platform]) -> Iterator[str]:
    answered = sum(bool(answer.what and answer.clause.paraphrase) for answer in answers)
    yield f"{answered} of {len(answers)} clauses have an answer: {_counts(a.status for a in answers)}."
    yield f"By class: {_counts(a.kind for a in answers)}."
    explained = sum(bool(platform.why) for platform in platforms)
    yield f"{explained} of {len(platforms)} platforms have an answer: {_counts(p.state for p in platforms)}."


def _counts(words: Iterable[str]) -> str:
    return ", ".join(f"{number} {word}" for word, number in Counter(words).most_common())
