"""The organisation's names in the form in which accounts bear them: one word, no capitals, no marks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from monitor.config import Organisation
from rules.fold import fold

_KIND = re.compile(r"\b(?:nhs|foundation|trust|ft|hospitals?)\b", re.IGNORECASE)
_NOT_IN_HANDLES = re.compile(r"[^a-z0-9&]")


@dataclass(frozen=True, eq=False)  # compared by identity, so that it is cheap as a cache key
class Names:
    """What detectors know of the organisation."""

    organisation: Organisation

    @cached_property
    def full(self) -> tuple[str, ...]:
        """Names that nobody else has, longest first."""
        one = self.organisation
        strong = [alias.text for alias in one.aliases if alias.tier == 1 or (alias.weight or 0) >= 0.5]
        return _squeezed([one.short, one.name, *one.hospitals, *strong])

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """Names without the word that says what they are: each could be a place."""
        return _squeezed(
            _KIND.sub("", name) for name in (self.organisation.name, *self.organisation.hospitals)
        )

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


def _squeezed(names: Iterable[str]) -> tuple[str, ...]:
    squeezed = {squeeze(name) for name in names}
    return tuple(sorted((name for name in squeezed if len(name) >= 4), key=len, reverse=True))
