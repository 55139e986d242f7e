"""Citations that an edit took off the page; merging, renaming, moving and archiving take none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit
from rules.edits.passage import Passage, Side

_REF = re.compile(
    r"<ref\b(?P<attributes>[^<>]*?)(?:/>|>(?P<body>.*?)(?:</ref\s*>|\Z))"
    r"|\{\{\s*(?P<short>sfnp?|r|harvnb|harv|sfnm|refn|rp?)\s*\|(?P<key>[^{}]*)\}\}",
    re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(r"name\s*=\s*[\"']?([^\"'/>]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://(?:www\.)?([^\s|\]}<]+)", re.IGNORECASE)
_ARCHIVE = re.compile(r"(?:web\.archive\.org/web/\w+/|archive\.\w+/\w+)", re.IGNORECASE)
_TITLE = re.compile(r"\btitle\s*=\s*([^|}]+)", re.IGNORECASE)
_KEY = 5  # letters and digits: a shorter title or address is no sign of the same source
_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Citation:
    """One mark of a source in the text: its name, and what it says of the source."""

    name: str
    body: str
    start: int
    end: int
    side: Side
    section: str | None


def references(edit: Edit) -> Iterator[Effect]:
    """References lost, in articles."""
    if edit.talk or edit.reverts:
        return
    if citations_lost(edit) <= 0:
        return
    after = _known(edit)
    gone = [each for each in _citations(edit, "old") if not _stands(each, after)]
    if not gone:
        return
    spans = [each.side.span(each.start, each.end, EffectKind.REFERENCES_LOST.value) for each in gone]
    section = next((each.section for each in gone if each.section), None)
    reason = "The page has fewer citations than before."
    yield edit.effect(EffectKind.REFERENCES_LOST, reason, spans=spans, section=section, confidence=0.85)


def citations_lost(edit: Edit) -> int:
    """How many citations fewer the changed lines have; below zero where they have more."""
    return len(_citations(edit, "old")) - len(_citations(edit, "new"))


def _citations(edit: Edit, which: str) -> list[Citation]:
    return [each for passage in edit.passages for each in _of(passage, which)]


def _of(passage: Passage, which: str) -> Iterator[Citation]:
    side: Side = getattr(passage, which)
    for found in _REF.finditer(side.text):
        if found["short"]:
            yield Citation(_bare(found["key"]), "", *found.span(), side, passage.section)
            continue
        name = _NAME.search(found["attributes"] or "")
        yield Citation(
            _bare(name[1]) if name else "", found["body"] or "", *found.span(), side, passage.section
        )


def _known(edit: Edit) -> str:
    """All that the new lines say, as letters and digits only: a source found in it still stands there."""
    return _bare(_ARCHIVE.sub("", "\n".join(passage.new.text for passage in edit.passages)))


def _stands(citation: Citation, after: str) -> bool:
    """True where another citation of the new text gives the same source: they were merged."""
    if not citation.body:
        return False
    address, title = _ADDRESS.search(_ARCHIVE.sub("", citation.body)), _TITLE.search(citation.body)
    keys = [_bare(found[1]) for found in (address, title) if found] or [_bare(citation.body)]
    return any(len(key) > _KEY and key in after for key in keys)


def _bare(text: str) -> str:
    return _LETTERS.sub("", text.lower())
