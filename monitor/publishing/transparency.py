"""The page on which the organisation says what it reads, why, for how long, and what it never does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.authorisation import bare
from monitor.config import Retention, Settings, SourceSettings
from monitor.publishing.names import kind_name, role_names
from monitor.publishing.pages import rendered
from monitor.roles import LOOKS
from monitor.smallcounts import few
from monitor.types import Lane
from rules.engine import RuleSet

NEVER: Sequence[str] = (
    "search for members of staff by name",
    "read a staff account whose owner was not told, or that is not in the register of authorised accounts",
    "read private messages, closed groups, protected accounts or anything behind somebody else’s sign-in",
    "score, rank or count people, or follow one person over time",
    "compare posting times with working hours",
    "recognise faces",
    "infer health, religion, politics, sexuality or trade union membership",
    "look for trade union activity, protests, political views or opinions about managers",
    "answer, report or take down anything by itself, or decide about a person without a person",
    "watch anybody in secret",
    "use what was read to train a model",
)
"""What the product does not do, whatever the settings."""

WORKED_AT: Mapping[Lane, str] = {
    Lane.CONFIDENTIAL: "A patient may be identifiable, or a document was not meant to be public",
    Lane.COMMS: "Accounts under our name, pages about us, what people tell of us",
    Lane.CONDUCT: "Posts of authorised staff accounts only",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """What the page says of the lanes: who sees one, what it is for, which rules raise it."""

    lane: Lane
    about: str
    seen_by: tuple[str, ...]
    rules: tuple[str, ...]


def files(settings: Settings, rules: RuleSet, staff: int, day: date) -> Mapping[str, str]:
    """The page by its name. `staff` is how many members of staff have an account that may be read."""
    sources = [source for source in settings.sources if source.enabled]
    page = rendered(
        "monitoring.html.j2",
        settings=settings,
        day=day,
        sources=public_sources(settings, sources),
        staff=few(staff),
        lanes=list(_lanes(rules, role_names(rules))),
        guardian=role_names(rules)["concerns"],
        policies=[f"{policy.title}, {policy.body}" for policy in rules.policies],
        kept=list(periods(settings.retention)),
        never=NEVER,
    )
    return {"monitoring.html": page}


def public_sources(settings: Settings, sources: Sequence[SourceSettings]) -> list[tuple[str, str, str]]:
    """(kind, name, purpose) of the sources that are no person's account: no address, it may hold a key."""
    own = {bare(handle) for handle in settings.organisation.handles}
    shown = (s for s in sources if s.authorisation is None and (s.account is None or bare(s.account) in own))
    return sorted((kind_name(source.kind), source.name, source.purpose) for source in shown)


def periods(retention: Retention) -> Iterator[tuple[str, timedelta]]:
    """What is kept and for how long, in the words of the settings."""
    for name, field in Retention.model_fields.items():
        yield " ".join((field.description or name).split()).rstrip("."), getattr(retention, name)


def _lanes(rules: RuleSet, names: Mapping[str, str]) -> Iterator[Watch]:
    titles: dict[Lane, list[str]] = defaultdict(list)
    for rule in rules.rules:
        if rule.runs:
            titles[rule.file.lane].append(rule.file.title)
    for lane, about in WORKED_AT.items():
        seen_by = tuple(names.get(role, role.replace("_", " ")) for role in LOOKS[lane])
        yield Watch(lane, about, seen_by, tuple(sorted(titles[lane])))
