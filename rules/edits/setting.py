"""What a sentence stands in: a page, a section, neighbours and sources that speak against somebody or do not.

A plain fact ("it kept no note of the meeting") is criticism on the page of an inquiry, and none on that of
a choir.
"""

from __future__ import annotations

import re

from rules.edits.edit import Edit
from rules.edits.gravity import CRITICAL, weigh
from rules.edits.passage import Sentence
from rules.text.fold import fold
from rules.text.patterns import found
from rules.text.words import any_of, words

_LISTS = words("criticism")
HEADING = any_of(_LISTS["headings"])
SOFT_HEADING = any_of(_LISTS["soft headings"])
_AFFAIR = any_of(_LISTS["affairs"])
_ADVERSE = any_of(_LISTS["adverse"])
_WORK = any_of(_LISTS["works"])
_OURS = any_of(_LISTS["ours"])

_SOURCE = re.compile(r"\s*(?:<ref\b[^<>]*/>|<ref\b[^<>/]*>([^<]*)</ref\s*>)", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:title|quote)\s*=\s*([^|}<]+)", re.IGNORECASE)
_ENTRY = re.compile(r"^[*#:]+\s*\[\[[^\[\]\n]*(?:\]\])?$")  # of a list of links: it says nothing


def is_critical(edit: Edit, sentence: Sentence) -> bool:
    """True where it speaks against the organisation, by its words or by mild ones in such a setting."""
    if _ENTRY.match(sentence.raw) or _of_others(edit, sentence.text):
        return False
    weight = weigh(sentence.text)
    if weight + (weight > 0 and under_criticism(sentence)) >= CRITICAL or _source_is_critical(sentence):
        return True
    return (weight > 0 or found(_ADVERSE, sentence.text)) and in_critical_setting(edit, sentence)


def in_critical_setting(edit: Edit, sentence: Sentence) -> bool:
    """True where the page, its section, a source or a sentence beside it speaks against somebody."""
    return (
        of_an_affair(edit)
        or under_criticism(sentence)
        or _source_is_critical(sentence)
        or any(weigh(each.text) >= CRITICAL for each in edit.beside(sentence))
    )


def of_an_affair(edit: Edit) -> bool:
    """True where the page itself is of an inquiry, a scandal or deaths."""
    return found(_AFFAIR, fold(edit.change.page).text)


def under_criticism(sentence: Sentence) -> bool:
    """True where its section's heading speaks of criticism, or of what is often criticised."""
    return sentence.section is not None and says_so(fold(sentence.section).text)


def says_so(heading: str) -> bool:
    """True where a folded heading announces criticism, or what is often criticised."""
    return found(HEADING, heading) or found(SOFT_HEADING, heading)


def _of_others(edit: Edit, text: str) -> bool:
    """True where nobody of a hospital is judged but a play, a book or, on a talk page, anything else."""
    return (edit.talk or found(_WORK, text)) and not found(_OURS, text)


def _source_is_critical(sentence: Sentence) -> bool:
    """True where the title of a source right behind the sentence speaks of it as criticism."""
    at = sentence.end
    while source := _SOURCE.match(sentence.side.text, at):
        titles = _TITLE.findall(source[1] or "")
        if any(weigh(fold(title).text) >= CRITICAL for title in titles):
            return True
        at = source.end()
    return False
