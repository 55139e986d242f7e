"""A digest as a mail: the same words as text and as HTML."""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from css_inline import CSSInliner, InlineError

from alerts import specimen, wording
from alerts.digest import MENTIONS, by_part, compose, everything_shown
from alerts.edits import editor_line, passages_within
from alerts.evidence import address
from alerts.headlines import counts_of
from alerts.layout import environment, filled, inspect, replaced
from alerts.text import KNOWN_HOSTS, link, safe, shorten
from monitor.errors import ConfigError
from monitor.types import Briefing, Digest, Edition, Item, Message, Severity

log = structlog.get_logger("alerts.rendering")


class Detail(NamedTuple):
    """How much a mail tells: characters of a post, clauses beside it, whole items or a line for each.

    `listed` lines of a list that is not of items and `headlines` of mentions are shown, the rest is counted.
    """

    longest: int = 240
    clauses: int = 3
    cards: bool = True
    listed: int = 12
    headlines: int = MENTIONS


DETAIL = (
    Detail(),
    Detail(longest=120, clauses=2),
    Detail(longest=0, clauses=1),
    Detail(longest=0, clauses=1, cards=False, listed=6, headlines=5),
)
"""The next where a mail gets too large. What is to be decided today is always told whole."""

TEMPLATES = {
    Edition.DAILY: "digest",
    Edition.WEEKLY: "digest_weekly",
    Edition.MONTHLY: "digest_monthly",
}
"""The template of each edition, without its ending."""

LARGEST = 100_000
"""Bytes of encoded HTML. Gmail clips at about 102 kB, and what it clips nobody decides on."""

Act = Callable[[int], str]
"""Gives the address of the page on which a recipient acts on the case of that number."""

PictureAt = Callable[[int, int], str]
"""Gives the address of a case's picture evidence: the case's number, and which of them, from 1."""


def render(
    digest: Digest,
    *,
    message_id: str,
    list_id: str,
    known_hosts: Collection[str] = KNOWN_HOSTS,
    act: Act | None = None,
    picture_at: PictureAt | None = None,
    folder: Path | None = None,
) -> Message:
    """The mail that tells `digest` to its recipient.

    `message_id` and `list_id` go into the headers as they are. Addresses below `known_hosts` are
    shown as they are, all others defanged. `act` gives the address where a case (its number) is decided;
    without it the commands to type stand there. `picture_at` does the same for picture evidence, which is
    on the page of `act` where there is one. Templates in `folder` come before the shipped ones,
    unless they are broken. No network, no clock: the same digest gives the same mail.
    """
    text, html = _parts(_words(digest, known_hosts, act, picture_at), folder)
    return Message(
        to=digest.briefing.recipient.address,
        subject=safe(digest.subject),
        text=text,
        html=html,
        message_id=message_id,
        list_id=list_id,
        severity=max((item.severity for item in digest.briefing.items), default=Severity.INFO),
    )


def render_protected(briefing: Briefing, *, message_id: str, list_id: str) -> Message:
    """The Guardian's mail: how many items of the protected lane wait, and how to open them. Nothing of what.

    Its subject tells nobody what it is about: it reaches lock screens and server logs.
    """
    subject = wording.protected_subject(briefing)
    words = {
        "briefing": briefing,
        "subject": subject,
        "lead": wording.PROTECTED_LEAD,
        "waiting": wording.protected_waiting(briefing),
        "steps": wording.PROTECTED_STEPS,
        "guidance": wording.PROTECTED_GUIDANCE,
        "foot": wording.protected_foot(briefing),
        "moment": partial(wording.moment, briefing=briefing),
    }
    return Message(
        to=briefing.recipient.address,
        subject=subject,
        text=environment().get_template("protected.txt.j2").render(words),
        html=inlined(environment().get_template("protected.html.j2").render(words)),
        message_id=message_id,
        list_id=list_id,
    )


def tried(folder: Path) -> list[str]:
    """Which of the shipped templates `folder` replaces, once each edition was rendered with them.

    Raises ConfigError with file and line of what is broken, or for files that no template is called by.
    """
    for briefing in specimen.editions():
        digest = compose(briefing)
        for act, at in ((None, None), (None, address), ("https://console.invalid/act/{}".format, None)):
            _own(_words(digest, KNOWN_HOSTS, act, at), folder)
    return replaced(folder)


