"""Briefings as they look on a busy, a quiet and an outage day, all of it invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.types import (
    Briefing,
    Clause,
    Coverage,
    Due,
    Edition,
    Editor,
    EditorKind,
    Item,
    Lane,
    MentionLine,
    Message,
    Numbers,
    Passage,
    Piece,
    Recipient,
    RuleWeek,
    Severity,
    SourceState,
    Trend,
    Update,
)

DAY = date(2026, 11, 20)
MADE_AT = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
LAST_NIGHT = datetime(2026, 11, 19, 19, 42, tzinfo=UTC)

CONFIDENTIALITY = Clause(
    id="CDD-4.4.2-a",
    policy="CDD Social Media Policy",
    section="4.4.2",
    paraphrase="Nothing that could identify a patient is published without the patient's written consent.",
    category="patient_confidentiality",
    overdue_since="Sept 2021",
)
RESPECT = Clause(
    id="CDD-4.4.1-c",
    policy="CDD Social Media Policy",
    section="4.4.1",
    paraphrase="Colleagues and patients are spoken of with respect, also outside working hours.",
    category="conduct",
)
CONCERNS = Clause(
    id="CDD-4.4.1-f",
    policy="CDD Social Media Policy",
    section="4.4.1",
    paraphrase="Raising a concern in good faith is protected.",
    category="concerns",
    protects=True,
)
NAME = Clause(
    id="CDD-4.3-b",
    policy="CDD Social Media Policy",
    section="4.3",
    paraphrase="Accounts in the organisation's name are agreed with the communications team first.",
    category="brand",
)
WIKI = Clause(
    id="CDD-4.4.7-d",
    policy="CDD Social Media Policy",
    section="4.4.7",
    paraphrase="Criticism on Wikipedia is answered openly, never removed.",
    category="wikipedia",
)


EDIT = (
    Passage(
        "Inspections",
        (
            Piece("In 2019 inspectors rated care at St Oswin's Hospital as ", "same"),
            Piece("inadequate, naming “a culture of not being listened to”", "removed"),
            Piece("having room to grow", "added"),
            Piece(". The trust …", "same"),
        ),
    ),
    Passage(
        "Inspections",
        (
            Piece("It has 500 beds.", "same"),
            Piece(" [source: Wearside Echo, Families wait for answers]", "removed"),
        ),
        more=2,
    ),
)


def item(number: int = 214, **changes: Any) -> Item:
    """A possible NHS number in a public post, new today."""
    fields: dict[str, Any] = {
        "number": number,
        "lane": Lane.CONFIDENTIAL,
        "severity": Severity.CRITICAL,
        "title": "Possible NHS number in a public post",
        "reason": "The post shows a number with a valid NHS check digit beside a date of birth.",
        "rule_id": "NHS-001",
        "platform": "Bluesky",
        "author": "@night-shift.bsky.test",
        "excerpt": "Can anybody at Wearside Vale look up NHS number [redacted], DOB [redacted]?",
        "url": "https://bsky.app/profile/night-shift.bsky.test/post/3lbq",
        "clauses": (CONFIDENTIALITY,),
        "counter_clauses": (),
        "confidence": 0.97,
        "status": "new",
        "owner": "Caldicott Guardian",
        "category": "patient-identifier",
        "opened_at": LAST_NIGHT + timedelta(minutes=9),
        "seen_at": LAST_NIGHT + timedelta(minutes=8),
        "posted_at": LAST_NIGHT,
    }
    return Item(**{**fields, **changes})


def lookalike(number: int = 215, **changes: Any) -> Item:
    """An account that uses the organisation's name."""
    fields: dict[str, Any] = {
        "lane": Lane.COMMS,
        "severity": Severity.HIGH,
        "title": "Account uses the organisation's name",
        "reason": "The display name and picture text match the trust; the account is not on the register.",
        "rule_id": "NAME-001",
        "platform": "X",
        "author": "@WVFTNHS_help",
        "excerpt": "",
        "url": "https://x.com/WVFTNHS_help",
        "clauses": (NAME,),
        "confidence": 0.9,
        "owner": "communications team",
        "category": "lookalike-account",
        "places": 3,
        "mailable": False,
    }
    return item(number, **{**fields, **changes})


