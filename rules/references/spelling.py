"""Spellings: the pattern of a name as people write it, over folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rules.text.fold import fold

GAP = r"(?:'s)?[\s_\-./,]{0,3}"
"""Between the words of a name that is long enough not to arise by chance. None: hashtags."""
TIGHT = r"(?:'s)?[\s_\-]{0,3}"
"""Between the words of an ambiguous name: "in Durham. Hospital staff ..." does not hold it."""

_HOSPITAL = r"hosp(?:ital)?s?\.?"
_SAINT = r"(?:saint|st\.?)"
_AND = r"(?:and|&|\+|n)"
_SHORT_FORMS = {
    "hospital": _HOSPITAL,
    "hospitals": _HOSPITAL,
    "memorial": r"mem(?:orial)?\.?",
    "university": r"uni(?:v(?:ersity)?)?\.?",
    "general": r"gen(?:eral)?\.?",
    "community": r"comm(?:unity)?\.?",
    "county": r"co(?:unty)?\.?",
    "saint": _SAINT,
    "st": _SAINT,
    "mount": r"(?:mount|mt\.?)",
    "and": _AND,
    "&": _AND,
    "of": "(?:of)?",
    "at": "(?:at|in|@)",
    "in": "(?:at|in|@)",
    "a&e": r"(?:a ?(?:&|and|n|\+|/) ?e|ae|accident and emergency|casualty|emergency dep(?:artmen)?t)",
} | {side: rf"{side[0]}(?:{side[1:]})?\.?" for side in ("north", "south", "east", "west")}

_LEET = {"a": "[a4@]", "b": "[b8]", "e": "[e3]", "g": "[g9]", "i": "[i1!]", "l": "[l1]", "o": "[o0]",
         "s": "[s5$]", "t": "[t7]", "z": "[z2]"}  # fmt: skip
_BETWEEN_LETTERS = ("", " {1,2}", r"[._*\-·•|/~]{1,2} ?")  # all alike: "CDDF T-shirt" is no CDDFT
_SHORTEST_INSIDE = 4  # a shorter form occurs by chance inside longer tags, and with a digit for a letter

_WELSH = re.compile(r"\b(?:ysbyty|bwrdd|iechyd|prifysgol|ymddiriedolaeth|cymru|caer\w+|llan\w+)\b|[ŵŷ]", re.I)
# Soft, nasal and aspirate mutation of a word's first sound; that of g drops it.
_MUTATED = {
    "ll": "ll?",
    "rh": "rh?",
    "p": "(?:p|b|mh|ph)",
    "t": "(?:t|d|nh|th)",
    "c": "(?:c|g|ngh|ch)",
    "b": "[bfm]",
    "d": "(?:dd?|n)",
    "g": "(?:g|ng)?",
    "m": "[mf]",
}
_ONE_SOUND = ("ch", "dd", "ff", "ng", "ph", "th")
_SHORTEST_MUTATED = 5


def is_welsh(names: Iterable[str]) -> bool:
    """True where one of the names is plainly Welsh: then the others may be met in Welsh sentences."""
    return any(_WELSH.search(name) for name in names)


def words(text: str, *, welsh: bool = False) -> Sequence[tuple[str, str]]:
    """Each word of a name with its pattern: shortened forms, possessives, a mutated first sound."""
    plain = re.findall(r"[\w&]+", fold(text).text.replace("'", ""))
    return [(word, _word(word, mutated=welsh and at == 0)) for at, word in enumerate(plain)]


def phrase(text: str, *, gap: str = GAP, welsh: bool = False) -> str:
    """A name with its words shortened or not, and any or no gap between them."""
    return gap.join(pattern for _, pattern in words(text, welsh=welsh))


def initials(text: str) -> str:
    """A unique short form: with gaps between its letters, digits for letters, inside a longer tag."""
    letters = [char for char in fold(text).text if char.isalnum()]
    long = len(letters) >= _SHORTEST_INSIDE
    leet = [_LEET.get(char, re.escape(char)) if long else re.escape(char) for char in letters]
    spaced = "|".join(gap.join(leet) for gap in _BETWEEN_LETTERS)
    return rf"{spaced}|[#@]\w*{''.join(map(re.escape, letters))}\w*" if long else spaced


def dotted(text: str) -> str:
    """An ambiguous short form, with or without full stops."""
    return r"\.?".join(re.escape(char) for char in fold(text).text)


def any_of(phrases: Iterable[str], *, welsh: bool = False) -> str | None:
    """Whole words or phrases in their plain form; None where there are none."""
    listed = [r"[\s,._\-]{1,3}".join(_plain(word, welsh and not at) for at, word in enumerate(found))
              for text in phrases if (found := re.findall(r"[\w&']+", fold(text).text))]  # fmt: skip
    return rf"\b(?:{'|'.join(listed)})\b" if listed else None


def host(name: str) -> str:
    """A domain or full handle, not as the beginning or the end of another; sub-hosts count."""
    return rf"(?:^|[^a-z0-9\-]){re.escape(fold(name).text)}(?:$|[^a-z0-9\-.@]|[\-.](?:$|[^a-z0-9]))"


def bounded(pattern: str) -> str:
    """The pattern as words of their own; an underscore may join them to others."""
    return rf"(?:^|[^a-z0-9])(?:{pattern})(?:'?s)?(?:\b|_|$|[^a-z0-9])"


def _word(word: str, *, mutated: bool) -> str:
    if word in _SHORT_FORMS:
        return _SHORT_FORMS[word]
    if word.endswith("s") and len(word) > 3:
        return _plain(word[:-1], mutated) + "'?s(?:'s?)?"
    return _plain(word, mutated)


def _plain(word: str, mutated: bool) -> str:
    if mutated and len(word) >= _SHORTEST_MUTATED and not word.startswith(_ONE_SOUND):
        for sound, forms in _MUTATED.items():
            if word.startswith(sound):
                return forms + re.escape(word[len(sound) :])
    return re.escape(word)
