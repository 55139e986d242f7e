"""Folding: the lower-case, plain-letter text that patterns see, with a way back to the raw text.

Folded text is for matching only. It is never stored and never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

_INVISIBLE = frozenset("\u00ad\ufe0f\ufeff\u2060\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
                       "\u2066\u2067\u2068\u2069")  # fmt: skip
_REPLACED = {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"}
_REPLACED |= {ord(c): "'" for c in "\u2018\u2019\u201a\u201b\u2032\u02bc`\u00b4"}
_REPLACED |= {ord(c): '"' for c in "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"}
# Cyrillic and Greek letters that look Latin; lower case, since folding lowers first.
_REPLACED |= dict(zip(map(ord, "аеорсухѕіԁтмнквαονικτ"), "aeopcyxsidtmhkbaovikt", strict=True))

_FOREIGN = re.compile(r"[^\x00-\x7f]|`")


@dataclass(frozen=True)
class Folded:
    """A raw text and its folded form."""

    raw: str
    text: str

    @cached_property
    def index(self) -> Sequence[int]:
        """`index[i]` is the raw position of folded character `i`. Made only when a span is wanted."""
        if self.raw.isascii() or all(len(_fold_char(c)) == 1 for c in set(_FOREIGN.findall(self.raw))):
            return range(len(self.raw))  # quotes and dashes: as many characters as before
        return [at for at, char in enumerate(self.raw) for _ in _fold_char(char)]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw (start, end) of the folded stretch `text[start:end]`, which must not be empty."""
        return self.index[start], self.index[end - 1] + 1


@lru_cache(maxsize=64)  # references, identifiers and rules ask for the same texts in turn
def fold(raw: str) -> Folded:
    """Fold one text: accents, invisible characters, typographic forms and look-alike letters go.

    One raw character may become none, one or several folded ones, hence the map.
    """
    if raw.isascii() and "`" not in raw:
        return Folded(raw, raw.lower())
    return Folded(raw, _FOREIGN.sub(lambda match: _fold_char(match[0]), raw).lower())


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    if char in _INVISIBLE:
        return ""
    if char.isspace() and char not in "\n\r\t":
        return " "
    return "".join(
        _REPLACED.get(ord(part), part)
        for lower in char.lower()
        for part in unicodedata.normalize("NFKD", _REPLACED.get(ord(lower), lower)).lower()
        if not unicodedata.combining(part)
    )
