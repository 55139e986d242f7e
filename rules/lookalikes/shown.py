"""Evidence of the shown name: one of ours, its words, its letters or its initials."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import sqrt

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from rules.lookalikes.evidence import Evidence, best
from rules.lookalikes.index import WEAK, Index, Name
from rules.lookalikes.skeleton import compact, leet
from rules.lookalikes.wording import cut, is_of_nhs, meant, says_nothing

_EQUAL, _COVERED, _ALIKE, _INITIALS = 45, 40, 25, 22
_COVER_FROM, _ALIKE_FROM = 0.45, 0.7
_ALL = 0.99
_HALF = 0.5  # of a name must be there to claim it
_LITTLE = 1.0  # nats: the worth of a word that says nothing
_PLACE = 0.6  # of the points, for a name that could mean a place
_LONG = 7  # letters from which on a name inside another is no chance
_DIGITS = str.maketrans("0134578", "oleastb")
_LONGEST = 30  # words of a shown name that are looked at


@dataclass(frozen=True, slots=True)
class Shown:
    """A shown name as it is compared.

    `words` are its words, or those of ours that they stand for; `own` those that are neither ours nor usual;
    `cover` says how well a name of ours explains it.
    """

    text: str
    words: tuple[str, ...]
    own: tuple[str, ...] = ()
    cover: float = 0.0
    evidence: Evidence | None = None

    @property
    def points(self) -> int:
        """Of its signal."""
        return self.evidence.points if self.evidence else 0


def of_shown(name: str, index: Index, *, named: bool = False) -> Shown:
    """The strongest signal of a shown name, and how well a name of ours explains it.

    `named`: the bio names us, so that initials which nobody has listed mean us, too.
    """
    parts = cut(name)[:_LONGEST]
    last = len(parts) - 1
    words = tuple(_as_ours(word, index, last=at == last > 0) for at, word in enumerate(parts))
    if not words:
        return Shown(name, words)
    near = _near(words, index)
    cover = max((index.worth.cover(words, ours.words) for ours in near), default=0.0)
    equal = index.by_leet.get(leet(name.replace("&", "and")))
    found = [
        *_equal(equal, words),
        *(each for ours in near for each in _covered(words, ours, index)),
        *_initials(words, index, named=named),
        *_run_together(compact(name), index),
        *_alike(compact(name), index),
    ]
    met = best(found)
    claims = met is not None and met.claims
    own = () if claims else tuple(word for word in words if not _is_ours(word, index, named=named))
    return Shown(name, words, own, 1.0 if equal and not equal.place else cover, met)


def _is_ours(word: str, index: Index, *, named: bool) -> bool:
    initials = index.initials.get(word)
    known = word in index.by_word or word in index.places or word in index.own_handles
    return known or (initials is not None and (named or initials.strength >= WEAK)) or says_nothing(word)


def _as_ours(word: str, index: Index, *, last: bool) -> str:
    """The word of ours that a word stands for: itself, or one with a letter changed that no body bears."""
    if word in index.by_word or word in index.worth.borne or says_nothing(word):
        return word
    plain = word.translate(_DIGITS)
    if plain in index.by_word or says_nothing(plain):
        return plain
    if last and len(word) > 3 and (whole := next((e for e in index.near_words if e.startswith(word)), "")):
        return whole  # the end of a name was cut off
    met = process.extractOne(word, index.near_words, scorer=OSA.distance, score_cutoff=1)
    return met[0] if met and len(word) > 4 else meant(word, last=last)


def _near(words: Collection[str], index: Index) -> list[Name]:
    """The names of ours that share a telling word."""
    return [index.names[at] for at in sorted({at for word in words for at in index.by_word.get(word, ())})]


def _equal(equal: Name | None, words: Collection[str]) -> Iterator[Evidence]:
    if equal is not None:
        points = round(_EQUAL * equal.strength * (_PLACE if equal.place else 1.0))
        yield Evidence(
            points,
            f"The shown name is {equal.text} to the eye",
            equal.text,
            claims=not equal.place,
            names=not equal.place,
        )


def _covered(words: Collection[str], ours: Name, index: Index) -> Iterator[Evidence]:
    """How much of our name is there, and how much of the shown one it explains."""
    worth = index.worth
    both = set(words) & ours.words
    shown = sum(_worth(word, index) for word in set(words))
    here = sum(_worth(word, index) for word in both)
    share = worth.sum(both) / worth.sum(ours.words)
    cover = sqrt(share * here / shown) if shown else 0.0
    if cover <= _COVER_FROM:
        return
    usual = all(says_nothing(word) for word in set(words) - ours.words)
    of_nhs = any(map(is_of_nhs, words)) or (share > _ALL and not ours.place)
    claims = usual and share >= _HALF and of_nhs
    names = share > _ALL and ours.strength > 0.7 and any(map(is_of_nhs, words))
    points = _COVERED * ours.strength * (cover - _COVER_FROM) / (1 - _COVER_FROM)
    told = f"The shown name holds {'the words' if share > _ALL else 'words'} of {ours.text}"
    yield Evidence(round(points * (1.0 if of_nhs else _PLACE)), told, ours.text, claims=claims, names=names)


def _worth(word: str, index: Index) -> float:
    worth = index.worth.of(word)
    return min(worth, _LITTLE) if word not in index.by_word and says_nothing(word) else worth


def _initials(words: Collection[str], index: Index, *, named: bool) -> Iterator[Evidence]:
    """Our initials as a word, alone or beside usual words."""
    usual = [word for word in words if not says_nothing(word)]
    whole = "".join(usual)
    contracted = "".join(words).replace("foundationtrust", "ft").replace("integratedcareboard", "icb")
    for acronym in index.acronyms:
        text = acronym.text
        if acronym.strength < WEAK and not named:
            continue
        long, sure = len(text) > 3, acronym.strength > WEAK or named
        beside = contracted.partition(text)
        if acronym.leet == leet(whole) or (
            long and text in contracted and says_nothing(beside[0]) and says_nothing(beside[2])
        ):
            told = f"The shown name is {text.upper()}" + (" and usual words" if contracted != text else "")
            points = round(_EQUAL * (min(1.0, acronym.strength + 0.1) if acronym.strength > WEAK else WEAK))
            yield Evidence(points, told, text.upper(), claims=sure, names=sure)
        elif any(leet(word) == acronym.leet for word in words):
            told = f"{text.upper()} is a word of the shown name"
            yield Evidence(_INITIALS if sure else _INITIALS // 2, told, text.upper(), names=sure)


def _run_together(letters: str, index: Index) -> Iterator[Evidence]:
    """A name of ours whose words, or letters, are parted otherwise than ours, beside usual words alone."""
    for ours in index.names:
        before, met, after = letters.partition(ours.compact)
        if len(ours.compact) >= _LONG and met and says_nothing(before) and says_nothing(after):
            of_nhs = not ours.place or is_of_nhs(before) or is_of_nhs(after)
            points = round(_COVERED * ours.strength * (1.0 if of_nhs else _PLACE))
            told = f"The shown name is {ours.text} and usual words"
            yield Evidence(points, told, ours.text, claims=of_nhs, names=of_nhs)


def _alike(letters: str, index: Index) -> Iterator[Evidence]:
    known = [name.compact for name in index.names]
    met = process.extractOne(letters, known, scorer=fuzz.ratio, score_cutoff=100 * _ALIKE_FROM)
    if met is None or len(letters) < 6:
        return
    name = index.names[met[2]]
    share = (met[1] / 100 - _ALIKE_FROM) / (1 - _ALIKE_FROM)
    yield Evidence(round(_ALIKE * name.strength * share), f"The shown name is like {name.text}", name.text)
