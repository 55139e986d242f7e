"""The rule engine: one scan of the folded text gives candidates, then each candidate is checked exactly.

The scan is one RE2 pass over a necessary pattern of every rule that may judge such a post, so its cost
hardly grows with the number of rules; most posts end there. A rule may silence lanes: a post that meets it
is not judged by their rules. The protected lane silences all others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

from monitor.config import LookalikeSettings, Organisation
from monitor.types import Clause, Finding, Kind, Lane, Pace, Post, Relation, Severity
from rules.detectors import Detector, Hit, Options
from rules.hostility.opinion import Opinion
from rules.lookalikes import Listed
from rules.matching import hits_of, necessary
from rules.names import Names
from rules.policy import Policy
from rules.reading import Reading, scan_text
from rules.schema import RuleFile, Subject
from rules.text.patterns import PatternSet, found

_COUNTERED_AT_MOST = Severity.MEDIUM
_SPANS = 100  # of one finding: more of the same tell nobody more


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to run. `clauses` and `counter_clauses` are those of the packs in force.

    `likely`: one of its clauses is such that a rule alone can decide it. `enabled` is False for an
    optional rule that the settings do not switch on.
    """

    file: RuleFile
    version: str
    clauses: tuple[str, ...]
    counter_clauses: tuple[str, ...]
    detector: Detector | None
    options: Options
    likely: bool
    enabled: bool = True

    @property
    def id(self) -> str:
        """The rule's id, for instance NHS-001."""
        return self.file.id

    @property
    def reason(self) -> str:
        """Why a post met the rule, where its detector does not say."""
        return self.file.reason or f"{self.file.title}: words that this rule looks for are in the post."

    @property
    def runs(self) -> bool:
        """True where the rule is stable and switched on, and a clause of a pack in force stands behind it."""
        return self.file.status == "stable" and self.enabled and bool(self.clauses)

    def judges(self, subject: Subject) -> bool:
        """True where the rule looks at such a post.

        The conduct lane is for authorised staff accounts, whatever a rule file says.
        """
        conduct = self.file.lane is Lane.CONDUCT
        return subject in self.file.subjects and (not conduct or subject == "staff_account")

    @property
    def silences(self) -> Collection[Lane]:
        """The lanes whose rules say nothing of a post that meets this one.

        The protected lane's rules silence every other lane, whatever a rule file says.
        """
        if self.file.lane is Lane.PROTECTED:
            return [lane for lane in Lane if lane is not Lane.PROTECTED]
        return self.file.silences

    @property
    def needs(self) -> tuple[str, ...]:
        """Patterns of which at least one occurs in every post that meets the rule; empty if unknown."""
        if self.file.match is not None:
            return necessary(self.file.match)
        return self.detector.prefilter if self.detector else ()

    def judge(self, reading: Reading) -> Finding | None:
        """The finding of one post, or None. The caller has checked the subject."""
        hits = list(self._kept(reading))
        if not hits or any(found(p, reading.text) for p in self.file.unless if isinstance(p, str)):
            return None
        worst, severity = max(hits, key=lambda pair: (pair[1].rank, pair[0].confidence))
        reasons = [worst.reason or self.reason]
        for step in self.file.downgrade:
            if found(step.when, reading.text):
                severity = min(severity, step.to)
                reasons.append(f"Lowered: {step.reason}.")
        if self.counter_clauses and self.file.route.digest is not Pace.IMMEDIATE:
            severity = min(severity, _COUNTERED_AT_MOST)
        return self._finding(reading.post, [hit for hit, _ in hits], worst, severity, " ".join(reasons))

    def _kept(self, reading: Reading) -> Iterable[tuple[Hit, Severity]]:
        """Every hit with its severity, without those that `levels` drops."""
        for hit in self._hits(reading):
            level = self.file.levels.get(hit.level, self.file.severity)
            if isinstance(level, Severity):
                yield hit, level

    def _hits(self, reading: Reading) -> Iterable[Hit]:
        detector = self.detector
        if self.file.match is None:
            if detector is None:
                return ()
            if detector.options is not Options:
                return detector.find(reading, self.options)
            return reading.once(detector.name, lambda: detector.find(reading, self.options))
        places = hits_of(self.file.match, self.file.unless, reading.text)
        if not places:
            return ()
        if detector is not None:
            return detector.find(reading.with_hits(places), self.options)
        confidence = 0.9 if self.likely else 0.6
        label = self.file.category
        return [Hit(reading.span(*place, label), "match", confidence, "") for place in places]

    def _finding(
        self, post: Post, hits: Sequence[Hit], worst: Hit, severity: Severity, reason: str
    ) -> Finding:
        return Finding(
            rule_id=self.file.id,
            rule_version=self.version,
            title=self.file.title,
            post=post.key,
            category=self.file.category,
            lane=self.file.lane,
            severity=severity,
            confidence=worst.confidence,
            reason=reason,
            clauses=self.clauses,
            counter_clauses=self.counter_clauses,
            spans=tuple(dict.fromkeys(hit.span for hit in hits if hit.span is not None))[:_SPANS],
            about=self.file.about,
            owner=self.file.owner,
            route=tuple(self.file.route.to),
            pace=self.file.route.digest,
            level=worst.level,
        )


