"""The organisation's names in the form in which accounts bear them: one word, no capitals, no marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.config import LookalikeSettings, Organisation
from rules.lookalikes import Index, Listed
from rules.lookalikes.sieve import Sieve
from rules.text.fold import fold

_KIND = re.compile(r"\b(?:nhs|foundation|trust|ft|hospitals?)\b", re.IGNORECASE)
_ENDING = re.compile(rf"(?:\s*{_KIND.pattern})+$", re.IGNORECASE)
_NOTHING = r"[^\x{0}-\x{10ffff}]"
_IN_PROSE = r"(?:nhs|foundation|trust|ft|hosp(?:ital)?s?)"
_GAP = r"[\s_.\-]{0,3}"
_ENDS_THERE = r"(?:$|[^\w\s']|\s(?:and|in|on|since|by|for|via)\b)"
_WORD = re.compile(r"[a-z0-9&]+")
_NOT_IN_HANDLES = re.compile(r"[^a-z0-9&]")


@dataclass(frozen=True, eq=False)  # compared by identity, so that it is cheap as a cache key
class Names:
    """What detectors know of the organisation.

    `listed` are the entries of the register of official accounts, besides the settings' handles.
    """

    organisation: Organisation
    listed: tuple[Listed, ...] = ()
    lookalikes: LookalikeSettings | None = None

    @cached_property
    def sieve(self) -> Sieve:
        """What scores accounts that resemble the organisation's."""
        return Sieve(Index(self.organisation, self.listed, self.lookalikes))

    @cached_property
    def full(self) -> tuple[str, ...]:
        """Names that nobody else has, longest first."""
        one = self.organisation
        return _squeezed([one.short, one.name, *one.hospitals, *self._strong])

    @cached_property
    def _strong(self) -> tuple[str, ...]:
        aliases = self.organisation.aliases
        return tuple(alias.text for alias in aliases if alias.tier == 1 or (alias.weight or 0) >= 0.5)

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """Names without the word that says what they are: each could be a place."""
        return _squeezed(
            _KIND.sub("", name) for name in (self.organisation.name, *self.organisation.hospitals)
        )

    @cached_property
    def said(self) -> str:
        """An RE2 pattern, without bounds, for the names that nobody else has as people write them."""
        one = self.organisation
        named = [_spaced(name) for name in (one.short, one.name, *one.hospitals, *self._strong)]
        named += [self.stems + _GAP + _IN_PROSE]
        named += [rf"@?{re.escape(handle)}" for handle in self.handles]
        return rf"(?:{'|'.join(named)})"

    @cached_property
    def stems(self) -> str:
        """An RE2 pattern, without bounds, for names without their last words, which say what they are."""
        names = (self.organisation.name, *self.organisation.hospitals)
        stems = {_spaced(stem) for name in names if (stem := _ENDING.sub("", name)) not in (name, "")}
        return rf"(?:{'|'.join(sorted(stems)) or _NOTHING})"

    @cached_property
    def prose(self) -> str:
        """An RE2 pattern over folded text for a whole name; one character on either side may belong to it.

        A name without the word that says what it is counts after "at" only ("nurse at St Oswin's").
        """
        domains = "".join(rf"|{re.escape(domain)}" for domain in self.domains)
        named = rf"{self.said}{domains}|(?:at|@)\s?{self.stems}{_ENDS_THERE}"
        hashtags = rf"#\w*{squeeze(self.organisation.short)}\w*"
        return rf"(?:^|[^a-z0-9])(?:{named})(?:[^a-z0-9]|$)|{hashtags}"

    @cached_property
    def internal(self) -> Mapping[str, str]:
        """What the organisation keeps to itself, folded -> embargoed, host or system."""
        kept = self.organisation.internal
        lists = {"system": kept.systems, "host": kept.hosts, "embargoed": kept.embargoed}
        return {fold(name).text: what for what, listed in lists.items() for name in listed}

    @cached_property
    def handles(self) -> frozenset[str]:
        """The listed official handles, lower case, without the leading @."""
        return frozenset(handle.lower().lstrip("@") for handle in self.organisation.handles)

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The organisation's own domains."""
        return tuple(domain.lower() for domain in self.organisation.domains)


def squeeze(name: str) -> str:
    """A name as one lower-case word."""
    return _NOT_IN_HANDLES.sub("", fold(name).text)


def _spaced(name: str) -> str:
    """A name with any or no gap between its words, and with or without its apostrophes."""
    words = _WORD.findall(fold(name).text.replace("'", ""))
    forms = ("(?:st|saint)" if word in ("st", "saint") else re.sub(r"s$", "'?s", word) for word in words)
    return _GAP.join(forms)


def _squeezed(names: Iterable[str]) -> tuple[str, ...]:
    squeezed = {squeeze(name) for name in names}
    return tuple(sorted((name for name in squeezed if len(name) >= 4), key=len, reverse=True))
