"""Aliases: every name that the settings know, with its pattern, tier and weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.config import Alias, Organisation
from rules.references import spelling
from rules.references.misspelling import Misspelling, misspelling
from rules.text.fold import fold
from rules.text.patterns import first
from rules.text.words import any_of

SIGNED = 0.6
"""What a name counts in the author's handle or shown name, or as the attached place."""

_TIER_WEIGHT = {1: 1.0, 2: 0.5, 3: 0.1}
_GENERIC = (
    ("our trust", 0.12),
    ("my trust", 0.12),
    ("your trust", 0.1),
    ("this trust", 0.1),
    ("the trust", 0.1),
    ("our hospital", 0.1),
    ("your hospital", 0.08),
    ("this hospital", 0.08),
    ("the hospital", 0.08),
)
_OTHER_TRUSTS = ("trust funds?", "trust deed", "academy", "wildlife", "national trust", "housing trust")
_DERIVED = 0.55
_DESCRIBING = re.compile(r"\b(?:community|general|memorial|district) ", re.IGNORECASE)
_PAIR = 2
_CHANCE = 4  # letters below which a name arises by chance inside a handle

_TRUST = rf"(?:nhs|(?:foundation|hospitals?|health|f)?{spelling.GAP}trust|ft)"
_ENDINGS = (
    (re.compile(r" (?:health and social care|hsc) trust$", re.I), rf"(?:hsc|health|nhs|{_TRUST})"),
    (re.compile(r" (?:nhs )?(?:foundation )?trust$| nhs ft$", re.I), _TRUST),
    (re.compile(r" (?:university )?health board$", re.I), r"(?:(?:university )?health board|u?hb|nhs)"),
    (re.compile(r" integrated care board$| icb$", re.I), r"(?:integrated care (?:board|system)|ic[bs])"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """One way to name the organisation. A match of `pattern` may hold the characters on either side.

    `kind` says in the words of the settings where the name is from; `requires` and `unless` are patterns.
    """

    text: str
    kind: str
    pattern: str
    weight: float = 1.0
    tier: int = 1
    case: bool = False
    requires: str | None = None
    unless: str | None = None

    @property
    def unique(self) -> bool:
        """True where the name decides alone."""
        return self.weight >= 1

    def find(self, text: str) -> tuple[int, int] | None:
        """The first match in folded text."""
        return first(self.pattern, text)


def names(organisation: Organisation) -> Sequence[Name]:
    """Every name, each text once: what an alias says of a name is what counts.

    One without a letter or digit is left out: it would be met in every post.
    """
    listed = {name.text.casefold(): name for name in _names(organisation, welsh(organisation))}
    return tuple(name for name in listed.values() if _says(name.text))


def welsh(organisation: Organisation) -> bool:
    """True where names and places are also met with the initial mutations of Welsh."""
    texts = (alias.text for alias in organisation.aliases)
    return spelling.is_welsh((organisation.name, *organisation.hospitals, *organisation.places, *texts))


def misspellings(organisation: Organisation) -> Sequence[Misspelling]:
    """The long names that are the organisation's alone, each open to one slip."""
    in_welsh = welsh(organisation)
    ambiguous = {alias.text.casefold() for alias in organisation.aliases if _weight(alias) < 1}
    stem, tail = _stem(organisation.name)
    unique = [text for text in organisation.hospitals if text.casefold() not in ambiguous]
    found = [misspelling(text, welsh=in_welsh) for text in unique]
    found.append(misspelling(stem, tail=spelling.GAP + tail if tail else "", welsh=in_welsh))
    return tuple(one for one in found if one is not None)


def signatures(organisation: Organisation) -> Sequence[Name]:
    """What accounts bear, over the folded handle and shown name with a space between them.

    A name stands anywhere in them, so only those count that are too long to occur by chance.
    """
    listed = (organisation.short, organisation.name, *organisation.hospitals)
    long = [text for text in listed if len(text) >= _CHANCE and _says(text)]
    own = [handle.lstrip("@") for handle in organisation.handles if _says(handle)]
    return (
        *(Name(text, "account", spelling.phrase(text), SIGNED) for text in long),
        *(Name(text, "account", rf"^@?{re.escape(fold(text).text)} ", SIGNED) for text in own),
    )


def _says(text: str) -> bool:
    return any(map(str.isalnum, fold(text).text))


def _names(organisation: Organisation, in_welsh: bool) -> Iterator[Name]:
    """Weakest first, since of two with one text the later counts."""
    bounded, other_trusts = spelling.bounded, any_of(_OTHER_TRUSTS)
    for text, weight in _GENERIC:
        unless = other_trusts if "trust" in text else None
        yield Name(text, "everyday words", bounded(_short(text, in_welsh)), weight, 3, unless=unless)
    for hospital in organisation.hospitals:
        short = _DESCRIBING.sub("", hospital)
        if short != hospital and len(short.split()) > 1:
            yield Name(short, "hospital, shortened", bounded(_short(short, in_welsh)), _DERIVED, 2)
    yield Name(organisation.name, "name", bounded(_full_name(organisation.name, in_welsh)))
    yield Name(organisation.short, "short", bounded(spelling.initials(organisation.short)))
    for hospital in organisation.hospitals:
        yield Name(hospital, "hospital", bounded(_long(hospital, in_welsh)))
    for handle in organisation.handles:
        yield Name(handle, "handle", _handle(handle, organisation.short))
    for domain in organisation.domains:
        yield Name(domain, "domain", spelling.host(domain))
    for hashtag in organisation.hashtags:
        yield Name(hashtag, "hashtag", rf"#{re.escape(fold(hashtag.lstrip('#')).text)}\b")
    for alias in organisation.aliases:
        yield _alias(alias, in_welsh)


def _alias(alias: Alias, in_welsh: bool) -> Name:
    weight = _weight(alias)
    if alias.text.isalpha() and alias.text.isupper():
        pattern = spelling.initials(alias.text) if weight >= 1 else spelling.dotted(alias.text)
    elif weight >= 1:
        pattern = _long(alias.text, in_welsh)
    else:
        pattern = _short(alias.text, in_welsh)
    return Name(
        text=alias.text,
        kind="alias",
        pattern=spelling.bounded(pattern),
        weight=weight,
        tier=alias.tier,
        case=alias.case,
        requires=spelling.any_of(alias.requires),
        unless=spelling.any_of(alias.unless),
    )


def _weight(alias: Alias) -> float:
    return _TIER_WEIGHT[alias.tier] if alias.weight is None else alias.weight


def _full_name(text: str, in_welsh: bool) -> str:
    """A body's full name, however much of "NHS Foundation Trust" is said, but not without any."""
    stem, tail = _stem(text)
    return spelling.phrase(stem, welsh=in_welsh) + (spelling.GAP + tail if tail else "")


def _stem(text: str) -> tuple[str, str]:
    """The name without the words for its kind, and the pattern of those; ("...", "") if it has none."""
    for ending, pattern in _ENDINGS:
        stem = ending.sub("", text).strip()
        if stem and stem != text.strip():
            return stem.removeprefix("NHS "), pattern
    return text, ""


def _long(text: str, in_welsh: bool) -> str:
    """A unique name, also run together inside a longer tag."""
    pattern = spelling.phrase(text, welsh=in_welsh)
    squeezed = "".join(word for word, _ in spelling.words(text) if word.isalnum())
    return rf"{pattern}|#\w*{squeezed}\w*" if len(squeezed) > 2 * _CHANCE else pattern


def _short(text: str, in_welsh: bool) -> str:
    """An ambiguous name; of two words, they stand in one sentence."""
    gap = spelling.TIGHT if len(text.split()) <= _PAIR else spelling.GAP
    return spelling.phrase(text, gap=gap, welsh=in_welsh)


def _handle(handle: str, short: str) -> str:
    """An account as others write it: with its host or without, but no everyday word without its @."""
    bare = handle.lstrip("@")
    user, _, server = bare.partition("@")
    telling = fold(short).text in fold(user).text
    if server:
        known = spelling.host(bare) + "|" + spelling.host(f"{server}/@{user}")
        return rf"{known}|@{re.escape(fold(user).text)}\b" if telling else known
    if "." in bare:
        return spelling.host(bare)
    return spelling.bounded(rf"@?{re.escape(fold(bare).text)}") if telling else spelling.host(f"@{bare}")
