"""How well the reading of edits agrees with labelled pairs: `python -m tests.rules.edits.score FILE`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rules.edits import EffectKind
from rules.edits.effects import effects_of
from rules.examples import ORGANISATION
from rules.names import Names
from rules.scoring import Score, Share, scores
from tests.rules.edits.pairs import Pair, pairs, post_of

_NAMES = Names(ORGANISATION)


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair and what was found in it, without the kinds on which careful readers differ."""

    pair: Pair
    found: frozenset[EffectKind]

    @property
    def missed(self) -> frozenset[EffectKind]:
        """What the pair has and was not found."""
        return self.pair.expect - self.found

    @property
    def wrong(self) -> frozenset[EffectKind]:
        """What was found and the pair has not."""
        return self.found - self.pair.expect


@cache
def judged(path: Path) -> Sequence[Judged]:
    """Every pair of the file with what is found in it."""
    return tuple(Judged(pair, _found(pair) - pair.may) for pair in pairs(path))


def by_kind(every: Iterable[Judged]) -> Mapping[str, Score]:
    """The score of each kind that was expected or found."""
    return scores(Counter((frozenset(one.pair.expect), frozenset(one.found)) for one in every))


def table(every: Sequence[Judged]) -> Iterator[str]:
    """Lines for people: a row for each kind, then each pair that was judged otherwise than labelled."""
    yield f"{'kind':22} {'labelled':>8} {'found':>6} {'both':>5} {'precision':>9} {'recall':>7}"
    for kind, score in by_kind(every).items():
        shares = f"{_shown(score.precision):>9} {_shown(score.recall):>7}"
        yield f"{kind:22} {score.expected:8} {score.found:6} {score.both:5} {shares}"
    yield from disagreements(every)


def disagreements(every: Iterable[Judged]) -> Iterator[str]:
    """One line for each pair with something missed or wrongly found."""
    for one in every:
        if one.missed or one.wrong:
            parts = [f"missed {kind}" for kind in sorted(one.missed)]
            parts += [f"wrongly {kind}" for kind in sorted(one.wrong)]
            yield f"{one.pair.id}: {', '.join(parts)}"


def _found(pair: Pair) -> frozenset[EffectKind]:
    return frozenset(effect.kind for effect in effects_of(post_of(pair), _NAMES))


def _shown(share: Share) -> str:
    return "-" if share.value is None else f"{share.value:.2f}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table(judged(Path(sys.argv[1]))))
