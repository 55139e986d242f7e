"""An edit in words and as data: what `explain` and `history` say alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.types import Change, Editor, PageEvent

_DONE: Mapping[PageEvent, str] = {
    PageEvent.MOVED: "the page was moved",
    PageEvent.DELETED: "the page was deleted",
    PageEvent.RESTORED: "the page was restored",
    PageEvent.PROTECTED: "the page was protected",
    PageEvent.UNPROTECTED: "the page is protected no more",
    PageEvent.FILE_REPLACED: "the file has a new version",
    PageEvent.CONTENT_HIDDEN: "the wiki hid words of a revision",
}


def done(change: Change) -> str:
    """What an entry of the log says was done to the page, or how long an edit left it."""
    if change.event is None:
        return size(change)
    return f"{_DONE[change.event]}{f' ({change.target})' if change.target else ''}"


def size(change: Change) -> str:
    """How long the page was and is, as far as its wiki tells."""
    before, after = change.size_before, change.size_after
    if after is None:
        return "size not told"
    return f"{after:,} bytes" if before is None else f"{before:,} → {after:,} bytes ({after - before:+,})"


def sections(change: Change) -> list[str]:
    """The headings under which something changed, each once, in page order."""
    return list(dict.fromkeys(hunk.section for hunk in change.hunks if hunk.section))


def editor_data(name: str | None, editor: Editor | None) -> dict[str, Any] | None:
    """What is known of who made an edit; None where nothing is."""
    if editor is None:
        return {"name": name, "kind": None} if name else None
    return {
        "name": name,
        "kind": editor.kind,
        "edits": editor.edits,
        "age_days": editor.age_days,
        "declared": editor.declared,
    }


def hunk_data(change: Change) -> Sequence[dict[str, Any]]:
    """The changed stretches, each with the unchanged text around it."""
    return [
        {"section": h.section, "old": h.old, "new": h.new, "before": h.before, "after": h.after}
        for h in change.hunks
    ]
