"""The sieve: most accounts bear nothing of ours and are known at a glance; the others are scored once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from monitor.types import Account, Resemblance, Standing
from rules.lookalikes.handles import of_handle
from rules.lookalikes.index import FAINT, Index, local_part
from rules.lookalikes.profiles import bio_of
from rules.lookalikes.scoring import resembles
from rules.lookalikes.shown import of_shown
from rules.lookalikes.skeleton import leet
from rules.text.patterns import compiled

_REMEMBERED = 8192  # the same accounts come back all day
_CANDIDATES = frozenset({Standing.PROBABLE, Standing.POSSIBLE, Standing.TEAM, Standing.PARODY})
_BEARS = 8  # points of the names; with less no profile brings an account to 20
_REACH = 0.34  # of the letters of an official handle, as in handles.py


class Sieve:
    """Scores accounts against an index. Safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._pattern = _pattern(index)
        self._handles = [own.leet for own in index.handles]
        self._farthest = max((int(_REACH * len(own)) for own in self._handles), default=0)
        self._bears = lru_cache(_REMEMBERED)(self._looks_ours)
        self._named = lru_cache(_REMEMBERED)(self._names_us)
        self._scored = lru_cache(_REMEMBERED)(self._score)

    def resemblance(self, account: Account, day: date) -> Resemblance | None:
        """How an account resembles the organisation on a day; None where nothing of it does."""
        own_picture = account.avatar is not None and (account.avatar.likeness or account.avatar.marks)
        bears = self._bears(account.handle or "", account.display_name or "")
        if own_picture or bears or (account.bio and self._named(account.bio)):
            return self._scored(account, day)
        return None

    def is_candidate(self, account: Account, day: date) -> bool:
        """Whether an account could be taken for ours, so that more of it may be looked at."""
        seen = self.resemblance(account, day)
        return seen is not None and seen.standing in _CANDIDATES

    def _score(self, account: Account, day: date) -> Resemblance:
        return resembles(account, self.index, datetime.combine(day, time(), UTC))

    def _names_us(self, bio: str) -> bool:
        """Whether a bio names us: whoever says that they are us need not be called so."""
        return bio_of(bio, self.index).names_us

    def _looks_ours(self, handle: str, shown: str) -> bool:
        """Whether one of our words, initials or names is in a name, or a handle of ours is near."""
        seen = leet(local_part(handle))
        if not self._pattern.search(f"{seen} {leet(shown)}"):
            near = process.extractOne(seen, self._handles, scorer=OSA.distance, score_cutoff=self._farthest)
            if not seen or near is None:
                return False
        found = (of_shown(shown, self.index).evidence, of_handle(handle, self.index, supported=True))
        return sum(each.points for each in found if each is not None) >= _BEARS


def _pattern(index: Index) -> Any:
    """Every telling word of ours, also with one letter changed, and every acronym, as `leet` writes them."""
    told = {leet(word) for word in index.by_word}
    pieces = {each.leet for each in index.acronyms if each.strength > FAINT} | {
        own.leet for own in index.handles
    }
    pieces |= {piece for word in told for piece in _pieces(word)}
    return compiled("|".join(sorted(map(re.escape, filter(None, pieces)))) or "[^\\x{0}-\\x{10ffff}]")


def _pieces(word: str) -> list[str]:
    """What is left of a word whose letters one slip changed: a half of it, or its halves with the letters
    where they meet changed places. A short word stands as it is."""
    if len(word) < 5:
        return [word]
    half = len(word) // 2
    met = f"{word[: half - 1]}{word[half]}{word[half - 1]}{word[half + 1 :]}"
    return [word[:half] if half > 2 else word, word[half:], met]
