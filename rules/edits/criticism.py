"""Criticism that an edit took off the page, or put in weaker words. Clause: CDD-4.4.7-3.

What counts is the loss to the page: a sentence that stands elsewhere in the edit was moved, one that comes
back with words as grave was reworded. Words are weighed, since one that is mild by itself ("delay") is
criticism beside another or under a heading that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit, held
from rules.edits.figures import rated, without_ratings
from rules.edits.gravity import CRITICAL, critical_words, weigh
from rules.edits.passage import Sentence
from rules.edits.references import citations_lost
from rules.edits.wording import insulting
from rules.text.fold import fold
from rules.text.patterns import compiled, found, spans
from rules.text.words import any_of, words

_LISTS = words("criticism")
HEADING = any_of(_LISTS["headings"])
_SOFT_HEADING = any_of(_LISTS["soft headings"])
_SOFTENER = any_of(_LISTS["softeners"])
_QUALIFIER = any_of(_LISTS["qualifiers"])
_INTENSIFIER = any_of(_LISTS["intensifiers"])
_LESSER = any_of(_LISTS["lesser"])
_FINDING = any_of(_LISTS["finding"])
_PRAISE = any_of(
    (
        *words("promotion")["strong"],
        *words("promotion")["weak"],
        "prais(?:ed?|ing)",
        "commend(?:ed|ing)",
        "welcom(?:ed|ing)",
    )
)

_SOURCE = re.compile(r"\s*(?:<ref\b[^<>]*/>|<ref\b[^<>/]*>([^<]*)</ref\s*>)", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:title|quote)\s*=\s*([^|}<]+)", re.IGNORECASE)
_FAILED = re.compile(r"\bfail(?:ed|ing|s)? to\b")
_NOT_DONE = re.compile(r"\b(?:did|does|had|has) not\b|\bwas unable to\b")
_STANDS = 0.85  # of a sentence's longer words: found elsewhere in the edit, it was not lost
_READ = 20_000  # characters in which a sentence is looked for letter by letter
_SHORT_WORD = 4  # letters: such words say little of what a sentence is about
_STEM = 6  # letters by which a heading's critical word is known again: "Criticism", "Critical reports"
_LOSS = 80  # characters of criticism: a shorter loss alone is less grave
_CUT = 3  # words without a replacement: more than that were cut, not softened


def criticism(edit: Edit) -> Iterator[Effect]:
    """Criticism removed and criticism softened, in articles."""
    if edit.talk or edit.confirmed:
        return
    if edit.reverts:
        yield from _by_claim(edit)
        return
    lost, softened = _fates(edit)
    headings = _headings_gone(edit, lost)
    if lost or headings:
        yield _removed(edit, lost, headings)
    if softened:
        reason = "Criticism has been put in weaker words, or qualified."
        yield edit.effect(EffectKind.CRITICISM_SOFTENED, reason, _both(edit, softened), confidence=0.75)


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
        if is_critical(sentence) and not insulting(sentence):
            _sort(sentence, edit.successors.get(sentence), lost, softened)
            if sentence in lost and _euphemism(sentence, edit):
                softened.append(lost.pop())
    return [each for each in lost if not _stands(each, edit)], softened


def _euphemism(sentence: Sentence, edit: Edit) -> bool:
    """True where one new sentence stands alone in its place, and speaks of the same in soft words."""
    passage = next(each for each in edit.passages if each.old is sentence.side)
    came = [each for each in edit.come if each.side is passage.new and each not in edit.predecessors]
    went = [each for each in edit.gone if each.side is passage.old and each not in edit.successors]
    if len(came) != 1 or len(went) != 1:
        return False
    text = came[0].text
    shared = set(text.split()) & {word for word in sentence.text.split() if len(word) > _SHORT_WORD}
    of_the_same = len(shared) > 1 or (bool(shared) and (weigh(text) > 0 or found(_QUALIFIER, text)))
    return found(_SOFTENER, text) and (of_the_same or len(list(spans(_SOFTENER, text))) > 1)


def is_critical(sentence: Sentence) -> bool:
    """True where the sentence speaks against somebody, by its words or by its section's heading."""
    under = sentence.section is not None and _says_so(fold(sentence.section).text)
    weight = weigh(sentence.text)
    return weight + (under and weight > 0) >= CRITICAL or _source_is_critical(sentence)


