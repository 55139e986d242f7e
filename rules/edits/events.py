"""What the wiki's log says was done to the page as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.types import PageEvent
from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit

_EVENTS = {
    PageEvent.MOVED: (EffectKind.PAGE_MOVED, "The page has another title now."),
    PageEvent.DELETED: (EffectKind.PAGE_DELETED, "The page has been deleted."),
    PageEvent.RESTORED: (EffectKind.PAGE_RESTORED, "The page, or revisions of it, are public again."),
    PageEvent.PROTECTED: (EffectKind.PAGE_PROTECTED, "Who may edit the page has been limited."),
    PageEvent.FILE_REPLACED: (EffectKind.FILE_REPLACED, "The file has a new version."),
    PageEvent.CONTENT_HIDDEN: (EffectKind.CONTENT_HIDDEN, "The wiki took words from public view."),
}
"""The end of a protection is no event to look at: everybody may edit most pages."""


def events(edit: Edit) -> Iterator[Effect]:
    """The log entry that the change is of, and words that the wiki hides."""
    event = edit.change.event
    if event is None and "text" in edit.change.hidden:
        event = PageEvent.CONTENT_HIDDEN
    if event in _EVENTS:
        kind, reason = _EVENTS[event]
        yield edit.effect(kind, reason, confidence=0.99)
