"""Profiles that still name the employer after the holder has left. Clause: BOL-5.1.5.

The register knows the leaving date; the day it is read is the day on which the post was seen, so that the
same post always gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pydantic import Field

from monitor.types import Post
from rules import profile
from rules.detectors import Hit, Options, detector
from rules.names import Names
from rules.reading import Reading


class LeaverOptions(Options):
    """`grace_days`: how long after the leaving date a profile may stay as it is."""

    grace_days: int = Field(default=28, ge=0, le=365)


def _has_left(post: Post, names: Names) -> bool:
    author = post.author
    return author is not None and author.registration is not None and author.registration.left_on is not None


@detector(levels=("still_named",), options=LeaverOptions, applies=_has_left)
def leaver(reading: Reading, options: LeaverOptions) -> Iterable[Hit]:
    """At most one hit, at the places of the bio that name the organisation as today's employer."""
    author = reading.post.author
    known = author.registration if author else None
    if author is None or known is None or known.left_on is None or not author.bio:
        return
    grace = options.grace_days if known.days_of_grace is None else known.days_of_grace
    if reading.post.observed_at.date() <= known.left_on + timedelta(days=grace):
        return
    reason = "The profile names the employer, and the days of grace after the leaving date have passed."
    for part in reading.folded("bio"):
        for place in profile.read(author.bio, reading.names).employer:
            span = part.span(*place, "employer")
            yield Hit(span, "still_named", 0.9, f"{reason} Suggest: “Formerly at” before the name.")
