"""Other bodies of the NHS: what a word of a name is worth, and which body a shown name fits best."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import log, sqrt

from rules import bodies
from rules.lookalikes.skeleton import compact
from rules.lookalikes.wording import cut, without_kinds

JOINING = frozenset({"and", "of", "the"})
_TELLING = 6.0
"""Nats above which a name that stands in a text is no chance."""
_RARE_ENOUGH = 60
"""A word of more names than this leads to no body by itself."""


@dataclass(frozen=True)
class Worth:
    """What words of names are worth: log((N + 1) / (df + .5)) over the listed bodies and hospitals.

    NHS, Trust and Hospital are worth little, Durham and Airedale much, a word that no body bears most.
    """

    names: int
    borne: Mapping[str, int]

    def of(self, word: str) -> float:
        """In nats; above 0."""
        return log((self.names + 1) / (self.borne.get(word, 0) + 0.5))

    def sum(self, words: Iterable[str]) -> float:
        """Of several."""
        return sum(map(self.of, words))

    def cover(self, shown: Collection[str], name: Collection[str]) -> float:
        """How well a name explains a shown one, 0 to 1: the root of the share of the name found in it
        times the share of it that the name explains."""
        told = set(shown) - JOINING
        both = self.sum(told & set(name))
        return sqrt(both / self.sum(name) * both / self.sum(told)) if both else 0.0


@dataclass(frozen=True)
class OtherBodies:
    """The bodies that are not the organisation, by the words of their names and of their hospitals'."""

    names: tuple[tuple[str, frozenset[str]], ...]
    worth: Worth
    own: frozenset[frozenset[str]] = frozenset()
    """What tells the organisation's own names, and those of the hospitals that the list gives it."""

    @classmethod
    def than(cls, own: Iterable[str], added: Iterable[str] = (), struck: Iterable[str] = ()) -> OtherBodies:
        """Those of the shipped list and `added`, without `struck` and without the bodies that bear one of
        `own`: a body's hospitals go with it, and "NHS Trust" is the same body as "NHS Foundation Trust"."""
        ours = {identity(name) for name in own}
        gone = {identity(name) for name in struck}
        listed = [(name, hospitals) for name, hospitals in _shipped() if identity(name) not in gone]
        listed += [(name, ()) for name in added]
        others = [(name, hospitals) for name, hospitals in listed if identity(name) not in ours]
        named = [each for name, hospitals in others for each in (name, *hospitals)]
        kept = [each for each in dict.fromkeys(named) if identity(each) not in ours]
        run = {identity(each) for name, hospitals in listed if identity(name) in ours for each in hospitals}
        return cls(
            tuple((each, frozenset(cut(each)) - JOINING) for each in kept), _worth(), frozenset(ours | run)
        )

    def best(self, shown: Collection[str]) -> tuple[float, str]:
        """The cover and name of the body that explains a shown name best; (0, "") without one."""
        near = {at for word in shown for at in self._by_word.get(word, ())}
        covers = ((self.worth.cover(shown, self.names[at][1]), self.names[at][0]) for at in sorted(near))
        return max(covers, default=(0.0, ""))

    def begins(self, letters: str) -> bool:
        """Whether a body's name begins with these letters."""
        at = bisect_left(self._letters, letters)
        return at < len(self._letters) and self._letters[at].startswith(letters)

    def named_in(self, words: Collection[str]) -> str:
        """A body all of whose name is among the words of a text; "" where there is none."""
        said = set(words)
        near = {at for word in said for at in self._by_word.get(word, ())}
        found = [self.names[at] for at in near if self.names[at][1] <= said]
        return max((name for name, held in found if self.worth.sum(held) > _TELLING), key=len, default="")

    @cached_property
    def _letters(self) -> list[str]:
        return sorted(compact(name.replace("&", "and").removeprefix("The ")) for name, _ in self.names)

    @cached_property
    def _by_word(self) -> Mapping[str, list[int]]:
        leading: dict[str, list[int]] = defaultdict(list)
        for at, (_, words) in enumerate(self.names):
            for word in words:
                leading[word].append(at)
        return {word: at for word, at in leading.items() if len(at) <= _RARE_ENOUGH}


def identity(name: str) -> frozenset[str]:
    """What stays of a body's name where "NHS Trust" and "NHS Foundation Trust" are one."""
    same = {"nhs", "foundation", "trust", *JOINING}
    return frozenset(cut(name)) - same or frozenset(without_kinds(cut(name)))


@cache
def _shipped() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((body.name, body.hospitals) for body in bodies.shipped())


@cache
def _worth() -> Worth:
    names = {each for name, hospitals in _shipped() for each in (name, *hospitals)}
    return Worth(len(names), Counter(word for name in names for word in set(cut(name))))
