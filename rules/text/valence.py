"""Words that speak ill, by how people feel about them: the lexicon of VADER (Hutto and Gilbert, 2014).

It holds 7,500 English words, each judged by ten people from -4 to 4: the words that nobody thought of when
the lists of a rule were written. It knows nothing of hospitals, where "emergency" and "cancer" are daily
work: who asks says which words mean nothing to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


def ill(text: str, least: float) -> Iterator[tuple[int, int]]:
    """Where words of a folded text stand that are felt to be as bad as `least`, a valence of -4 to 0."""
    known = _lexicon()
    for word in _WORD.finditer(text):
        if known.get(word[0], 0.0) <= least:
            yield word.span()


@cache
def _lexicon() -> Mapping[str, float]:
    lines = (files("vaderSentiment") / "vader_lexicon.txt").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {word: float(valence) for word, valence, *_ in rows if word.isalpha()}
