"""Evidence of the handle: equal to one of ours to the eye, near it, or made of our name and usual words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein

from rules.lookalikes.evidence import Evidence, best
from rules.lookalikes.index import FAINT, SHORT, WEAK, Index, Name, local_part
from rules.lookalikes.skeleton import compact, leet, skeleton
from rules.lookalikes.wording import cut_handle, is_kind, is_of_nhs, kinds, says_nothing, usual
from rules.text.patterns import compiled

_EQUAL, _NEAR, _HOLDS, _ALIKE = 50, 34, 44, 26
_REACH = 0.34  # of the letters of an official handle may differ
_LEAST = 0.35  # of the points, where most of the handle is other words
_ALIKE_FROM = 0.6
_SLIP = 0.5  # of a letter's distance, for what comes about by a slip of the finger alone
_DOUBLE = re.compile(r"(.)\1")
_CUT_OFF = 12  # letters of a name from which on it is known though its end is missing
_LONG = 7  # letters from which on a name inside a handle is no chance
_DIGITS = str.maketrans("0134578", "oleastb")
_KINDS = re.compile(r"nhs|foundation|trust|hospitals?|ft$|and")


def of_handle(handle: str, index: Index, *, supported: bool, told: bool = False) -> Evidence | None:
    """The strongest signal of a handle.

    `supported`: the shown name or the bio speaks of us, too; `told`: the bio does.
    """
    local = local_part(handle)
    letters = compact(local)
    if len(letters) < 3:
        return None
    found = [
        *_equal_or_near(local, index, supported=supported),
        *(
            each
            for form in _forms(letters)
            for each in _holding(form, cut_handle(local), index, supported=supported, told=told)
        ),
        *_reordered(letters, index),
        *_alike(letters, index),
    ]
    return best(found)


def _is_slip(seen: str, own: str) -> bool:
    """Whether two neighbours changed places, or a letter is double: no other body is called so by chance."""
    swapped = len(seen) == len(own) and Levenshtein.distance(seen, own) > 1
    return swapped or _DOUBLE.sub(r"\1", seen) == _DOUBLE.sub(r"\1", own)


@lru_cache(maxsize=512)
def _forms(letters: str) -> tuple[str, ...]:
    """A handle's letters, and the same with digits read as letters, "and" left out, "hosp" written out."""
    forms = [letters, letters.translate(_DIGITS), letters.replace("and", "")]
    forms.append(re.sub(r"hosp(?!ital)", "hospital", letters))
    return tuple(dict.fromkeys(forms))


def _equal_or_near(local: str, index: Index, *, supported: bool) -> Iterator[Evidence]:
    seen = leet(local)
    for own in index.handles:
        if seen == own.leet:
            yield Evidence(_EQUAL, f"The handle is {own.text} to the eye", own.text, claims=True)
            continue
        reach = _REACH * len(own.leet)
        if len(own.leet) < SHORT or (len(own.leet) == SHORT and not supported):
            continue
        distance = OSA.distance(seen, own.leet, score_cutoff=int(reach))
        slip = distance == 1 and _is_slip(seen, own.leet)
        if distance <= reach:
            told = f"The handle differs from {own.text} by {distance} letter{'s' * (distance > 1)}"
            near = distance <= max(1.0, reach / 3)
            points = _NEAR * (1 - (_SLIP if slip else distance) / reach)
            if not supported and not slip and len(_KINDS.sub("", own.compact)) < SHORT:
                points /= 2  # so few letters tell it from others that a near one arises by chance
            yield Evidence(round(points), told, own.text, claims=near)


def _holding(
    form: str, parts: tuple[str, ...], index: Index, *, supported: bool, told: bool
) -> Iterator[Evidence]:
    """One of our handles, acronyms or names, with other words around it."""
    for own in index.handles:
        if own.compact in form and len(own.compact) >= SHORT:
            yield _held(form, own.compact, own.text, 1.0)
    for acronym in index.acronyms:
        if acronym.text in form and (acronym.strength > FAINT or told):
            yield from _held_acronym(form, parts, acronym.text, acronym.strength, index, supported=supported)
    for name in index.names:
        yield from _held_name(form, name, index)


def _held_acronym(
    form: str, parts: tuple[str, ...], text: str, strength: float, index: Index, *, supported: bool
) -> Iterator[Evidence]:
    """Few letters are found by chance: they stand apart, or beside nothing but usual words."""
    rest = form.replace(text, "", 1)
    usual = _usual(form, text) or any(
        OSA.distance(form, own.compact, score_cutoff=1) <= 1 for own in index.handles
    )
    if usual and (strength > WEAK or supported):
        told = f"The handle is {text.upper()} and words that official accounts use"
        yield Evidence(
            round(_HOLDS * strength),
            told if rest else f"The handle is {text.upper()}",
            text.upper(),
            claims=True,
        )
    elif (
        strength > WEAK
        and text not in parts
        and len(text) <= SHORT
        and (form.startswith(text) or form.endswith(text))
    ):
        told = f"The handle begins or ends with {text.upper()}"
        yield Evidence(round(_HOLDS * strength * _LEAST), told, text.upper(), names=True)
    elif text in parts or len(text) > SHORT:
        share = max(_LEAST, 1 - len(rest) / len(form))
        yield Evidence(
            round(_HOLDS * strength * share),
            f"The handle holds {text.upper()}",
            text.upper(),
            names=strength > WEAK,
        )


