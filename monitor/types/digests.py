"""What people are told: items, digests and the messages that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.types.edits import Editor, Passage
from monitor.types.findings import Clause, Lane, Severity
from monitor.types.people import Due, Edition, Look, Recipient
from monitor.types.sources import Coverage, PicturesSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A case as people see it: masked, with the finding that speaks for it (the most severe one).

    `purged_for` says why the words it was about are not kept any more, None while they are. `clock` is a
    time limit in words, such as "72 hours to tell the ICO end Tue 24 Nov 14:05", that ends at `clock_ends`;
    `held_by` has claimed it. `told_at` is when an urgent message told of it, and
    `acknowledged_by` who answered that. `told` are the roles that hear of it, `fingerprint` the beginning of
    the keyed hash of what was seen, by which one version of an item is told from another. `category` is
    what the rule is about, `step` the first question of the policies' process that nobody has answered.
    Of an edit of a page `passages` are its most telling places, `editor` what the wiki shows of who made it.
    `pictures` are the captions of its picture evidence.
    """

    number: int
    lane: Lane
    severity: Severity
    title: str
    reason: str
    rule_id: str
    platform: str
    author: str
    excerpt: str
    url: str | None
    clauses: tuple[Clause, ...]
    counter_clauses: tuple[Clause, ...]
    confidence: float
    status: str
    owner: str
    opened_at: datetime
    seen_at: datetime
    posted_at: datetime | None = None
    findings: int = 1
    places: int = 1
    page: str | None = None
    mailable: bool = True
    purged_for: str | None = None
    is_new: bool = True
    misrouted: str | None = None
    clock: str | None = None
    clock_ends: datetime | None = None
    held_by: str | None = None
    told_at: datetime | None = None
    acknowledged_by: str | None = None
    told: tuple[str, ...] = ()
    fingerprint: str = ""
    category: str = ""
    step: str | None = None
    passages: tuple[Passage, ...] = ()
    editor: Editor | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionLine:
    """A mention without a finding, for the digest's list: a masked headline and where it was."""

    platform: str
    source: str
    headline: str
    url: str | None
    seen_at: datetime
    places: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Counts over the digest's window: items seen by the sources, kept as mentions, folded, found.

    `hidden` are the findings that a filter kept from becoming cases.
    """

    seen: int = 0
    kept: int = 0
    folded: int = 0
    found: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Something that changed since the last digest, in one sentence; `case` where it is of one.

    `at` is when it did, aware UTC; None for what is so today, such as a review that is overdue.
    """

    words: str
    at: datetime | None = None
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A count of the last seven days beside the seven before.

    `usual` is the lowest and highest of the four weeks before, None while there are not four.
    """

    words: str
    now: int
    before: int
    usual: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWeek:
    """What a rule found in the last seven days and in the seven before; of `decided`, `wrong` were false."""

    rule_id: str
    title: str
    now: int
    before: int
    decided: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """What the store knows for one recipient's digest, before it is put in order.

    `items` are the cases routed to the recipient: new ones (`is_new`) and those still open.
    `failed_deliveries` are sentences about earlier mails that did not arrive. `due` is what falls due,
    `looks` are the originals that were revealed since the last digest, `audit_head` is the hash of the last
    row of the audit log: the mailbox keeps it where nobody can change it. `waiting` and `newly` count
    what the Guardian has not taken over, and what of it no mail has told: for the Guardian's mail alone.
    `updates` is what changed since the last digest, `trends` and `rules` are the week against the week
    before, `figures` the month's key figures, as label and value (empty where it is not measured), of
    `period`, such as October 2026. `versions` are those of the program and of its rules, `notice` is the
    address of the privacy notice.
    `unanswered` are sentences about alerts that nobody has acknowledged, whoever was told.
    `networks` are the organisation's own (CIDR), with which an editor's address is compared. `pictures` is
    what came of the pictures of each source since the last digest.
    """

    organisation: str
    recipient: Recipient
    day: date
    made_at: datetime
    time_zone: str
    items: tuple[Item, ...] = ()
    mentions: tuple[MentionLine, ...] = ()
    mentions_total: int = 0
    coverage: tuple[Coverage, ...] = ()
    failed_deliveries: tuple[str, ...] = ()
    numbers: Numbers = field(default_factory=Numbers)
    late: bool = False
    since: datetime | None = None
    policies: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    looks: tuple[Look, ...] = ()
    audit_head: str = ""
    waiting: int = 0
    newly: int = 0
    edition: Edition = Edition.DAILY
    updates: tuple[Update, ...] = ()
    trends: tuple[Trend, ...] = ()
    rules: tuple[RuleWeek, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    period: str = ""
    versions: tuple[str, ...] = ()
    notice: str = ""
    unanswered: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    pictures: tuple[PicturesSeen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """That a case cannot wait for the digest, as one recipient is told of it.

    `others` are the roles told beside them, by their titles. `before` are those told earlier in vain, the
    first of them at `told_at`; `escalated` says that it came to the recipient in others' place.
    """

    item: Item
    raised_at: datetime
    others: tuple[str, ...] = ()
    escalated: bool = False
    before: tuple[str, ...] = ()
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBlock:
    """The new items of one lane, capped; `more` says how many are not shown."""

    lane: Lane
    heading: str
    items: tuple[Item, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A briefing put in order: what a template may print. No raw payload is reachable from here."""

    briefing: Briefing
    subject: str
    first_line: str
    not_read: tuple[Coverage, ...]
    decide: tuple[Item, ...]
    new: tuple[LaneBlock, ...]
    still_open: tuple[Item, ...]
    still_open_more: int = 0
    mentions_more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail to one address. `message_id` is derived from what is delivered, so a retry repeats it."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    list_id: str
    severity: Severity = Severity.INFO
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the channel said when it took a message."""

    accepted_at: datetime
    detail: str = ""
