"""Accounts that bear the organisation's name and ask for personal details. Clauses: CDD-4.3-1, SWL-5.3-2.

Whoever warns of such accounts names the same details, so what counts is who asks: not what somebody else is
said to ask for, nor what readers are told never to send. Unions, charities and choirs bear the name, too,
and say in it what they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.types import Account, Kind, Relation
from rules.detectors import Hit, detector
from rules.detectors.own_voice import MOST, is_meant
from rules.detectors.posing_account import OWN_WORDS, poses
from rules.names import Names, squeeze
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import found
from rules.text.speech import Speech

_NEWS = frozenset({Kind.ARTICLE, Kind.EPISODE, Kind.PAGE_EDIT})
_OWN_KIND = (
    r"unison|unite|union|rcn|branch|campaign|charity|friends|parody|spoof|satire|unofficial|choir|society"
    r"|alumni|club|voices|governor|save|against|gazette|chronicle|echo"
)
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
    author = reading.post.author
    if author is None or reading.post.kind in _NEWS or not _seems_ours(author, reading.names):
        return
    speech = Speech(reading.text)
    for start, end in reading.hits[:MOST]:
        if is_meant(speech, start, _GATES) and not _is_told_of(speech, start, end):
            yield Hit(reading.span(start, end, "asks for personal details"), "asks", 0.8, _REASON)


def _is_told_of(speech: Speech, start: int, end: int) -> bool:
    """Whether the sentence up to here speaks of somebody else who asks, or warns."""
    before = speech.text[speech.sentence(start)[0] : end]
    return found(_SOMEBODY_ELSE, before) and not found(_WE_ASK, before)


def _seems_ours(author: Account, names: Names) -> bool:
    """Whether handle or display name hold our name, and nothing that says whose the account really is."""
    handle = (author.handle or "").lower().lstrip("@")
    if author.relation is not Relation.PUBLIC or author.is_parody or handle in names.handles:
        return False
    if author.bio and found(OWN_WORDS, fold(author.bio).text):
        return False
    shown = (handle.partition("@")[0], author.display_name or "")
    own = any(found(_OWN_KIND, fold(name).text) for name in shown)
    return not own and any(_bears(name, names) for name in shown)


def _bears(name: str, names: Names) -> bool:
    squeezed = squeeze(name)
    known = next((each for each in names.full if each in squeezed), None)
    if known is None:
        return poses(name, names)
    return not _is_of_a_person(fold(name).text, names)


def _is_of_a_person(name: str, names: Names) -> bool:
    """Whether somebody says in their name where they work: "Jo Bell, nurse at WVFT"."""
    return found(rf"(?:\b(?:at|for|from)\s|@\s?){names.said}", name)
