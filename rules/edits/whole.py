"""What happened to a page or a section as a whole: blanked, taken out, put back to an earlier text."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.types import Span
from rules.edits import Effect, EffectKind
from rules.edits.criticism import sourced_criticism_gone
from rules.edits.edit import Edit, held
from rules.edits.passage import Passage
from rules.edits.prose import headings_in
from rules.edits.setting import HEADING, is_critical
from rules.text.fold import fold
from rules.text.patterns import found

_LONG = 500  # characters: a shorter page is rewritten, not blanked
_LEFT = 0.1  # of them: less than that is a blanking
_STANDS = 0.6  # of a section's sentences found elsewhere: it was moved, merged or renamed
_LITTLE = 40  # characters of prose: less under a heading is a stub


def reverts(edit: Edit) -> Iterator[Effect]:
    """The putting back of an earlier text."""
    if edit.reverts:
        gone = sourced_criticism_gone(edit)
        more = ", and takes sourced criticism off the page by it" if gone else ""
        yield edit.effect(
            EffectKind.REVERT, f"The edit puts back an earlier text{more}.", gone, confidence=0.9
        )


def blanking(edit: Edit) -> Iterator[Effect]:
    """A page emptied, or nearly."""
    before, after = edit.change.size_before, edit.change.size_after
    if edit.reverts or before is None or after is None:
        return
    if before > _LONG and after < _LEFT * before and not edit.archiving:
        reason = "The page has lost nearly all of its text."
        yield edit.effect(EffectKind.BLANKING, reason, spans=_all_removed(edit), confidence=0.95)


def sections(edit: Edit) -> Iterator[Effect]:
    """Sections that left a page whole and held no criticism; threads went into no archive."""
    if edit.archiving or edit.reverts or any(blanking(edit)):
        return
    gone = [each for each in edit.sections_gone if _left(edit, each)]
    for heading in gone[:1]:
        reason = "A section has left the page whole."
        spans = [
            s for p in _passages(edit, heading) for s in [p.old.span(0, len(p.old.text), "section-removed")]
        ]
        yield edit.effect(EffectKind.SECTION_REMOVED, reason, spans=spans, section=heading)


def _left(edit: Edit, heading: str) -> bool:
    """True where the heading went together with its text, and neither spoke of criticism."""
    if found(HEADING, fold(heading).text):
        return False
    sides = [passage.old for passage in _passages(edit, heading)]
    sentences = [each for each in edit.sentences_before if each.side in sides]
    if not sentences or not any(fold(heading).text in headings_in(side.text) for side in sides):
        return False
    if any(is_critical(edit, each) and each in edit.gone for each in sentences):
        return False
    stand = sum(held(each.text, edit.words_after) > _STANDS or each not in edit.gone for each in sentences)
    lost = sum(len(each.text) for each in sentences if each in edit.gone)
    return stand <= (1 - _STANDS) * len(sentences) and lost >= min(
        _LITTLE, sum(len(e.text) for e in sentences)
    )


def _passages(edit: Edit, heading: str) -> list[Passage]:
    name = fold(heading).text.strip()
    return [p for p in edit.passages if p.section is not None and fold(p.section).text.strip() == name]


def _all_removed(edit: Edit) -> list[Span]:
    length = len(edit.change.removed)
    return [Span(0, length, EffectKind.BLANKING.value, "removed")] if length else []
