"""The policies' own process: which steps a case needs answered, and what counts as an answer. Pure.

The steps are data, in `catalogue/process.yaml`. No outcome of a disciplinary procedure has a place there:
where one follows, a step takes its reference and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from monitor.clocks import COMPLAINTS
from monitor.errors import CaseRefused
from monitor.types import Lane
from rules.files import read
from rules.schema import LaneName, Line, Table

LONGEST: Mapping[str, int] = {"reference": 80, "reason": 500, "text": 2_000}
"""Characters of a note, by what it is."""

Word = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
StepId = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]


class Answer(Table):
    """One allowed answer, and what has to be said with it."""

    says: Line
    note: Literal["reference", "text", "reason"] | None = None
    optional: bool = False
    day: bool = False
    clause: str | None = None
    settles: bool = True


class Step(Table):
    """One question of the process. `after`: asked where all answers of any one line were given."""

    id: StepId
    asks: Line
    lanes: list[LaneName] = Field(min_length=1)
    complaints: bool = False
    after: list[dict[StepId, list[Word]]] = Field(default_factory=list)
    clauses: list[str] = Field(min_length=1)
    answers: dict[Word, Answer] = Field(min_length=2)

    def is_asked(self, lane: Lane, category: str, given: Mapping[str, str]) -> bool:
        """Whether a case of that lane and category, with these answers so far, needs this step."""
        if lane not in self.lanes or (self.complaints and category not in COMPLAINTS):
            return False
        met = (all(given.get(step) in wanted for step, wanted in line.items()) for line in self.after)
        return not self.after or any(met)

    def offered(self, in_force: Collection[str]) -> dict[str, Answer]:
        """The answers that the clauses in force leave open."""
        return {word: a for word, a in self.answers.items() if a.clause is None or a.clause in in_force}


class ProcessFile(Table):
    """The file of steps, in the order in which they are asked."""

    steps: list[Step] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> ProcessFile:
        known: dict[str, Step] = {}
        for step in self.steps:
            for name, words in ((n, w) for line in step.after for n, w in line.items()):
                if name not in known or not known[name].answers.keys() >= set(words):
                    raise ValueError(f"{step.id}: {name} with {', '.join(words)} does not come before it")
            if step.id in known:
                raise ValueError(f"the step {step.id!r} is there twice")
            known[step.id] = step
        return self


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was checked: which step, which answer, and what was said with it."""

    step: str
    answer: str
    note: str = ""
    day: date | None = None

    @property
    def words(self) -> str:
        """Day and note as they are kept."""
        return ": ".join(part for part in (self.day.isoformat() if self.day else "", self.note) if part)


@dataclass(frozen=True, slots=True)
class Process:
    """The steps, and the clauses in force: some answers are there only where a policy offers them."""

    steps: tuple[Step, ...]
    in_force: frozenset[str] = frozenset()

    def step(self, name: str) -> Step:
        """The step of that id. Raises CaseRefused with those that there are."""
        found = next((step for step in self.steps if step.id == name), None)
        if found is None:
            raise CaseRefused(f"no step {name[:40]!r}; there are: {', '.join(s.id for s in self.steps)}")
        return found

    def asked(self, lane: Lane, category: str, answers: Mapping[str, str]) -> Iterator[Step]:
        """The steps that a case needs. An answer to one that is not asked (any more) counts for nothing."""
        counted: dict[str, str] = {}
        for step in self.steps:
            if step.is_asked(lane, category, counted):
                yield step
                if step.id in answers:
                    counted[step.id] = answers[step.id]

    def unanswered(self, lane: Lane, category: str, answers: Mapping[str, str]) -> tuple[Step, ...]:
        """The steps that are still open: not answered, or by an answer that settles nothing."""
        return tuple(
            step
            for step in self.asked(lane, category, answers)
            if not (answer := step.answers.get(answers.get(step.id, ""))) or not answer.settles
        )

    def check(self, step: Step, answer: str, note: str, day: date | None) -> Given:
        """An answer as it may be kept. Raises CaseRefused: not an answer, or something is missing."""
        offered = step.offered(self.in_force)
        if answer not in offered:
            raise CaseRefused(f"{step.id} cannot be {answer[:40]!r}; it can be: {', '.join(offered)}")
        wants, said = offered[answer], note.strip()
        if wants.day != (day is not None):
            raise CaseRefused(f"{step.id} {answer} {'needs a day: --on' if wants.day else 'takes no day'}")
        if wants.note is None and said:
            raise CaseRefused(f"{step.id} {answer} takes no note")
        if wants.note is not None and not said and not wants.optional:
            raise CaseRefused(f"{step.id} {answer} needs a {wants.note}: --note")
        if wants.note is not None and len(said) > LONGEST[wants.note]:
            raise CaseRefused(f"a {wants.note} has at most {LONGEST[wants.note]} characters")
        return Given(step.id, answer, said, day)


@cache
def steps() -> tuple[Step, ...]:
    """The steps of the shipped process. Raises RuleError ("file:line: reason")."""
    file = files("rules") / "catalogue" / "process.yaml"
    return tuple(read(file, "rules/catalogue/process.yaml", ProcessFile).steps)