def render_item(item: Item, briefing: Briefing, known_hosts: Collection[str] = KNOWN_HOSTS) -> str:
    """One case in plain text, as a digest with that briefing shows it."""
    words = {"item": item, **_as_full_as(DETAIL[0], ()), "act": None, "picture_at": None}
    words |= _functions(briefing, known_hosts)
    return environment().get_template("item.txt.j2").render(words)


def _parts(words: dict[str, Any], folder: Path | None) -> tuple[str, str]:
    """Text and HTML by the organisation's templates; where one is broken, both by the shipped ones."""
    if folder is None:
        return _fitting(words, _shipped)
    try:
        return _own(words, folder)
    except ConfigError as error:
        # A digest is owed whatever an administrator's file does; what is wrong stands in the mail itself.
        log.warning("own templates not used", error=str(error))
        return _fitting(words | {"layout_error": str(error)}, _shipped)


def _own(words: dict[str, Any], folder: Path) -> tuple[str, str]:
    """Text and HTML by the organisation's templates. Raises ConfigError where they cannot be sent."""
    replaced(folder)
    text, html = _fitting(words, partial(filled, folder))
    if len(b2a_qp(html.encode())) > LARGEST:
        raise ConfigError(
            f"{folder}: the HTML part has more than {LARGEST:,} bytes: mail programs cut it off"
        )
    inspect(folder, text, html, [*_wanted(words["digest"])])
    return text, html


def _wanted(digest: Digest) -> Iterator[str]:
    """What no layout may leave out: the first sentence, what was not read, where the audit log stood."""
    yield digest.first_line
    yield digest.briefing.audit_head
    yield from (shorten(source.source, 80) for source in digest.not_read[: DETAIL[-1].listed])


def _shipped(name: str, words: Mapping[str, Any]) -> str:
    return environment().get_template(name).render(words)


def _fitting(words: dict[str, Any], fill: Callable[[str, Mapping[str, Any]], str]) -> tuple[str, str]:
    name = TEMPLATES[words["briefing"].edition]
    for detail in DETAIL:
        words |= _as_full_as(detail, words["shown"])
        html = inlined(fill(f"{name}.html.j2", words))
        if len(b2a_qp(html.encode())) <= LARGEST:
            break
    return fill(f"{name}.txt.j2", words), html


def _as_full_as(detail: Detail, shown: Iterable[Item]) -> dict[str, Any]:
    """The words of a template that depend on how much room there is."""
    edits = any(item.passages for item in shown)
    return {
        **detail._asdict(),
        "excerpts": wording.excerpts(detail.longest, edits=edits),
        "passages": passages_within(detail.longest),
        "margin": "    ",
    }


def inlined(html: str) -> str:
    """`html` with its styles at the elements: mail programs read no others. Raises ConfigError."""
    try:
        return _inliner().inline(html)
    except InlineError as error:
        raise ConfigError(f"the styles of the HTML part cannot be read: {shorten(str(error), 120)}") from None


def _words(
    digest: Digest, known_hosts: Collection[str], act: Act | None, picture_at: PictureAt | None
) -> dict[str, Any]:
    briefing = digest.briefing
    return {
        "digest": digest,
        "briefing": briefing,
        "shown": everything_shown(digest),
        "parts": by_part(briefing.items),
        "layout_error": "",
        "coverage_line": wording.coverage_line(briefing),
        "read_in_part": wording.read_in_part(briefing),
        "pictures_not_read": wording.pictures_not_read(briefing),
        "quiet_sources": wording.quiet_sources(briefing),
        "overdue": wording.overdue(briefing),
        "why_you": wording.why_you(briefing),
        "preheader": counts_of(digest.subject),
        "weekday": f"{briefing.day:%A} {wording.calendar(briefing.day)}",
        "late_line": wording.late_line(briefing) if briefing.late else wording.covers_line(briefing),
        "act": act,
        "picture_at": (lambda case, _number: act(case)) if act else picture_at,
        **_functions(briefing, known_hosts),
    }


def _functions(briefing: Briefing, known_hosts: Collection[str]) -> dict[str, Callable[..., object]]:
    """What a template asks of single items, by this briefing's day and wall clock."""
    asked = (
        wording.source_line,
        wording.moment,
        wording.due_on,
        wording.times,
        wording.age,
        wording.told,
        editor_line,
    )
    by_name = {function.__name__: partial(function, briefing=briefing) for function in asked}
    return {**by_name, "link": partial(link, known_hosts=known_hosts)}


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)
