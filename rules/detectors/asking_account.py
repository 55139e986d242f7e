"""Accounts that bear the organisation's name and ask for personal details. Clauses: CDD-4.3-1, SWL-5.3-2.

Whoever warns of such accounts names the same details, so what counts is who asks: not what somebody else is
said to ask for, nor what readers are told never to send. Unions, charities and choirs bear the name, too,
and say in it what they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.types import Kind, Post, Relation, Standing
from rules.detectors import Hit, detector
from rules.detectors.lookalike import resemblance
from rules.detectors.own_voice import MOST, is_meant
from rules.names import Names
from rules.reading import Reading
from rules.text.patterns import found
from rules.text.speech import Speech

_NEWS = frozenset({Kind.ARTICLE, Kind.EPISODE, Kind.PAGE_EDIT})
_BEARS = 15
"""Points from which on an account that asks bears our name enough: asking is the claim."""
_SOMEBODY_ELSE = (
    r"\b(?:asks|asked|(?:accounts?|messages?|people|somebody|someone|anyone|that|who|is|are) (?:that )?"
    r"ask(?:ing)?"
    r"|want(?:s|ed)|tell(?:s|ing)?|told|claim(?:s|ing|ed)|pretend\w*|scam\w*|fake|fraud\w*|phish\w*|hoax"
    r"|impersonat\w*|warn(?:s|ing|ed)?|beware)\b"
)
_WE_ASK = r"\bwe(?: are|'re)? ask(?:ing)?\b"
_GATES = frozenset({"quoted", "denied", "countered"})
_REASON = (
    "The account bears the organisation's name and is not a listed one; its post asks for personal details."
)


@detector(levels=("asks",), needs_match=True)
def asking_account(reading: Reading, _: object) -> Iterable[Hit]:
    """The places where an account that seems to be ours, and is not, asks for personal details."""
    if not _seems_ours(reading.post, reading.names):
        return
    speech = Speech(reading.text)
    for start, end in reading.hits[:MOST]:
        if is_meant(speech, start, _GATES) and not _is_told_of(speech, start, end):
            yield Hit(reading.span(start, end, "asks for personal details"), "asks", 0.8, _REASON)


def _is_told_of(speech: Speech, start: int, end: int) -> bool:
    """Whether the sentence up to here speaks of somebody else who asks, or warns."""
    before = speech.text[speech.sentence(start)[0] : end]
    return found(_SOMEBODY_ELSE, before) and not found(_WE_ASK, before)


def _seems_ours(post: Post, names: Names) -> bool:
    """Whether the author bears our name, and nothing says whose the account really is."""
    author = post.author
    if author is None or post.kind in _NEWS or author.relation is not Relation.PUBLIC:
        return False
    seen = resemblance(post, names)
    if seen is None:
        return False
    claims = seen.standing in (Standing.PROBABLE, Standing.POSSIBLE)
    return claims or (seen.standing is Standing.UNRELATED and seen.score >= _BEARS and not seen.mitigations)
