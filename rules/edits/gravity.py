"""How critical a text is, by its words: the grave ones, the mild ones in company, and who says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rules.text.patterns import compiled, found, spans
from rules.text.words import any_of, words

_LISTS = words("criticism")
_STRONG = any_of(_LISTS["strong"])
_MILD = any_of(_LISTS["mild"])
_WATCHER = any_of(_LISTS["watchers"])
_HARMLESS = any_of(_LISTS["harmless"])

CRITICAL = 2
"""The weight from which a sentence is criticism: one strong word, or two mild ones."""

Place = tuple[int, int]


@lru_cache(maxsize=1024)
def weigh(text: str) -> int:
    """How critical a folded text is: two for each strong word, one for each mild one and for who says it."""
    plain = _without_harmless(text)
    strong, mild = _places(plain)
    said = bool(mild) and not strong and found(_WATCHER, plain)
    return 2 * len(strong) + len(mild) + said


def critical_words(text: str) -> list[str]:
    """The words that make a folded text critical."""
    plain = _without_harmless(text)
    strong, mild = _places(plain)
    return [plain[start:end] for start, end in (*strong, *mild)]


def _places(plain: str) -> tuple[list[Place], list[Place]]:
    """Where the strong and the mild words stand."""
    strong = list(spans(_STRONG, plain))
    return strong, _outside(spans(_MILD, plain), strong)


def _outside(places: Iterable[Place], others: Sequence[Place]) -> list[Place]:
    return [place for place in places if not any(start <= place[0] < end for start, end in others)]


def _without_harmless(text: str) -> str:
    return str(compiled(_HARMLESS).sub(" ", text)) if found(_HARMLESS, text) else text
