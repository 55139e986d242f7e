"""Finding a clause's own words in a policy document: by a count of words and a hash over them.

A pack says where its clauses stand without holding a word of them. What is not found exactly is not found:
the nearest match would put words into a policy's mouth.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.schema import ClauseEntry, Locator

_BREAK = r"(?:\u00ad|([-\u2010])[ \t\r]*\n\s*)"
_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(rf"[^\W_]+(?:{_BREAK}[^\W_]+)*")
_CLOSING = re.compile(r"[.!?)\"'\u2019\u201d]*")
_LONGEST_FURNITURE = 120  # characters
_REPEATS = 3  # a line that stands there so often is a header or a footer


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clause stands in the text of a document, and its words on one line."""

    start: int
    end: int
    wording: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A clause's own words, kept with the document. `marked_for` is the hash of the locator whose place a
    person marked by hand; None where the locator itself found the words."""

    text: str
    marked_for: str | None = None

    def stands_for(self, locator: Locator | None) -> bool:
        """True while the pack means these words: a new version of a clause needs a new look."""
        if self.marked_for is not None:
            return self.marked_for == (locator.sha256 if locator else "")
        tokens = [token.text for token in _tokens(self.text, _WORD)]
        return locator is not None and len(tokens) == locator.words and _digest(tokens) == locator.sha256


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


def places(text: str, clauses: Iterable[ClauseEntry]) -> dict[str, tuple[Place, ...]]:
    """clause id -> its places in `text`, none where it is not there. Clauses without locator are left out.

    The text is searched as it is first, then without headers and footers, with words joined that a line
    end has cut: whichever finds the clause.
    """
    return _places(text, {clause.id: clause.locator for clause in clauses if clause.locator})


def _places(text: str, wanted: dict[str, Locator]) -> dict[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = dict.fromkeys(wanted, ())
    for form in (text, _without_furniture(text)):
        for word in (_WORD, _JOINED):
            missing = {key: locator for key, locator in wanted.items() if not found[key]}
            found |= _search(form, word, missing)
    return found


def passage(text: str, words: str) -> tuple[Place, ...]:
    """The places in `text` of a passage that a person points at by its words; line breaks do not matter."""
    tokens = [token.text for token in _tokens(words, _WORD)]
    locator = Locator(words=max(len(tokens), 1), sha256=_digest(tokens))
    return _places(text, {"": locator})[""]


def _search(text: str, word: re.Pattern[str], wanted: dict[str, Locator]) -> dict[str, tuple[Place, ...]]:
    tokens = list(_tokens(text, word))
    texts = [token.text for token in tokens]
    starts: dict[tuple[int, str], list[int]] = {}
    for size in {locator.words for locator in wanted.values()}:
        for at in range(len(tokens) - size + 1):
            starts.setdefault((size, _digest(texts[at : at + size])), []).append(at)
    return {
        key: tuple(
            _place(text, word, tokens[at], tokens[at + locator.words - 1])
            for at in starts.get((locator.words, locator.sha256), ())
        )
        for key, locator in wanted.items()
    }


def _tokens(text: str, word: re.Pattern[str]) -> Iterator[_Token]:
    for match in word.finditer(text):
        whole = re.sub(_BREAK, "", match[0]) if word is _JOINED else match[0]
        for part in _WORD.findall(unicodedata.normalize("NFKC", whole).casefold()):
            yield _Token(part, match.start(), match.end())


def _digest(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _place(text: str, word: re.Pattern[str], first: _Token, last: _Token) -> Place:
    closing = _CLOSING.match(text, last.end)
    end = closing.end() if closing else last.end
    cut = r"" if word is _JOINED else r"\1"  # a compound keeps the hyphen that a cut word loses
    wording = re.sub(rf"(?<=[^\W_]){_BREAK}(?=[^\W_])", cut, text[first.start : end])
    return Place(first.start, end, " ".join(wording.split()))


def _without_furniture(text: str) -> str:
    """The text with repeated short lines blanked out, page numbers aside; positions stay as they were."""
    lines = text.splitlines(keepends=True)
    seen = Counter(_shape(line) for line in lines)
    return "".join(_blank(line) if _is_furniture(line, seen) else line for line in lines)


def _is_furniture(line: str, seen: Counter[str]) -> bool:
    return bool(line.strip()) and len(line) <= _LONGEST_FURNITURE and seen[_shape(line)] >= _REPEATS


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.split())).casefold()


def _blank(line: str) -> str:
    return re.sub(r"[^\r\n]", " ", line)
