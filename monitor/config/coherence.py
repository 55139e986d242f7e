"""Do the settings fit together? Contradictions are refused, doubts are shown."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.config.layers import PSEUDONYM
from monitor.config.toml import Key

if TYPE_CHECKING:
    from monitor.config import Settings

Problem = tuple[Key, str]
"""A key, and what to do about it."""

HANDED_OVER = ("line_management", "professional_body", "platform")
"""Roles that a person hands a case to: nothing is mailed to them by itself."""

_TELLING = 3
"""Letters from which on a handle is told apart from a word."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def contradictions(settings: Settings) -> Iterator[Problem]:
    """What each table allows, but the whole does not."""
    yield from _twice(
        [("sources", i, "name") for i in range(len(settings.sources))],
        [s.name.casefold() for s in settings.sources],
    )
    yield from _twice(
        [("recipients", i, "address") for i in range(len(settings.recipients))],
        [(r.address.casefold(), r.role) for r in settings.recipients],
    )
    yield from _staff(settings)


def _twice(paths: Sequence[Key], values: Sequence[Hashable]) -> Iterator[Problem]:
    for index, path in enumerate(paths):
        if values[index] in values[:index]:
            yield path, "is here twice: remove or change one"


def _staff(settings: Settings) -> Iterator[Problem]:
    """Whom a source reads is a pseudonym wherever people look, its own name included."""
    for index, source in enumerate(settings.sources):
        if source.authorisation is None:
            continue
        if not re.fullmatch(PSEUDONYM, source.authorisation):
            what = "must be a reference such as S-014, as `monitor accounts list` shows it"
            yield ("sources", index, "authorisation"), what
        handle = (source.account or "").lstrip("@").casefold()
        if len(handle) >= _TELLING and handle in source.name.casefold():
            what = "shows the account, and digests print it: name the source after its `authorisation`"
            yield ("sources", index, "name"), what


def doubts(settings: Settings) -> Iterator[Problem]:
    """What is allowed but probably not meant."""
    yield from _nobody_told(settings)
    yield from _nothing_read(settings)
    yield from _mail(settings)
    if settings.rules.rehearsal:
        yield (
            ("rules", "rehearsal"),
            "is on: synthetic NHS numbers count as real; turn it off after the rehearsal",
        )


def _nobody_told(settings: Settings) -> Iterator[Problem]:
    roles = {recipient.role for recipient in settings.recipients}
    for role, what in (
        ("comms", "nobody has the role comms: no digest reaches the communications team"),
        (
            "patient_confidentiality",
            "nobody has the role patient_confidentiality (Caldicott Guardian): others are told instead",
        ),
        (
            "concerns",
            "nobody has the role concerns (Freedom to Speak Up Guardian): such items stay sealed, unread",
        ),
    ):
        if role not in roles:
            yield ("recipients",), what
    for index, recipient in enumerate(settings.recipients):
        if recipient.role in HANDED_OVER:
            yield ("recipients", index, "role"), "people hand cases to this role; nothing is mailed to it"


def _nothing_read(settings: Settings) -> Iterator[Problem]:
    if not any(source.enabled for source in settings.sources):
        yield ("sources",), "no source is enabled: nothing will be read"
    elif settings.network.contact is None:
        yield (
            ("network", "contact"),
            "is not set: sites cannot tell who asks and slow such readers down; Wikimedia refuses them",
        )
    for index, source in enumerate(settings.sources):
        if source.every < timedelta(minutes=1):
            yield ("sources", index, "every"), "is under a minute: many sites block such a reader"
    if not settings.organisation.aliases:
        yield ("organisation", "aliases"), "is empty: posts that use another name are missed"


def _mail(settings: Settings) -> Iterator[Problem]:
    if settings.smtp is None:
        yield ("smtp",), "is not set up: digests are written to files, nobody is mailed"
    elif settings.smtp.security == "none" and settings.smtp.host not in _LOOPBACK:
        yield ("smtp", "security"), "is none: mail leaves this machine unencrypted"
