"""An edit laid out for judging: which sentences went, which came, and which became which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from monitor.types import Change, Post, Span
from rules.edits import Effect, EffectKind
from rules.edits.passage import Passage, Sentence, Side, passages
from rules.identifiers import identifies
from rules.names import Names
from rules.text.fold import fold
from rules.text.patterns import found

_TALK = re.compile(r"^(?:[\w ]+[ _])?talk:", re.IGNORECASE)
_ARCHIVED = re.compile(r"\barch(?:iv\w*)?\b|archiv")
_REVERT = (
    r"^(?:/\*.*?\*/ ?)?(?:reverted|reverting|revert(?:ed)? (?:to|edits?|back)|reverts?\b|rvv?\b|rv[ /-]"
    r"|undid (?:revision|edit|\d)"
    r"|undo(?:ne|ing)? (?:revision|edits?|vandal\w*|by)|undoing|rollback|rolled back|restor(?:ed|ing) "
    r"(?:revision|(?:to )?(?:the )?(?:last|previous|earlier)"
    r" (?:\w+ )?(?:version|revision))|self-?revert|cleaned up vandalism|\[\[(?:wp|wikipedia):(?:huggle"
    r"|twinkle|rv|rbk|undo)\S*)"
)
_AKIN = 52  # above which one is a rewording of the other
_HELD = 0.68  # of its longer words: so much of it makes another sentence hold it
_CLOSE = 75  # above which it is not looked for elsewhere
_MOST = 300  # sentences compared with one another: beyond it an edit is a new text
_LABELS = 1000  # headings and values that are read; a long article's have a few hundred
_HEADINGS = 1000  # of a page that are compared: the longest articles have two hundred
_Sides = Mapping[Side, Side]
_WORD = re.compile(r"[a-z0-9£]+")


class Edit:
    """One edit, with what several recognisers ask of it worked out once."""

    def __init__(self, post: Post, change: Change, names: Names) -> None:
        self.post, self.change, self.names = post, change, names

    @cached_property
    def talk(self) -> bool:
        """True on a talk page: what is said there is not the article's."""
        return bool(_TALK.match(self.change.page))

    @cached_property
    def archiving(self) -> bool:
        """True where threads of a talk page went into its archive, by the summary."""
        return self.talk and bool(_ARCHIVED.search(self.summary))

    @cached_property
    def summary(self) -> str:
        """The edit summary, folded."""
        return fold(self.post.text).text

    @cached_property
    def reverts(self) -> bool:
        """True where the wiki or the summary says that the edit puts back an earlier text.

        Not where that text had been put right itself: the edit is made once more then.
        """
        return self.confirmed or (not self.change.repeats and found(_REVERT, self.summary))

    @cached_property
    def confirmed(self) -> bool:
        """True where the wiki says so, by a tag or an equal text; a summary may say "rv" of anything."""
        return self.change.reverts and not self.change.repeats

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """Its changed lines."""
        return tuple(passages(self.change))

    @cached_property
    def sentences_before(self) -> Sequence[Sentence]:
        """The sentences of the changed lines as they were."""
        return [each for passage in self.passages for each in passage.sentences(passage.old)]

    @cached_property
    def sentences_after(self) -> Sequence[Sentence]:
        """The sentences of the changed lines as they are."""
        return [each for passage in self.passages for each in passage.sentences(passage.new)]

    @cached_property
    def gone(self) -> Sequence[Sentence]:
        """Those that stand nowhere in the edit any more, word for word."""
        return _without(self.sentences_before, self.sentences_after)

    @cached_property
    def come(self) -> Sequence[Sentence]:
        """Those that did not stand anywhere in the edit before."""
        return _without(self.sentences_after, self.sentences_before)

    def beside(self, sentence: Sentence) -> Sequence[Sentence]:
        """The sentences before and behind one of the old lines, as far as the edit shows them."""
        at = self._order.get(sentence)
        if at is None:
            return ()
        near = (*self.sentences_before[max(at - 1, 0) : at], *self.sentences_before[at + 1 : at + 2])
        return [each for each in near if each.side is sentence.side]

    @cached_property
    def _order(self) -> Mapping[Sentence, int]:
        return {each: at for at, each in enumerate(self.sentences_before)}

    @cached_property
    def labels_gone(self) -> Sequence[Sentence]:
        """Headings and infobox values that went."""
        return _without(*self._labels)

    @cached_property
    def labels_come(self) -> Sequence[Sentence]:
        """Headings and infobox values that came."""
        return _without(*reversed(self._labels))

    @cached_property
    def _labels(self) -> tuple[Sequence[Sentence], Sequence[Sentence]]:
        old = (each for passage in self.passages for each in passage.labels(passage.old))
        new = (each for passage in self.passages for each in passage.labels(passage.new))
        return list(islice(old, _LABELS)), list(islice(new, _LABELS))

    @cached_property
    def successors(self) -> Mapping[Sentence, Sentence]:
        """What each sentence that went has become; one that was lost has none."""
        return _nearest(self.gone, self.come, {each.old: each.new for each in self.passages})

    @cached_property
    def predecessors(self) -> Mapping[Sentence, Sentence]:
        """What each sentence that came was before; a new one has none."""
        return _nearest(self.come, self.gone, {each.new: each.old for each in self.passages})

    @cached_property
    def words_after(self) -> str:
        """All sentences of the changed lines as they are."""
        return " ".join(each.text for each in self.sentences_after)

    @cached_property
    def words_before(self) -> str:
        """All sentences of the changed lines as they were."""
        return " ".join(each.text for each in self.sentences_before)

    @cached_property
    def sections_gone(self) -> Sequence[str]:
        """Headings that the page has no more, as written."""
        return _missing(self.change.sections_before, self.change.sections_after)

    @cached_property
    def sections_come(self) -> Sequence[str]:
        """Headings that the page did not have."""
        return _missing(self.change.sections_after, self.change.sections_before)

    def effect(
        self,
        kind: EffectKind,
        reason: str,
        sentences: Iterable[Sentence] = (),
        *,
        spans: Iterable[Span | None] = (),
        section: str | None = None,
        confidence: float = 0.8,
    ) -> Effect:
        """An effect of this edit; its section is the first sentence's, and heads the reason.

        A reason is stored as it is, and mailed: a heading that may say who somebody is stays out of it.
        """
        shown = list(sentences)
        section = section or next((each.section for each in shown if each.section), None)
        named = None if section and identifies(section, self.names) else section
        places = [*(each.span(kind.value) for each in shown), *spans]
        return Effect(
            kind=kind,
            reason=f'In "{_cut(named)}": {reason[0].lower()}{reason[1:]}' if named else reason,
            spans=tuple(place for place in dict.fromkeys(places) if place is not None),
            section=section,
            confidence=confidence,
            undone=self.change.reverted_by is not None,
        )


