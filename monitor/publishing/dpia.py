"""The data protection impact assessment as a document: what the product knows is filled in, gaps are marked.

`docs/dpia.md` is the same document of an installation in which nothing is decided yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

import connectors
from monitor.config import Settings, SourceSettings
from monitor.publishing.names import kind_name, role_names
from monitor.publishing.pages import calendar, lasting, rendered
from monitor.publishing.transparency import NEVER, periods
from monitor.smallcounts import few
from rules.engine import RuleSet

DPO = "Data Protection Officer"
DATA: Mapping[str, tuple[str, str]] = {
    "mention": ("public posts that speak of the organisation, masked: to judge and to tell", "mentions"),
    "occurrence": (
        "which source showed a post, as a keyed hash: to know it again, to notice its deletion",
        "mentions",
    ),
    "finding": ("which rule a post met, as positions: to tell and to explain", "unreviewed"),
    "hidden_finding": ("findings that an exception hid: so that nothing goes silently", "mentions"),
    "case_file": ("findings that belong together: the thing people decide on", "unreviewed"),
    "case_step": ("answers to the steps of a case: that the policies' process was followed", "acted_on"),
    "decision": ("what a person said of a case: to know which rules to trust", "acted_on"),
    "legal_hold": ("which cases are kept although they should go: evidence", "acted_on"),
    "picture_evidence": ("crops that show what was found, nothing masked in them: to decide", "unreviewed"),
    "sealed_original": (
        "the original words and pictures, sealed: evidence, opened by named roles with a reason",
        "unreviewed",
    ),
    "sealing_key": ("public halves of the keys that seal originals", "none"),
    "protected_post": ("possible protected disclosures, without author: for the Guardian alone", "protected"),
    "protected_delivery": ("the Guardian's mails", "protected"),
    "protected_audit": ("what was done in the protected lane", "audit"),
    "delivery": ("digests as mailed, masked: to send each once and to prove it", "mails"),
    "delivery_item": ("what each recipient was told of: so that nothing is lost or doubled", "mails"),
    "alert": ("cases that could not wait, and who acknowledged them: that somebody sees to them", "audit"),
    "alert_notice": ("who was told of such a case: to tell each once, and to go on to others", "mails"),
    "spent_link": (
        "keyed hashes of links in mails that were used: each works once, until it expires",
        "none",
    ),
    "reminder": ("what a role is to be reminded of", "audit"),
    "authorisation": ("members of staff whose public account may be read, and why", "audit"),
    "register_entry": ("the registers that the policies ask for", "audit"),
    "absence": ("which recipient is away: who stands in", "audit"),
    "erasure": ("keyed hashes of what was erased: so that it does not come back", "audit"),
    "audit_entry": ("who did, saw and changed what", "audit"),
    "site_filter": ("exceptions that people made to rules", "audit"),
    "source": ("how each source stands: so that silence is noticed", "none"),
    "picture_count": ("how many pictures of a source could not be analysed, and why", "none"),
    "meter_reading": ("what a source was asked for, by day: budgets", "none"),
    "meta": ("facts about the database", "none"),
}
"""Each table: what it holds and why, and its period of [retention]; `none` = no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows: tables, members of staff in the register, sealing keys (id, purpose, since)."""

    tables: tuple[str, ...] = tuple(DATA)
    staff: int = 0
    keys: tuple[tuple[str, str, date], ...] = ()
    registers: Mapping[str, int] = field(default_factory=dict)


def files(settings: Settings, rules: RuleSet, known: Known, day: date | None) -> Mapping[str, str]:
    """The document by its name; without a day it is the blank form."""
    names = role_names(rules)
    page = rendered(
        "dpia.md.j2",
        settings=settings,
        day=day,
        decided=_decided,
        data=[(name, *_data(name, settings)) for name in known.tables],
        periods=[(what, lasting(length)) for what, length in periods(settings.retention)],
        sources=[_source(source) for source in settings.sources if source.enabled],
        staff=few(known.staff),
        roles=[(names.get(role, role.replace("_", " ")), n) for role, n in _roles(settings).items()],
        processors=list(_processors(settings)),
        keys=[(key, purpose, calendar(since)) for key, purpose, since in known.keys],
        registers=known.registers,
        policies=[f"{policy.title}, {policy.body}" for policy in rules.policies] if day else [],
        never=NEVER,
    )
    return {"dpia.md": page}


def _decided(value: object, by: str = DPO) -> str:
    """A decision of the organisation as the document shows it, or who has to take it."""
    if isinstance(value, date):
        return calendar(value)
    return _cell(str(value)) if value else f"**TO BE DECIDED BY the {by}**"


def _data(table: str, settings: Settings) -> tuple[str, str]:
    """What a table is for, and how long it is kept."""
    holds, period = DATA.get(table, (_decided(None), ""))
    if period == "none":
        return holds, "no personal data"
    return holds, lasting(getattr(settings.retention, period)) if period else _decided(None)


def _source(source: SourceSettings) -> tuple[str, str, str]:
    """Name, kind and why it may be read. A staff source is named by nothing but that it is one."""
    basis, needed = source.terms_basis, connectors.terms_of(source.kind).basis
    name = "(a member of staff)" if source.authorisation else _cell(source.name)
    if basis is not None:
        return name, kind_name(source.kind), f"{_cell(basis.reference)}, review {calendar(basis.review)}"
    return name, kind_name(source.kind), _decided(None) if needed else "the platform's terms allow it"


def _roles(settings: Settings) -> Counter[str]:
    return Counter(recipient.role for recipient in settings.recipients)


def _processors(settings: Settings) -> Iterator[tuple[str, str]]:
    """Machines besides this one that personal data reach."""
    if settings.smtp is not None:
        yield "Mail server", f"{settings.smtp.host}: digests, masked"
    if settings.store.url is not None:
        host = urlsplit(settings.store.url.get_secret_value()).hostname or "this machine"
        yield "Database server", f"{host}: all tables"
    if settings.network.proxy:
        host = urlsplit(settings.network.proxy).hostname or "a proxy"
        yield "Web proxy", f"{host}: sees which sites are read"


def _cell(text: str) -> str:
    """Text as it may stand in a table of Markdown."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
