"""Detectors: what patterns cannot say, as pure functions with a name.

To add one: a module with a function under `@detector`, and a line in DETECTORS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from monitor.types import Post, Span
from rules.names import Names
from rules.reading import Reading

DETECTORS: Mapping[str, str] = {
    "nhs_number": "rules.detectors.nhs_number:nhs_number",
    "local_number": "rules.detectors.local_number:local_number",
    "birth_date": "rules.detectors.birth_date:birth_date",
    "national_insurance": "rules.detectors.national_insurance:national_insurance",
    "contact_details": "rules.detectors.contact_details:contact_details",
    "patient_name": "rules.detectors.patient_name:patient_name",
    "marking": "rules.detectors.marking:marking",
    "work_email": "rules.detectors.work_email:work_email",
    "lookalike": "rules.detectors.lookalike:lookalike",
    "asking_account": "rules.detectors.asking_account:asking_account",
    "crowd": "rules.detectors.crowd:crowd",
    "remark": "rules.detectors.remark:remark",
    "discrimination": "rules.detectors.discrimination:discrimination",
    "edit": "rules.detectors.edit:edit",
    "disclosure": "rules.detectors.disclosure:disclosure",
    "distress": "rules.detectors.distress:distress",
    "missing_disclaimer": "rules.detectors.missing_disclaimer:missing_disclaimer",
    "assumed_name": "rules.detectors.assumed_name:assumed_name",
    "leaver": "rules.detectors.leaver:leaver",
    "own_voice": "rules.detectors.own_voice:own_voice",
    "internal_name": "rules.detectors.internal_name:internal_name",
    "colleague": "rules.detectors.colleague:colleague",
    "speaking_for": "rules.detectors.speaking_for:speaking_for",
    "lookalike_domain": "rules.detectors.lookalike_domain:lookalike_domain",
    "picture": "rules.detectors.picture:picture",
    "logo": "rules.detectors.logo:logo",
    "patient_list": "rules.detectors.patient_list:patient_list",
}
"""name in rule files -> "module:function"."""


class Options(BaseModel):
    """A detector's options: strict, and nothing unknown.

    MODES are those that the policies in force fill in, by the names that their modes have.
    """

    MODES: ClassVar[frozenset[str]] = frozenset()

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a detector saw. `span` is None where the evidence is not in a text (a handle, a heading).

    `level` is looked up in the rule's `levels`; `reason` is a plain sentence without the words found,
    empty where the rule's own says it.
    """

    span: Span | None
    level: str
    confidence: float
    reason: str


Find = Callable[[Reading, Any], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Detector:
    """A function, what it may be told, and what lets the engine skip it.

    `prefilter` are patterns of which one must occur in the folded text; where there are none, `applies`
    decides by what else the post holds; it must be quick. `levels` are what a rule may map to a severity.
    """

    name: str
    find: Find
    options: type[Options]
    levels: tuple[str, ...]
    prefilter: tuple[str, ...]
    applies: Callable[[Post, Names], bool]
    needs_match: bool


def detector(
    *,
    levels: tuple[str, ...],
    options: type[Options] = Options,
    prefilter: tuple[str, ...] = (),
    applies: Callable[[Post, Names], bool] = lambda post, names: True,
    needs_match: bool = False,
) -> Callable[[Find], Detector]:
    """Declare a function as a detector; `needs_match` means it judges the hits of the rule's `match`."""

    def declare(find: Find) -> Detector:
        return Detector(find.__name__, find, options, levels, prefilter, applies, needs_match)

    return declare


def load(name: str) -> Detector:
    """The detector of that name. Raises KeyError for an unknown one."""
    module, _, function = DETECTORS[name].partition(":")
    found: Detector = getattr(import_module(module), function)
    return found
