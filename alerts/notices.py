"""Notices: texts that a person completes and sends by hand, filled from the masked case. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from alerts import wording
from alerts.edits import PLACES
from alerts.layout import environment
from alerts.text import defang, harmless, shorten
from monitor.clocks import COMPLAINTS
from monitor.errors import CaseRefused
from monitor.passages import lines, passages, wikitext
from monitor.types import Briefing, Change, Clause, Item, Lane, Passage, Was

LONGEST_QUOTE = 240
LONGEST_REQUEST = 1_500
"""Characters of an edit in a request to correct it."""
LONGEST_REMOVED = 20_000
"""Characters of what was taken out, for people to copy."""

_ANY = (Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice is for, and which cases it fits."""

    about: str
    lanes: tuple[Lane, ...] = _ANY
    complaints: bool = False
    edits: tuple[str, ...] = ()
    """Categories of edits of wiki pages that it is for, and for nothing else."""

    def fits(self, lane: Lane, category: str) -> bool:
        """Whether it is of use for a case of that lane and category."""
        meant = not self.complaints or category in COMPLAINTS
        return lane in self.lanes and meant and (not self.edits or category in self.edits)


NOTICES: Mapping[str, Notice] = {
    "acknowledgement": Notice("a public note on what was corrected or taken down, and why"),
    "removal": Notice("a kind request to the author"),
    "platform": Notice("a report to the platform's moderators"),
    "line-manager": Notice("a hand-off to the line manager", (Lane.CONDUCT,)),
    "advice": Notice("a request for advice, to the Caldicott Guardian for instance"),
    "regulator": Notice("a checklist for the ICO's form on a breach of personal data", (Lane.CONFIDENTIAL,)),
    "complaint": Notice(
        "an acknowledgement of a data-protection complaint",
        (Lane.CONFIDENTIAL, Lane.COMMS),
        complaints=True,
    ),
    "wiki-request": Notice(
        "a request on a wiki's talk page to correct an error",
        (Lane.COMMS,),
        edits=("wiki-edit", "wiki-edit-own-ip", "wiki-edit-undeclared"),
    ),
    "wiki-criticism": Notice(
        "whom to tell of words taken off a wiki page, and a note for its talk page",
        (Lane.COMMS,),
        edits=("wiki-criticism-removed", "wiki-derogatory-removed"),
    ),
}
"""Every notice by its name, which is that of its template."""


def render_notice(
    kind: str, item: Item, briefing: Briefing, informally: Clause | None, change: Change | None = None
) -> str:
    """The notice in plain text. `briefing` says whose it is and when, in which zone.

    `informally` is the clause in force that asks for an informal way first, if there is one; `change` the
    edit, masked, that a notice about edits is of. Raises CaseRefused where that is not kept.
    """
    quoted = item.mailable and not item.purged_for
    words = {
        "item": item,
        "organisation": briefing.organisation,
        "today": wording.calendar(briefing.day),
        "posted": wording.moment(item.posted_at, briefing) if item.posted_at else "[day]",
        "posted_on": wording.local_day(item.posted_at or item.seen_at, briefing),
        "seen": wording.moment(item.seen_at, briefing),
        "quote": shorten(defang(item.excerpt), LONGEST_QUOTE) if quoted else "",
        "informally": informally,
    }
    if NOTICES[kind].edits:
        words |= _of_edit(item, change)
    return environment().get_template(f"notices/{kind}.txt.j2").render(words)


def _of_edit(item: Item, change: Change | None) -> dict[str, Any]:
    """What a notice says of an edit."""
    if change is None or item.purged_for or not item.mailable:
        raise CaseRefused(
            f"the words of the edit behind case {item.number} are not kept, or may not be quoted: write to "
            "the talk page in your own words, from the page's history"
        )
    sections = dict.fromkeys(h.section for h in change.hunks if h.section and h.old.strip())
    return {
        "places": [_Place.of(passage) for passage in passages(change, LONGEST_REQUEST, PLACES)],
        "sections": _listed([f"the section “{section}”" for section in sections]) or "the article",
        "removed": list(_removed(change)),
        "reverted": change.reverted_by,
    }


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the page: what stands there now and what stood there before, in plain words."""

    section: str | None
    now: str
    before: str

    @classmethod
    def of(cls, passage: Passage) -> _Place:
        return cls(passage.section, _words(passage, "added"), _words(passage, "removed"))


def _words(passage: Passage, side: Was) -> str:
    """One side of a passage, where that side has something of its own; never a signature."""
    if all(piece.was != side for piece in passage.pieces):
        return ""
    words = "".join(piece.text for piece in passage.pieces if piece.was in ("same", side))
    return shorten(words.replace("~~~", "~ ~ ~"), LONGEST_REQUEST)


def _removed(change: Change) -> Iterator[Markup]:
    """The lines that lost something, as they stood: wikitext to be copied, so that nothing is closed up."""
    left = LONGEST_REMOVED
    for line in lines(change.hunks):
        if not any(hunk.old.strip() for hunk in line):
            continue
        for text in wikitext(line, "old").strip().splitlines():
            if (left := left - len(text)) < 0:
                yield Markup("… (the rest stands in the page's history)")
                return
            yield Markup(harmless(text))  # noqa: S704 - a text part, not HTML
