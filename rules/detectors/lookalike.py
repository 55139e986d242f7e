"""Accounts that resemble the organisation's and are not. Clauses: CDD-4.3-1, SWL-5.3-2.

The score and its classes are those of rules/lookalikes; a rule says which of them it is about.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.types import Kind, Post, Resemblance, Standing
from rules.detectors import Hit, detector
from rules.names import Names
from rules.reading import Reading

_LEVELS = {
    Standing.PROBABLE: "probable",
    Standing.POSSIBLE: "possible",
    Standing.TEAM: "team",
    Standing.PARODY: "parody",
}
_TOLD = {
    "asks": "An account that is not ours claims to be us, and asks for personal details or money.",
    "probable": "An account that is not ours claims to be us.",
    "possible": "An account may claim to be us.",
    "team": "A team or charity seems to have an account under our name that nobody has registered.",
    "parody": "A parody of us, and it says so.",
}
_SENTENCES = 4  # of the reasons are told; `monitor lookalikes explain` has them all


def resemblance(post: Post, names: Names) -> Resemblance | None:
    """How the author resembles the organisation; None for an ordinary one, and for a by-line."""
    author = post.author
    if author is None or (not author.handle and post.kind in (Kind.ARTICLE, Kind.EPISODE)):
        return None
    return names.sieve.resemblance(author, post.observed_at.date())


def _stands_out(post: Post, names: Names) -> bool:
    seen = resemblance(post, names)
    return seen is not None and seen.standing in _LEVELS


@detector(levels=("probable", "asks", "possible", "team", "parody"), applies=_stands_out)
def lookalike(reading: Reading, _: object) -> Iterable[Hit]:
    """At most one hit: what the author is to the organisation, and why."""
    seen = resemblance(reading.post, reading.names)
    if seen is not None and seen.standing in _LEVELS:
        level = _LEVELS[seen.standing]
        if level == "probable" and seen.asks:
            level = "asks"
        yield Hit(None, level, _confidence(seen), _reason(level, seen))


def _confidence(seen: Resemblance) -> float:
    """Half where the score just suffices, towards 1 as everything of the account is ours."""
    return round(min(0.5 + seen.score / 200, 0.95), 2)


def _reason(level: str, seen: Resemblance) -> str:
    against = f" Against it: {'; '.join(seen.mitigations[:_SENTENCES])}." if seen.mitigations else ""
    found = "; ".join(seen.reasons[:_SENTENCES])
    return f"{_TOLD[level]} {seen.score:.0f} points: {found}.{against}"
