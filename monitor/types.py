"""The frozen values that flow through Trustwatch. Every time is aware UTC.

Vocabulary, in the order things happen:

* a **source** is one configured feed, page list or account; a **connector** reads it;
* a connector yields **pages** of **posts**; a post's identity is (platform, external_id);
* a **reference** says why a post speaks of the organisation; a post kept for it is a **mention**;
* a **finding** says which rule a mention met, by positions (**spans**), never by its words;
* findings of one lane, subject, rule family and day make one **case**, the thing people work on;
* a **filter** is an exception that a person made, a **verdict** what a person says of a finding;
* what a mention with findings said before it was masked is its **original**: sealed, and **revealed** to
  a role for a reason;
* a **digest** is what one recipient is told of the cases, as one **message**;
* an **actor** (a person in a role, or the service) **answers** the **steps** of a case, under its
  **clocks**; a **reminder** falls **due**; each act and **look** is a row of the **audit log**;
* a row of the **register** (an **authorisation**) lets one account be read until it ends; then what is held
  of it is **erased**, and keyed hashes keep it from coming back. Words that were kept for long enough are
  **purged**: a **tombstone** stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Literal


class Kind(StrEnum):
    """What sort of thing a post is."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    REPOST = "repost"
    QUOTE = "quote"
    ARTICLE = "article"
    REVIEW = "review"
    VIDEO = "video"
    EPISODE = "episode"
    PAGE_EDIT = "page_edit"
    PROFILE = "profile"
    REPORT = "report"


class State(StrEnum):
    """What the platform says of a post now."""

    LIVE = "live"
    EDITED = "edited"
    DELETED = "deleted"
    WITHHELD = "withheld"
    HIDDEN = "hidden"


GONE = frozenset({State.DELETED, State.WITHHELD, State.HIDDEN})
"""The states of what the public cannot read any more: its words are not kept either."""


class Origin(StrEnum):
    """By which door a post came."""

    API = "api"
    FEED = "feed"
    PAGE = "page"
    EMAIL = "email"
    MANUAL = "manual"
    IMPORT = "import"


class Relation(StrEnum):
    """What an account is to the organisation. Only `authorised_staff` can meet conduct rules."""

    OFFICIAL = "official"
    AUTHORISED_STAFF = "authorised_staff"
    PUBLIC = "public"


class About(StrEnum):
    """What a finding is of: the post, or its author's profile, which many posts carry unchanged."""

    POST = "post"
    PROFILE = "profile"


class Lane(StrEnum):
    """Who may look (ARCHITECTURE, "Lanes")."""

    CONFIDENTIAL = "confidential"
    COMMS = "comms"
    CONDUCT = "conduct"
    PROTECTED = "protected"


