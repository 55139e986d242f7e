"""What `monitor check` does with one post: references, identifiers and rules, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor import documents, redaction
from monitor.cli import output
from monitor.cli.given import GivenRefused, as_post, loaded, parsed
from monitor.config import Settings
from monitor.types import Finding, Post, Reference, Severity
from rules import pack
from rules.identifiers import PersonIdentifiers
from rules.references import OrganisationReferences

_EXCERPT = 240  # characters of the masked text that are shown


@dataclass(frozen=True, slots=True)
class Judged:
    """One post and what was found in it."""

    post: Post
    references: Sequence[Reference]
    findings: Sequence[Finding]

    @property
    def worst(self) -> Severity | None:
        """The highest severity, None without findings."""
        return max((finding.severity for finding in self.findings), key=lambda s: s.rank, default=None)


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of output, the worst severity it reports, and whether its input could not be read."""

    line: str
    worst: Severity | None = None
    broken: bool = False


class Judge:
    """The rules in force, applied by hand. Raises RuleError where a rule file is refused."""

    def __init__(self, settings: Settings) -> None:
        self._rules = pack.load(
            settings.organisation,
            settings.policy,
            settings.rules,
            wordings=documents.wordings(settings.store.state_dir),
            lookalikes=settings.lookalikes,
        )
        self._references = OrganisationReferences(settings.organisation)
        self._identifiers = PersonIdentifiers(settings.organisation)

    def judged(self, post: Post) -> Judged:
        """Everything that is known of one post."""
        findings = sorted(self._rules.evaluate(post), key=lambda finding: -finding.severity.rank)
        return Judged(post, self._references.find(post), findings)

    def answer(self, line: bytes | None, number: int) -> Answer:
        """The answer to line `number` of a stream; a line that is no post is answered with its error."""
        identity: Any = None
        try:
            value = loaded(line)
            identity = value.get("id")
            given = parsed(value)
        except GivenRefused as refused:
            return Answer(json.dumps({"id": identity, "error": f"line {number}: {refused}"}), broken=True)
        judged = self.judged(as_post(given, str(number)))
        answer = {"id": identity, **as_json(judged)}
        if given.image is not None:
            answer["not_analysed"] = ["image"]
        return Answer(json.dumps(answer), judged.worst)

    def print_json(self, post: Post) -> Severity | None:
        """The answer as one JSON object on stdout; gives the worst severity."""
        judged = self.judged(post)
        output.print_json(as_json(judged))
        return judged.worst

    def print_text(self, post: Post) -> Severity | None:
        """The answer for a person, masked, on stdout; gives the worst severity."""
        judged = self.judged(post)
        lines = [_refers(judged.references)]
        for finding in judged.findings:
            lines += ["", *self._told(post, finding)]
        if not judged.findings:
            lines.append(f"Nothing found by {self._rules.running} rules.")
        output.stdout().print(output.clean("\n".join(lines)), soft_wrap=True)
        return judged.worst

    def _told(self, post: Post, finding: Finding) -> Iterable[str]:
        yield f"{finding.severity.upper()}  {finding.title}  ({finding.rule_id}, {finding.lane} lane)"
        yield f"  {finding.reason}"
        if excerpt := self._excerpt(post, finding):
            yield f"  Where: {excerpt}"
        for clause_id in finding.clauses:
            yield f"  Policy: {self._clause(clause_id)}"
        for clause_id in finding.counter_clauses:
            yield f"  The policy also says: {self._clause(clause_id)}"
        yield f"  Goes to: {', '.join(finding.route).replace('_', ' ')}"

    def _clause(self, clause_id: str) -> str:
        clause = self._rules.clauses[clause_id]
        overdue = f" (review overdue since {clause.overdue_since})" if clause.overdue_since else ""
        return f"{clause.id}, section {clause.section}: {clause.said}{overdue}"

    def _excerpt(self, post: Post, finding: Finding) -> str:
        """The masked text around the first span; the masks are those of storage and mail."""
        masked, moved = redaction.redact(post, self._identifiers.spans(post), [finding])
        if not moved[0].spans:
            return ""
        span = moved[0].spans[0]
        whole = masked.part(span.where)
        start = max(span.start - _EXCERPT // 3, 0)
        shown = " ".join(whole[start : start + _EXCERPT].split())
        return f"{'…' * (start > 0)}{shown}{'…' * (start + _EXCERPT < len(whole))}"


def _refers(references: Sequence[Reference]) -> str:
    if not references:
        return "Does not refer to the organisation."
    best = references[0]
    return f"Refers to the organisation: {best.alias} ({best.score:.2f}, {best.why})."


def as_json(judged: Judged) -> dict[str, Any]:
    """References and findings as the JSON that `monitor check` writes. Spans index the text as given."""
    return {
        "references": [{"alias": r.alias, "score": r.score} for r in judged.references],
        "findings": [_finding_json(finding) for finding in judged.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule_id,
        "category": finding.category,
        "severity": finding.severity,
        "lane": finding.lane,
        "clauses": finding.clauses,
        "counter_clauses": finding.counter_clauses,
        "reason": finding.reason,
        "spans": [
            {"where": span.where, "start": span.start, "end": span.end, "label": span.label}
            for span in finding.spans
        ],
        "confidence": finding.confidence,
    }
