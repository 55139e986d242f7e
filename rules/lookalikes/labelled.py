"""Labelled accounts: what people expect of each, and how often the score agrees.

`label` is 1 for an impersonation, 0 for none, R for what a person should look at, which counts neither way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.config import Alias, Organisation
from monitor.types import Resemblance, Standing
from rules.lookalikes.bodies import identity
from rules.lookalikes.index import Index
from rules.scoring import Score, Share

TO_REVIEW = "R"
_WANTED = {
    "impersonation": Standing.PROBABLE,
    "other_body": Standing.OTHER_BODY,
    "person": Standing.PERSON,
    "parody": Standing.PARODY,
    "team": Standing.TEAM,
    "our_charity": Standing.TEAM,
}
_QUIET = frozenset({Standing.OTHER_BODY, Standing.PERSON, Standing.UNRELATED})


@dataclass(frozen=True, slots=True)
class Labelled:
    """What people say of one account. `expect` is the class in their words: impersonation, union ..."""

    id: str
    label: str
    expect: str
    kind: str


@dataclass
class Tally:
    """What came out for the accounts of one file. `wrong` are those on the wrong side of an alert."""

    score: Score = field(default_factory=lambda: Score(0, 0, 0))
    reviewed: int = 0
    classes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    kinds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    wrong: list[tuple[Labelled, Resemblance]] = field(default_factory=list)

    @property
    def accounts(self) -> int:
        """How many there were."""
        return sum(counted.total() for counted in self.classes.values())

    def enter(self, given: Labelled, seen: Resemblance) -> None:
        """Count one account."""
        found = seen.standing is Standing.PROBABLE
        self.classes[given.expect][seen.standing] += 1
        if given.label == TO_REVIEW:
            self.reviewed += 1
            return
        expected = given.label == "1"
        old = self.score
        self.score = Score(old.expected + expected, old.found + found, old.both + (expected and found))
        self.kinds[f"{given.expect}, {given.kind}"][0] += found == expected
        self.kinds[f"{given.expect}, {given.kind}"][1] += 1
        if found != expected:
            self.wrong.append((given, seen))

    @property
    def as_expected(self) -> Share:
        """Of all accounts, the share whose class is the expected one; where nothing is done about several
        classes, each of them will do."""
        right = sum(
            number
            for expect, counted in self.classes.items()
            for standing, number in counted.items()
            if _fits(expect, Standing(standing))
        )
        return Share(right, self.accounts)


def _fits(expect: str, standing: Standing) -> bool:
    wanted = _WANTED.get(expect, Standing.UNRELATED)
    return standing is wanted or (wanted in _QUIET and standing in _QUIET)


def organisation_of(
    *,
    name: str,
    short: str,
    handle: str,
    acronym: str,
    domain: str,
    area: str,
    sites: Iterable[str],
    aliases: Iterable[str] = (),
) -> Organisation:
    """An organisation as the files of labelled accounts describe it."""
    return Organisation(
        name=name,
        short=short,
        handles=(f"@{handle.lstrip('@')}",),
        hospitals=tuple(sites),
        domains=(domain,),
        places=(area,) if area else (),
        aliases=tuple(Alias(text=text) for text in (acronym, *aliases) if text),
    )


def is_own(body: str, index: Index) -> bool:
    """Whether the name of a body is the organisation's own, or that of a hospital that it runs."""
    return identity(body) in index.bodies.own
