"""What `monitor check` does with one post: references, identifiers and rules, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from monitor import documents, redaction
from monitor.cli import output
from monitor.config import Settings
from monitor.types import Account, Finding, Kind, Post, Reference, Relation, Severity
from rules import pack
from rules.identifiers import PersonIdentifiers
from rules.references import OrganisationReferences

_EXCERPT = 240  # characters of the masked text that are shown
_REPLACED = str.maketrans(dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd"))


class GivenRefused(ValueError):
    """What was given is not a post; the text says what is wrong, never what was in it."""


class GivenAuthor(BaseModel):
    """The author as given. Keys that we do not know are left alone."""

    model_config = ConfigDict(hide_input_in_errors=True)

    handle: str | None = None
    display_name: str | None = None
    bio: str | None = None
    relation: Relation = Relation.PUBLIC


class Given(BaseModel):
    """One line of `--jsonl`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    text: str
    id: JsonValue = None
    title: str | None = None
    kind: Kind = Kind.POST
    platform: str = Field(default="draft", min_length=1)
    author: GivenAuthor | None = None
    image: str | None = None


def post_of(given: object, external_id: str) -> Post:
    """The post that was given by hand. Raises GivenRefused."""
    return _post(_parsed(given), external_id)


def _parsed(given: object) -> Given:
    try:
        return Given.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the line"
        raise GivenRefused(f"{key}: {first['msg']}") from None


def _post(given: Given, external_id: str) -> Post:
    author = given.author or GivenAuthor()
    return Post(
        source="check",
        platform=given.platform,
        external_id=external_id,
        observed_at=datetime.now(UTC),
        kind=given.kind,
        title=_plain(given.title) or "",
        text=_plain(given.text) or "",
        author=Account(
            platform=given.platform,
            handle=_plain(author.handle),
            display_name=_plain(author.display_name),
            bio=_plain(author.bio),
            relation=author.relation,
        ),
    )


def _plain(text: str | None) -> str | None:
    return text.translate(_REPLACED) if text and not text.isprintable() else text


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
            value = _loaded(line)
            identity = value.get("id")
            given = _parsed(value)
        except GivenRefused as refused:
            return Answer(json.dumps({"id": identity, "error": f"line {number}: {refused}"}), broken=True)
        judged = self.judged(_post(given, str(number)))
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


def _loaded(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise GivenRefused("longer than 4 MiB")
    try:
        value = json.loads(line)
        json.dumps(value, allow_nan=False)  # NaN and Infinity are Python's, and would be in the answer
    except UnicodeDecodeError:
        raise GivenRefused("not UTF-8") from None
    except (ValueError, RecursionError):
        raise GivenRefused("not JSON") from None
    if not isinstance(value, dict):
        raise GivenRefused("not a JSON object")
    return value


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