def _held_name(form: str, name: Name, index: Index) -> Iterator[Evidence]:
    known = name.compact
    if len(known) >= _LONG and known in form:
        rest = form.replace(known, "", 1)
        if not name.place or is_of_nhs(rest):
            yield _held(form, known, name.text, name.strength * (0.8 if name.place else 1.0))
        else:
            yield Evidence(
                round(_HOLDS * _LEAST * name.strength), f"The handle holds the name {name.text}", name.text
            )
    elif len(known) > _CUT_OFF and (at := form.find(known[:_CUT_OFF])) >= 0:
        met = _shared(form[at:], known)
        if not name.place and is_kind(form) and _usual(form, met) and _is_told(met, name, index):
            told = f"The handle is the beginning of the name {name.text}"
            yield Evidence(round(_HOLDS * 0.9 * name.strength), told, name.text, claims=True)


def _reordered(letters: str, index: Index) -> Iterator[Evidence]:
    """All the words that tell a name of ours, in any order, beside usual words alone."""
    if not made_of_ours(letters, index):
        return
    for name in index.names:
        told = [word for word in name.words if word not in kinds()]
        if sum(map(len, told)) < _LONG or not all(word in letters for word in told):
            continue
        rest = letters
        for word in sorted(told, key=len, reverse=True):
            rest = rest.replace(word, "", 1)
        if says_nothing(rest) and (is_of_nhs(rest) or (not name.place and is_kind(rest))):
            said = f"The handle is the words of {name.text} and words that official accounts use"
            yield Evidence(round(_HOLDS * 0.9 * name.strength), said, name.text, claims=True)


def made_of_ours(letters: str, index: Index) -> bool:
    """Whether a handle holds nothing but words that tell us and words that official accounts use."""
    ours = "|".join(map(re.escape, index.telling))
    return compiled(rf"^(?:{ours}|{usual()}|[0-9])+$").search(letters) is not None


def _shared(one: str, other: str) -> str:
    """The letters with which both begin."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in pairs)


def _is_told(letters: str, name: Name, index: Index) -> bool:
    """Whether the letters hold most of what tells a name, and no other body's begins with them."""
    if index.bodies.begins(letters):
        return False
    here = [word for word in name.words if word in letters]
    return index.worth.sum(here) > index.worth.sum(name.words) / 2


def _held(form: str, known: str, text: str, strength: float) -> Evidence:
    rest = form.replace(known, "", 1)
    if _usual(form, known):
        told = f"The handle is {text}{' and words that official accounts use' if rest else ' in full'}"
        return Evidence(round(_HOLDS * strength), told, text, claims=True)
    share = max(_LEAST, 1 - len(rest) / len(form))
    return Evidence(round(_HOLDS * strength * share), f"The handle holds {text}", text, names=strength > 0.7)


def _usual(form: str, known: str) -> bool:
    """Whether nothing is left beside the known stretch but words that official accounts use."""
    before, _, after = form.partition(known)
    return says_nothing(before) and says_nothing(after)


def _alike(letters: str, index: Index) -> Iterator[Evidence]:
    """How like the handle is to a name, letter by letter, where the words for its kind are left out."""
    core = _KINDS.sub("", letters)
    for name in index.names:
        stem = _stem(name)
        if len(stem) >= _LONG and len(core) >= SHORT:
            share = fuzz.ratio(core, stem, score_cutoff=100 * _ALIKE_FROM) / 100
            if share > _ALIKE_FROM:
                points = round(_ALIKE * name.strength * (share - _ALIKE_FROM) / (1 - _ALIKE_FROM))
                yield Evidence(points, f"The handle is like the name {name.text}", name.text)


@lru_cache(maxsize=4096)
def _stem(name: Name) -> str:
    return _KINDS.sub("", name.compact)


def remaining(handle: str, index: Index) -> str:
    """The words of a handle, and what is left of it without our handles, acronyms and names."""
    local = local_part(handle)
    left = compact(local)
    for known in _known(index):
        left = left.replace(known, " ")
    return " ".join((*cut_handle(local), *left.split(), skeleton(local)))


def _known(index: Index) -> Iterable[str]:
    named = [name.compact for name in index.names if len(name.compact) >= _LONG]
    listed = {*(own.compact for own in index.handles), *(each.text for each in index.acronyms), *named}
    return sorted(listed, key=len, reverse=True)
