"""The words of names: how a name is cut into them, and which of them say nothing of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from rules.lookalikes.skeleton import skeleton
from rules.text.patterns import compiled, found
from rules.text.words import any_of, words

_DOTTED = re.compile(r"(?<![a-z0-9])[a-z](?:\.[a-z])+(?![a-z0-9])")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z](?:\s(?:(?:&|and)\s)?[a-z])+(?![a-z0-9])")
_CAPITAL = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])"
)
_WORD = re.compile(r"[a-z0-9]+")
_SHORT_FORMS = {
    "co": "county",
    "hosp": "hospital",
    "hosps": "hospitals",
    "mem": "memorial",
    "infirm": "infirmary",
    "comm": "community",
    "hse": "house",
    "gen": "general",
    "uni": "university",
    "univ": "university",
    "saint": "st",
    "qe": "queen elizabeth",
    "nth": "north",
    "sth": "south",
    "ft": "foundation trust",
    "nhsft": "nhs foundation trust",
    "icb": "integrated care board",
}

Words = tuple[str, ...]


@lru_cache(maxsize=4096)
def cut(name: str) -> Words:
    """The words of a shown name, short forms written out, letters with dots or spaces between them joined."""
    plain = skeleton(name).replace("'", "").replace("\u2019", "")
    plain = _SPACED.sub(_joined, _DOTTED.sub(_joined, plain)).replace("&", " and ").replace("+", " and ")
    return tuple(word for token in _WORD.findall(plain) for word in _SHORT_FORMS.get(token, token).split())


def cut_handle(handle: str) -> Words:
    """The words of a handle, as its capitals, digits and signs part them."""
    tokens = _WORD.findall(skeleton(_CAPITAL.sub(" ", handle)))
    return tuple(word for token in tokens for word in _SHORT_FORMS.get(token, token).split())


def _joined(met: re.Match[str]) -> str:
    return "".join(re.findall(r"[a-z]", re.sub(r"\band\b", "", met[0])))


@lru_cache(maxsize=8192)
def says_nothing(word: str) -> bool:
    """Whether a word, or several run together, are such as official accounts put beside their name."""
    return not word or compiled(rf"^(?:{usual()}|[0-9])+$").search(word) is not None


@cache
def usual() -> str:
    """An RE2 pattern of one word that official accounts use, in the singular or the plural."""
    return rf"(?:{_plain('affixes', 'kinds', 'joining')})s?"


@lru_cache(maxsize=8192)
def meant(word: str, *, last: bool = False) -> str:
    """The word for a kind of body that a misspelt one, or as the last of a name one cut off, stands for."""
    if says_nothing(word):
        return word
    if sorted(word) == ["h", "n", "s"]:
        return "nhs"
    for kind in sorted(kinds()):
        begins = last and len(kind) > 3 and kind.startswith(word) and (len(word) > 1 or kind == "trust")
        if begins or (len(kind) > 4 and OSA.distance(word, kind, score_cutoff=1) <= 1):
            return kind
    return word


@lru_cache(maxsize=8192)
def is_kind(word: str) -> bool:
    """Whether a word, or one run together with others, says that a body of health is meant."""
    return compiled(r"nhs|hosp|trust|health|^ft$|icb|foundation").search(word) is not None


@lru_cache(maxsize=8192)
def is_of_nhs(word: str) -> bool:
    """Whether a word beside a place makes it a body of the NHS; "health" alone is also a gym's."""
    return compiled(r"nhs|hosp|trust|healthcare|^ft$|icb|foundation").search(word) is not None


@cache
def kinds() -> frozenset[str]:
    """The words by which bodies of the NHS are named alike, and those that join."""
    listed = words("lookalikes")
    return frozenset(listed["kinds"]) | frozenset(listed["joining"])


def without_kinds(named: Iterable[str]) -> Words:
    """The words of a name that tell it from others."""
    return tuple(word for word in named if word not in kinds())


def meets(what: str, text: str) -> bool:
    """Whether a word of the list `what` stands in the folded text."""
    return found(_listed(what), text)


def all_of(what: str, text: str) -> list[str]:
    """Every word of the list `what` that stands in the folded text."""
    return [met[0] for met in compiled(_listed(what)).finditer(text)] if meets(what, text) else []


@cache
def _plain(*lists: str) -> str:
    return "|".join(word for each in lists for word in words("lookalikes")[each])


@cache
def _listed(what: str) -> str:
    return any_of(words("lookalikes")[what])
