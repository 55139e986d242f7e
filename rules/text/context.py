"""Context: what the words around a place in a folded text are about."""

from __future__ import annotations

import re
from functools import cached_property

from rules.text.patterns import place_around, spans
from rules.text.words import any_of, words

CARE = (
    r"\b(?:nhs|h&c|hcn|pts?|patients?|ward|bay|bed|mrn|hosp\w*|admitted|discharg\w*|clinic|dob"
    r"|(?:her|his|my|their) (?:number|no))\b"
)
"""Words of care, which make digits beside them likely to be a patient's."""

OWN_STORY = any_of(words("patients")["own story"])
"""What a sentence holds that tells of its author or of the author's family: theirs to tell."""

_LINK = r"(?:https?://|www\.)\S+"
_ENDS = re.compile(r"[!?\n]|\.(?:\s|$)")


def around(text: str, start: int, end: int, reach: int) -> str:
    """Up to `reach` characters on either side of a place, without the place itself."""
    return f"{text[max(start - reach, 0) : start]} {text[end : end + reach]}"


def sentence(text: str, start: int, end: int, reach: int) -> str:
    """What `sentence_before` and `sentence_after` give, with a gap where the place is."""
    return f"{sentence_before(text, start, reach)} {sentence_after(text, end, reach)}"


def sentence_before(text: str, start: int, reach: int) -> str:
    """Up to `reach` characters before a place, no further back than its sentence."""
    return _ENDS.split(text[max(start - reach, 0) : start])[-1]


def sentence_after(text: str, end: int, reach: int) -> str:
    """Up to `reach` characters behind a place, no further than its sentence."""
    return _ENDS.split(text[end : end + reach], maxsplit=1)[0]


class Links:
    """The web addresses of a folded text: digits in them are the address's own. Found when first asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, at: int) -> bool:
        return place_around(at, self._places) is not None

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return list(spans(_LINK, self._text))
