"""Accounts whose name claims to be the organisation. Clause: CDD-4.3-1.

An account poses where nothing is left of its handle or display name once the organisation's names and
the words that official accounts use are taken away. Critics, campaigns, unions, charities and fans
always leave a word of their own, and must: naming a trust is not posing as it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from monitor.types import Account, Kind, Post, Relation
from rules.detectors import Hit, detector
from rules.names import Names, squeeze
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import found

_OFFICIAL_WORDS = (
    "foundation trust|hospitals?|hosp|trust|nhs|ft|official|real|the|uk|team|jobs?|careers?|recruitment|hr"
    "|vacancies|appointments?|bookings?|patients?|services?|support|help(?:desk|line)?|info|enquiries|contact"
    "|news|press|media|comms|survey|feedback|alerts?|updates?|covid|vaccines?|emergency|a&e|ward|online|page"
)
OWN_WORDS = (
    r"\b(?:parody|satire|spoof|fan (?:page|account)|unofficial|not (?:the )?official|not affiliated"
    r"|no affiliation|independent of|campaign\w*|unison|unite|union|branch of|league of friends|charity"
    r"|(?:my )?(?:own )?views (?:are )?(?:my|mine|own))\b"
)
_HEALTH = re.compile(r"nhs|hosp|trust")
_LEET = str.maketrans("013457$@", "oieastsa")


def _claims_our_name(post: Post, names: Names) -> bool:
    author = post.author
    if author is None or author.relation is Relation.OFFICIAL or author.is_parody:
        return False
    if not author.handle and post.kind in (Kind.ARTICLE, Kind.EPISODE):
        return False  # a by-line is no account
    return _claim(author, names) is not None


@detector(levels=("handle", "name"), applies=_claims_our_name)
def posing_account(reading: Reading, _: object) -> Iterable[Hit]:
    """At most one hit: an account that isn't ours and is named as if it were."""
    author = reading.post.author
    if author is None or (author.bio and found(OWN_WORDS, fold(author.bio).text)):
        return
    match _claim(author, reading.names):
        case "handle":
            reason = "The account's handle reads as the organisation's own, but it is not a listed one."
            yield Hit(None, "handle", 0.8, reason)
        case "name":
            reason = "The account shows the organisation's name as its own, but it is not a listed one."
            yield Hit(None, "name", 0.7, reason)


def _claim(author: Account, names: Names) -> str | None:
    """Where the account bears the organisation's name: handle, name, or None."""
    handle = (author.handle or "").lower().lstrip("@")
    if handle in names.handles:
        return None
    if poses(handle.partition("@")[0], names):
        return "handle"
    return "name" if poses(author.display_name or "", names) else None


@lru_cache(maxsize=8192)  # the same accounts come back all day
def poses(name: str, names: Names) -> bool:
    squeezed = squeeze(name)
    if any(known in squeezed for known in names.full):
        posing = _nothing_left(squeezed, names.full + names.bare)
    else:
        posing = any(known in squeezed for known in names.bare) and _nothing_left(squeezed, names.bare)
        posing = posing and _HEALTH.search(squeezed) is not None
    return posing or _one_slip(squeezed, names)


def _nothing_left(squeezed: str, names: tuple[str, ...]) -> bool:
    known = "|".join(re.escape(name) for name in names)
    return re.sub(rf"{known}|{_OFFICIAL_WORDS}|[0-9]", "", squeezed) == ""


def _one_slip(squeezed: str, names: Names) -> bool:
    near = squeezed.translate(_LEET)
    ours = (squeeze(handle.partition("@")[0]).translate(_LEET) for handle in names.handles)
    return any(len(known) >= 6 and OSA.distance(near, known, score_cutoff=1) <= 1 for known in ours)
