"""Excerpts: the few words of a masked text that people are shown."""

from __future__ import annotations

from monitor.readable import readable

EXCERPT = 240
"""Characters of a masked excerpt, at most."""
LEAD = 60
"""Of these, how many may stand before the place that the finding is about."""


def around(whole: str, start: int, *, wikitext: bool = False) -> str:
    """The words of `whole` from `start` on, with a little before it: at most EXCERPT characters."""
    left = max(0, min(start - LEAD, len(whole) - EXCERPT))
    if left:
        left = whole.find(" ", left, start) + 1 or start
    cut = whole[left:]
    if wikitext:
        cut = readable(cut[: 4 * EXCERPT])
    return ("… " if left else "") + shorten(cut, EXCERPT)


def shorten(words: str, limit: int) -> str:
    """`words` on one line, cut at a space where they are longer than `limit` characters."""
    line = " ".join(words.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"
