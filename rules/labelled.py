"""Labelled cases: what people say of a text, and what the rules answer to the same question.

A case says what it expects in one of five ways, recognised by the key in its `expect`:

* `level` (and `spans`): how sure it is that a patient's number stands there; high and medium are alerts;
* `band`: does the text single out a patient: breach, weak, self (the author's own story) or none;
* `refers`: does it speak of the organisation;
* `hateful`: does it discriminate or incite;
* `categories`: which clause categories it meets, [] for a harmless text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, JsonValue, StrictBool, ValidationError

from monitor.config import Organisation
from monitor.types import Finding, Kind, Reference, Relation
from rules.categories import GROUP

Spans = frozenset[tuple[int, int]]

ALERT = "alert"
HARMLESS = "harmless"
_HATEFUL = frozenset({"discrimination", "incitement"})
_LEVELS = ("high", "medium", "info")
_BANDS = ("breach", "self", "weak")
_PERSON_GROUP = GROUP["patient-identifier"]
_NUMBER = re.compile(r"\b(?:nhs|chi|h ?& ?c|hcn|health and (?:social )?care)\b", re.IGNORECASE)


class LabelRefused(ValueError):
    """A row that is no labelled case; the text says what is wrong, never what was in it."""


class Question(StrEnum):
    """What a case asks of the rules."""

    LEVEL = "level"
    BAND = "band"
    REFERS = "refers"
    HATEFUL = "hateful"
    CATEGORIES = "categories"

    @property
    def of_conduct(self) -> bool:
        """True where a text by nobody in particular is judged as an authorised staff account's."""
        return self in (Question.HATEFUL, Question.CATEGORIES)

    @property
    def positive(self) -> str | None:
        """The label whose false alarms are counted."""
        return {"level": ALERT, "band": "breach", "refers": "refers", "hateful": "hateful"}.get(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was expected, or found: labels, and places where these matter."""

    labels: frozenset[str]
    spans: Spans | None = None

    def fits(self, expected: Answer) -> bool:
        """True where this is what was expected."""
        return self.labels == expected.labels and expected.spans in (None, self.spans)


@dataclass(frozen=True, slots=True)
class Case:
    """One question about one text. `post` holds what is given, as `monitor check --jsonl` takes it.

    `unused` names what was given of the text and cannot be heeded; `as_staff` says that it does not
    tell whose the text is, so that it is judged as an authorised staff account's.
    """

    id: str
    question: Question
    expected: Answer
    post: Mapping[str, Any]
    unused: tuple[str, ...] = ()
    as_staff: bool = False


class _Expect(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    level: Literal["high", "medium", "info", "low", "none"] | None = None
    spans: list[tuple[int, int]] | None = None
    band: Literal["breach", "weak", "self", "none"] | None = None
    refers: StrictBool | None = None
    hateful: StrictBool | None = None
    categories: list[str] | None = None


_WHOSE = ("author", "staff", "relation")


class _Known(BaseModel):
    """What is known of a text besides its words."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    author: Literal["staff", "family", "public", "official"] | None = None
    staff: bool = False
    relation: Relation | None = None
    handle: str | None = None
    display_name: str | None = None
    bio: str | None = None
    name: str | None = None
    left_on: date | None = None
    kind: Kind = Kind.POST
    media: list[str] = []
    place: str | None = None
    geo: str | bool | None = None
    reply_to_org: bool = False


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: JsonValue = None
    text: str
    title: str | None = None
    given: _Known | None = None
    expect: _Expect


def cases(row: object, number: int, organisation: Organisation) -> Iterator[Case]:
    """The cases of row `number`, one for each thing it expects. Raises LabelRefused."""
    try:
        labelled = _Row.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise LabelRefused(f"{'.'.join(map(str, first['loc'])) or 'the row'}: {first['msg']}") from None
    expectations = dict(_expected(labelled.expect))
    if not expectations:
        raise LabelRefused(f"expect: none of {', '.join(Question)}")
    known = labelled.given or _Known()
    name = str(number if labelled.id is None else labelled.id)
    for question, expected in expectations.items():
        as_staff = question.of_conduct and known.model_fields_set.isdisjoint(_WHOSE)
        post = {
            "id": name,
            "text": labelled.text,
            "title": labelled.title,
            **_given(known, organisation, as_staff=as_staff),
        }
        yield Case(name, question, expected, post, tuple(known.model_extra or ()), as_staff)


def found(question: Question, references: Sequence[Reference], findings: Sequence[Finding]) -> Answer:
    """What the rules answer to the question."""
    match question:
        case Question.LEVEL:
            return _number_level(findings)
        case Question.BAND:
            bands = {f.level for f in findings if GROUP[f.category] == _PERSON_GROUP}
            return Answer(frozenset({next((band for band in _BANDS if band in bands), "none")}))
        case Question.REFERS:
            return _yes_or_no("refers", bool(references))
        case Question.HATEFUL:
            return _yes_or_no("hateful", any(f.category in _HATEFUL for f in findings))
        case Question.CATEGORIES:
            return Answer(frozenset(f.category for f in findings) or frozenset({HARMLESS}))


def _expected(expect: _Expect) -> Iterator[tuple[Question, Answer]]:
    if expect.level is not None:
        yield Question.LEVEL, _level(expect.level, None if expect.spans is None else frozenset(expect.spans))
    if expect.band is not None:
        yield Question.BAND, Answer(frozenset({expect.band}))
    if expect.refers is not None:
        yield Question.REFERS, _yes_or_no("refers", expect.refers)
    if expect.hateful is not None:
        yield Question.HATEFUL, _yes_or_no("hateful", expect.hateful)
    if expect.categories is not None:
        for at, category in enumerate(expect.categories, 1):
            if category not in GROUP:
                raise LabelRefused(f"expect.categories: entry {at} is none of the {len(GROUP)} categories")
        yield Question.CATEGORIES, Answer(frozenset(expect.categories) or frozenset({HARMLESS}))


def _level(level: str, spans: Spans | None) -> Answer:
    """A low level is no finding by design, so it is asked for as none, wherever it may stand."""
    if level not in _LEVELS:
        return Answer(frozenset({"none"}), frozenset() if spans is not None else None)
    return Answer(frozenset({level} | ({ALERT} if level != "info" else set())), spans)


def _number_level(findings: Sequence[Finding]) -> Answer:
    numbers = [(f.level, span) for f in findings for span in f.spans if _NUMBER.search(span.label)]
    levels = {level for level, _ in numbers}
    places = frozenset((span.start, span.end) for _, span in numbers if span.where == "text")
    return _level(next((level for level in _LEVELS if level in levels), "none"), places)


def _yes_or_no(label: str, yes: bool) -> Answer:
    return Answer(frozenset({label if yes else f"not {label}"}))


def _given(known: _Known, organisation: Organisation, *, as_staff: bool) -> dict[str, Any]:
    return {
        "kind": known.kind,
        "media": known.media,
        "place": _place(known, organisation),
        "reply_to": _our_address(organisation) if known.reply_to_org else None,
        "author": {
            "handle": known.handle,
            "display_name": known.display_name,
            "bio": known.bio,
            "name": known.name,
            "left_on": known.left_on,
            "relation": Relation.AUTHORISED_STAFF if as_staff else _relation(known),
        },
    }


def _relation(known: _Known) -> Relation:
    if known.relation is not None:
        return known.relation
    if known.staff or known.author == "staff":
        return Relation.AUTHORISED_STAFF
    return Relation.OFFICIAL if known.author == "official" else Relation.PUBLIC


def _place(known: _Known, organisation: Organisation) -> str | None:
    """The place by name; `geo: true` says no more than that it is one of the organisation's."""
    if known.geo is not True:
        return known.place or known.geo or None
    if not organisation.places:
        raise LabelRefused("given.geo: the settings name no `places` of the organisation")
    return organisation.places[0]


def _our_address(organisation: Organisation) -> str:
    """An address that a reply to one of the organisation's own accounts has."""
    if not organisation.handles:
        raise LabelRefused("given.reply_to_org: the settings name no `handles` of the organisation")
    return f"https://social.test/@{organisation.handles[0].lstrip('@').partition('@')[0]}/1"