def remark(number: int = 216, **changes: Any) -> Item:
    """A post of an authorised staff account, for a reviewer to judge."""
    fields: dict[str, Any] = {
        "lane": Lane.CONDUCT,
        "severity": Severity.MEDIUM,
        "title": "Remark about colleagues",
        "reason": "The post calls a team by a word on the list of derogatory terms.",
        "rule_id": "TONE-001",
        "platform": "Mastodon",
        "author": "S-014",
        "excerpt": "Another rota from the clowns upstairs. Nine nights of twelve and nobody asked us.",
        "url": "https://social.wvft.nhs.test/@s014/11345",
        "clauses": (RESPECT,),
        "counter_clauses": (CONCERNS,),
        "confidence": 0.55,
        "category": "bullying",
        "owner": "reviewer",
    }
    return item(number, **{**fields, **changes})


def wiki_edit(number: int = 217, **changes: Any) -> Item:
    """An edit that takes criticism off the watched page."""
    fields: dict[str, Any] = {
        "lane": Lane.COMMS,
        "severity": Severity.MEDIUM,
        "title": "Criticism removed from the Wikipedia page",
        "reason": "The edit takes 412 bytes with two references out of the section Inspections.",
        "rule_id": "WIKI-003",
        "platform": "Wikipedia",
        "author": "203.0.113.77",
        "excerpt": "Removed: “inspectors rated care at St Oswin's Hospital as requiring improvement”",
        "url": "https://en.wikipedia.org/w/index.php?diff=1298877&oldid=1297001",
        "clauses": (WIKI,),
        "confidence": 0.81,
        "owner": "communications team",
        "category": "wiki-criticism-removed",
        "page": "Wearside Vale NHS Foundation Trust",
        "findings": 2,
        "passages": EDIT,
        "editor": Editor(kind=EditorKind.ADDRESS),
    }
    return item(number, **{**fields, **changes})


def wiki() -> Briefing:
    """A day on which a watched page was edited: criticism, a rating, and words that the wiki hid."""
    rating = Passage(
        "Infobox hospital", (Piece("cqc: ", "same"), Piece("Inadequate", "removed"), Piece("Good", "added"))
    )
    fresh = Editor(kind=EditorKind.TEMPORARY, age_days=0, edits=2)
    ours = Editor(kind=EditorKind.ACCOUNT, age_days=3, edits=12, declared="communications officer")
    edits = (
        wiki_edit(severity=Severity.HIGH, author="~2026-12345-1", editor=fresh),
        wiki_edit(
            218,
            title="A rating was changed",
            reason="The same statement gives another rating of the Care Quality Commission.",
            category="wiki-edit",
            passages=(rating,),
            author="WVFT comms",
            editor=ours,
            findings=1,
        ),
        wiki_edit(209, severity=Severity.LOW, purged_for="withheld", passages=(), editor=None, is_new=False),
    )
    return briefing(items=edits, numbers=Numbers(seen=14, kept=14, found=2))


def mention(n: int = 1, **changes: Any) -> MentionLine:
    """A news story without a finding."""
    fields: dict[str, Any] = {
        "platform": "rss",
        "source": "Wearside Echo",
        "headline": f"Wearside Vale Hospital opens its new day unit, part {n}",
        "url": f"https://echo.test/news/day-unit-{n}",
        "seen_at": MADE_AT - timedelta(minutes=49 + n),
    }
    return MentionLine(**{**fields, **changes})


def coverage(source: str = "Wearside Echo", state: SourceState = SourceState.OK, **changes: Any) -> Coverage:
    """A source that answered this morning."""
    fields: dict[str, Any] = {
        "source": source,
        "kind": "rss",
        "state": state,
        "since": MADE_AT - timedelta(days=9),
        "last_ok_at": MADE_AT - timedelta(minutes=10),
        "newest_item_at": MADE_AT - timedelta(minutes=49),
    }
    return Coverage(**{**fields, **changes})


EXPIRED = coverage(
    "Bluesky search",
    SourceState.NEEDS_REAUTH,
    kind="bluesky",
    since=datetime(2026, 11, 19, 8, 10, tzinfo=UTC),
    last_ok_at=datetime(2026, 11, 19, 7, 40, tzinfo=UTC),
    note="The app password was refused (401).",
    strikes=4,
    alarmed_at=datetime(2026, 11, 19, 8, 10, tzinfo=UTC),
)
ANSWERED = (coverage(), coverage("Wikipedia"), coverage("Vale Radio", SourceState.EMPTY, newest_item_at=None))


