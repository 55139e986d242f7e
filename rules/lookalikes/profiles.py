"""Evidence of the profile: its picture, what its bio claims and asks for, where its link leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from rapidfuzz.distance import OSA

from monitor.types import Account, Picture
from rules.lookalikes.evidence import Evidence, best
from rules.lookalikes.index import WEAK, Index
from rules.lookalikes.skeleton import skeleton
from rules.lookalikes.wording import meets, says_nothing
from rules.text.fold import fold
from rules.text.patterns import compiled, found

_COPIED, _EDITED, _MARK = 18, 11, 4
_OFFICIAL_OF, _OFFICIAL, _MOVED, _DETAILS, _ASKS, _MONEY, _NAMES, _LINK, _YOUNG = (
    18,
    12,
    12,
    12,
    8,
    5,
    4,
    5,
    4,
)
_NEUTRAL = 12
_COPY_WITHIN = 31
"""Bits of 256 by which a hash of a copy may differ; beyond it is an edited one (PDQ's own threshold)."""
_YOUNG_DAYS = timedelta(days=180)
_LONGEST = 2000  # characters of a bio that are looked at; platforms allow fewer
_ACCOUNT_OF = r"\bofficial (?:\w+ ){0,2}(?:of|for|from) (?:the )?"
_ENDINGS = frozenset(
    {"nhs", "uk", "co", "org", "com", "net", "info", "gov", "www", "test", "example", "ac", "ltd"}
)


@dataclass(frozen=True, slots=True)
class Bio:
    """A bio as it is compared: folded, with and without the organisation's own names."""

    text: str
    bare: str
    names_us: bool
    official_of_us: bool = False


def bio_of(written: str, index: Index) -> Bio:
    """A bio, its beginning where it is longer than platforms allow."""
    text = fold(written[:_LONGEST]).text
    bounded = rf"(?:^|[^a-z0-9])@?{index.said}(?:[^a-z0-9]|$)"
    names_us = bool(text) and found(bounded, text)
    official = names_us and found(rf"{_ACCOUNT_OF}@?{index.said}(?:[^a-z0-9]|$)", text)
    return Bio(text, compiled(rf"@?{index.said}").sub(" ", text), names_us, official)


def of_picture(account: Account) -> Iterator[Evidence]:
    """At most one signal of the avatar."""
    picture = account.avatar
    if picture is None:
        return
    if picture.likeness is not None:
        copied = picture.likeness.distance <= _COPY_WITHIN
        told = "Its picture is a copy of ours" if copied else "Its picture is ours with changes"
        yield Evidence(_COPIED if copied else _EDITED, told, picture.likeness.reference, claims=True)
    elif _ours(picture):
        yield Evidence(_EDITED, "Its picture holds our logo", claims=True)
    elif any(mark.shared for mark in picture.marks):
        yield Evidence(_MARK, "Its picture holds the mark of the NHS")


def _ours(picture: Picture) -> bool:
    return any(mark.ours for mark in picture.marks)


def of_neutral_name(account: Account, words: tuple[str, ...], bio: Bio) -> Iterator[Evidence]:
    """Whether the shown name, `words`, is one that any office of ours could bear, beside our own picture or
    a bio that says it is ours, or names us and asks for personal details."""
    picture = account.avatar
    copied = picture is not None and picture.likeness is not None
    borne = copied or bio.official_of_us or (bio.names_us and meets("details", bio.text))
    if borne and words and all(map(says_nothing, words)):
        told = "Beside our picture or name the shown name is of words that official accounts use"
        yield Evidence(_NEUTRAL, told, claims=True)


def of_bio(bio: Bio, *, claimed: bool) -> Evidence | None:
    """What the bio says that it is. `claimed`: handle or shown name claim to be us already, or the shown name
    is of our words alone and the bio that of a hospital."""
    about_us = bio.names_us or claimed
    return best(
        [
            Evidence(
                _MOVED * meets("moved", bio.text) * about_us,
                "The bio says that our account was lost, or is a new one",
                claims=True,
            ),
            Evidence(
                _OFFICIAL_OF * bio.official_of_us,
                "The bio says that it is an official account of ours",
                claims=True,
            ),
            Evidence(
                _OFFICIAL * meets("official", bio.text) * about_us,
                "The bio says that it is official",
                claims=True,
            ),
            Evidence(_NAMES * bio.names_us, "The bio names us"),
        ]
    )


def of_requests(bio: Bio, *, claimed: bool) -> Evidence | None:
    """What the bio asks for, or offers. `claimed` as in `of_bio`."""
    return best(
        [
            Evidence(
                _DETAILS * meets("details", bio.text),
                "The bio asks for personal details or a payment",
                claims=True,
            ),
            Evidence(_ASKS * meets("lures", bio.text), "The bio offers what frauds offer", claims=True),
            Evidence(
                _ASKS * meets("by_hand", bio.text),
                "The bio asks for money in ways that no hospital does",
                claims=claimed,
            ),
            Evidence(_ASKS * meets("messages", bio.text), "The bio asks for messages", claims=claimed),
            Evidence(_MONEY * meets("money", bio.text), "The bio asks for money"),
        ]
    )


def asks(bio: Bio) -> bool:
    """Whether the bio asks for personal details or money."""
    return meets("details", bio.text) or meets("money", bio.text)


def of_link(account: Account, index: Index) -> Iterator[Evidence]:
    """Whether its link leads to a domain that resembles ours."""
    if account.url and (near := nearest_domain(_host(account.url), index)):
        yield Evidence(_LINK, f"Its link leads to a domain like {near}", near, claims=True)


def nearest_domain(host: str, index: Index) -> str:
    """The domain or name of ours that a host name resembles; "" where it is ours or resembles none."""
    host = host.lower()
    if any(host == own or host.endswith(f".{own}") for own in index.domains):
        return ""
    letters = "".join(label.replace("-", "") for label in _labels(host))
    for known, shown in _stems(index):
        before, met, after = letters.partition(known)
        if met and says_nothing(before) and says_nothing(after):
            return shown
        if len(known) >= 7 and OSA.distance(letters, known, score_cutoff=1) <= 1:
            return shown
    return ""


def _labels(host: str) -> list[str]:
    return [label for label in skeleton(host).split(".") if label not in _ENDINGS]


@lru_cache(maxsize=64)
def _stems(index: Index) -> tuple[tuple[str, str], ...]:
    """The parts of our domains, handles and acronyms by which a host can resemble us."""
    own = [("".join(_labels(domain)).replace("-", ""), domain) for domain in index.domains]
    own += [(each.compact, each.text) for each in index.handles]
    own += [(each.text, each.text.upper()) for each in index.acronyms if each.strength > WEAK]
    own += [(name.compact, name.text) for name in index.names if not name.place and len(name.compact) >= 10]
    return tuple((stem, shown) for stem, shown in own if len(stem) >= 4)


def _host(url: str) -> str:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def of_age(account: Account, now: datetime) -> Iterator[Evidence]:
    """Whether it is young."""
    if account.created_at is not None and now - account.created_at < _YOUNG_DAYS:
        yield Evidence(_YOUNG, "It is less than half a year old")
