"""What rests: one table a class. They only store; values are validated before they get here.

Every text column that came from outside holds the masked copy. Times are aware UTC (the plain
`datetime` annotation: SQLModel 0.0.50 stores UTC, returns aware values and refuses naive ones).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_KEPT = text("purged_at IS NULL")


class Meta(SQLModel, table=True):
    """Facts about this database itself."""

    name: str = Field(primary_key=True)
    value: str


class Source(SQLModel, table=True):
    """How one source stands: what was read, how far, and what is wrong with it.

    `strikes` counts failures in a row, `missing` answers 404 in a row; `alarmed_at` is when its alarm was
    told last, None where there is none.
    """

    name: str = Field(primary_key=True)
    kind: str
    state: str = "new"
    state_since: datetime | None = None
    note: str = ""
    strikes: int = 0
    cursor: str | None = Field(default=None, sa_column=Column(Text))
    earlier_cursors: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    next_due_at: datetime | None = None
    last_ok_at: datetime | None = None
    newest_item_at: datetime | None = None
    covered_from: datetime | None = None
    seen: int = 0
    kept: int = 0
    unrelated: int = 0
    folded: int = 0
    found: int = 0
    alarmed_at: datetime | None = None
    missing: int = 0


class MeterReading(SQLModel, table=True):
    """What a source spent on one day of its platform, in its connector's unit. `allowed` is its limit."""

    __tablename__ = "meter_reading"

    source: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    spent: int
    allowed: int | None = None


