"""The shape of a rule file and of a policy pack: strict, and nothing unknown."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitor.config.fields import ROLES
from monitor.types import About, Kind, Lane, Pace, PageEvent, Relation, Severity
from rules.categories import GROUP
from rules.text.patterns import PatternRefused, check
from rules.text.words import written_out


def _pattern(value: str) -> str:
    try:
        pattern = written_out(value)
        check(pattern)
    except PatternRefused as refused:
        raise ValueError(str(refused)) from None
    return pattern


def _category(value: str) -> str:
    if value not in GROUP:
        raise ValueError(f"unknown category {value!r}")
    return value


def _routing_key(value: str) -> str:
    if value not in ROLES:
        raise ValueError(f"unknown routing key {value!r}; known: {', '.join(sorted(ROLES))}")
    return value


def _few_words(value: str) -> str:
    if len(value.split()) > 15:
        raise ValueError("a paraphrase has at most 15 words")
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
Category = Annotated[str, AfterValidator(_category)]
RoutingKey = Annotated[str, AfterValidator(_routing_key)]
Line = Annotated[str, Field(min_length=1, pattern=r"^[^\n]+$")]
Subject = Literal["staff_account", "public_mention", "wikipedia"]
# YAML holds words; strict mode would want the enum members themselves.
LaneName = Annotated[Lane, Field(strict=False)]
SeverityName = Annotated[Severity, Field(strict=False)]


class Table(BaseModel):
    """A table of a rule file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class AnyOf(Table):
    """At least one pattern hits."""

    any: list[Pattern] = Field(min_length=1)


class Near(Table):
    """Some hit of `a` and some hit of `b` start at most `words` words apart, in either order."""

    a: Pattern
    b: Pattern
    words: int = Field(ge=1, le=100)


class Match(Table):
    """Every part given must hold."""

    any: list[Pattern] = []
    all: list[Pattern | AnyOf] = []
    near: list[Near] = []

    @model_validator(mode="after")
    def _not_empty(self) -> Match:
        if not (self.any or self.all or self.near):
            raise ValueError("`match` needs `any`, `all` or `near`")
        return self


class Window(Table):
    """An exception that counts only within `words` words of a match."""

    pattern: Pattern
    words: int = Field(ge=1, le=100)


class Downgrade(Table):
    """A pattern that lowers the severity, and the reason shown."""

    when: Pattern
    to: SeverityName
    reason: Line


class Route(Table):
    """Who is told, how soon, and whether identifiers are masked on the way."""

    to: list[RoutingKey] = Field(min_length=1)
    digest: Annotated[Pace, Field(strict=False)]
    redact: bool


ShownLogo = Literal["ours", "seems ours", "altered", "other", "unclear"]


class Example(Table):
    """An example that is more than a text: an account, or an edit given as `before` and `after`.

    `media` holds the alt text of each picture, `shown` the text that stands in each, `faces` how many are in
    the first, `logos` whose mark each shows and `avatar` that of the account; `name`, `left_on` and
    `logo_until` are the registers'. An edit may stand under a `section`, be by a `declared` editor, or be an
    `event` of the page's log.
    """

    text: str = ""
    title: str = ""
    kind: Annotated[Kind, Field(strict=False)] | None = None
    relation: Annotated[Relation, Field(strict=False)] | None = None
    platform: str = "example"
    handle: str | None = None
    display_name: str | None = None
    bio: str | None = None
    name: str | None = None
    left_on: date | None = None
    media: list[str] = []
    shown: list[str] = []
    faces: str | None = None
    logos: list[ShownLogo] = []
    avatar: ShownLogo | None = None
    logo_until: date | None = None
    page: str = "Wearside Vale Hospital"
    before: str | None = None
    after: str | None = None
    sections_before: list[str] = []
    sections_after: list[str] = []
    reverts: bool = False
    reverted_by: str | None = None
    section: str | None = None
    declared: str | None = None
    event: Annotated[PageEvent, Field(strict=False)] | None = None


AnyExample = Line | Example


class Tests(Table):
    """What the rule must and must not meet. Run at every load; the rule is refused if one fails."""

    match: list[AnyExample] = Field(min_length=1)
    no_match: list[AnyExample] = Field(min_length=1)
    downgrade: list[AnyExample] = []
    options: dict[str, Any] = {}


class RuleFile(Table):
    """One rule. It stands in a file of its own, named by its id.

    `shown`: it also reads the words that pictures show, which need not be the author's.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,5}-\d{3}$")]
    title: Line
    status: Literal["draft", "test", "stable", "retired"]
    category: Category
    lane: LaneName
    severity: SeverityName
    clauses: list[str] = Field(min_length=1)
    counter_clauses: list[str] = []
    subjects: list[Subject] = Field(min_length=1)
    about: Annotated[About, Field(strict=False)] = About.POST
    optional: bool = False
    shown: bool = False
    silences: list[LaneName] = []
    owner: RoutingKey
    route: Route
    match: Match | None = None
    detector: str | None = None
    options: dict[str, Any] = {}
    levels: dict[str, SeverityName | Literal["drop"]] = {}
    unless: list[Pattern | Window] = []
    downgrade: list[Downgrade] = []
    cooldown: Annotated[str, Field(pattern=r"^\d{1,4}[mhd]$")] = "24h"
    false_positives: list[Line] = Field(min_length=1)
    note: str = ""
    reason: Line | None = None
    tests: Tests


class Locator(Table):
    """Where the wording stands in the imported document: word count and the start of a hash over them."""

    words: int = Field(ge=1)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class ClauseEntry(Table):
    """One clause: our paraphrase, never a sentence of the policy.

    `observability`: P a rule decides, H a person judges what a rule points at, R a record or process,
    N not monitored by design.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-[A-Za-z0-9.\-]+$")]
    section: str
    paraphrase: Annotated[str, AfterValidator(_few_words)]
    category: Category
    observability: Literal["P", "H", "R", "N"]
    roles: list[RoutingKey] = []
    locator: Locator | None = None


class Modes(Table):
    """Where policies differ from one another."""

    logo: Literal["forbidden", "with-permission"] | None = None
    disclaimer: Literal["views", "views+shares"] | None = None
    disclaimer_required_when: Literal["employer-named", "always"] | None = None


class PolicyFile(Table):
    """One policy pack."""

    key: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
    body: Line
    succeeded_by: Line | None
    title: Line
    reference: Line | None
    version: Line | None
    effective: Line | None
    review_due: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")] | None
    owner_role: RoutingKey
    roles: dict[RoutingKey, Line]
    modes: Modes = Modes()
    clauses: list[ClauseEntry] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> PolicyFile:
        ids = [clause.id for clause in self.clauses]
        paraphrases = [clause.paraphrase for clause in self.clauses]
        for clause in self.clauses:
            if not clause.id.startswith(f"{self.key}-"):
                raise ValueError(f"clause {clause.id} does not begin with {self.key}-")
            if missing := [role for role in clause.roles if role not in self.roles]:
                raise ValueError(f"clause {clause.id} names the role {missing[0]!r}, which `roles` lacks")
        for names, what in ((ids, "clause id"), (paraphrases, "paraphrase")):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"the {what} {twice!r} is used twice")
        return self
