"""`monitor rules replay`: what changed rules would add and drop, before they go live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.scan import moment
from monitor.types import Verdict

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.ports import Filters
    from monitor.replay import Answers, Difference, Replay
    from monitor.store import Store
    from monitor.types import Filter
    from rules.engine import RuleSet

_LISTED = 20  # cases or mentions a rule, in print; all of them in JSON
SINCE = "90d"

NOTE = (
    "Judged on the stored copies. What was masked, and profiles, pictures, links and places, is not in them:"
    " what rests on that is not found again. Nothing was written."
)


def replay(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="How far back: 90d, monday, 2026-11-01.")] = SINCE,
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="A folder in place of the settings' own, or one changed rule file."
        ),
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Show what changed rules would add and drop, on the mentions that are stored. Writes nothing.

    With --rules, the rules there against those in force; without, the files as they are now against what
    was found at the time.
    """
    if rules is not None and not rules.exists():
        raise typer.BadParameter(f"{rules} does not exist", param_hint="--rules")
    settings = output.settings(context)
    with closing(opened(settings)) as store:
        in_force = _loaded(settings)
        changed = _changed(settings, rules, in_force) if rules else in_force
        live = _filters(live_filters(settings, store))
        apart = frozenset(_about_profiles(in_force) | _about_profiles(changed))
        before, after = _sides(in_force, changed, live, apart, stored=rules is None)
        result = compared(settings, store, since, before, after)
        known = {(rule.id, rule.version) for rule in in_force.rules}
        idle = [r.id for r in changed.rules if not r.runs and (r.id, r.version) not in known]
        report(result, idle, as_json=as_json)


def live_filters(settings: Settings, store: Store) -> tuple[Filter, ...]:
    """The filters in force today."""
    from monitor.service import utc_now
    from monitor.store.filters import filters_on

    return filters_on(store, settings.organisation.day(utc_now()))


def without_and_with(settings: Settings, store: Store, new: Filter) -> tuple[Answers, Answers]:
    """The rules in force without and with a new filter."""
    from monitor.replay import judged_by

    rules, live = _loaded(settings), live_filters(settings, store)
    apart = frozenset(_about_profiles(rules))
    sides = (_filters(filters) for filters in (live, (*live, new)))
    before, after = (judged_by(rules, filters, apart) for filters in sides)
    return before, after


def compared(settings: Settings, store: Store, since: str, before: Answers, after: Answers) -> Replay:
    """Both sides on every mention since then, with a progress bar. Raises a usage error for the time."""
    from monitor import replay as core
    from monitor.store.history import count_since

    start = moment(since, settings, "--since")
    local = start.astimezone(settings.organisation.zone)
    with output.progress("Judging", total=count_since(store, start)) as bar:
        result = core.replay(store, start, before, after, lambda: bar.advance(bar.task_ids[0]))
    output.say(f"Judged {result.mentions:,} mentions seen since {local:%a %d %b %Y %H:%M %Z}.")
    return result


def report(result: Replay, idle: Sequence[str] = (), *, as_json: bool) -> None:
    """What would be new and what gone, by rule."""
    if as_json:
        data = {"mentions": result.mentions, "rules": [*_as_data(result)], "do_not_run": list(idle)}
        output.print_json(data | {"note": NOTE})
        return
    rows = list(_as_data(result))
    if rows:
        headings = ("rule", "added", "dropped", "of these right", "wrong", "undecided")
        output.table(headings, ((row["rule"], *map(str, _counts(row))) for row in rows))
        for row in rows:
            for line in _listed(row):
                output.show(line)
    else:
        output.show("Nothing would be added, nothing dropped.")
    for rule_id in idle:
        output.say(f"{rule_id} does not run, so it adds nothing: `monitor rules explain` says why.")
    output.say(NOTE)


def _sides(
    in_force: RuleSet, changed: RuleSet, live: Filters | None, apart: frozenset[str], *, stored: bool
) -> tuple[Answers, Answers]:
    from monitor.replay import as_stored, judged_by

    after = judged_by(changed, live, apart)
    if not stored:
        return judged_by(in_force, live, apart), after
    versions = {rule.id: rule.version for rule in changed.rules}
    return as_stored(after, versions, apart), after


def _loaded(settings: Settings) -> RuleSet:
    from rules import pack

    return pack.load(settings.organisation, settings.policy, settings.rules, lookalikes=settings.lookalikes)


def _changed(settings: Settings, path: Path, in_force: RuleSet) -> RuleSet:
    """The rules with a folder in place of the settings' own, or with one file in place of its rule."""
    from rules.engine import RuleSet

    there = settings.model_copy(update={"rules": settings.rules.model_copy(update={"folder": path})})
    changed = _loaded(there)
    if path.is_dir():
        return changed
    rules = {rule.id: rule for rule in in_force.rules}
    rules |= {rule.id: rule for rule in changed.rules if rule.id == path.stem}
    return RuleSet(
        tuple(rules.values()),
        settings.organisation,
        changed.clauses,
        changed.policies,
        opinion=changed.opinion,
    )


def _filters(filters: tuple[Filter, ...]) -> Filters | None:
    from rules.filters import SiteFilters

    return SiteFilters(filters) if filters else None


def _about_profiles(rules: RuleSet) -> set[str]:
    from monitor.types import About

    return {rule.id for rule in rules.rules if rule.file.about is About.PROFILE}


# -- what is printed ------------------------------------------------------------------------------


def _as_data(result: Replay) -> Iterator[dict[str, Any]]:
    added, dropped = _by_rule(result.added), _by_rule(result.dropped)
    for rule_id in sorted(added.keys() | dropped.keys()):
        yield {
            "rule": rule_id,
            "added": [difference.mention for difference in added[rule_id]],
            "dropped": [
                {"mention": d.mention, "case": d.case, "verdict": d.verdict} for d in dropped[rule_id]
            ],
        }


def _by_rule(differences: Iterable[Difference]) -> dict[str, list[Difference]]:
    grouped: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        grouped[difference.rule_id].append(difference)
    return grouped


def _counts(row: dict[str, Any]) -> tuple[int, ...]:
    verdicts: list[Verdict | None] = [dropped["verdict"] for dropped in row["dropped"]]
    right, wrong = verdicts.count(Verdict.RIGHT), verdicts.count(Verdict.WRONG)
    return len(row["added"]), len(verdicts), right, wrong, len(verdicts) - right - wrong


def _listed(row: dict[str, Any]) -> Iterator[str]:
    added = [f"mention {number}" for number in row["added"]]
    dropped = [_place(d) for d in row["dropped"]]
    for what, places in (("would add", added), ("would drop", dropped)):
        if places:
            more = f" and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
            yield f"{row['rule']} {what}: {', '.join(places[:_LISTED])}{more}"


def _place(dropped: dict[str, Any]) -> str:
    if dropped["case"] is None:
        return f"mention {dropped['mention']}"
    return f"case {dropped['case']} ({dropped['verdict'] or 'undecided'})"