def briefing(**changes: Any) -> Briefing:
    """An empty day on which every source answered; `changes` fill it."""
    fields: dict[str, Any] = {
        "organisation": "WVFT",
        "recipient": Recipient(address="comms@wvft.nhs.test", role="comms"),
        "day": DAY,
        "made_at": MADE_AT,
        "time_zone": "Europe/London",
        "coverage": ANSWERED,
        "policies": ("CDD 2019",),
        "numbers": Numbers(seen=212),
        "since": MADE_AT - timedelta(days=1),
    }
    return Briefing(**{**fields, **changes})


UPDATES = (
    Update(
        at=LAST_NIGHT - timedelta(hours=4), words="Case 188 was closed: taken down by the platform.", case=188
    ),
    Update(
        at=LAST_NIGHT - timedelta(hours=2),
        words="The post behind case 201 was deleted by its author.",
        case=201,
    ),
    Update(words="The filter on TONE-001 for the Wearside Echo ends in 5 days"),
)
TRENDS = (
    Trend(words="mentions", now=213, before=190, usual=(180, 240)),
    Trend(words="possible patient identifiers", now=4, before=0),
)
RULES = (
    RuleWeek(rule_id="WIKI-003", title="Criticism removed from a page", now=2, before=2),
    RuleWeek(rule_id="NHS-001", title="Possible NHS number", now=4, before=1, decided=3, wrong=1),
)
FIGURES = (
    ("Findings about staff accounts", "12"),
    ("Answered within one working day", "11 of 12 (92 %)"),
    ("Hours that the team spent on training", ""),
)


def week() -> Briefing:
    """The Director's roll-up of a busy week."""
    director = Recipient(address="director@wvft.nhs.test", role="comms_director")
    late = item(
        190, is_new=False, clock="72 hours to tell the ICO ended Thu 19 Nov 14:05", clock_ends=LAST_NIGHT
    )
    dues = (Due(on=DAY - timedelta(days=2), words="Answer request DSR-12"), *busy().due)
    return replace(
        busy(), edition=Edition.WEEKLY, recipient=director, items=(*busy().items, late), due=dues, mentions=()
    )


def month() -> Briefing:
    """The policy's key figures, one of them not measured."""
    return briefing(edition=Edition.MONTHLY, period="October 2026", figures=FIGURES)


def busy() -> Briefing:
    """One decision of each sort, review work in every lane, old cases, news, a source down."""
    old = {"is_new": False, "status": "open"}
    return briefing(
        items=(
            remark(),
            item(told_at=LAST_NIGHT + timedelta(minutes=10), acknowledged_by="B. Guardian"),
            lookalike(),
            wiki_edit(),
            wiki_edit(218, severity=Severity.LOW, title="Lead section shortened", findings=1),
            lookalike(199, severity=Severity.MEDIUM, opened_at=LAST_NIGHT - timedelta(days=6), **old),
            wiki_edit(187, severity=Severity.LOW, opened_at=LAST_NIGHT - timedelta(days=11), **old),
        ),
        mentions=tuple(mention(n, places=1 + n % 3) for n in range(1, 6)),
        mentions_total=11,
        coverage=(*ANSWERED, EXPIRED),
        numbers=Numbers(seen=1840, kept=16, folded=4, found=5),
        due=(Due(on=DAY + timedelta(days=3), words="The authorisation of S-014 ends"),),
        updates=UPDATES,
        trends=TRENDS,
        rules=RULES,
    )


def outage() -> Briefing:
    """Nothing found, because little could be read; yesterday's digest was lost and this one is late."""
    down = coverage(
        "Wearside Echo",
        SourceState.DEGRADED,
        since=LAST_NIGHT,
        last_ok_at=LAST_NIGHT,
        strikes=12,
        alarmed_at=LAST_NIGHT,
        note="Timeout after 30 s.",
    )
    return briefing(
        coverage=(down, EXPIRED, coverage("Vale Radio", SourceState.EMPTY, newest_item_at=None)),
        failed_deliveries=("The digest of 19 November did not reach wvft.nhs.test: mailbox full (552).",),
        late=True,
        made_at=MADE_AT + timedelta(hours=5),
    )


def addressed(message: Message, address: str) -> Message:
    """The same mail to another address."""
    return replace(message, to=address)


def audited(brief: Briefing) -> Briefing:
    """The same with a row at which the audit log stood."""
    return replace(brief, audit_head="row 12, 3fa9c1d27be01f55")
