"""The index of an organisation: every handle, name and domain of its own, made ready to compare with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor.config import LookalikeSettings, Organisation
from rules.lookalikes.bodies import OtherBodies
from rules.lookalikes.skeleton import compact, leet, skeleton
from rules.lookalikes.wording import cut, is_kind, kinds, without_kinds

SHORT = 5
"""Letters up to which a handle is so short that a near one arises by chance: it needs support."""
WEAK = 0.5
"""The strength of initials that are short or that nobody has listed: others have them, too, so that they
count only where something else speaks of us."""
FAINT = 0.4
"""The strength of three initials that nobody has listed: they count only where the bio names us."""
DERIVED = 0.6
"""The strength of a name that nobody listed, but people use."""
_COMMON = frozenset({"community", "university", "general", "memorial", "royal", "district", "cottage"})
_ACRONYM = re.compile(r"[A-Z][A-Za-z]{0,3}[A-Z]{1,6}(?: ICB)?")
_CERTAIN, _LIKELY = 0.5, 0.4  # weights of an alias: the organisation's alone; more often it than not
_GENERIC_DOMAINS = frozenset({"nhs", "uk", "org", "co", "com", "gov", "icb", "test", "net", "www"})
_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHE = re.compile("['\u2019]")
_TOLD_APART = 7  # letters from which on a hospital's name without its last word is more than a word
_NOT_INITIALS = frozenset({"and", "of", "the", "at", "in", "for", "nhs"})


@dataclass(frozen=True, slots=True)
class Listed:
    """An official account as the register has it. `platform_id` is the platform's own number for it: where
    it is known, a handle alone is not enough. Without a platform the handle counts on every one."""

    handle: str
    platform: str = ""
    platform_id: str | None = None
    opened: datetime | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """One handle of the organisation."""

    text: str
    compact: str
    leet: str

    @classmethod
    def of(cls, handle: str) -> Own:
        """Of a handle as people write it."""
        local = local_part(handle)
        return cls(f"@{local}", compact(local), leet(local))


@dataclass(frozen=True, slots=True)
class Acronym:
    """Initials that stand for the organisation, or for a hospital of it. `strength` is 0 to 1."""

    text: str
    leet: str
    strength: float


@dataclass(frozen=True, slots=True)
class Name:
    """One name. `place` says that it could mean a place: only a word of health beside it makes it ours.

    `strength` is 0 to 1; a derived name is weaker than one that the settings hold.
    """

    text: str
    words: frozenset[str]
    compact: str
    leet: str
    strength: float
    place: bool


class Index:
    """What accounts are compared with. Make it once: it is safe to share, and changes with nothing.

    `listed` are the entries of the register of official accounts, besides the settings' `handles`.
    """

    def __init__(
        self,
        organisation: Organisation,
        listed: Iterable[Listed] = (),
        settings: LookalikeSettings | None = None,
    ) -> None:
        settings = settings or LookalikeSettings()
        self.organisation = organisation
        self.listed = (*listed, *(Listed(handle) for handle in organisation.handles))
        self.handles = tuple(
            {own.compact: own for own in map(Own.of, self._handles()) if own.compact}.values()
        )
        self.names = tuple(_names(organisation))
        self.acronyms = tuple(_acronyms(organisation))
        self.domains = tuple(domain.lower() for domain in organisation.domains)
        own = (organisation.name, *organisation.hospitals)
        self.bodies = OtherBodies.than(own, settings.bodies, settings.not_bodies)
        self.worth = self.bodies.worth

    def _handles(self) -> Iterator[str]:
        yield from (each.handle for each in self.listed)

    @cached_property
    def by_word(self) -> Mapping[str, tuple[int, ...]]:
        """Word -> the names that hold it, for words that tell a name from others."""
        held: dict[str, list[int]] = {}
        for at, name in enumerate(self.names):
            for word in name.words:
                held.setdefault(word, []).append(at)
        return {word: tuple(at) for word, at in held.items() if word not in kinds()}

    @cached_property
    def near_words(self) -> tuple[str, ...]:
        """The words of names that are long enough to be met with one letter changed or added."""
        return tuple(word for word in self.by_word if len(word) > 3)

    @cached_property
    def by_leet(self) -> Mapping[str, Name]:
        """Names by what is equal to the eye; of two with one form the stronger."""
        return {name.leet: name for name in sorted(self.names, key=lambda name: name.strength)}

    @property
    def is_of_area(self) -> bool:
        """Whether it is a board, whose name is that of its area."""
        return "integrated care board" in " ".join(cut(self.organisation.name))

    @cached_property
    def places(self) -> frozenset[str]:
        """The words of the places that the organisation serves."""
        return frozenset(word for place in self.organisation.places for word in cut(place))

    @cached_property
    def own_handles(self) -> frozenset[str]:
        """Our handles as plain letters."""
        return frozenset(own.compact for own in self.handles)

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """What tells us in a handle, the longest first: handles, acronyms and the words of names."""
        listed = {acronym.text for acronym in self.acronyms if acronym.strength > WEAK}
        return tuple(sorted({*self.own_handles, *listed, *self.by_word}, key=lambda each: (-len(each), each)))

    @cached_property
    def initials(self) -> Mapping[str, Acronym]:
        """Acronyms by their letters."""
        return {acronym.text: acronym for acronym in self.acronyms}

    @cached_property
    def ids(self) -> Mapping[tuple[str, str], Listed]:
        """Entries of the register by (platform, the platform's number)."""
        return {(one.platform, one.platform_id): one for one in self.listed if one.platform_id}

    @cached_property
    def by_handle(self) -> Mapping[str, tuple[Listed, ...]]:
        """Entries of the register by their handle, lower case, with its host or without."""
        found: dict[str, tuple[Listed, ...]] = {}
        for one in self.listed:
            bare = one.handle.lower().lstrip("@")
            found[bare] = (*found.get(bare, ()), one)
        return found

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters of the organisation's own names that are not ASCII: no disguise, in Welsh for one."""
        named = (self.organisation.name, *(name.text for name in self.names))
        return frozenset(char for name in named for char in name if not char.isascii())

    @cached_property
    def opened(self) -> datetime | None:
        """When the first official account was opened, as far as the register knows."""
        return min((one.opened for one in self.listed if one.opened), default=None)

    @cached_property
    def said(self) -> str:
        """An RE2 pattern over folded text for everything that the organisation is called."""
        phrases = {_spaced(name.text) for name in self.names if name.strength >= _CERTAIN and not name.place}
        phrases |= {own.compact for own in self.handles} | {
            each.text for each in self.acronyms if each.strength > WEAK
        }
        return rf"(?:{'|'.join(sorted(phrases, key=len, reverse=True))})"


def _spaced(name: str) -> str:
    """An RE2 pattern of a name in folded text, however its words are parted, with or without apostrophes."""
    plain = _APOSTROPHE.sub("", skeleton(name)).replace("&", " and ")
    return r"[\s_.,\-]{0,3}".join(map(_said, _WORD.findall(plain)))


def _said(word: str) -> str:
    if word == "and":
        return "(?:and|&)"
    if word in ("hospital", "hospitals"):
        return "hosp(?:itals?|s)?"
    return rf"{word[:-1]}'?s" if word.endswith("s") else word


def local_part(handle: str) -> str:
    """A handle without its @, its host, and what a platform adds to those who have no domain of their own."""
    return handle.lstrip("@").partition("@")[0].removesuffix(".bsky.social")


def _names(one: Organisation) -> Iterator[Name]:
    listed: dict[str, Name] = {}
    for text, strength in _texts(one):
        name = _name(text, strength)
        if name.words and (name.leet not in listed or listed[name.leet].strength < strength):
            listed[name.leet] = name
    return iter(listed.values())


def _texts(one: Organisation) -> Iterator[tuple[str, float]]:
    """Every name with its strength."""
    yield one.name, 1.0
    if not _is_acronym(one.short):
        yield one.short, 1.0
    yield _without(one.name, kinds()), 1.0
    yield _without(one.name, frozenset({"nhs", "foundation", "trust"})), 1.0
    yield from ((hospital, 1.0) for hospital in one.hospitals)
    for alias in one.aliases:
        weight = {1: 1.0, 2: 0.5, 3: 0.1}[alias.tier] if alias.weight is None else alias.weight
        if not _is_acronym(alias.text) and weight >= _LIKELY:
            yield alias.text, 1.0 if weight >= _CERTAIN else 0.8
    yield from ((hospital.replace("'s ", " "), 0.8) for hospital in one.hospitals if "'s " in hospital)
    yield from ((text, DERIVED) for text in _derived(one))


def _derived(one: Organisation) -> Iterator[str]:
    """Names that people give a trust by its places: "Durham Hospitals", "NHS Durham"."""
    runs_hospitals = bool(one.hospitals) or "hospital" in one.name.lower()
    told = set(without_kinds(cut(one.name)))
    for place in one.places:
        if runs_hospitals and set(cut(place)) <= told:
            yield f"{place} Hospitals"
            yield f"{place} Hospital"
            yield f"{place} NHS Trust"
    for hospital in one.hospitals:  # "QE Gateshead", "Darlington Memorial"
        stem = _without(hospital, kinds())
        if len(stem.split()) > 1 and len(compact(stem)) >= _TOLD_APART:
            yield stem


def _without(name: str, left_out: Collection[str]) -> str:
    """A name as it is written, without some of its words."""
    return " ".join(word for word in name.split() if compact(word) not in left_out and word != "&")


def _name(text: str, strength: float) -> Name:
    words = cut(text)
    told = [word for word in without_kinds(words) if strength > DERIVED or word not in _COMMON]
    place = not any(map(is_kind, words)) and len(told) < 3
    return Name(
        text,
        frozenset(words) - {"and", "of", "the"},
        compact(text.replace("&", "and")),
        leet(text.replace("&", "and")),
        strength,
        place,
    )


def _is_acronym(text: str) -> bool:
    return _ACRONYM.fullmatch(text) is not None and len(text) <= 10


def _acronyms(one: Organisation) -> Iterator[Acronym]:
    found: dict[str, float] = {}
    for text, strength in _initials(one):
        letters = compact(text)
        if len(letters) >= 3:
            found[letters] = max(found.get(letters, 0), strength if len(letters) > 3 else min(strength, WEAK))
    return (Acronym(text, leet(text), strength) for text, strength in found.items())


def _initials(one: Organisation) -> Iterator[tuple[str, float]]:
    """Acronyms of the settings and of the domains, then those that the names make."""
    told = [word for word in without_kinds(cut(one.name)) if len(word) > 3]
    if _is_acronym(one.short):
        yield one.short, 0.85
        yield from _of_area(one.short, 0.85)
    for alias in one.aliases:
        if _is_acronym(alias.text):
            yield alias.text, 0.85 if (alias.weight or 0) >= 1 or alias.tier == 1 else 0.8
            yield from _of_area(alias.text, 0.8)
    for domain in one.domains:
        label = compact(
            next((each for each in domain.split(".") if each.lower() not in _GENERIC_DOMAINS), "")
        )
        if len(label) > 3 and not any(word in label for word in told):
            yield label, 0.85
    made = (letters for name in (one.name, *one.hospitals) for letters in _made(name))
    yield from ((letters, WEAK if len(letters) > 3 else FAINT) for letters in made)


def _made(name: str) -> Iterator[str]:
    """The initials of a name's words, where there are at least three: fewer are anybody's."""
    letters = "".join(word[0] for word in cut(name) if word not in _NOT_INITIALS)
    if len(letters) > 2:
        yield letters


def _of_area(text: str, strength: float) -> Iterator[tuple[str, float]]:
    """Initials without ICB: of a board they are its area's, which others bear as well."""
    area = text.removesuffix(" ICB")
    yield area, strength if area == text else WEAK
