"""What an edit of a wiki page does: effects, each with its evidence.

An effect says what became of the page, never who did it or why. A text that only moved within the page or
into an archive, a copy-edit and the undoing of somebody's edit have none but `revert`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.types import Span


class EffectKind(StrEnum):
    """What an edit can do to a page, in the words that people read."""

    CRITICISM_REMOVED = "criticism-removed"
    """Words against the organisation, or the heading over them, have left the page."""
    CRITICISM_SOFTENED = "criticism-softened"
    """They are still there, with a weaker word or a qualification in the place of the critical one."""
    REFERENCES_LOST = "references-lost"
    """The page has fewer citations than before, whether or not prose went with them."""
    DEROGATORY_ADDED = "derogatory-added"
    """Insulting words about the organisation or its people; sourced or measured criticism is none."""
    DEROGATORY_REMOVED = "derogatory-removed"
    """Such words have left the page otherwise than by a revert."""
    PROMOTIONAL_ADDED = "promotional-added"
    """Praise in the page's own voice (peacock words), or an advertisement."""
    RATING_CHANGED = "rating-changed"
    """The same statement gives another rating of a regulator."""
    NUMBER_CHANGED = "number-changed"
    """The same statement gives another figure: staff, beds, money, deaths, a date."""
    LOGO_CHANGED = "logo-changed"
    """The infobox, or the article's lead, shows another logo or picture."""
    INFOBOX_CHANGED = "infobox-changed"
    """Another value of the infobox was changed or taken out: chief executive, website, type."""
    BLANKING = "blanking"
    """A page of more than 500 characters lost more than nine tenths of them."""
    SECTION_REMOVED = "section-removed"
    """A section left the page whole, with its heading, and held no criticism."""
    PERSONAL_DATA_ADDED = "personal-data-added"
    """What identifies a person or how to reach them at home: it is masked, sealed and never repeated."""
    VANDALISM = "vandalism"
    """Nonsense, obscenity or noise that says nothing of the organisation."""
    REVERT = "revert"
    """The edit puts back an earlier text. Its spans are the sourced criticism that went by it, if any did."""
    INTEREST_UNDECLARED = "interest-undeclared"
    """The account's name, the summary or a "we" in the text speaks for the organisation, undisclosed."""
    INTEREST_DECLARED = "interest-declared"
    """The editor says that they work for the organisation, or are paid."""
    OWN_NETWORK = "own-network"
    """The wiki shows an address of the organisation's own networks as the editor."""
    DECLARED_EDITOR = "declared-editor"
    """The user name is one that a member of staff has declared to the communications team."""
    DELETION_REQUESTED = "deletion-requested"
    """Somebody asks that the page be deleted."""
    MOVE_REQUESTED = "move-requested"
    """Somebody asks that the page get another title."""
    NEUTRALITY_DISPUTED = "neutrality-disputed"
    """A notice says that the page reads like an advertisement, is one-sided, or lacks sources."""
    EDIT_REQUESTED = "edit-requested"
    """The talk page asks for a change."""
    PAGE_MOVED = "page-moved"
    PAGE_DELETED = "page-deleted"
    PAGE_RESTORED = "page-restored"
    PAGE_PROTECTED = "page-protected"
    FILE_REPLACED = "file-replaced"
    """A file, such as the logo on Commons, has a new version."""
    CONTENT_HIDDEN = "content-hidden"
    """The wiki took a revision's words from public view."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that an edit does.

    `spans` say where it shows, in "added", "removed" or "headings" of the change; `section` is the heading
    it stands under; `reason` is one plain sentence without the words found; `confidence` is 0 to 1.
    `undone` says that another edit has put it right since.
    """

    kind: EffectKind
    reason: str
    spans: tuple[Span, ...] = ()
    section: str | None = None
    confidence: float = 0.8
    undone: bool = False
