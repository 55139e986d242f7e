"""Profiles that name job or employer under a name that is not the holder's own. Clause: SWL-5.4-1.

With a name in the authorisation register, that name decides, compared as loosely as people use names:
initials, short first names, one surname changed. Without one, only a display name that nobody could bear
as a name is pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from monitor.types import Account, Post
from rules import profile
from rules.detectors import Hit, detector
from rules.names import Names
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import found
from rules.text.words import any_of, words

_ASIDE = re.compile(r"\([^)]*\)|[|,/\u2022\u00b7].*")
_WORD = re.compile(r"[^\W_][^\W_'\u2019.\-]*(?:['\u2019.\-][^\W_]+)*")
_WORDS = words("names")
_TITLES = frozenset(_WORDS["title"])
_NO_NAME = any_of(_WORDS["no_name"])
_ONE_PLAIN_WORD = 12  # letters: longer ones are words run together


def _has_a_name_and_a_bio(post: Post, names: Names) -> bool:
    author = post.author
    return author is not None and bool(author.bio and author.display_name) and _claim(author) is not None


@detector(levels=("another", "no_name"), applies=_has_a_name_and_a_bio)
def assumed_name(reading: Reading, _: object) -> Iterable[Hit]:
    """At most one hit: `another` than the registered name, or `no_name` that a person bears."""
    author = reading.post.author
    if author is None or not author.bio:
        return
    said = profile.read(author.bio, reading.names)
    match _claim(author) if said.job or said.employer else None:
        case "another":
            reason = "The profile names a job, and its name is not the one that the register holds."
            yield Hit(None, "another", 0.7, f"{reason} Suggest the name that colleagues use.")
        case "no_name":
            reason = "The profile names a job, and its name does not read as a person's."
            yield Hit(None, "no_name", 0.6, f"{reason} Suggest the name that colleagues use.")


def _claim(author: Account) -> str | None:
    return _assumed(author.display_name or "", author.registration.name if author.registration else None)


@lru_cache(maxsize=8192)  # the same accounts come back all day
def _assumed(shown: str, registered: str | None) -> str | None:
    if registered:
        return None if _same(_words(shown), _words(registered)) else "another"
    return None if _could_be_a_name(shown) else "no_name"


def _words(name: str) -> Sequence[str]:
    return [word for word in _WORD.findall(fold(name).text) if word.rstrip(".") not in _TITLES]


def _same(shown: Sequence[str], registered: Sequence[str]) -> bool:
    """True where a word of the names is shared, as short form or nearly, or words are cut to initials."""
    initials = "".join(word[0] for word in registered)
    letters = "".join(word.replace(".", "") for word in shown)
    shortened = any(len(word) == 1 for word in shown) and "".join(word[0] for word in shown) == initials
    return shortened or letters == initials or any(_akin(one, other) for one in shown for other in registered)


def _akin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and (long.startswith(short) or ratio(short, long) >= 75)


def _could_be_a_name(shown: str) -> bool:
    """True where the name, without titles, letters after it and asides, is one to four words of letters."""
    name = _ASIDE.sub("", shown)
    words = _words(name)
    if any(char.isdigit() or char == "_" for char in name) or found(_NO_NAME, fold(name).text):
        return False
    if len(words) == 1:
        return len(words[0]) <= _ONE_PLAIN_WORD and not re.search(r"[a-z][A-Z]", name)
    return 1 < len(words) <= 5