class Pace(StrEnum):
    """How soon people hear of a finding: at once, in the next digest, or in the first digest of a week."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class Severity(StrEnum):
    """How soon somebody should look. Ordered: `Severity.HIGH > Severity.LOW`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (info) to 4 (critical)."""
        return _RANKS[self.value]

    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank


_RANKS = {severity: rank for rank, severity in enumerate(("info", "low", "medium", "high", "critical"))}


class SourceState(StrEnum):
    """What people read about a source. Only `ok` and `empty` were really read."""

    NEW = "new"
    OK = "ok"
    EMPTY = "empty"
    DEGRADED = "degraded"
    THROTTLED = "throttled"
    BUDGET_STOPPED = "budget_stopped"
    NEEDS_REAUTH = "needs_reauth"
    MISCONFIGURED = "misconfigured"
    GONE = "gone"

    @property
    def answered(self) -> bool:
        """True where "nothing found" may be said of the source."""
        return self in (SourceState.OK, SourceState.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the authorisation register says of the holder of a staff account.

    `name` is how colleagues know them, `left_on` the day after their last; both are rarely recorded.
    `group` is `staff` or `governor`.
    `days_of_grace` is how long the profile of a leaver may stay as it is, None = as the rule has it.
    """

    name: str | None = None
    left_on: date | None = None
    group: str = "staff"
    days_of_grace: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An author or profile as the platform shows it. Everything but the platform may be missing.

    `relation` and `registration` are the organisation's own knowledge; no platform and no text sets them.
    """

    platform: str
    external_id: str | None = None
    handle: str | None = None
    display_name: str | None = None
    url: str | None = None
    bio: str | None = None
    avatar_url: str | None = None
    verified: bool | None = None
    is_protected: bool | None = None
    is_parody: bool | None = None
    created_at: datetime | None = None
    followers: int | None = None
    relation: Relation = Relation.PUBLIC
    registration: Registration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, sound or film that belongs to a post. `url` may expire.

    `content` is what somebody handed in, under `name`; None for what only its platform has.
    """

    kind: str
    url: str
    alt_text: str | None = None
    name: str = ""
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A post's tie to another: reply_to, repost_of, quote_of, root, parent."""

    rel: str
    external_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the platform's terms let us do with an item.

    `max_age_days` is how long its words may be kept since they were last seen to be public, `recheck_hours`
    how often that is looked at; None = the terms set no limit.
    """

    may_store_text: bool = True
    may_mail_excerpt: bool = True
    max_age_days: int | None = None
    recheck_hours: int | None = None
    licence: str | None = None
    attribution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One changed stretch of a page: `old` became `new` under the heading `section`.

    `before` and `after` are what stands left and right of it on its line, unchanged and cut at CONTEXT
    characters each; where a line has several hunks, as far as the next one. Hunks of one line share `line`,
    its number from 1 in the new text, or in the old one where the new one has it no more. `template` and
    `parameter` say which value of which outermost template it lies in ("Infobox hospital", "logo"), where
    that is known.
    """

    old: str
    new: str
    section: str | None = None
    before: str = ""
    after: str = ""
    line: int | None = None
    template: str | None = None
    parameter: str | None = None


CONTEXT = 160
"""Characters of unchanged text that a hunk keeps on either side."""


class EditorKind(StrEnum):
    """What a wiki shows of who made an edit. Only of an `address` can a network be told."""

    ACCOUNT = "account"
    BOT = "bot"
    TEMPORARY = "temporary"
    ADDRESS = "address"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """What a wiki tells of who made an edit, as facts: never a guess at which person it is.

    `edits` and `age_days` (of the account, at the edit) are None where the wiki does not say. `declared` is
    the organisation's own knowledge: in which capacity a member of staff has declared this user name.
    """

    kind: EditorKind
    edits: int | None = None
    age_days: int | None = None
    declared: str | None = None


