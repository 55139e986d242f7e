"""What `monitor check` does with one post: references, identifiers and rules, as text or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monitor import documents, redaction
from monitor.cli import output
from monitor.cli.answering import Answer, answered
from monitor.cli.given import Given, as_post, parsed
from monitor.config import Settings
from monitor.types import Finding, Post, Reference, Severity, Span
from monitor.types.posts import IMAGE
from rules import pack
from rules.identifiers import PersonIdentifiers
from rules.references import OrganisationReferences

if TYPE_CHECKING:
    from monitor.pictures.analysis import Analyst

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
        self._settings = settings
        self._references = OrganisationReferences(settings.organisation)
        self._identifiers = PersonIdentifiers(settings.organisation)

    def judged(self, post: Post) -> Judged:
        """Everything that is known of one post."""
        findings = sorted(self._rules.evaluate(post), key=lambda finding: -finding.severity.rank)
        return Judged(post, self._references.find(post), findings)

    def masked(self, judged: Judged) -> Judged:
        """The same as it may be shown: identifiers masked, spans moved along."""
        spans = self._identifiers.spans(judged.post)
        post, findings = redaction.redact(judged.post, spans, judged.findings)
        return Judged(post, judged.references, findings)

    def looked(self, post: Post, image: str) -> Post:
        """The post with the picture in a file, and what is seen in it."""
        from monitor.cli.pictures.looking import with_picture

        return with_picture(post, image, self._analyst)

    @cached_property
    def _analyst(self) -> Analyst:
        from monitor.service import analyst

        return analyst(self._settings, self._settings.organisation)

    def answer(self, line: bytes | None, number: int) -> Answer:
        """The answer to line `number` of a stream; a line that is no post is answered with its error."""
        return answered(line, number, lambda value: self._answer(parsed(value), str(number)))

    def _answer(self, given: Given, external_id: str) -> tuple[dict[str, Any], Severity | None]:
        post = as_post(given, external_id)
        if given.image is None:
            judged = self.judged(post)
            return as_json(judged), judged.worst
        judged = self.judged(self.looked(post, given.image))
        return self._with_picture(judged), judged.worst

    def _with_picture(self, judged: Judged) -> dict[str, Any]:
        """What is answered of a post with a picture: its text is masked, and spans of it index that."""
        from monitor.cli.pictures import showing

        masked = self.masked(judged)
        pairs = zip(judged.findings, masked.findings, strict=True)
        findings = [replace(finding, spans=_as_shown(finding, moved)) for finding, moved in pairs]
        picture = next(picture for _, picture in masked.post.images)
        answer = as_json(replace(judged, findings=findings)) | {"picture": showing.as_data(picture)}
        return answer | {"not_analysed": ["image"]} if picture.not_read else answer

    def print_json(self, post: Post) -> Severity | None:
        """The answer as one JSON object on stdout; gives the worst severity."""
        judged = self.judged(post)
        output.print_json(as_json(judged))
        return judged.worst

    def print_text(self, post: Post) -> Severity | None:
        """The answer for a person, masked, on stdout; gives the worst severity."""
        judged = self.judged(post)
        output.stdout().print(output.clean("\n".join(self.said(judged))), soft_wrap=True)
        return judged.worst

    def said(self, judged: Judged) -> Iterable[str]:
        """What was found, for a person, masked, line by line."""
        yield _refers(judged.references)
        for finding in judged.findings:
            yield ""
            yield from self._told(judged.post, finding)
        if not judged.findings:
            yield f"Nothing found by {self._rules.running} rules."

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


def _as_shown(finding: Finding, moved: Finding) -> tuple[Span, ...]:
    """Spans of what was given as they are; those of pictures as they index the masked text."""
    pairs = zip(finding.spans, moved.spans, strict=True)
    return tuple(shown if shown.where.startswith(IMAGE) else given for given, shown in pairs)


def _refers(references: Sequence[Reference]) -> str:
    if not references:
        return "Does not refer to the organisation."
    best = references[0]
    return f"Refers to the organisation: {best.alias} ({best.score:.2f}, {best.why})."


def as_json(judged: Judged) -> dict[str, Any]:
    """References and findings as the JSON that `monitor check` writes. Spans index the text as given."""
    return {
        "references": [{"alias": r.alias, "score": r.score} for r in judged.references],
        "findings": [finding_json(finding) for finding in judged.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding, for scripts."""
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
