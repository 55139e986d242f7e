"""What an edit adds that identifies a person, or tells how to reach them at home.

A hospital's own number and address belong on its page: only what the words around make a person's counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.types import Kind, Post, Span
from rules.detectors.contact_details import TELEPHONE_LABEL
from rules.detectors.work_email import LABEL as EMAIL
from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit
from rules.edits.passage import Side
from rules.identifiers import identifiers_of
from rules.names import Names
from rules.text.fold import fold
from rules.text.patterns import compiled, found

_PERSON = (
    r"\b(?:his|her|their|him|he|she|them|mr|mrs|ms|miss|dr|prof(?:essor)?|sir|dame|matron|sister|nurse"
    r"|surgeon|manager"
    r"|patient|mobile|cell|personal|private|home|direct|whatsapp|text|owner|chief executive|chair(?:man"
    r"|woman)?|director"
    r"|consultant|doctor|midwife|victim|daughter|son|wife|husband|mother|father|family)\b"
)
_SERVICE = (
    r"\b(?:switchboard|reception|main (?:number|line|telephone)|enquir(?:y|ies)|helpline|hotline"
    r"|hospital(?:'s)? (?:number"
    r"|telephone|phone)|appointments?|bookings?|pals|press office|media (?:team|office)"
    r"|department(?:'s)?|ward(?:'s)?"
    r"|clinic(?:'s)?|out[- ]of[- ]hours|emergency line|freephone|minicom|fax|general office|information "
    r"line)\b"
)
_PRIVATE = (
    r"\b(?:(?:home|private|personal|own) (?:\w+ )?(?:number|phone|telephone|tel|mobile|line|e-?mail"
    r"|mail|mailbox|address)"
    r"|(?:his|her|their) (?:\w+ )?(?:number|phone|telephone|mobile|landline|e-?mail|address)"
    r"|(?:ring|call|phone|text|contact|tell|reach|message) (?:him|her|them)|at home|mobile)\b"
)
_OFFICE = (
    r"(?:info|enquir(?:y|ies)|contact|press|media|comms|communications|pals|admin|office|hello|feedback"
    r"|complaints?"
    r"|foi|recruitment|jobs|hr|reception|appointments?|support|help|team|news|charity|fundraising"
    r"|library|webmaster"
    r"|editor|customerservices?|general|mail|trust|hospital|secretary|membership|volunteers?|research"
    r"|privacy|dpo)"
)
_OFFICE_MAILBOX = rf"^[\w.\-]*\b{_OFFICE}\b[\w.\-]*(?:@| @ | ?(?:\[at\]|\(at\)) ?)"
_MASKED = r"\[([a-z' ]+) redacted\]"
_REACH = 90


def personal_data(edit: Edit) -> Iterator[Effect]:
    """Personal data that stands on the page now and did not before, on talk pages too."""
    if edit.reverts:
        return
    places = [span for passage in edit.passages for span in _in(edit, passage.new, passage.old)]
    if places:
        reason = "What may identify a person, or tell how to reach them, has been added."
        yield edit.effect(EffectKind.PERSONAL_DATA_ADDED, reason, spans=places, confidence=0.85)


def _in(edit: Edit, new: Side, old: Side) -> Iterator[Span]:
    for start, end, label in _seen(edit, new.text):
        span = new.span(start, end, label)
        if (
            span is not None
            and new.text[start:end] not in old.text
            and new.text[start:end] not in edit.change.removed
        ):
            yield span


def _seen(edit: Edit, text: str) -> Iterator[tuple[int, int, str]]:
    """Places of personal data in the lines as they are."""
    folded = fold(text)
    for span in identifiers_of(edit.names).spans(_typed(edit.post, text)):
        around = folded.text[max(span.start - _REACH, 0) : span.start + _REACH]
        if _personal(text[span.start : span.end].lower(), span.label, around, edit.names):
            yield span.start, span.end, span.label
    for match in compiled(_MASKED).finditer(folded.text):
        around = folded.text[max(match.start() - _REACH, 0) : match.start() + _REACH]
        if _personal("", match[1], around, edit.names):
            yield *folded.raw_span(*match.span()), match[1]


def _personal(value: str, label: str, around: str, names: Names) -> bool:
    """True where an identifier is a person's own: an office's number and mailbox are not."""
    if label == TELEPHONE_LABEL:
        return (
            _mobile(value)
            or found(_PRIVATE, around)
            or (found(_PERSON, around) and not found(_SERVICE, around))
        )
    if label == EMAIL:
        return not value.endswith(names.domains) and not found(_OFFICE_MAILBOX, value)
    return True


def _mobile(value: str) -> bool:
    digits = "".join(filter(str.isdigit, value))
    return digits.removeprefix("0044").removeprefix("44").lstrip("0").startswith("7")


def _typed(post: Post, text: str) -> Post:
    return replace(
        post, text=text, title="", url=None, author=None, change=None, kind=Kind.PAGE_EDIT, links=()
    )