def _cut(heading: str) -> str:
    return heading if len(heading) <= 60 else f"{heading[:59].rstrip()}…"


def held(one: str, other: str) -> float:
    """Which part of the longer words of `one` stands in `other` too, 0 to 1; 0 where `one` has few."""
    words = _longer(one)
    return len(words & _words(other)) / len(words) if len(words) >= 4 else 0.0


@lru_cache(maxsize=1024)  # one long line, held against each of many sentences, is taken apart once
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


@lru_cache(maxsize=1024)
def _longer(text: str) -> frozenset[str]:
    return frozenset(word for word in _words(text) if len(word) > 3)


def exchanges(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The words that left a sentence and those that came in their place, one place after the other."""
    old, new = before.split(), after.split()
    for code in Levenshtein.opcodes(old, new):
        if code.tag != "equal":
            yield " ".join(old[code.src_start : code.src_end]), " ".join(new[code.dest_start : code.dest_end])


def _without(side: Sequence[Sentence], other: Sequence[Sentence]) -> list[Sentence]:
    """The sentences of a side that the other one has not, each as often as it is too many."""
    kept = Counter(each.text for each in other)
    left: list[Sentence] = []
    for each in side:
        if kept[each.text] > 0:
            kept[each.text] -= 1
        else:
            left.append(each)
    return left


def _nearest(
    side: Sequence[Sentence], other: Sequence[Sentence], opposite: _Sides
) -> dict[Sentence, Sentence]:
    """The sentence of the other side that each has become, or was: one of its own lines if it is close."""
    beside: dict[Side, list[Sentence]] = {}
    for each in other:
        beside.setdefault(each.side, []).append(each)
    pairs: dict[Sentence, Sentence] = {}
    for number, each in enumerate(side):
        near = _closest(each.text, beside.get(opposite[each.side], ())[:_MOST], _CLOSE)
        if near is None and number < _MOST:
            near = _closest(each.text, other[:_MOST], _AKIN) or _holder(each.text, other[:_MOST])
        if near is not None:
            pairs[each] = near
    return pairs


def _closest(text: str, sentences: Sequence[Sentence], cutoff: float) -> Sentence | None:
    texts = [each.text for each in sentences]
    best = process.extractOne(text, texts, scorer=fuzz.ratio, score_cutoff=cutoff)
    return sentences[best[2]] if best else None


def _holder(text: str, sentences: Sequence[Sentence]) -> Sentence | None:
    """The sentence that most of the words went into, where two were joined or one was cut in two."""
    scores = [(max(held(text, each.text), held(each.text, text)), -at) for at, each in enumerate(sentences)]
    best = max(scores, default=(0.0, 0))
    return sentences[-best[1]] if best[0] > _HELD else None


def _missing(headings: Sequence[str], other: Sequence[str]) -> list[str]:
    known = {fold(each).text.strip() for each in other[:_HEADINGS]}
    return [each for each in headings[:_HEADINGS] if fold(each).text.strip() not in known]