class Mention(SQLModel, table=True):
    """A post that refers to the organisation, once, whatever number of sources carried it.

    `key` is a keyed hash of (platform, external id): ids may themselves hold what must be masked.
    `address_key` and `text_key` are keyed hashes too, of the canonical address and of the words: the
    same story by another way shares one of them. None for what never folds. Once purged it is a tombstone:
    its words are gone, and `purged_for` says why. `pictures` is what was seen in those of the post.
    """

    __table_args__ = (
        Index("ix_mention_kept", "first_seen_at", "id", sqlite_where=_KEPT, postgresql_where=_KEPT),
        Index("ix_mention_seen", "first_seen_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    address_key: str | None = Field(default=None, index=True)
    text_key: str | None = Field(default=None, index=True)
    platform: str
    source: str
    kind: str
    state: str = Field(index=True)
    subject: str
    author: str
    relation: str
    url: str | None = Field(default=None, sa_column=Column(Text))
    title: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    lang: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    first_seen_at: datetime
    references: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    change: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    terms: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    purged_at: datetime | None = None
    purged_for: str | None = None
    pictures: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Occurrence(SQLModel, table=True):
    """One source's sight of a mention. `content_hash` is keyed; `changes` caps restless items.

    `judged_by` is the version of the rules and names it was judged with: new rules judge it again.
    `recheck_id` is what the platform is asked by whether the item is public still, `checked_at` when it was.
    """

    __table_args__ = (
        UniqueConstraint("source", "key"),
        Index("ix_occurrence_check", "source", "checked_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str
    mention_id: int = Field(foreign_key="mention.id", index=True)
    url: str | None = Field(default=None, sa_column=Column(Text))
    content_hash: str
    judged_by: str
    changes: int = 0
    seen_at: datetime
    recheck_id: str | None = None
    checked_at: datetime


class Case(SQLModel, table=True):
    """What people work on: the findings of one lane, subject, rule family and local day.

    `held_by` has claimed it, `waiting_for` is the role whose advice was asked. `confirmed_at` is when a
    person said that it is a breach of personal data: its 72 hours run from then. `changes` counts what people
    did to it: who answers on an older count is told that somebody was faster.
    """

    __tablename__ = "case_file"
    __table_args__ = (Index("ix_case_file_list", "status", "lane", "severity", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    lane: str
    subject: str
    category: str = Field(index=True)
    severity: str
    status: str = "open"
    owner: str
    route: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    opened_at: datetime
    changed_at: datetime
    held_by: str | None = Field(default=None, index=True)
    held_at: datetime | None = None
    waiting_for: str | None = None
    confirmed_at: datetime | None = Field(default=None, index=True)
    closed_at: datetime | None = Field(default=None, index=True)
    closed_by: str | None = None
    outcome: str | None = None
    merged_into: int | None = Field(default=None, index=True)
    changes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class CaseStep(SQLModel, table=True):
    """One answer to a step of the policies' process on a case. The latest answer to a step counts."""

    __tablename__ = "case_step"
    __table_args__ = (Index("ix_case_step_case", "case_id", "step"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    step: str
    answer: str
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    made_by: str
    made_at: datetime


class Reminder(SQLModel, table=True):
    """Something that a role is to be reminded of on a day, until somebody says that it is done.

    `about` is what it concerns, such as `case:12` or `image:3`; empty where it stands for itself.
    """

    id: int | None = Field(default=None, primary_key=True)
    about: str = Field(default="", index=True)
    role: str
    words: str = Field(sa_column=Column(Text, nullable=False))
    due_on: date = Field(index=True)
    made_by: str
    made_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None


class Finding(SQLModel, table=True):
    """A rule that a mention met: positions in the masked copy, never the words."""

    __table_args__ = (Index("ix_finding_made", "lane", "created_at", "rule_id", "case_id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    mention_id: int = Field(foreign_key="mention.id", index=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    rule_id: str
    rule_version: str
    title: str
    category: str
    lane: str
    severity: str
    confidence: float
    reason: str = Field(sa_column=Column(Text, nullable=False))
    clauses: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    counter_clauses: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    spans: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    pace: str = Field(default="daily", sa_column_kwargs={"server_default": "daily"})
    created_at: datetime


class SiteFilter(SQLModel, table=True):
    """An exception that a person made. Never deleted: what it hid points to it."""

    __tablename__ = "site_filter"

    id: int | None = Field(default=None, primary_key=True)
    rule_id: str
    platform: str | None = None
    author: str | None = None
    page: str | None = None
    pattern: str | None = None
    source: str | None = None
    made_by: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
    expires_on: date
    removed_at: datetime | None = None
    removed_by: str | None = None


class HiddenFinding(SQLModel, table=True):
    """A finding that a filter kept from becoming a case. `key` is that of `finding`: counted once."""

    __tablename__ = "hidden_finding"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    filter_id: int = Field(foreign_key="site_filter.id", index=True)
    mention_id: int = Field(foreign_key="mention.id", index=True)
    rule_id: str
    lane: str
    hidden_at: datetime


class Decision(SQLModel, table=True):
    """What a person said of a case's findings: right, or a false alarm. The latest one of a case counts."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    verdict: str
    made_by: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime


class LegalHold(SQLModel, table=True):
    """Why the items of a case are kept although they should go, who answers for it, and until when."""

    __tablename__ = "legal_hold"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    held_by: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
    expires_on: date
    released_at: datetime | None = None
    released_by: str | None = None


class Authorisation(SQLModel, table=True):
    """A row of the register: that, why and until when the public account of a member of staff may be read.

    `person` is a pseudonym such as S-014. A renewal is a new row. `ended_for` is `withdrawn` or `objected`.
    """

    id: int | None = Field(default=None, primary_key=True)
    person: str = Field(index=True)
    platform: str
    account: str
    staff_group: str = "staff"
    platform_opt_in: date | None = None
    notice_version: str
    notice_date: date
    lawful_basis: str
    dpia_reference: str
    scope: str = "references"
    starts: date
    expires: date
    name: str | None = None
    left_on: date | None = None
    addendum_on: date | None = None
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_for: str | None = None
    ended_why: str = ""


class RegisterEntry(SQLModel, table=True):
    """An entry of a register that the policies ask for: official accounts, blogs, permissions, leavers.

    `kind` says which register, `details` holds its fields as `monitor.registers` has them.
    """

    __tablename__ = "register_entry"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_why: str = ""


class Absence(SQLModel, table=True):
    """That a recipient is away, first and last day: their deputy stands in."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(index=True)
    starts: date
    ends: date
    made_by: str
    made_at: datetime


class SpentLink(SQLModel, table=True):
    """A link of a mail that was used: the keyed hash of what it said, what was done by it, when, as what.

    Once it has expired the row is of no use and goes.
    """

    __tablename__ = "spent_link"

    key: str = Field(primary_key=True)
    deed: str
    role: str
    spent_at: datetime
    expires_at: datetime = Field(index=True)


class SealingKey(SQLModel, table=True):
    """The public half of a key that originals are sealed to; the private half is a file elsewhere."""

    __tablename__ = "sealing_key"

    id: str = Field(primary_key=True)
    purpose: str
    public: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime
    retired_at: datetime | None = None


class SealedOriginal(SQLModel, table=True):
    """What a mention with findings said before it was masked, sealed: one row a version and part of it."""

    __tablename__ = "sealed_original"
    __table_args__ = (UniqueConstraint("mention_id", "part", "content_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    part: str = "post"
    content_hash: str
    key_id: str = Field(foreign_key="sealing_key.id", index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_at: datetime


class PictureEvidence(SQLModel, table=True):
    """A crop of a mention's picture that shows what a rule found; nothing masked can be read in it.

    `part` names the picture (`image 1`, `avatar`), `digest` is the SHA-256 of the whole of it.
    """

    __tablename__ = "picture_evidence"
    __table_args__ = (UniqueConstraint("mention_id", "rule_id", "part", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    rule_id: str
    part: str
    digest: str
    caption: str = Field(sa_column=Column(Text, nullable=False))
    png: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    cut_at: datetime


class PictureCount(SQLModel, table=True):
    """How many pictures of one page of a source ended alike; `not_read` says why not, "" for the analysed."""

    __tablename__ = "picture_count"
    __table_args__ = (Index("ix_picture_count_at", "at", "source"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    at: datetime
    not_read: str
    pictures: int


class Erasure(SQLModel, table=True):
    """What was erased and may not come back: the keyed hash of an item's or of an account's identity.

    For a member of staff it is the reference, such as S-014. `reason` is a word, never a text.
    """

    key: str = Field(primary_key=True)
    kind: str
    reason: str
    erased_at: datetime


class AuditRow(SQLModel):
    """One thing that somebody did. `hash` covers the row and the hash before it; no row is ever changed."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(index=True)
    who: str
    role: str
    action: str
    object: str = Field(index=True)
    reason: str = Field(default="", sa_type=Text)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    hash: str


class AuditEntry(AuditRow, table=True):
    """What was done in every lane but the protected one."""

    __tablename__ = "audit_entry"


class ProtectedAudit(AuditRow, table=True):
    """What was done in the protected lane: a chain of its own, that only its Guardian reads."""

    __tablename__ = "protected_audit"


class Mail(SQLModel):
    """One message to one recipient for one window, kept whole so that a retry is the same mail."""

    id: int | None = Field(default=None, primary_key=True)
    recipient: str
    role: str
    kind: str
    window: str
    status: str = "owed"
    message_id: str
    message: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    attempts: int = 0
    next_attempt_at: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    error: str | None = None
    created_at: datetime
    settled_at: datetime | None = None
    mentions_up_to: int = 0
    totals: dict[str, int] = Field(default_factory=dict, sa_type=JSON)


class Delivery(Mail, table=True):
    """A digest, owed or settled."""

    __table_args__ = (UniqueConstraint("recipient", "kind", "window"),)


class DeliveryItem(SQLModel, table=True):
    """The ledger: what each recipient is owed of each finding, and by which delivery it went."""

    __tablename__ = "delivery_item"
    __table_args__ = (
        UniqueConstraint("recipient", "finding_id"),
        Index("ix_delivery_item_owed", "recipient", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    recipient: str
    finding_id: int = Field(foreign_key="finding.id")
    status: str = "owed"
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", index=True)


class Alert(SQLModel, table=True):
    """That a case cannot wait for the digest. A new finding may raise it again: `round` counts how often.

    `tier` is how far it was escalated, `exhausted_at` when the last tier had been told in vain.
    """

    case_id: int = Field(
        primary_key=True, foreign_key="case_file.id", sa_column_kwargs={"autoincrement": False}
    )
    round: int = 1
    raised_at: datetime
    tier: int = 0
    exhausted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


class AlertNotice(SQLModel, table=True):
    """That one recipient was told of an alert, by which delivery, at which tier: once in each round."""

    __tablename__ = "alert_notice"
    __table_args__ = (UniqueConstraint("case_id", "round", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="alert.case_id")
    round: int = 1
    recipient: str
    role: str
    tier: int = 0
    delivery_id: int = Field(foreign_key="delivery.id", index=True)


class ProtectedPost(SQLModel, table=True):
    """A post of the protected lane, as one source shows it: sealed, beside days and keyed hashes.

    The keys are those of a mention and an occurrence; `platform_key` is a keyed hash, too. `again` marks
    another sight of a story that has a row: it says nothing, and is there so that it is not taken for news.
    `unsealed` holds what an older version kept in clear, until the first start seals it.
    """

    __tablename__ = "protected_post"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str = Field(index=True)
    address_key: str | None = Field(default=None, index=True)
    text_key: str | None = Field(default=None, index=True)
    platform_key: str = ""
    content_hash: str
    judged_by: str
    changes: int = 0
    again: bool = False
    first_seen_on: date
    seen_on: date
    handed_over_at: datetime | None = None
    key_id: str | None = Field(default=None, foreign_key="sealing_key.id", index=True)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    unsealed: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ProtectedDelivery(Mail, table=True):
    """A mail of the protected lane: a delivery that no list of deliveries shows.

    `mentions_up_to` is the last protected post that it tells.
    """

    __tablename__ = "protected_delivery"
    __table_args__ = (UniqueConstraint("recipient", "kind", "window"),)


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model: what bulk statements are written against."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]
