"""A digest as a mail: the same words as text and as HTML."""

from __future__ import annotations

import textwrap
from binascii import b2a_qp
from collections.abc import Collection
from functools import cache, partial
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts import wording
from alerts.text import KNOWN_HOSTS, defang, link, safe, shorten
from monitor.types import Briefing, Digest, Item, Message, Severity

EXCERPTS = (240, 120, 0)
"""Characters of a post that leave in a mail; the next smaller figure where a mail gets too large."""

LARGEST = 100_000
"""Bytes of encoded HTML. Gmail clips at about 102 kB, and what it clips nobody decides on."""


def render(
    digest: Digest, *, message_id: str, list_id: str, known_hosts: Collection[str] = KNOWN_HOSTS
) -> Message:
    """The mail that tells `digest` to its recipient.

    `message_id` and `list_id` go into the headers as they are. Addresses below `known_hosts` are
    shown as they are, all others defanged. No network, no clock: the same digest gives the same mail.
    """
    text, html = _fitting(_words(digest, known_hosts))
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
        html=_inliner().inline(environment().get_template("protected.html.j2").render(words)),
        message_id=message_id,
        list_id=list_id,
    )


def render_item(item: Item, briefing: Briefing, known_hosts: Collection[str] = KNOWN_HOSTS) -> str:
    """One case in plain text, as a digest with that briefing shows it."""
    words = {
        "item": item,
        "longest": EXCERPTS[0],
        "times": partial(wording.times, briefing=briefing),
        "age": partial(wording.age, briefing=briefing),
        "link": partial(link, known_hosts=known_hosts),
    }
    return environment().get_template("item.txt.j2").render(words)


def _fitting(words: dict[str, Any]) -> tuple[str, str]:
    for longest in EXCERPTS:
        words |= {"longest": longest, "excerpts": wording.excerpts(longest)}
        html = _inliner().inline(environment().get_template("digest.html.j2").render(words))
        if len(b2a_qp(html.encode())) <= LARGEST:
            break
    return environment().get_template("digest.txt.j2").render(words), html


def _words(digest: Digest, known_hosts: Collection[str]) -> dict[str, Any]:
    briefing = digest.briefing
    return {
        "digest": digest,
        "briefing": briefing,
        "coverage_line": wording.coverage_line(briefing),
        "read_in_part": wording.read_in_part(briefing),
        "quiet_sources": wording.quiet_sources(briefing),
        "preheader": wording.counts_of(digest.subject),
        "weekday": f"{briefing.day:%A} {wording.calendar(briefing.day)}",
        "late_line": wording.late_line(briefing) if briefing.late else wording.covers_line(briefing),
        "source_line": partial(wording.source_line, briefing=briefing),
        "moment": partial(wording.moment, briefing=briefing),
        "due_on": partial(wording.due_on, briefing=briefing),
        "times": partial(wording.times, briefing=briefing),
        "age": partial(wording.age, briefing=briefing),
        "link": partial(link, known_hosts=known_hosts),
    }


@cache
def environment() -> Environment:
    """The templates, and the words and filters that they may use. A name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("alerts"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(defang=defang, shorten=shorten, wrapped=_wrapped)
    made.globals.update(
        calendar=wording.calendar,
        command=wording.command,
        day=wording.day,
        link_only=wording.LINK_ONLY,
        purged=wording.purged,
        standing=wording.standing,
        symbols=wording.SYMBOLS,
    )
    return made


def _wrapped(text: str, indent: str = "", hanging: str | None = None) -> str:
    # Break at blanks only: a link or a command that is cut in two is of no use.
    later = indent if hanging is None else hanging
    lines = textwrap.wrap(
        text,
        78,
        initial_indent=indent,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join([*lines, ""])


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)


def _printable(value: Any) -> Any:
    # Every expression of every template passes here, so that none can forget to.
    return safe(value) if type(value) is str else value