class PageEvent(StrEnum):
    """What a wiki's log says was done to a page as a whole."""

    MOVED = "moved"
    DELETED = "deleted"
    RESTORED = "restored"
    PROTECTED = "protected"
    UNPROTECTED = "unprotected"
    FILE_REPLACED = "file-replaced"
    CONTENT_HIDDEN = "content-hidden"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a page edit did. Sizes are bytes of wikitext; `hidden` names fields the wiki withholds.

    `repeats` is an earlier revision that had been put right and whose text this one brings back: it is that
    edit once more, whatever its tags and summary call it. An entry of the page's log has an `event` and no
    hunks; `target` is where the page was moved to, or how it is protected.
    """

    page: str
    page_id: str
    revision: str
    parent: str | None = None
    hunks: tuple[Hunk, ...] = ()
    sections_before: tuple[str, ...] = ()
    sections_after: tuple[str, ...] = ()
    size_before: int | None = None
    size_after: int | None = None
    tags: tuple[str, ...] = ()
    minor: bool = False
    reverts: bool = False
    reverted_by: str | None = None
    repeats: str | None = None
    hidden: tuple[str, ...] = ()
    diff_url: str | None = None
    editor: Editor | None = None
    event: PageEvent | None = None
    target: str | None = None

    @cached_property
    def added(self) -> str:
        """Every new text, one hunk a paragraph: what spans with where="added" index."""
        return "\n\n".join(h.new for h in self.hunks)

    @cached_property
    def removed(self) -> str:
        """Every old text, one hunk a paragraph: what spans with where="removed" index."""
        return "\n\n".join(h.old for h in self.hunks)

    @cached_property
    def headings(self) -> str:
        """Every heading that is kept: of the page before, of the page after, of each hunk."""
        of_hunks = (h.section or "" for h in self.hunks)
        return "\n\n".join((*self.sections_before, *self.sections_after, *of_hunks))

    @cached_property
    def surroundings(self) -> str:
        """What else is kept of strangers' words: around each hunk, its template and parameter; the target."""
        of_hunks = ((h.before, h.after, h.template or "", h.parameter or "") for h in self.hunks)
        return "\n\n".join((*chain.from_iterable(of_hunks), self.target or ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One item as a source gave it, in plain text.

    Only `source`, `platform`, `external_id`, `observed_at` and `state` are certain. Identity is
    (platform, external_id); `external_id` is opaque and unique within the platform (connectors put
    the host in front where ids are only unique per host). `title` and `text` hold plain text with
    NUL and lone surrogates already replaced; positions in findings index them exactly. A page edit
    carries its edit summary in `text` and the edit itself in `change`. `place` is the name of the place
    that the author attached. `recheck_id` is what its connector's `gone` asks the platform by; None where
    the platform cannot be asked.
    """

    source: str
    platform: str
    external_id: str
    observed_at: datetime
    kind: Kind = Kind.POST
    origin: Origin = Origin.API
    state: State = State.LIVE
    url: str | None = None
    author: Account | None = None
    title: str = ""
    text: str = ""
    lang: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    place: str | None = None
    refs: tuple[Ref, ...] = ()
    change: Change | None = None
    terms: Terms = field(default_factory=Terms)
    recheck_id: str | None = None

    def gone(self, state: State) -> Post:
        """The same without anything that its author said, where `state` says that nobody may read it now."""
        return replace(self, state=state, author=None, title="", text="", place=None, media=(), links=())

    @property
    def key(self) -> tuple[str, str]:
        """The identity: (platform, external_id)."""
        return (self.platform, self.external_id)

    def part(self, where: str) -> str:
        """The text that spans with this `where` index.

        One of text, title, url, bio, display_name, handle, added, removed, headings, surroundings.
        """
        match where:
            case "text":
                return self.text
            case "title":
                return self.title
            case "url":
                return self.url or ""
            case "bio" | "display_name" | "handle":
                return getattr(self.author, where, None) or ""
            case "added" | "removed" | "headings" | "surroundings":
                return getattr(self.change, where, "")
        raise KeyError(where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source.

    `cursor` is safe to save once `posts` are stored: it covers only posts that were given, and of a
    newest-first walk it names what is left to read below them. None: what was saved before still holds.
    `covered_from` is how far back the source really reaches, None if unknown. `note` says what is to be known
    of how it was read, such as by a lesser way.
    """

    posts: tuple[Post, ...]
    cursor: str | None = None
    covered_from: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Where something is: `post.part(where)[start:end]`. Positions and a label, never the text."""

    start: int
    end: int
    label: str
    where: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Why a post speaks of the organisation: the alias met, and its score of 0 to 1.

    `span` is its place in title or text; None for what stands elsewhere: a link, an account, a page.
    """

    alias: str
    score: float
    why: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that a post met. Carries positions and a plain reason, never the matched text.

    `level` is the detector's own word for the worst of it (breach, weak, high ...); it is not stored.
    """

    rule_id: str
    rule_version: str
    title: str
    post: tuple[str, str]
    category: str
    lane: Lane
    severity: Severity
    confidence: float
    reason: str
    clauses: tuple[str, ...]
    counter_clauses: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    about: About = About.POST
    owner: str = "comms"
    route: tuple[str, ...] = ("comms",)
    pace: Pace = Pace.DAILY
    level: str = ""


class Verdict(StrEnum):
    """What a person says of a rule's finding: it was right to point there, or a false alarm."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """An exception that a person made: findings of `rule_id` (or of any, `*`) in its scope make no case.

    The scope is what is not None; all of it must hold. `pattern` is RE2 over the folded text, `author` as
    people see it. In force until the day `expires_on`, in the organisation's zone, or until it is removed.
    """

    rule_id: str
    made_by: str
    reason: str
    expires_on: date
    platform: str | None = None
    author: str | None = None
    page: str | None = None
    pattern: str | None = None
    source: str | None = None
    number: int = 0

    @property
    def scoped(self) -> bool:
        """True where it hides less than all that its rule finds."""
        return any((self.platform, self.author, self.page, self.pattern, self.source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause as it may be shown: id, section and our own paraphrase of one policy.

    `wording` is verbatim, and there only once the organisation has imported its document; `missing` says
    that the imported document does not hold it.
    """

    id: str
    policy: str
    section: str
    paraphrase: str
    category: str
    protects: bool = False
    overdue_since: str | None = None
    wording: str | None = None
    missing: bool = False

    @property
    def said(self) -> str:
        """The clause as people read it: quoted where we have its own words, else paraphrased."""
        if self.wording:
            return f"\u201c{self.wording}\u201d"
        return self.paraphrase + (" (wording not found in the imported document)" if self.missing else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well one source was read. `since` is when `state` began.

    `alarmed_at` is when its alarm was told last, None where there is none: it may mend by itself.
    """

    source: str
    kind: str
    state: SourceState
    since: datetime | None = None
    note: str = ""
    last_ok_at: datetime | None = None
    newest_item_at: datetime | None = None
    covered_from: datetime | None = None
    strikes: int = 0
    alarmed_at: datetime | None = None

    @property
    def may_mend(self) -> bool:
        """True where it failed, but not so often or so badly that a person has to act."""
        return self.strikes > 0 and self.alarmed_at is None and not self.state.answered


Was = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a passage: what stands there still, what an edit took out, or what it put in."""

    text: str
    was: Was


@dataclass(frozen=True, slots=True)
class Passage:
    """One place of an edit, to be read: its pieces in order, with a little of the line around them.

    `section` is the heading over it, or the infobox it is in. Of the last passage that a limit let through,
    `more` is how many further places of the edit it left out.
    """

    section: str | None
    pieces: tuple[Piece, ...]
    more: int = 0


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


class Edition(StrEnum):
    """Which digest: of the day, the week's roll-up, or the month's figures."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who is told: an address and the role (routing key) that decides what they see.

    `login` is their account on this computer, `deputy` the address of who stands in while they are away.
    `stands_for` is the address of who is away, where somebody holds the role today in their place.
    `edition` is how often they are written to, None for what is usual for the role. They asked to hear of
    cases from `min_severity` on, and of these `categories` (empty: of all).
    """

    address: str
    role: str
    login: str | None = None
    deputy: str | None = None
    stands_for: str | None = None
    edition: Edition | None = None
    min_severity: Severity = Severity.INFO
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which role: what the audit log says of it.

    The role is `terminal` where the settings do not say who holds which.
    """

    name: str
    role: str = "terminal"


SERVICE = Actor("trustwatch", "service")
"""The program itself: what it does without being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is to be done by a day: a reminder, a review, the end of a clock."""

    on: date
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That somebody saw what was masked: who, in which role, of what (`case:12`), why. `at` is aware UTC."""

    at: datetime
    who: str
    role: str
    object: str
    reason: str


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
    `networks` are the organisation's own (CIDR), with which an editor's address is compared.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one poll of one source did."""

    source: str
    state: SourceState
    pages: int = 0
    seen: int = 0
    fresh: int = 0
    kept: int = 0
    folded: int = 0
    unrelated: int = 0
    findings: int = 0
    hidden: int = 0
    covered_from: datetime | None = None
    note: str = ""
