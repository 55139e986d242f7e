"""Criticism that an edit took off the watched page. Clause: CDD-4.4.7-3.

What counts is the loss to the page: a sentence that stands elsewhere in the edit was moved, one that
comes back nearly the same was copy-edited, one that comes back without its critical words was softened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from monitor.types import Change, Span
from rules.detectors import Hit, detector
from rules.reading import Reading
from rules.text import patterns
from rules.text.patterns import found

_CRITICAL = (
    r"\b(?:critici[sz]\w*|critics?|controvers\w*|scandal\w*|inquir\w*|inquest\w*|investigat\w*"
    r"|fail(?:ed|ing|ings|ure|ures|s)|litigat\w*|negligen\w*|never events?|whistle-?blow\w*|mortality"
    r"|complain\w*|avoidable|preventable|unsafe|inadequate|requires improvement|special measures"
    r"|warning notice|fined|prosecut\w*|convicted|coroner\w*|apologi[sz]\w*|apology|bully\w*|bullied"
    r"|cover-?up|misconduct|struck off|neglect\w*|shortage\w*|overspen\w*|breach\w*|harm\w*|died|deaths?"
    r"|errors?|mistakes?|closure|delays?|poor|worst|condemn\w*|accus\w*|alleg\w*)\b"
)
_CRITICAL_HEADING = (
    r"critici[sz]m|controvers|scandal|incident|inquir|investigat|failing|litigation|negligen|never event"
    r"|whistleblow|cqc|care quality commission|performance|mortality|complaint"
)
# Markup is blanked, not cut, so that positions stay those of the raw text.
_MARKUP = (
    r"(?s)<ref[^>/]*/>|<ref[^>]*>.*?</ref>|<!--.*?-->|\{\{[^{}]*\}\}|<[^>]+>|\[\[[^\]|\[]*\||\[\[|\]\]|''+"
)
_SENTENCE = re.compile(r"\S[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")
_REF = re.compile(r"<ref[\s>/]", re.I)
_TALK = re.compile(r"^(?:[\w ]+ )?talk:", re.I)

_SAME = 85  # rapidfuzz ratio above which two sentences are one, moved or copy-edited
_AKIN = 55  # above which one is a rewording of the other
_LOSS = 80  # characters of critical text, below which a loss alone is not "high"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a side of the edit, by its raw position."""

    start: int
    end: int
    text: str


@detector(
    levels=("removed", "removed_little", "softened", "reverted"),
    applies=lambda post, _: post.change is not None,
)
def removed_criticism(reading: Reading, _: object) -> Iterable[Hit]:
    """The critical sentences that the page lost or that came back softened, and headings gone."""
    change = reading.post.change
    if change is None or _TALK.match(change.page):
        return
    lost, softened = _losses(change)
    refs = len(_REF.findall(change.removed)) - len(_REF.findall(change.added))
    if change.reverts and refs <= 0:
        return  # undoing somebody's unsourced words is how vandalism is cleaned up
    headings = _headings_gone(change) if lost or not change.hunks else ()
    level = "removed" if _grave(lost, headings, refs) else "removed_little"
    if change.reverted_by is not None:
        level, reason = "reverted", "Criticism left the page and has been put back by another edit since."
    else:
        reason = f"The edit takes criticism off the page{' together with its sources' * (refs > 0)}."
    yield from (_hit(sentence, level, reason) for sentence in lost)
    if headings and not lost:
        yield Hit(None, level, 0.8, reason)
    level = "softened" if change.reverted_by is None else "reverted"
    reason = "The edit rewords criticism so that its critical words are gone."
    yield from (_hit(sentence, level, reason) for sentence in softened)


def _hit(sentence: Sentence, level: str, reason: str) -> Hit:
    return Hit(Span(sentence.start, sentence.end, "removed_criticism", "removed"), level, 0.8, reason)


def _grave(lost: list[Sentence], headings: tuple[str, ...], refs: int) -> bool:
    return bool(headings) or refs > 0 or sum(len(sentence.text) for sentence in lost) > _LOSS


def _losses(change: Change) -> tuple[list[Sentence], list[Sentence]]:
    """The critical sentences that the page lost, and those that came back without their edge."""
    kept = [sentence.text for sentence in _sentences(change.added)]
    lost: list[Sentence] = []
    softened: list[Sentence] = []
    for sentence in _sentences(change.removed):
        if not found(_CRITICAL, sentence.text):
            continue
        nearest = process.extractOne(sentence.text, kept, scorer=fuzz.ratio, score_cutoff=_AKIN)
        if nearest is None:
            lost.append(sentence)
        elif not found(_CRITICAL, nearest[0]) or (nearest[1] < _SAME and _fewer(sentence.text, nearest[0])):
            softened.append(sentence)
    return lost, softened


def _fewer(before: str, after: str) -> bool:
    """True where two critical words or more are gone: one alone may be a matter of style."""
    return _critical_words(before) - _critical_words(after) >= 2


def _critical_words(text: str) -> int:
    return sum(1 for _ in patterns.spans(_CRITICAL, text))


def _headings_gone(change: Change) -> tuple[str, ...]:
    after = {heading.lower() for heading in change.sections_after}
    gone = (heading.lower() for heading in change.sections_before if heading.lower() not in after)
    return tuple(heading for heading in gone if found(_CRITICAL_HEADING, heading))


def _sentences(side: str) -> Iterator[Sentence]:
    for match in _SENTENCE.finditer(_plain(side)):
        text = " ".join(match[0].split()).lower()
        if len(text) > 15 and not text.startswith("="):
            yield Sentence(match.start(), match.end(), text)


def _plain(side: str) -> str:
    parts, at = [], 0
    for start, end in patterns.spans(_MARKUP, side):
        parts += [side[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, side[at:]])
