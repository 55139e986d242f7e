"""The infobox and the lead's picture: values changed or taken out, another logo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from monitor.types import Span
from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit
from rules.edits.figures import rated
from rules.edits.numerals import figures_in
from rules.edits.passage import Passage, Side
from rules.edits.prose import parameters
from rules.text.fold import fold

_INFOBOX = re.compile(r"^\s*(?:infobox|info box|geobox|taxobox)|infobox$", re.IGNORECASE)
_PICTURE = re.compile(
    r"^(?:logo|image|photo|picture|seal|crest|badge|emblem|coat of arms|cover|flag|symbol)s?\d?(?: "
    r"?(?:name|file|link|\d))?$"
)
_LOOK = re.compile(r"(?:size|width|height|upright|alt|scale|px|bgcolou?r|align|format)\d?$|^(?:alt|upright)")
_FILE = re.compile(r"\[\[\s*(?:file|image)\s*:\s*([^|\]]+)", re.IGNORECASE)
_NOTHING = re.compile(
    r"<!--.*?-->|<ref\b[^<>]*/>|<ref\b[^<>]*>.*?</ref\s*>|</?\w[^<>]*>|\{\{(?:url|start date(?: and "
    r"age)?|nowrap|official url|plainlist|unbulleted list|ubl|hlist)\|",
    re.I | re.S,
)
_LINK = re.compile(r"\[\[[^\]|]*\||https?://|www\.|&nbsp;")
_TEMPLATE = re.compile(r"\{\{[^|{}]*\||\||\}\}|\b[md]f ?= ?\w+")
_LETTERS = re.compile(r"[^a-z0-9]+")
_ALIKE = frozenset({"df", "yes", "y", "mf"})


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the infobox, and where its change shows."""

    text: str
    span: Span | None


def infobox(edit: Edit) -> Iterator[Effect]:
    """Logo, figures, ratings and other values of the infobox that changed."""
    if edit.talk or edit.reverts:
        return
    before, after = (_values(edit, side) for side in ("old", "new"))
    changed = [name for name in before if _differs(before[name].text, after.get(name))]
    pictures = [name for name in changed if _PICTURE.match(name)]
    pictures += [
        name for name in after if _PICTURE.match(name) and after[name].text and _was_empty(before, name)
    ]
    plain = [n for n in changed if n not in pictures and not _LOOK.search(n) and before[n].text]
    spans = partial(_spans, before, after)
    if pictures or _lead_picture_changed(edit):
        reason = "The page shows another logo or picture."
        yield edit.effect(EffectKind.LOGO_CHANGED, reason, spans=spans(pictures), confidence=0.85)
    if plain:
        reason = "A value of the infobox has been changed or taken out."
        yield edit.effect(EffectKind.INFOBOX_CHANGED, reason, spans=spans(plain), confidence=0.8)
    yield from _figures(edit, before, after, plain)


def _figures(
    edit: Edit, before: Mapping[str, Value], after: Mapping[str, Value], names: list[str]
) -> Iterator[Effect]:
    ratings = [n for n in names if n in after and _rating_differs(n, before[n].text, after[n].text)]
    numbers = [
        n for n in names if n in after and n not in ratings and _figure_differs(before[n].text, after[n].text)
    ]
    for kind, found in ((EffectKind.RATING_CHANGED, ratings), (EffectKind.NUMBER_CHANGED, numbers)):
        if found:
            what = "rating" if kind is EffectKind.RATING_CHANGED else "figure"
            yield edit.effect(kind, f"The infobox gives another {what}.", spans=_spans(before, after, found))


def _values(edit: Edit, which: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for passage in edit.passages:
        if _of_infobox(passage):
            side: Side = getattr(passage, which)
            values |= _lines(passage, side)
    return values


def _of_infobox(passage: Passage) -> bool:
    """True in an infobox; where no template is known, a `| key = value` line above all sections is one."""
    if passage.template is not None:
        return bool(_INFOBOX.search(passage.template))
    return passage.section is None


def _lines(passage: Passage, side: Side) -> dict[str, Value]:
    span = side.span(0, len(side.text), EffectKind.INFOBOX_CHANGED.value)
    found = {name: Value(_plain(text), span) for name, text in parameters(side.text)}
    if not found and passage.parameter and side.text.strip():
        name = passage.parameter.strip().lower().replace("_", " ")
        found[name] = Value(_plain(side.text), span)
    return found


def _plain(value: str) -> str:
    """A value without references, links and markup, folded."""
    return " ".join(fold(_LINK.sub("", _NOTHING.sub(" ", value))).text.split())


def _differs(before: str, after: Value | None) -> bool:
    """True where a value says something else now, or nothing; other writing of a figure is none."""
    if after is None or not before:
        return bool(before)
    one, other = _LETTERS.sub("", before), _LETTERS.sub("", after.text)
    if one == other:
        return False
    return not _written_otherwise(before, after.text)


def _written_otherwise(before: str, after: str) -> bool:
    one, other = _figures_of(before), _figures_of(after)
    return bool(one) and one == other and _letters_only(before) == _letters_only(after)


def _letters_only(text: str) -> list[str]:
    """The words of a value that are no figure, nor part of a date."""
    left = re.findall(r"[a-z]+", _TEMPLATE.sub(" ", text))
    return [
        w for w in left if w not in _ALIKE and not list(figures_in(w)) and not list(figures_in(f"1 {w}"))[1:]
    ]


def _was_empty(before: Mapping[str, Value], name: str) -> bool:
    return name not in before or not before[name].text


def _rating_differs(name: str, before: str, after: str) -> bool:
    one, other = rated(before, name), rated(after, name)
    return bool(one) and bool(other) and one != other


def _figure_differs(before: str, after: str) -> bool:
    one, other = _figures_of(before), _figures_of(after)
    return bool(one) and bool(other) and one != other


def _figures_of(value: str) -> list[str]:
    """The figures of a value; "18 July" and the 7 and 18 of a template are the same."""
    return sorted(figure.split()[-1] for figure in figures_in(_TEMPLATE.sub(" ", value)))


def _lead_picture_changed(edit: Edit) -> bool:
    """True where the lead's first picture became another one."""
    old, new = ({_LETTERS.sub("", f.lower()) for f in _lead_files(edit, side)} for side in ("old", "new"))
    return bool(old - new) and bool(new - old)


def _lead_files(edit: Edit, which: str) -> Iterator[str]:
    for passage in edit.passages:
        if passage.section is None and passage.template is None:
            side: Side = getattr(passage, which)
            yield from (found[1].strip() for found in _FILE.finditer(side.text))


def _spans(before: Mapping[str, Value], after: Mapping[str, Value], names: list[str]) -> list[Span | None]:
    return [values[name].span for name in names for values in (before, after) if name in values]
