"""What an edit asks for: templates put on a page, and requests on its talk page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from monitor.types import Span
from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit
from rules.edits.passage import Passage
from rules.edits.prose import headings_in
from rules.text.fold import fold
from rules.text.patterns import compiled, found
from rules.text.words import any_of, words

_NOTICES = {
    "deletion": (EffectKind.DELETION_REQUESTED, "A notice asks that the page be deleted."),
    "move": (EffectKind.MOVE_REQUESTED, "A notice asks that the page get another title."),
    "neutrality": (
        EffectKind.NEUTRALITY_DISPUTED,
        "A notice disputes the page's neutrality, tone or sources.",
    ),
    "request": (EffectKind.EDIT_REQUESTED, "The talk page asks for a change."),
}
_ASKED = {
    "deleting": (EffectKind.DELETION_REQUESTED, "The talk page asks that the page be deleted."),
    "moving": (EffectKind.MOVE_REQUESTED, "The talk page asks that the page get another title."),
    "asking": (EffectKind.EDIT_REQUESTED, "The talk page asks for a change."),
}
_ANSWERED = (
    r"\b(?:answered|ans|a)\s*=\s*(?:y|yes|true|done|1)\b|\bdeclined\s*=\s*y|\bresponse\s*=\s*[a-z]"
    r"|\b(?:not done|\{\{done)\b"
)

_PLEASE = r"\b(?:please|could|would|can) (?:you|some ?one|some ?body|any ?one|an editor|we|\w+)\b"


def requests(edit: Edit) -> Iterator[Effect]:
    """Requests for deletion, another title, a change; notices about neutrality and sources."""
    if edit.reverts:
        return
    kinds: set[EffectKind] = set()
    for key, (kind, reason) in _NOTICES.items():
        places = [] if _out_of_place(kind, edit) else list(_added(edit, key))
        if places:
            kinds.add(kind)
            yield edit.effect(kind, reason, spans=places, section=_section(edit), confidence=0.9)
    if edit.talk and not edit.archiving:
        yield from _asked(edit, kinds)


def _out_of_place(kind: EffectKind, edit: Edit) -> bool:
    """A request for an edit is for talk pages; a notice on neutrality for articles."""
    if kind is EffectKind.EDIT_REQUESTED:
        return not edit.talk
    return kind is EffectKind.NEUTRALITY_DISPUTED and edit.talk


def _asked(edit: Edit, kinds: set[EffectKind]) -> Iterator[Effect]:
    for key, (kind, reason) in _ASKED.items():
        if kind in kinds or (kind is EffectKind.EDIT_REQUESTED and kinds):
            continue
        asking = [each for each in edit.come if _asks(key, each.text)]
        heading = any(_asks(key, each) for each in _new_headings(edit))
        if asking or heading:
            kinds.add(kind)
            yield edit.effect(kind, reason, asking, section=_section(edit), confidence=0.7)


def _asks(key: str, text: str) -> bool:
    """True where the words ask; of a page put right already they only tell."""
    if not found(_list(key), text) or (found(_list("settled"), text) and not found(_PLEASE, text)):
        return False
    return found(_list(key), str(compiled(_list("answering")).sub(" ", text)))


def _added(edit: Edit, key: str) -> Iterator[Span]:
    """Where templates of a list stand now, if the changed lines have more of them than before."""
    old, new = (list(_templates(edit, side, key)) for side in ("old", "new"))
    if len(new) > len(old):
        for passage, start, end in new:
            span = passage.new.span(start, end, key)
            if span is not None:
                yield span


def _templates(edit: Edit, which: str, key: str) -> Iterator[tuple[Passage, int, int]]:
    pattern = rf"\{{\{{\s*(?:subst:|safesubst:|template:)*\s*{_list(key)}\s*(?:\|[^{{}}]*)?(?:\}}\}}|\||\n|$)"
    for passage in edit.passages:
        side = passage.old if which == "old" else passage.new
        folded = fold(side.text)
        for match in compiled(pattern).finditer(folded.text):
            if key != "request" or not found(_ANSWERED, match[0]):
                yield passage, *folded.raw_span(*match.span())


def _new_headings(edit: Edit) -> list[str]:
    old = {each for passage in edit.passages for each in headings_in(passage.old.text)}
    new = (each for passage in edit.passages for each in headings_in(passage.new.text))
    return [each.strip(" ?!.") for each in new if each not in old]


def _section(edit: Edit) -> str | None:
    return next((passage.section for passage in edit.passages if passage.section), None)


@cache
def _list(key: str) -> str:
    return any_of(words("wiki")[key])
