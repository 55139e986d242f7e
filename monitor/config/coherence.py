"""Do the settings fit together? Contradictions are refused, doubts are shown."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.config.layers import PSEUDONYM
from monitor.config.mail import LOOPBACK
from monitor.config.toml import Key
from monitor.roles import GUARDIAN, HANDED_OVER, ROLES
from monitor.types import Edition

if TYPE_CHECKING:
    from monitor.config import Settings

Problem = tuple[Key, str]
"""A key, and what to do about it."""

_MANAGE_STAFF = frozenset({"hr", "line_management"})

_NEED_DEPUTY = frozenset({"patient_confidentiality", "information", "concerns"})
"""Roles that nobody else can act for: who may reveal, and the Guardian."""

PATIENTS_FIRST = ("patient_confidentiality", "information")
"""Roles that hear of a patient's data first."""

_COMMS = frozenset({"comms", "comms_director"})

_TELLING = 3
"""Letters from which on a handle is told apart from a word."""


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
    yield from _twice(
        [("channels", i, "name") for i in range(len(settings.channels))], [c.name for c in settings.channels]
    )
    yield from _staff(settings)
    yield from _guardian_apart(settings)
    yield from _signing_in(settings)


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


def _guardian_apart(settings: Settings) -> Iterator[Problem]:
    for index, role in _other_roles_of_guardians(settings):
        if role in _MANAGE_STAFF:
            what = f"may hear of protected disclosures, so not {role}: choose somebody who manages no staff"
            yield ("recipients", index, "role"), what


def _other_roles_of_guardians(settings: Settings) -> Iterator[tuple[int, str]]:
    """What else is held by whoever may hear of a disclosure, deputies included: the row and its role."""
    rows = settings.recipients
    hearing = {row.address for row in rows if row.role == GUARDIAN}
    deputies = {row.deputy for row in rows if row.role == GUARDIAN and row.deputy}
    while deputies - hearing:
        hearing |= deputies
        deputies = {row.deputy for row in rows if row.address in deputies and row.deputy}
    logins = {row.login for row in rows if row.address in hearing and row.login}
    for index, row in enumerate(rows):
        if row.role != GUARDIAN and (row.address in hearing or row.login in logins):
            yield index, row.role


def _signing_in(settings: Settings) -> Iterator[Problem]:
    """What a token takes, and whom a chat may not hear of."""
    smtp, bounces = settings.smtp, settings.bounces
    if smtp is not None and smtp.auth == "xoauth2":
        if smtp.user is None:
            yield ("smtp", "user"), "is missing: a token is for the mailbox that it names"
        if smtp.oauth is None and smtp.token_file is None:
            yield ("smtp", "auth"), "is xoauth2, which needs the table [smtp.oauth] or smtp.token_file"
    if bounces is not None and bounces.auth == "xoauth2" and (smtp is None or smtp.auth != "xoauth2"):
        yield ("bounces", "auth"), 'is xoauth2, which takes the token of [smtp]: set smtp.auth = "xoauth2"'
    for index, channel in enumerate(settings.channels):
        if channel.role == GUARDIAN:
            yield ("channels", index, "role"), "is told by mail alone: choose another role"


def doubts(settings: Settings) -> Iterator[Problem]:
    """What is allowed but probably not meant."""
    yield from _nobody_told(settings)
    yield from _nothing_read(settings)
    yield from _mail(settings)
    yield from _quiet(settings)
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
    usual = {row.edition or ROLES[row.role].edition for row in settings.recipients}
    if usual and Edition.DAILY not in usual:
        yield ("recipients",), "nobody gets the daily digest: on a quiet day no mail shows that all is well"
    for index, recipient in enumerate(settings.recipients):
        if recipient.role in HANDED_OVER:
            yield ("recipients", index, "role"), "people hand cases to this role; nothing is mailed to it"
        if recipient.role in _NEED_DEPUTY and recipient.deputy is None:
            yield ("recipients", index, "deputy"), "is not set: while they are away nobody stands in for them"
    for index, role in _other_roles_of_guardians(settings):
        if role in _COMMS:
            what = "may hear of protected disclosures: somebody outside communications is the better choice"
            yield ("recipients", index, "role"), what


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


def _quiet(settings: Settings) -> Iterator[Problem]:
    """Quiet hours of those whom a patient's data cannot wait for, or that nobody keeps."""
    held = {recipient.role for recipient in settings.recipients}
    for role in settings.urgent.quiet:
        if role in PATIENTS_FIRST:
            what = "is quiet at times: what may identify a patient then waits, or wakes others in their place"
            yield ("urgent", "quiet", role), what
        elif role not in held:
            yield ("urgent", "quiet", role), "nobody holds this role, so these hours are nobody's"


def _mail(settings: Settings) -> Iterator[Problem]:
    if settings.smtp is None:
        yield ("smtp",), "is not set up: digests are written to files, nobody is mailed"
    elif settings.smtp.security == "none" and settings.smtp.host not in LOOPBACK:
        yield ("smtp", "security"), "is none: mail leaves this machine unencrypted"
    if settings.bounces is not None and (settings.smtp is None or settings.smtp.bounce_address is None):
        yield ("bounces",), "is read, but smtp.bounce_address is not set: reports go to the sender's mailbox"
    if settings.channels and settings.smtp is None:
        yield ("channels",), "follow mails, and without [smtp] there are none"