def subject_of(post: Post) -> Subject:
    """Whose post it is to the rules: wikipedia, staff_account (authorised only) or public_mention."""
    if post.kind is Kind.PAGE_EDIT:
        return "wikipedia"
    if post.author is not None and post.author.relation is Relation.AUTHORISED_STAFF:
        return "staff_account"
    return "public_mention"


class _Scan:
    """The rules that look at one kind of subject, behind one prefilter."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        running = tuple(rules)
        wanting: dict[str, list[Rule]] = {}  # two rules may share a detector, and so its patterns
        for rule in running:
            for pattern in rule.needs:
                wanting.setdefault(pattern, []).append(rule)
        self._patterns = PatternSet(wanting)
        self._rules = list(wanting.values())
        self._unscanned: list[tuple[Rule, Callable[[Post, Names], bool]]] = [
            (rule, rule.detector.applies) for rule in running if not rule.needs and rule.detector
        ]

    def candidates(self, post: Post, names: Names) -> list[Rule]:
        """The rules that the post may meet: those that silence most lanes first, then by id."""
        hits = {rule.id: rule for hit in self._patterns.match(scan_text(post)) for rule in self._rules[hit]}
        hits |= {rule.id: rule for rule, applies in self._unscanned if applies(post, names)}
        return sorted(hits.values(), key=lambda rule: (-len(rule.silences), rule.id))


class RuleSet:
    """The rules in force. Implements monitor.ports.Rules; pure, and safe to share between threads.

    `rules` holds every rule that was loaded, also those that don't run, `opinion` the language model that
    detectors may ask; `version` changes with any of them, not with `lookalikes`, which names other bodies.
    `clauses` are those in force, `known` the ids of every installed pack's.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        organisation: Organisation,
        clauses: Mapping[str, Clause] | None = None,
        policies: Sequence[Policy] = (),
        known: Iterable[str] = (),
        opinion: Opinion | None = None,
        lookalikes: LookalikeSettings | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.clauses: Mapping[str, Clause] = dict(clauses or {})
        self.policies = tuple(policies)
        self.known = frozenset(known)
        self.version = _digest(
            [*sorted(f"{rule.id} {rule.version}" for rule in rules), *([opinion.version] if opinion else [])]
        )
        self.opinion = opinion
        self._names = Names(organisation, lookalikes=lookalikes)
        self._known: tuple[tuple[Listed, ...], RuleSet] = ((), self)
        self._scans: dict[Subject, _Scan] = {}  # made when a first post of the kind comes

    def knowing(self, listed: Iterable[Listed]) -> RuleSet:
        """The same rules, told of the register of official accounts, besides the settings' handles.

        Cheap while the register stays as it is: the rules told of it last are kept.
        """
        entries = tuple(listed)
        if entries != self._known[0]:
            told = copy(self)
            told._names = replace(self._names, listed=entries)
            self._known = (entries, told)
        return self._known[1]

    @property
    def running(self) -> int:
        """How many rules run."""
        return sum(rule.runs for rule in self.rules)

    def evaluate(self, post: Post) -> list[Finding]:
        """The findings of one post, at most one a rule and none of a lane that another finding silences.

        A finding of the protected lane is the only one: nothing else may tell that the post exists.
        """
        candidates = self._scan(subject_of(post)).candidates(post, self._names)
        if not candidates:
            return []
        own = Reading.of(post, self._names, self.opinion)
        # Two readings only where a picture shows words: what it shows need not be its author's (ADR 0035).
        whole = Reading.of(post, self._names, self.opinion, shown=True) if _shows_words(post) else own
        findings: list[Finding] = []
        silenced: set[Lane] = set()
        for rule in candidates:
            reading = whole if rule.file.shown else own
            if rule.file.lane not in silenced and (finding := rule.judge(reading)):
                findings.append(finding)
                silenced.update(rule.silences)
        return findings

    def _scan(self, subject: Subject) -> _Scan:
        if subject not in self._scans:
            running = (rule for rule in self.rules if rule.runs and rule.judges(subject))
            self._scans[subject] = _Scan(running)
        return self._scans[subject]


def _shows_words(post: Post) -> bool:
    return any(picture.text for _, picture in post.images)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
