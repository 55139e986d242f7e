"""Hostile remarks about a group with a protected characteristic, in the author's own words.

Clauses: CDD-4.4.1-5, NT-3.2-6, SWL-5.5-1, VOY-PL-7. The score of a sentence adds up: the gravest kind of
remark gives its worth, each further kind a little, and a gate (quotation, counter-speech) takes most of it
away. A group's name alone is worth nothing.

Where a language model is asked (see rules.hostility.opinion), hostile words near a group in no listed turn
of phrase are a remark as well if it is sure of it, and a remark that it is sure is none is left to the lowest
tier. It reads "they" for the group, so that it cannot mind whom a sentence is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice

from rules.detectors import Hit, detector
from rules.hostility.characteristics import (
    WHOM,
    adjective,
    characteristic,
    group,
    harmless,
    possible_slur,
    slur,
)
from rules.hostility.mending import mend
from rules.hostility.opinion import Opinion
from rules.hostility.shorthand import Sentence, Shorthand, turn
from rules.reading import Reading
from rules.text.patterns import PatternSet, first, found, spans
from rules.text.speech import Gate, Speech
from rules.text.words import any_of, words

WORTH: Mapping[str, float] = {
    "threat": 0.8,
    "derogation": 0.7,
    "slur": 0.6,
    "denial": 0.6,
    "exclusion": 0.6,
    "hostility": 0.5,
}
"""kind of remark -> what it adds to the score of its sentence where it is the gravest."""

REVIEW = 0.5
"""The score from which a person should look."""

UNCLEAR = "unclear"
"""The level of what only a language model takes for a remark, or only the rules."""

_HINT = 0.3  # hostile words and a group: worth asking a model about, and nothing more
_HINTS = 10  # of a text
_SURE, _DOUBTFUL = 0.65, 0.25  # to lower a finding takes more: the rules are right nine times in ten
_DOUBTED = ("derogation", "denial", "exclusion")  # a slur is hidden from the model, a threat not its to judge
_NEAR = 0.2  # from REVIEW: a score further away is the rules' alone

_FURTHER = 0.1  # for each further kind of remark in the same sentence
_LEFT_BY: Mapping[Gate | None, float] = {
    None: 1.0,
    Gate.DENIED: 0.0,
    Gate.SELF: 0.3,
    Gate.RECLAIMED: 0.3,
    Gate.QUOTED: 0.4,
    Gate.REPORTED: 0.4,
    Gate.FICTION: 0.5,
    Gate.COUNTERED: 0.6,
}
_SAID: Mapping[str, str] = {
    "threat": "A call for violence against, or a wish to harm, {whom}",
    "derogation": "A hostile or demeaning remark about {whom}",
    "slur": "A word that is used as a slur against {whom}",
    "denial": "A remark that denies worth or rights to {whom}",
    "exclusion": "A remark that wants to keep out or send away {whom}",
    "hostility": "Hostile words in one breath with {whom}",
    "hint": "Hostile words in a sentence about {whom}",
}
_IMPLIED = {"exclusion": "race"}  # "go back where you came from" names nobody

_EVIDENCE = "CLHEKNDWVJUZXMF"
_HOSTILE: Mapping[str, str] = {
    "L": "disgusts", "H": "hatred", "E": "expulsion", "K": "violence", "N": "vermin", "D": "contempt",
    "W": "nuisance", "V": "trait", "U": "mistreatment", "O": "others", "Z": "forbidding", "X": "denying",
    "B": "be", "M": "should", "I": "author", "P": "pronoun", "F": "swearing", "J": "curse", "Y": "worth",
    "T": "entitlement", "R": "dealings",
}  # fmt: skip
_AT_ONCE = 12  # turns of phrase in one pattern: with more, RE2's automaton outgrows its memory and is rebuilt

# Digits among letters and letters set apart: worth a look at the mended text.
_SIGNS = r"[a-z][01345$!@][a-z]|[a-z]{2}[01347$5!@]\b|\b[a-z](?:[ .*_-][a-z]){2,}\b"
_IDIOMS = r"own countr|where (?:you|they) came from|go (?:back|home)|deport"

# The word of a remark that would be quoted, reported or turned on the author: a slur before a name.
_PIVOTS = (r"(?-i)[SA]", r"(?-i)[GQ]")
# A hostile word, or what a group does not do. A denial in another place may take hostility back.
_CUE = r"(?-i)\b[CLHEKNDWVJUZF]\b|\bG\b[^CLHEKNDWVJUZFO]*\bX\b[^CLHEKNDWVJUZFO]*$"
_WHO = r"(?-i)\b[GSA]\b"
_STANDS_FOR_A_GROUP = re.compile(r"P(?! (?:(?:[a-z']+|[FDVN]) ){0,2}[GA]\b)")
_SENTENCES_BACK = 2
_MOST = 5  # hits of one pattern in a sentence, remarks of a text: more of the same decide nothing


@dataclass(frozen=True, slots=True)
class Remark:
    """What a sentence says: the kind, the score of 0 to 1, the place in the text, and about whom."""

    kind: str
    score: float
    place: tuple[int, int]
    characteristic: str | None
    doubted: bool = False

    @property
    def level(self) -> str:
        """What rules map to a severity: the kind, or UNCLEAR where rules and model are not at one."""
        return UNCLEAR if self.doubted or self.kind == "hint" else self.kind

    @property
    def reason(self) -> str:
        """One plain sentence or two, without the words found."""
        whom = WHOM.get(self.characteristic or "", "a protected group")
        reason = f"{_SAID[self.kind].format(whom=whom)}, in the author's own words."
        if self.kind == "hint":
            return f"{reason} No listed turn of phrase; a language model takes it for a hostile remark."
        return f"{reason} A language model takes it for harmless." if self.doubted else reason


@cache
def _slogans() -> str:
    return any_of(words("tropes")["by themselves"])


def prefilter() -> tuple[str, ...]:
    """Patterns of which one occurs in every text that the detector could find something in."""
    strong = (any_of(words("hostility")[_HOSTILE[mark]]) for mark in "NHD")
    return (
        group(),
        slur(),
        possible_slur(),
        *strong,
        _slogans(),
        rf"(?:being|{any_of(words('hostility')['swearing'])}) {adjective()}",
        _SIGNS,
        _IDIOMS,
    )


@detector(levels=(*WORTH, UNCLEAR), prefilter=prefilter())
def discrimination(reading: Reading, _: object) -> Iterable[Hit]:
    """The remarks of a post that are worth a person's look, at most one for each sentence."""
    for remark in remarks(reading.text, reading.opinion):
        if remark.score >= REVIEW:
            place = reading.span(*remark.place, "discrimination")
            yield Hit(place, remark.level, remark.score, remark.reason)