def _source_is_critical(sentence: Sentence) -> bool:
    """True where the title of a source right behind the sentence speaks of it as criticism."""
    at = sentence.end
    while source := _SOURCE.match(sentence.side.text, at):
        titles = _TITLE.findall(source[1] or "")
        if any(weigh(fold(title).text) >= CRITICAL for title in titles):
            return True
        at = source.end()
    return False


def _stands(sentence: Sentence, edit: Edit) -> bool:
    """True where its words stand in the edit's new lines, in other sentences or another order."""
    after = edit.words_after
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
    match None if insulting(successor) else _fate(before, after):
        case "lost":
            lost.append(sentence)
        case "softened":
            softened.append(sentence)


def _fate(before: str, after: str) -> str | None:
    """What became of the criticism in a sentence that was reworded: lost, softened or None (it is kept)."""
    if len(_FAILED.findall(before)) > len(_FAILED.findall(after)):
        after = _NOT_DONE.sub("failed to", after)  # the same fact in plainer words
    if not weigh(before):
        return "lost" if not after else None
    exchange = _exchanged(before, after)
    if _softened(*exchange):
        return "softened"
    if _cut_out(*exchange) or _rewritten(before, after):
        return "lost"
    return "softened" if _weakened(*exchange) or not weigh(after) else None


def _softened(out: str, put: str) -> bool:
    """True where a softer word stands in the place of a graver one."""
    soft = any(found(words, put) and not found(words, out) for words in (_SOFTENER, _QUALIFIER, _LESSER))
    return soft and 0 < weigh(out) > _given(put)


def _given(put: str) -> int:
    """How critical the new words are, without the weakest."""
    return weigh(" ".join(str(compiled(any_of((_QUALIFIER, _LESSER))).sub(" ", put)).split()))


def _cut_out(out: str, put: str) -> bool:
    """True where a clause went that spoke against somebody: by its words, a quotation or a finding."""
    if len(put.split()) > _CUT or len(out.split()) <= _CUT or _given(put):
        return False
    return weigh(out) > 0 or (found(_FINDING, out) and not found(_PRAISE, out))


def _rewritten(before: str, after: str) -> bool:
    """True where nothing critical is left, and little else."""
    if weigh(after) and not weigh(after) < CRITICAL <= weigh(before) - weigh(after):
        return False
    return fuzz.ratio(before, after) < 45


def _weakened(out: str, put: str) -> bool:
    """True where the words exchanged take the edge off a sentence that is critical still."""
    taken, given = weigh(out), weigh(str(compiled(_QUALIFIER).sub(" ", put)))
    if given == 0 and taken >= CRITICAL and len(put.split()) > 1:
        return True
    if found(_QUALIFIER, put) and not found(_QUALIFIER, out) and taken >= given:
        return True
    dulled = found(_INTENSIFIER, out) and not found(_INTENSIFIER, put)
    return dulled and taken + 1 >= given and len(out.split()) <= 2 * _CUT


def _exchanged(before: str, after: str) -> tuple[str, str]:
    """The words that left a sentence and those that came into it."""
    old, new = before.split(), after.split()
    out: list[str] = []
    put: list[str] = []
    for code in Indel.opcodes(old, new):
        if code.tag == "delete":
            out += old[code.src_start : code.src_end]
        elif code.tag == "insert":
            put += new[code.dest_start : code.dest_end]
    return " ".join(out), " ".join(put)


def _headings_gone(edit: Edit, lost: list[Sentence]) -> list[str]:
    """Critical headings that the page has no more, unless another one says the same.

    One that leaves with uncritical text only was no criticism; one that goes alone took its name off it.
    """
    gone = [each for each in edit.sections_gone if found(HEADING, fold(each).text)]
    if not gone or any(_says_so(fold(each).text) for each in edit.sections_come):
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


def _says_so(heading: str) -> bool:
    return found(HEADING, heading) or found(_SOFT_HEADING, heading)


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
