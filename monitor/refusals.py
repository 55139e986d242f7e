"""What is never done about people, whoever asks: each with its reason and its ground.

Asking for one of these is answered with the reason; `monitor accounts refused` prints them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that is not done: what, why not, and the law, guidance or terms that this rests on."""

    what: str
    why: str
    ground: str

    def __str__(self) -> str:
        return f"{self.what}: never. {self.why} Ground: {self.ground}."


_ICO = "ICO, Employment practices and data protection: monitoring workers"

REFUSED: Mapping[str, Refusal] = {
    "unregistered_staff": Refusal(
        "Reading the account of somebody who is not in the register",
        "Reading what staff post is monitoring of workers, in their own time too: they are told before, "
        "and somebody answers for why.",
        f"{_ICO}; UK GDPR Articles 5(1)(a), 6 and 35",
    ),
    "protected_accounts": Refusal(
        "Reading a protected account",
        "Its owner has said who may read it, and the organisation is not among them.",
        "X Developer Policy, consent and permissions; Human Rights Act 1998, Article 8",
    ),
    "private_messages": Refusal(
        "Reading private messages, inboxes and closed groups",
        "They are for those to whom they were sent; what matters there somebody can hand in.",
        "SI 2018/356, regulation 4: interception on one's own systems only",
    ),
    "posting_times": Refusal(
        "Comparing posting times with hours of work",
        "It turns every post into a record of attendance, and says nothing that the policies ask about.",
        f"{_ICO}; UK GDPR Article 5(1)(b) and (c)",
    ),
    "scores": Refusal(
        "Scores, rankings or trends of people",
        "A finding is about a post; what is done about a person, a person decides, for reasons they write "
        "down.",
        "UK GDPR Articles 22A to 22D",
    ),
    "search_by_name": Refusal(
        "Searching for staff by name",
        "It finds namesakes, families and private lives, of people who were never told.",
        f"{_ICO}; X Developer Policy, off-X matching; Reddit Public Content Policy",
    ),
    "covert_monitoring": Refusal(
        "Reading in secret",
        "Staff are told what is read and why; there is no way to hide a source from its own list.",
        f"{_ICO}; UK GDPR Articles 13 and 14",
    ),
}
"""What no scope may ask for, by the word that asks for it."""

_META = Refusal(
    "Staff accounts on Facebook, Instagram and Threads",
    "Meta forbids tools that track, monitor or profile individuals; only the organisation's own pages and "
    "accounts are read there.",
    "Meta Platform Terms, prohibited practices",
)

PLATFORMS: Mapping[str, Refusal] = {
    "linkedin": Refusal(
        "Staff accounts on LinkedIn",
        "Its terms allow no monitoring of members, nor use that may harm their professional reputation; "
        "only the organisation's own page is read there.",
        "LinkedIn API Terms of Use, section 3",
    ),
    "facebook": _META,
    "instagram": _META,
    "threads": _META,
}
"""The platforms whose terms forbid to read the account of a member of staff, by kind of source."""

OPT_IN: Mapping[str, Refusal] = {
    "x": Refusal(
        "A staff account on X without the owner's word",
        "X lets a handle be tied to a person only where that person has expressly agreed to it.",
        "X Developer Policy, off-X matching",
    ),
    "reddit": Refusal(
        "A staff account on Reddit without the owner's word",
        "Reddit forbids to match its users with people; the owner has to have given the handle.",
        "Reddit Public Content Policy; Responsible Builder Policy",
    ),
}
"""The platforms where a row needs the day on which its owner agreed (`--opt-in`), by kind of source."""


WEB = "web"
"""The platform of a row whose account is a site or feed of its own, read by its address."""


def of_platform(platform: str, *, opted_in: bool) -> Refusal | None:
    """Why a staff account on `platform` (a kind of source) may not be read, None where it may."""
    return PLATFORMS.get(platform) or (None if opted_in else OPT_IN.get(platform))
