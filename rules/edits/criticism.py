"""Criticism that an edit took off the page, or put in weaker words. Clause: CDD-4.4.7-3.

What counts is the loss to the page: a sentence that stands elsewhere in the edit was moved, one that comes
back with words as grave was reworded. Words are weighed, since one that is mild by itself ("delay") is
criticism beside another or under a heading that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit, held
from rules.edits.figures import rated, without_ratings
from rules.edits.gravity import critical_words, weigh
from rules.edits.passage import Sentence
from rules.edits.references import citations_lost
from rules.edits.setting import HEADING, in_critical_setting, is_critical, says_so
from rules.edits.softening import QUALIFIER, SOFTENER, fate, lower, softer
from rules.edits.wording import insulting
from rules.text.fold import fold
from rules.text.patterns import found, spans

_SIGNATURE = re.compile(
    r"\[\[\s*(?:user|benutzer(?:in)?|defnyddiwr|utilisateur)\s*:\s*([^|\]/]+)", re.IGNORECASE
)
_WORD = re.compile(r"[^\s,;:.()]+")
_MOST = 50  # new sentences that are looked through for all words of an old one
_STANDS = 0.85  # of a sentence's longer words: found elsewhere in the edit, it was not lost
_READ = 20_000  # characters in which a sentence is looked for letter by letter
_SHORT_WORD = 4  # letters: such words say little of what a sentence is about
_STEM = 6  # letters by which a heading's critical word is known again: "Criticism", "Critical reports"
_LOSS = 80  # characters of criticism: a shorter loss alone is less grave


def criticism(edit: Edit) -> Iterator[Effect]:
    """Criticism removed and criticism softened, in articles."""
    if edit.archiving or edit.confirmed:
        return
    if edit.talk:
        yield from _of_others(edit)
        return
    if edit.reverts:
        yield from _by_claim(edit)
        return
    lost, softened = _fates(edit)
    headings = _headings_gone(edit, lost)
    if lost or headings:
        yield _removed(edit, lost, headings)
    if softened or (not headings and _heading_softened(edit)):
        reason = "Criticism has been put in weaker words, or qualified."
        yield edit.effect(EffectKind.CRITICISM_SOFTENED, reason, _both(edit, softened), confidence=0.75)


def _of_others(edit: Edit) -> Iterator[Effect]:
    """Criticism taken out of what somebody else said on a talk page, a blanked one apart."""
    lost = [each for each in _fates(edit)[0] if not _own(edit, each)]
    if lost and not edit.reverts:
        reason = "Criticism that somebody else wrote has left the talk page."
        yield edit.effect(EffectKind.CRITICISM_REMOVED, reason, lost, confidence=0.6)


def _own(edit: Edit, sentence: Sentence) -> bool:
    """True where the signature behind a sentence is the editor's."""
    handle = edit.post.author.handle if edit.post.author else None
    signed = _SIGNATURE.search(sentence.side.text, sentence.end)
    return signed is None or (handle is not None and signed[1].strip().lower() == handle.lower())


def _heading_softened(edit: Edit) -> bool:
    """True where one heading took another's place, and stands lower on a ladder."""
    gone, come = edit.sections_gone, edit.sections_come
    return len(gone) == len(come) == 1 and lower(fold(gone[0]).text, fold(come[0]).text)


def _by_claim(edit: Edit) -> Iterator[Effect]:
    """Criticism that goes with a revert by the summary's word alone; cleaning up abuse is none."""
    lost = [] if any(map(insulting, edit.gone)) else _fates(edit)[0]
    if lost:
        reason = (
            "Criticism has left the page; the summary calls it a revert, and the wiki does not confirm that."
        )
        yield edit.effect(EffectKind.CRITICISM_REMOVED, reason, lost, confidence=0.6)


def sourced_criticism_gone(edit: Edit) -> list[Sentence]:
    """Sourced criticism that an edit takes out, whatever it calls itself; cleaning up insults is none."""
    if edit.talk or citations_lost(edit) <= 0 or any(map(insulting, edit.gone)):
        return []
    return _fates(edit)[0]


