"""Notices: texts that a person completes and sends by hand, filled from the masked case. Nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts import wording
from alerts.layout import environment
from alerts.text import defang, shorten
from monitor.clocks import COMPLAINTS
from monitor.types import Briefing, Clause, Item, Lane

LONGEST_QUOTE = 240

_ANY = (Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice is for, and which cases it fits."""

    about: str
    lanes: tuple[Lane, ...] = _ANY
    complaints: bool = False

    def fits(self, lane: Lane, category: str) -> bool:
        """Whether it is of use for a case of that lane and category."""
        return lane in self.lanes and (not self.complaints or category in COMPLAINTS)


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
}
"""Every notice by its name, which is that of its template."""


def render_notice(kind: str, item: Item, briefing: Briefing, informally: Clause | None) -> str:
    """The notice in plain text. `briefing` says whose it is and when, in which zone.

    `informally` is the clause in force that asks for an informal way first, if there is one.
    """
    quoted = item.mailable and not item.purged_for
    words = {
        "item": item,
        "organisation": briefing.organisation,
        "today": wording.calendar(briefing.day),
        "posted": wording.moment(item.posted_at, briefing) if item.posted_at else "[day]",
        "seen": wording.moment(item.seen_at, briefing),
        "quote": shorten(defang(item.excerpt), LONGEST_QUOTE) if quoted else "",
        "informally": informally,
    }
    return environment().get_template(f"notices/{kind}.txt.j2").render(words)
