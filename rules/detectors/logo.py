"""Logos in pictures: whose account shows which mark, and what the policy in force says of that.

Clauses: CDD-4.4.8-3 (never on personal pages), BOL-6.2-9 (not without permission), SWL-5.3-2, CDD-4.3-1.
The mark that every body of the NHS has is no finding by itself, another body's is none of ours, and the
press, campaigns and critics show logos as a matter of course: only staff accounts, registered accounts and
accounts that bear our name are looked at. A logo in an avatar of the latter counts in the lookalike score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal, NamedTuple

from monitor.types import AVATAR, Account, Kind, Mark, Picture, Post, Relation, Span, Tier
from rules.detectors import Hit, Options, detector
from rules.names import Names
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import found
from rules.text.words import any_of, words

OURS, ALTERED, UNCLEAR = "our logo", "altered logo", "NHS logo"
_IN_PASSING = any_of(words("pictures")["logo in passing"])
_NOT_OWN = frozenset({Kind.REPOST, Kind.QUOTE, Kind.ARTICLE, Kind.EPISODE, Kind.PAGE_EDIT})
_CONFIDENCE = {Tier.CERTAIN: 0.9, Tier.PROBABLE: 0.6}


class LogoOptions(Options):
    """What to look for: a mark of ours in `pictures` or in the `avatar`, an `altered` one, an `unclear` one.

    `logo` is the policy's own mode; the strictest of the packs in force is filled in.
    """

    MODES: ClassVar[frozenset[str]] = frozenset({"logo"})

    of: Literal["pictures", "avatar", "altered", "unclear"] = "pictures"
    logo: Literal["forbidden", "with-permission"] = "forbidden"


class _Shown(NamedTuple):
    where: str
    mark: Mark


def _shows_one(post: Post, names: Names) -> bool:
    return any(picture.marks for _, picture in _pictures(post))


@detector(levels=("certain", "probable"), options=LogoOptions, applies=_shows_one)
def logo(reading: Reading, options: LogoOptions) -> Iterable[Hit]:
    """A hit for each mark; its span names the picture, and is of no words."""
    author = reading.post.author
    if author is None:
        return ()
    match options.of:
        case "pictures" | "avatar":
            return _misused(reading, author, options)
        case "altered":
            return _altered(reading, author)
    return _unclear(reading, author)


def _misused(reading: Reading, author: Account, options: LogoOptions) -> Iterator[Hit]:
    """Marks of ours on a personal page of somebody who works here."""
    if author.relation is not Relation.AUTHORISED_STAFF or _permitted(reading.post, author, options):
        return
    where = "picture of the account" if options.of == "avatar" else "picture"
    why = _WHY[options.logo, _has_permission(reading.post, author)]
    for shown in _marks(reading.post, avatar=options.of == "avatar"):
        if shown.mark.ours and not (options.of == "pictures" and _in_passing(reading)):
            yield _hit(shown, OURS, f"A {where} {_shows(shown.mark)} our logo{_how(shown.mark)}. {why}")


_WHY = {
    ("forbidden", False): "The policy in force allows it on no personal page.",
    ("forbidden", True): "The policy in force allows it on no personal page, permission or not.",
    ("with-permission", False): "No permission that still holds is in the register.",
}


def _permitted(post: Post, author: Account, options: LogoOptions) -> bool:
    return options.logo == "with-permission" and _has_permission(post, author)


def _has_permission(post: Post, author: Account) -> bool:
    return author.logo_until is not None and post.observed_at.date() <= author.logo_until


def _altered(reading: Reading, author: Account) -> Iterator[Hit]:
    """Altered marks of ours, where the account is ours or looks like it; of staff LOG-001 says it."""
    if author.relation is Relation.OFFICIAL or _candidate(author, reading):
        for shown in (*_marks(reading.post), *_marks(reading.post, avatar=True)):
            if shown.mark.ours and shown.mark.altered:
                reason = f"A picture {_shows(shown.mark)} our logo{_how(shown.mark)}."
                yield _hit(shown, ALTERED, reason)


def _unclear(reading: Reading, author: Account) -> Iterator[Hit]:
    """The mark that all bodies share, where nobody can read whose it is."""
    staff = author.relation is Relation.AUTHORISED_STAFF
    if (staff and not _in_passing(reading)) or _candidate(author, reading):
        for shown in (*_marks(reading.post), *_marks(reading.post, avatar=True)):
            if shown.mark.shared and shown.mark.ours is None and not shown.mark.owner:
                reason = f"A picture {_shows(shown.mark)} the NHS logo; whose it is cannot be read."
                yield _hit(shown, UNCLEAR, reason)


def _candidate(author: Account, reading: Reading) -> bool:
    """An account that is not ours, that nobody has listed as known, and that bears our name."""
    if author.relation is not Relation.PUBLIC or author.known_as or author.is_parody:
        return False
    return reading.names.sieve.is_candidate(author, reading.post.observed_at.date())


def _pictures(post: Post) -> Iterator[tuple[str, Picture]]:
    yield from post.images
    if post.author is not None and post.author.avatar is not None:
        yield AVATAR, post.author.avatar


def _marks(post: Post, *, avatar: bool = False) -> Iterator[_Shown]:
    for where, picture in _pictures(post):
        if (where == AVATAR) is avatar and (avatar or _is_own(post)):
            yield from (_Shown(where, mark) for mark in picture.marks)


def _is_own(post: Post) -> bool:
    """Whether its author chose the pictures: an entry of a feed is the press's, unless staff write it."""
    by_staff = post.author is not None and post.author.relation is Relation.AUTHORISED_STAFF
    return post.kind not in _NOT_OWN or (post.kind is Kind.ARTICLE and by_staff)


def _in_passing(reading: Reading) -> bool:
    """Whether the words speak of a building, a uniform, a letter: whoever photographs these uses no logo."""
    alts = "\n".join(fold(media.alt_text).text for media in reading.post.media if media.alt_text)
    return found(_IN_PASSING, f"{reading.text}\n{alts}")


def _shows(mark: Mark) -> str:
    return "shows" if mark.tier is Tier.CERTAIN else "seems to show"


def _how(mark: Mark) -> str:
    return "".join(f", {how}" for how in mark.alterations)


def _hit(shown: _Shown, label: str, reason: str) -> Hit:
    span = Span(0, 0, label, shown.where)
    return Hit(span, shown.mark.tier.value, _CONFIDENCE[shown.mark.tier], reason)
