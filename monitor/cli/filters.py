"""`monitor filters`: exceptions that people make, with a reason and an end."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.ending import ending
from monitor.cli.person import By, free_of_identifiers, whoever
from monitor.cli.replay import SINCE, compared, report, without_and_with
from monitor.cli.sources import named

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store.filters import KeptFilter
    from monitor.types import Filter

app = typer.Typer(help="Hide what a rule keeps getting wrong, for a while.", no_args_is_help=True)


@app.command()
def add(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, or * for any rule.")],
    reason: Annotated[str, typer.Option(help="Why: it stands beside the filter. Name no person.")],
    expires: Annotated[str, typer.Option(help="When it ends: 90d, 12w or 2027-02-01; a year at most.")],
    platform: Annotated[str | None, typer.Option(help="Only there, for instance mastodon.")] = None,
    author: Annotated[str | None, typer.Option(help="Only this author, as digests show them.")] = None,
    page: Annotated[str | None, typer.Option(help="Only this watched page.")] = None,
    pattern: Annotated[
        str | None, typer.Option(help="Only where this RE2 pattern is in the text; lower case, no accents.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only from this source.")] = None,
    by: By = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only show what it would have hidden.")
    ] = False,
    since: Annotated[str, typer.Option(help="How far back --dry-run looks.")] = SINCE,
    as_json: output.AsJson = False,
) -> None:
    """Hide what a rule finds in the given scope; all parts of the scope must hold.

    Hidden findings make no case, but they are counted. Cases that are there already stay.
    """
    settings = output.settings(context)
    if source is not None:
        named(settings, source)
    _checked_words(settings, reason=reason, author=author, page=page, pattern=pattern)
    new = _filter(
        rule_id=rule.upper(), reason=reason.strip(), made_by=whoever(by), platform=platform, author=author,
        page=page, pattern=pattern, source=source, expires_on=ending(expires, settings),
    )  # fmt: skip
    _checked_reach(settings, new)
    if dry_run:
        with closing(opened(settings)) as store:
            result = compared(settings, store, since, *without_and_with(settings, store, new))
            report(result, as_json=as_json)
        return
    number = _stored(settings, new)
    if as_json:
        output.print_json({"filter": number, "expires": new.expires_on})
    else:
        output.show(f"Filter {number} hides {_scope(new)} until {new.expires_on:%d %b %Y}, by {new.made_by}.")


@app.command("list")
def list_filters(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Expired and removed ones, too.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List the filters: what each hides, who made it and why, when it ends, how much it has hidden."""
    from monitor.service import utc_now
    from monitor.store.filters import kept_filters

    settings = output.settings(context)
    today = settings.organisation.day(utc_now())
    with closing(opened(settings)) as store:
        kept = kept_filters(store)
    shown = [_as_data(k, today) for k in kept if everything or k.state(today) == "in force"]
    if as_json:
        output.print_json(shown)
    elif shown:
        headings = ("filter", "hides", "state", "expires", "by", "hidden", "reason")
        output.table(headings, ([str(row[key]) for key in headings] for row in shown))
    else:
        output.say("No filter is in force." if kept else "Nobody has made a filter yet.")


@app.command()
def remove(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `monitor filters list` shows it.")],
    by: By = None,
) -> None:
    """Take a filter back. What it has hidden stays counted; from now on the rule speaks again."""
    from monitor.service import utc_now
    from monitor.store.filters import remove_filter

    with closing(opened(output.settings(context))) as store:
        removed = remove_filter(store, number, whoever(by), utc_now())
    if not removed:
        raise typer.BadParameter(f"no filter {number} is there to remove", param_hint="NUMBER")
    output.show(f"Filter {number} is removed.")


def _stored(settings: Settings, new: Filter) -> int:
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.store.filters import add_filter

    with closing(open_store(settings.store)) as store:
        return add_filter(store, new, utc_now())


def _filter(**fields: Any) -> Filter:
    from monitor.types import Filter

    return Filter(**fields)


def _checked_words(settings: Settings, **words: str | None) -> None:
    """Raise a usage error for an empty word, a pattern that cannot run, or personal data."""
    from rules.text.patterns import PatternRefused, check

    for name, text in words.items():
        if text is not None and not text.strip():
            raise typer.BadParameter("is empty", param_hint=f"--{name}")
        if text is not None and name != "author":
            free_of_identifiers(text, f"--{name}", settings.organisation)
    try:
        if words["pattern"] is not None:
            check(words["pattern"])
    except PatternRefused as refused:
        raise typer.BadParameter(str(refused), param_hint="--pattern") from None


def _checked_reach(settings: Settings, new: Filter) -> None:
    """Raise a usage error for a rule that there is not, and for what no filter may hide."""
    from monitor.config.problems import did_you_mean
    from monitor.types import Lane
    from rules import pack
    from rules.filters import ANY_RULE

    rules = {rule.id: rule for rule in pack.check(settings.policy, settings.rules).rules}
    if new.rule_id == ANY_RULE:
        if not new.scoped:
            raise typer.BadParameter("* needs a scope: --platform, --author, --page, --pattern or --source")
        return
    # A rule of the protected lane is refused like one that there is not: it may not even be named.
    open_ones = {rule_id: rule for rule_id, rule in rules.items() if rule.file.lane is not Lane.PROTECTED}
    if new.rule_id not in open_ones:
        hint = did_you_mean(new.rule_id, sorted(open_ones))
        raise typer.BadParameter(f"no rule {new.rule_id!r} that may be filtered: {hint}", param_hint="RULE")
    if open_ones[new.rule_id].file.lane is Lane.CONFIDENTIAL and not new.scoped:
        raise typer.BadParameter(
            f"{new.rule_id} is of the confidential lane and cannot be hidden as a whole: narrow it down with"
            " --platform, --author, --page, --pattern or --source",
            param_hint="RULE",
        )


def _scope(f: Filter) -> str:
    """What a filter hides, in words."""
    parts = ((" on ", f.platform), (" by ", f.author), (" of the page ", f.page), (" from ", f.source))
    told = "".join(f"{word}{value}" for word, value in parts if value)
    pattern = f" where /{f.pattern}/ is in the text" if f.pattern else ""
    return output.plain(f"{'any rule' if f.rule_id == '*' else f.rule_id}{told}{pattern}")


def _as_data(kept: KeptFilter, today: date) -> dict[str, Any]:
    f = kept.filter
    return {
        "filter": f.number,
        "hides": _scope(f),
        "rule": f.rule_id,
        "platform": f.platform,
        "author": f.author,
        "page": f.page,
        "pattern": f.pattern,
        "source": f.source,
        "state": kept.state(today),
        "expires": f.expires_on.isoformat(),
        "by": f.made_by,
        "hidden": kept.hidden,
        "reason": f.reason,
        "created_at": kept.created_at,
        "removed_by": kept.removed_by,
        "removed_at": kept.removed_at,
    }