def unnamed(text: str) -> str:
    """A folded text as a language model reads it: without its marks, and "they" for groups and slurs."""
    return " ".join(_unnamed(sentence, text) for sentence in _shorthand().sentences(text))


def remarks(text: str, opinion: Opinion | None = None) -> Sequence[Remark]:
    """What the sentences of a folded text say of groups, gated ones with what is left of their score.

    A misspelt text is mended where it gives nothing as it stands.
    """
    plain = tuple(_first(_remarks(text, opinion)))
    if any(remark.score >= REVIEW for remark in plain) or (mended := mend(text)) is None:
        return plain
    found_mended = _first(_remarks(mended.text, opinion))
    return tuple(replace(remark, place=mended.place(*remark.place)) for remark in found_mended)


def _first(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """As far as the last remark that anybody needs."""
    worth_a_look = 0
    for remark in remarks:
        yield remark
        worth_a_look += remark.score >= REVIEW
        if worth_a_look == _MOST:
            return


def _remarks(text: str, opinion: Opinion | None) -> Iterator[Remark]:
    if not (found(_named(), text) and found(_evidence(), text)):
        return
    speech = Speech(text)
    hints = _HINTS if opinion else 0
    for sentence, about in _with_antecedents(_read_on(_shorthand().sentences(text)), text):
        if said := _said(speech, sentence) or _slogan(speech, sentence):
            remark = _summed(said, text, about)
        elif hints and _hinted(speech, sentence):
            hints -= 1
            remark = _summed({"hint": (_HINT, sentence.place(0, len(sentence.short)))}, text, about)
        else:
            continue
        yield _weighed(remark, opinion, _unnamed(sentence, text)) if opinion else remark


def _summed(said: Mapping[str, tuple[float, tuple[int, int]]], text: str, about: str) -> Remark:
    kind, (score, place) = max(said.items(), key=lambda item: item[1])
    further = sum(worth > WORTH["hostility"] for worth, _ in said.values()) - 1
    whom = characteristic(text[slice(*place)]) or characteristic(about) or _IMPLIED.get(kind)
    return Remark(kind, round(score + _FURTHER * max(further, 0), 2), place, whom)


def _hinted(speech: Speech, sentence: Sentence) -> bool:
    """A group and a hostile word that is the author's own."""
    if not found(_WHO, sentence.short) or "O" in sentence.short or _complains(sentence):
        return False
    end = sentence.places[-1][1]
    cues = islice(spans(_CUE, sentence.short), _MOST)
    return any(speech.gate(sentence.place(*cue)[0], end) is None for cue in cues)


def _weighed(remark: Remark, opinion: Opinion, sentence: str) -> Remark:
    """The remark once the model was asked of it, where its score lets it be asked."""
    if remark.kind == "hint":
        return replace(remark, score=REVIEW) if opinion.hostility(sentence) >= _SURE else remark
    near = REVIEW <= remark.score <= REVIEW + _NEAR and remark.kind in _DOUBTED
    return replace(remark, doubted=near and opinion.hostility(sentence) <= _DOUBTFUL)


def _unnamed(sentence: Sentence, text: str) -> str:
    return sentence.rewritten(text, "GS", "they")


def _said(speech: Speech, sentence: Sentence) -> Mapping[str, tuple[float, tuple[int, int]]]:
    """Kind of remark -> (what is left of its worth, where) of the least gated of that kind."""
    said: dict[str, tuple[float, tuple[int, int]]] = {}
    for number in _scan().match(sentence.short):
        kind, pattern = _turns()[number]
        for hit in islice(spans(pattern, sentence.short), _MOST):
            left = WORTH[kind] * _LEFT_BY[_gate(speech, sentence, hit, kind)]
            said[kind] = max(said.get(kind, (0.0, (0, 0))), (left, sentence.place(*hit)))
    return said


def _slogan(speech: Speech, sentence: Sentence) -> Mapping[str, tuple[float, tuple[int, int]]]:
    """What is hostile whoever it names, where the sentence says nothing else."""
    start, end = sentence.places[0][0], sentence.places[-1][1]
    hit = first(_slogans(), speech.text[start:end])
    if hit is None or _complains(sentence):
        return {}
    place = start + hit[0], start + hit[1]
    gate = speech.gate(*place)
    return {"hostility": (WORTH["hostility"] * _LEFT_BY[gate], place)}


def _gate(speech: Speech, sentence: Sentence, span: tuple[int, int], kind: str) -> Gate | None:
    """The gate at the word that the remark turns on, or else at its beginning."""
    start, end = sentence.place(*span)
    said = sentence.short[slice(*span)]
    if pivot := first(_PIVOTS[0], said) or first(_PIVOTS[1], said):
        gate = speech.gate(sentence.place(span[0] + pivot[0], span[0] + pivot[1])[0], end)
        if gate not in (None, Gate.DENIED):  # "I have no pity for them" denies what stands before "them"
            return gate
    gate = speech.gate(start, end)
    if gate is None and kind == "hostility":  # its words stand far apart: the last may be somebody else's
        last = speech.gate(sentence.place(span[1] - 1, span[1])[0])
        gate = None if last is Gate.DENIED else last
    if gate not in (None, Gate.SELF, Gate.RECLAIMED):
        return gate
    return Gate.COUNTERED if _complains(sentence) else None


def _read_on(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences, each hostile fragment ("Vermin.") joined to the one before that names a group."""
    read: list[Sentence] = []
    for sentence in sentences:
        if read and _ends_open(read[-1]) and found(_fragment(), sentence.short):
            sentence = read.pop().joined(sentence)
        read.append(sentence)
    return read


def _ends_open(sentence: Sentence) -> bool:
    return "G" in sentence.short and not ("O" in sentence.short or _complains(sentence))


@cache
def _fragment() -> str:
    return "|".join(map(turn, words("remarks")["fragment"]))


def _with_antecedents(sentences: Sequence[Sentence], text: str) -> Iterator[tuple[Sentence, str]]:
    """Each sentence with "they" and "you" read as the group that it or a neighbour names, and that text.

    A neighbour that names other people too (a government, racists) settles nothing.
    """
    for number, sentence in enumerate(sentences):
        near = (sentence, *sentences[max(number - _SENTENCES_BACK, 0) : number + 2])
        named = next((one for one in near if "G" in one.short), sentence)
        if "G" in named.short and "P" in sentence.short and not ("O" in named.short or _complains(named)):
            sentence = replace(sentence, short=_STANDS_FOR_A_GROUP.sub("G", sentence.short))
        yield sentence, text[named.places[0][0] : named.places[-1][1]]


def _complains(sentence: Sentence) -> bool:
    return found(_complaint(), sentence.short)


@cache
def _complaint() -> str:
    return "|".join(map(turn, words("remarks")["complaint"]))


@cache
def _turns() -> Sequence[tuple[str, str]]:
    """(kind of remark, pattern) pairs; a pattern holds several turns of phrase."""
    turns = ((kind, list(map(turn, words("remarks")[kind]))) for kind in WORTH)
    return tuple(
        (kind, "|".join(listed[at : at + _AT_ONCE]))
        for kind, listed in turns
        for at in range(0, len(listed), _AT_ONCE)
    )


@cache
def _scan() -> PatternSet:
    return PatternSet(pattern for _, pattern in _turns())


@cache
def _classes() -> Mapping[str, str]:
    """Capital -> pattern, in order of precedence; "" is what must be read as plain words."""
    hostile = words("hostility")
    plain = any_of((*harmless(), *hostile["undenied"]))
    listed = {mark: any_of(hostile[name]) for mark, name in _HOSTILE.items()}
    first_of_all = {"C": any_of(chain(*words("tropes").values())), "": plain, "S": slur(), "G": group()}
    return {**first_of_all, **listed, "A": possible_slur(), "Q": adjective()}


@cache
def _shorthand() -> Shorthand:
    return Shorthand(_classes())


@cache
def _named() -> str:
    return "|".join((group(), slur(), possible_slur(), adjective(), _IDIOMS, _slogans()))


@cache
def _evidence() -> str:
    return "|".join(
        (
            slur(),
            possible_slur(),
            any_of(words("hostility")["telling"]),
            _IDIOMS,
            _slogans(),
            *(_classes()[mark] for mark in _EVIDENCE),
        )
    )
