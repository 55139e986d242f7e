"""Weights: what the estimate of a crowd goes by, read from rules/catalogue/crowd.yaml.

The fractions are judgement, to be disputed and corrected there; none of them stands in code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from rules.schema import Line, Pattern, Table
from rules.yamlfile import Path, YamlFile, parse

Anchor = Literal["inpatients", "catchment", "attendances"]
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
"""Where several features name an anchor, the first of these holds."""

_SHOWN = "rules/catalogue/crowd.yaml"
_FRACTION = re.compile(r"1 in (\d{1,3}(?:,\d{3})+|\d+)")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def _one_in(value: object) -> int:
    match = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1].replace(",", "")) < 2:
        raise ValueError('must be a fraction such as "1 in 40"')
    return int(match[1].replace(",", ""))


class Feature(Table):
    """Something said of a person, and the share of people of whom it is true.

    `anchor`: among whom it says that they are. `not_with`: features beside which it says nothing more.
    `inside`: it places the person within the hospital. `cue`: it speaks of a patient by itself.
    `identifier`: it is somebody's, whoever tells it. `of_several`: it narrows down a group, too.
    `capitals`: which two words of it have capital letters. `unless`: what cancels it close by.
    """

    shown: Line
    one_in: Annotated[int, BeforeValidator(_one_in)] = Field(alias="fraction")
    anchor: Anchor | None = None
    patterns: list[Pattern] = Field(default_factory=list)
    unless: list[Pattern] = Field(default_factory=list)
    not_with: list[str] = Field(default_factory=list)
    capitals: Literal["first", "last"] | None = None
    inside: bool = False
    cue: bool = False
    identifier: bool = False
    of_several: bool = False


class Cues(Table):
    """Words that say of whom a sentence tells; `unless` cancel a cue from close by."""

    patterns: list[Pattern] = Field(min_length=1)
    unless: list[Pattern] = Field(default_factory=list)


class Tellers(Table):
    """Words that say who tells: patients and their relatives, or an insider.

    `own_public` are those by which staff would mean their patients. An own story is one of care: `care` is
    a place or act of it, `ill` what the public need care for.
    """

    own: Cues
    own_public: Cues
    care: list[Pattern] = Field(min_length=1)
    ill: list[Pattern] = Field(min_length=1)
    insider: list[Pattern] = Field(min_length=1)


class Subjects(Table):
    """Words for one patient, for several, and for what only patients do, whoever they are."""

    one: Cues
    several: Cues
    role: Cues


class Bands(Table):
    """The numbers of people below which a description is a `breach`, and below which it is `weak`."""

    breach: int = Field(ge=1)
    weak: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Bands:
        if self.breach >= self.weak:
            raise ValueError("`breach` must lie below `weak`")
        return self


class Quiet(Table):
    """Subjects that are no patient's: `topics` silence a whole post, `asides` their own sentence.

    So do `premises`, unless the sentence tells the author's own story: a patient sees the broken bell.
    """

    topics: list[Pattern] = Field(min_length=1)
    asides: list[Pattern] = Field(min_length=1)
    premises: list[Pattern] = Field(min_length=1)


class Weights(Table):
    """Everything that the estimate goes by. Patterns may name a list of `words` in braces."""

    words: dict[str, list[str]] = Field(default_factory=dict)
    anchors: dict[Anchor, Line]
    bands: Bands
    features: dict[str, Feature] = Field(min_length=1)
    place: Feature
    subjects: Subjects
    tellers: Tellers
    quiet: Quiet

    @property
    def cues(self) -> tuple[Cues, ...]:
        """The cues of every kind."""
        one, own = self.subjects, self.tellers
        return one.one, one.several, one.role, own.own, own.own_public

    @field_validator("anchors")
    @classmethod
    def _every_anchor(cls, anchors: dict[Anchor, Line]) -> dict[Anchor, Line]:
        if missing := [anchor for anchor in ANCHORS if anchor not in anchors]:
            raise ValueError(f"there are no words for the anchor {missing[0]!r}")
        return anchors

    @field_validator("features")
    @classmethod
    def _usable(cls, features: dict[str, Feature]) -> dict[str, Feature]:
        for name, feature in features.items():
            if unknown := [other for other in feature.not_with if other not in features]:
                raise ValueError(f"{name!r} is not counted with {unknown[0]!r}, which is no feature")
            if not feature.patterns:
                raise ValueError(f"{name!r} has no patterns, so it is never found")
        return features


@cache
def weights() -> Weights:
    """The shipped weights. Raises RuleError ("file:line: reason")."""
    return read((files("rules") / "catalogue" / "crowd.yaml").read_text("utf-8"), _SHOWN)


def read(text: str, name: str) -> Weights:
    """Weights from the text of a file. Raises RuleError ("name:line: reason")."""
    source = parse(text, name)
    try:
        return Weights.model_validate(_expanded(source))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise source.error(tuple(first["loc"]), first["msg"]) from None


def _expanded(source: YamlFile) -> dict[str, Any]:
    """The file's value with every {name} replaced by that list of words; a list may name those above it."""
    words: dict[str, list[str]] = {}

    def expand(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: expand(each, (*path, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [expand(each, (*path, number)) for number, each in enumerate(value)]
        if not isinstance(value, str):
            return value
        for name in _PLACEHOLDER.findall(value):
            if name not in words:
                raise source.error(path, f"there is no list of words called {name!r} above this line")
            value = value.replace(f"{{{name}}}", f"(?:{'|'.join(map(str, words[name]))})")
        return value

    lists = source.value.get("words")
    for name, entries in lists.items() if isinstance(lists, dict) else ():
        words[name] = expand(entries, ("words", name))
    return {key: expand(value, (key,)) for key, value in source.value.items()}


@cache
def features() -> Mapping[str, Feature]:
    """Every feature by name, in the order in which it is shown; `place` is that of the organisation."""
    return {**weights().features, "place": weights().place}
