"""What the product does about each clause: derived from the packs and the rule files.

The words for a category stand in rules/catalogue; whether a rule exists never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rules.categories import PROTECTED_EXPRESSION
from rules.engine import Rule
from rules.policy import Policy
from rules.schema import ClauseEntry
from rules.treatments import Treatment, categories

Status = Literal["by a rule", "by a person", "no rule yet", "done today", "planned", "never monitored"]

CLASSES = {
    "P": "a rule decides",
    "H": "a person judges",
    "R": "record or process",
    "N": "never monitored",
}
"""observability -> who or what answers for such a clause."""


_WITHOUT_RULE: Mapping[str, Status] = {
    "today": "done today",
    "planned": "planned",
    "by hand": "by a person",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product does about one clause. `told` holds routing keys, most important first."""

    policy: str
    clause: ClauseEntry
    status: Status
    rules: tuple[str, ...]
    lane: str | None
    told: tuple[str, ...]
    protecting: tuple[str, ...]
    what: str

    @property
    def kind(self) -> str:
        """Who or what answers for the clause, in words."""
        return CLASSES[self.clause.observability]


def answers(policies: Iterable[Policy], rules: Iterable[Rule]) -> Iterator[Answer]:
    """One answer for every clause of `policies`, in their order."""
    treatments, known = categories(), tuple(rules)
    for policy in policies:
        protecting = tuple(c.id for c in policy.clauses if c.category == PROTECTED_EXPRESSION)
        for clause in policy.clauses:
            citing = [rule for rule in known if clause.id in rule.file.clauses]
            yield _answer(policy, clause, treatments[clause.category], citing, protecting)


def _answer(
    policy: Policy, clause: ClauseEntry, treatment: Treatment, citing: list[Rule], protecting: tuple[str, ...]
) -> Answer:
    never = clause.observability == "N"
    shields = {each for rule in citing for each in rule.file.counter_clauses}
    what = treatment.never if never else treatment.does
    return Answer(
        policy=policy.key,
        clause=clause,
        status=_status(clause, treatment, citing),
        rules=tuple(rule.id for rule in citing),
        lane=str(treatment.lane) if treatment.lane and clause.observability in "PH" else None,
        told=() if never else tuple(clause.roles or treatment.told),
        protecting=tuple(
            each for each in protecting if each in shields or treatment.lane in ("conduct", "protected")
        ),
        what=what or "",
    )


def _status(clause: ClauseEntry, treatment: Treatment, citing: list[Rule]) -> Status:
    if clause.observability == "N":
        return "never monitored"
    if citing and clause.observability != "R":
        return "by a rule"
    if treatment.built is None:
        return "planned" if clause.observability == "R" else "no rule yet"
    return _WITHOUT_RULE[treatment.built]
