"""Domains that somebody has and people could take for the organisation's. Clause: SWL-5.3-2.

What is judged is a name that was looked up: nothing of what stands there was fetched. A mail server is the
stronger sign: invoices and offers of work are sent from such names. What stands in a zone whose names are
given only to whom they belong to is somebody's own, and a known one has been looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.types import DOMAIN, Post
from rules.detectors import Hit, detector
from rules.lookalikes.domains import guesses, is_official
from rules.names import Names
from rules.reading import Reading

TAKES_MAIL = "mail can be sent"
_CHANCE = "It may also be somebody else's abbreviation."


def _is_domain(post: Post, names: Names) -> bool:
    return post.platform == DOMAIN and post.author is not None and post.author.known_as is None


@detector(levels=("mail", "exists", "chance"), applies=_is_domain)
def lookalike_domain(reading: Reading, _: object) -> Iterable[Hit]:
    """At most one hit: the name of the post is one that was guessed, and is not the organisation's own."""
    name = reading.post.external_id if reading.post.author is None else reading.post.author.handle or ""
    guess = next((each for each in guesses(reading.names) if each.name == name.lower()), None)
    if guess is None or is_official(guess.name):
        return
    takes_mail = TAKES_MAIL in reading.text
    mail = " It takes mail, so mail can come from it, too." if takes_mail else ""
    reason = f"Somebody has this domain, which is {guess.how}.{mail}"
    if guess.chance:
        yield Hit(None, "chance", 0.4, f"{reason} {_CHANCE}")
    else:
        yield Hit(None, "mail" if takes_mail else "exists", 0.9 if takes_mail else 0.7, reason)
