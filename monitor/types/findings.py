"""What rules find, where it belongs, and what people say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.types.posts import Span


class About(StrEnum):
    """What a finding is of: the post, or its author's profile, which many posts carry unchanged."""

    POST = "post"
    PROFILE = "profile"


class Lane(StrEnum):
    """Who may look (ARCHITECTURE, "Lanes")."""

    CONFIDENTIAL = "confidential"
    COMMS = "comms"
    CONDUCT = "conduct"
    PROTECTED = "protected"


class Pace(StrEnum):
    """How soon people hear of a finding: at once, in the next digest, or in the first digest of a week."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class Severity(StrEnum):
    """How soon somebody should look. Ordered: `Severity.HIGH > Severity.LOW`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (info) to 4 (critical)."""
        return _RANKS[self.value]

    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank


_RANKS = {severity: rank for rank, severity in enumerate(("info", "low", "medium", "high", "critical"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that a post met. Carries positions and a plain reason, never the matched text.

    `level` is the detector's own word for the worst of it (breach, weak, high ...); it is not stored.
    """

    rule_id: str
    rule_version: str
    title: str
    post: tuple[str, str]
    category: str
    lane: Lane
    severity: Severity
    confidence: float
    reason: str
    clauses: tuple[str, ...]
    counter_clauses: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    about: About = About.POST
    owner: str = "comms"
    route: tuple[str, ...] = ("comms",)
    pace: Pace = Pace.DAILY
    level: str = ""


class Verdict(StrEnum):
    """What a person says of a rule's finding: it was right to point there, or a false alarm."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """An exception that a person made: findings of `rule_id` (or of any, `*`) in its scope make no case.

    The scope is what is not None; all of it must hold. `pattern` is RE2 over the folded text, `author` as
    people see it. In force until the day `expires_on`, in the organisation's zone, or until it is removed.
    """

    rule_id: str
    made_by: str
    reason: str
    expires_on: date
    platform: str | None = None
    author: str | None = None
    page: str | None = None
    pattern: str | None = None
    source: str | None = None
    number: int = 0

    @property
    def scoped(self) -> bool:
        """True where it hides less than all that its rule finds."""
        return any((self.platform, self.author, self.page, self.pattern, self.source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause as it may be shown: id, section and our own paraphrase of one policy.

    `wording` is verbatim, and there only once the organisation has imported its document; `missing` says
    that the imported document does not hold it.
    """

    id: str
    policy: str
    section: str
    paraphrase: str
    category: str
    protects: bool = False
    overdue_since: str | None = None
    wording: str | None = None
    missing: bool = False

    @property
    def said(self) -> str:
        """The clause as people read it: quoted where we have its own words, else paraphrased."""
        if self.wording:
            return f"\u201c{self.wording}\u201d"
        return self.paraphrase + (" (wording not found in the imported document)" if self.missing else "")
