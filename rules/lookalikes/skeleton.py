"""Skeletons: names of accounts without their disguise. For names only, never for text or numbers.

A letter that looks like another becomes it (Unicode TR39 and what its table leaves apart), accents and
invisible characters go, and `leet` takes digits for the letters that they stand for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import disarm

LONGEST = 300
"""Characters of a name that are looked at; platforms allow fewer."""

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HIDDEN_IN_WORD = re.compile(r"[^\W_][\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+[^\W_]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NOT_COMPACT = re.compile(r"[^a-z0-9]")
_SIGNS = re.compile("[\u2122\u2120\u00ae\u00a9]")
"""Signs of trade marks: they are no letters of a name, though Unicode writes two of them as letters."""
_DROPPED = frozenset({"Cf", "Cc", "Mn", "Me", "Cs"})
_LEET = str.maketrans("0134578|!$@i", "oleastbllsal")


def skeleton(name: str) -> str:
    """The name in plain lower-case letters, its spaces and ASCII signs kept."""
    cut = _SIGNS.sub(" ", name[:LONGEST])
    if cut.isascii():
        return cut.lower()
    return _NOT_ASCII.sub(lambda met: _plain(met[0]), cut).lower()


def compact(name: str) -> str:
    """The skeleton's letters and digits alone."""
    return _NOT_COMPACT.sub("", skeleton(name))


def leet(name: str) -> str:
    """The skeleton's letters, digits and signs taken for the letters that they stand for, i for l.

    Two names are equal to the eye where this is equal; it is no name itself.
    """
    plain = _NOT_COMPACT.sub("", skeleton(name).translate(_LEET))
    return plain.replace("rn", "m").replace("vv", "w")


def turned(name: str) -> bool:
    """Whether the name holds a sign that turns the direction of writing: it may read as another."""
    return _BIDI.search(name[:LONGEST]) is not None


def upright(name: str) -> str:
    """The name as it is read where a sign in it turns the direction of writing; else as it is."""
    return "".join(reversed(_BIDI.sub("", name[:LONGEST]))) if turned(name) else name


def disguised(name: str) -> bool:
    """Whether foreign letters stand for plain ones, or something invisible stands inside a word."""
    cut = _SIGNS.sub("", name[:LONGEST])
    if cut.isascii():
        return False
    letters = (char for char in cut if ord(char) > 127 and unicodedata.category(char) != "Cf")
    return any(_plain(char).isalnum() for char in letters) or _HIDDEN_IN_WORD.search(cut) is not None


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """What one character that is not ASCII stands for; "" for an invisible one."""
    if char.isspace():
        return " "
    if unicodedata.category(char) in _DROPPED:
        return ""
    composed = unicodedata.normalize("NFKC", char)
    plain = composed if composed.isascii() else _key(composed)
    parts = unicodedata.normalize("NFD", plain)
    bare = "".join(part for part in parts if unicodedata.category(part) not in _DROPPED)
    return bare if bare.isascii() or bare == composed else "".join(map(_plain_part, bare))


def _plain_part(part: str) -> str:
    return part if part.isascii() else _key(part)


def _key(text: str) -> str:
    """The one place that asks the library for its table of look-alikes."""
    return disarm.skeleton_key(text)