def _fates(edit: Edit) -> tuple[list[Sentence], list[Sentence]]:
    """The critical sentences that were lost, and those that were softened."""
    lost: list[Sentence] = []
    softened: list[Sentence] = []
    for sentence in edit.gone:
        if insulting(sentence):
            continue
        if is_critical(edit, sentence):
            _sort(sentence, edit.successors.get(sentence), lost, softened)
            if sentence in lost and _euphemism(sentence, edit):
                softened.append(lost.pop())
        elif _softer(sentence, edit):
            softened.append(sentence)
    return [each for each in lost if not _stands(each, edit)], softened


def _softer(sentence: Sentence, edit: Edit) -> bool:
    """True where a sentence that is plain by itself, and not by what it stands in, got softer words."""
    after = edit.successors.get(sentence)
    return after is not None and in_critical_setting(edit, sentence) and softer(sentence.text, after.text)


def _euphemism(sentence: Sentence, edit: Edit) -> bool:
    """True where one new sentence stands alone in its place, and speaks of the same in soft words."""
    passage = next(each for each in edit.passages if each.old is sentence.side)
    came = [each for each in edit.come if each.side is passage.new and each not in edit.predecessors]
    went = [each for each in edit.gone if each.side is passage.old and each not in edit.successors]
    if len(came) != 1 or len(went) != 1:
        return False
    text = came[0].text
    shared = set(text.split()) & {word for word in sentence.text.split() if len(word) > _SHORT_WORD}
    weaker = softer(sentence.text, text)
    of_the_same = len(shared) > 1 or (bool(shared) and (weaker or weigh(text) > 0 or found(QUALIFIER, text)))
    return (weaker or found(SOFTENER, text)) and (of_the_same or len(list(spans(SOFTENER, text))) > 1)


def _stands(sentence: Sentence, edit: Edit) -> bool:
    """True where its words stand in the edit's new lines, in other sentences or another order."""
    after, words = edit.words_after, set(sentence.text.split())
    if any(words <= set(_WORD.findall(each.text)) for each in edit.come[:_MOST]):
        return True
    if (
        len(sentence.text) <= len(after) < _READ
        and fuzz.partial_ratio(sentence.text, after) >= 100 * _STANDS + 5
    ):
        return _says_as_much(after, sentence.text)
    return held(sentence.text, after) >= _STANDS and _says_as_much(after, sentence.text)


def _says_as_much(after: str, text: str) -> bool:
    """True where every critical word of the text stands in `after`."""
    return all(word in after for word in critical_words(text))


def _sort(
    sentence: Sentence, successor: Sentence | None, lost: list[Sentence], softened: list[Sentence]
) -> None:
    if successor is None:
        lost.append(sentence)
        return
    before, after = sentence.text, successor.text
    if rated(before) and rated(after):
        before, after = without_ratings(before), without_ratings(after)
    match None if insulting(successor) else fate(before, after):
        case "lost":
            lost.append(sentence)
        case "softened":
            softened.append(sentence)


def _headings_gone(edit: Edit, lost: list[Sentence]) -> list[str]:
    """Critical headings that the page has no more, unless another one says the same.

    One that leaves with uncritical text only was no criticism; one that goes alone took its name off it.
    """
    gone = [each for each in edit.sections_gone if found(HEADING, fold(each).text)]
    if not gone or any(says_so(fold(each).text) for each in edit.sections_come):
        return []
    if lost:
        return gone
    named = [
        fold(each).text[start : start + _STEM]
        for each in gone
        for start, _ in spans(HEADING, fold(each).text)
    ]
    kept = " ".join(fold(each).text for each in edit.change.sections_after)
    return [] if all(stem in kept for stem in named) else gone


def _removed(edit: Edit, lost: list[Sentence], headings: list[str]) -> Effect:
    sources = " together with its sources" if citations_lost(edit) > 0 else ""
    if lost:
        long = sum(len(each.text) for each in lost) > _LOSS
        reason = f"Criticism has left the page{sources}."
        confidence = 0.9 if sources or headings else 0.8 if long else 0.7
    else:
        reason, confidence = "The heading over criticism has left the page.", 0.8
    section = headings[0] if headings else None
    kind = EffectKind.CRITICISM_REMOVED
    return edit.effect(kind, reason, _both(edit, lost), section=section, confidence=confidence)


def _both(edit: Edit, sentences: list[Sentence]) -> list[Sentence]:
    """The sentences as they were, and what each has become."""
    after = (edit.successors.get(each) for each in sentences)
    return [*sentences, *(each for each in after if each is not None)]
