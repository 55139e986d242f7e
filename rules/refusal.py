"""Why a rule file is refused, beyond its shape: what it cites, whom it may reach, what it can run."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from monitor.roles import misaddressed
from monitor.types import Lane
from rules import detectors
from rules.categories import ANSWERING, GROUP, HANDLING, PROTECTED_EXPRESSION
from rules.policy import Policies
from rules.schema import RuleFile, Window
from rules.yamlfile import Path

Refusal = tuple[Path, str]


def refusals(file: RuleFile, policies: Policies) -> Iterator[Refusal]:
    """Every reason, each with the key that it is about."""
    yield from _of_clauses(file, policies)
    yield from _of_lane(file)
    yield from _of_detector(file)
    for number, step in enumerate(file.downgrade):
        if step.to >= file.severity:
            yield (
                ("downgrade", number, "to"),
                f"`downgrade` never raises: {step.to} is not below {file.severity}",
            )


def _of_clauses(file: RuleFile, policies: Policies) -> Iterator[Refusal]:
    for key, ids in (("clauses", file.clauses), ("counter_clauses", file.counter_clauses)):
        for number, clause_id in enumerate(ids):
            place = (key, number)
            clause = policies.known.get(clause_id)
            if clause is None:
                yield place, f"unknown clause {clause_id!r}"
            elif clause.observability == "N":
                yield place, f"clause {clause_id} is not monitored, by design"
            elif key == "counter_clauses":
                if clause.category != PROTECTED_EXPRESSION:
                    yield (
                        place,
                        f"clause {clause_id} protects nobody, so it cannot counter a finding",
                    )
            elif file.owner == "welfare" and clause.category in HANDLING:
                continue  # nobody broke it: it binds whoever reads of another's distress
            elif file.category == "data-protection" and clause.category in ANSWERING:
                continue  # nor this one: it says who takes a complaint, and how
            elif not _goes_with(clause.category, file.category):
                yield place, f"clause {clause_id} is of another category group than {file.category!r}"


def _goes_with(cited: str, own: str) -> bool:
    """A rule cites its own group; what identifies people is a matter of data protection, too.

    A policy that is silent on whistleblowing still lets people speak: that is what its disclosures cite.
    """
    identifies = GROUP[own] in (GROUP["patient-identifier"], GROUP["staff-identifier"])
    further = {"data-protection": identifies, PROTECTED_EXPRESSION: own == "whistleblowing"}
    return GROUP[cited] == GROUP[own] or further.get(cited, False)


def _of_lane(file: RuleFile) -> Iterator[Refusal]:
    if file.lane is Lane.CONDUCT and set(file.subjects) != {"staff_account"}:
        yield ("subjects",), "the conduct lane is for authorised staff accounts only, never for the public"
    for number, role in enumerate(file.route.to):
        if astray := misaddressed(file.lane, (role,)):
            yield ("route", "to", number), astray
    if astray := misaddressed(file.lane, (file.owner,)):
        yield ("owner",), astray
    if file.lane in file.silences or Lane.PROTECTED in file.silences:
        yield ("silences",), "a rule silences neither its own lane nor the protected one"
    if file.lane in (Lane.CONFIDENTIAL, Lane.PROTECTED) and not file.route.redact:
        yield ("route", "redact"), f"the {file.lane} lane can hold identifiers: `redact` must be true"


def _of_detector(file: RuleFile) -> Iterator[Refusal]:
    if file.detector is None:
        if file.match is None:
            yield (), "a rule needs `match` or `detector`"
        if file.options or file.tests.options:
            yield ("options",), "`options` belong to a detector, and this rule has none"
    elif file.detector not in detectors.DETECTORS:
        yield ("detector",), f"unknown detector {file.detector!r}; known: {', '.join(detectors.DETECTORS)}"
    else:
        yield from _of_known_detector(file, detectors.load(file.detector))
    if file.match is None:
        for number, exception in enumerate(file.unless):
            if isinstance(exception, Window):
                yield (
                    ("unless", number),
                    "an exception with `words` is measured from `match`, which is missing",
                )


def _of_known_detector(file: RuleFile, detector: detectors.Detector) -> Iterator[Refusal]:
    if detector.needs_match and file.match is None:
        yield ("detector",), f"the detector {detector.name!r} judges the hits of `match`, which is missing"
    for level in file.levels:
        if level not in detector.levels:
            known = ", ".join(detector.levels)
            yield ("levels", level), f"the detector {detector.name!r} has no level {level!r}; it has: {known}"
    for path, options in ((("options",), file.options), (("tests", "options"), file.tests.options)):
        try:
            detector.options.model_validate(options)
        except ValidationError as error:
            first = error.errors()[0]
            yield (*path, *first["loc"]), f"option {'.'.join(map(str, first['loc']))!r}: {first['msg']}"
