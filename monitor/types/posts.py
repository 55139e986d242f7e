"""What a source gives: pages of posts, and why a post speaks of the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from monitor.types.edits import Change
from monitor.types.pictures import Picture


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


IMAGE = "image "
"""Before the number of a picture, in the name of the part that is its text."""

AVATAR = "avatar"
"""The name of the part that is the picture of the author's account: it has no words."""

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

    `relation`, `registration`, `known_as` and `logo_until` are the organisation's own knowledge; no platform
    and no text sets them. `known_as` is what the register of known accounts calls one that is not ours and
    may bear our name (charity, union, parody ...); `logo_until` the last day on which it may show the logo.
    `avatar` is what was seen in its picture, None where nobody looked.
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
    known_as: str | None = None
    logo_until: date | None = None
    avatar: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, sound, film or document that belongs to a post. `url` may expire.

    `content` is what somebody handed in, under `name`; None for what only its platform has. `picture` is what
    was seen in it, None where nobody looked. `permitted` says that a permission of the image register is for
    it: the organisation's own knowledge.
    """

    kind: str
    url: str
    alt_text: str | None = None
    name: str = ""
    content: bytes | None = field(default=None, repr=False)
    picture: Picture | None = None
    permitted: bool = False


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

    @property
    def images(self) -> Iterator[tuple[str, Picture]]:
        """What was seen in its media, each under its name among the parts: `image 1` for the first."""
        for number, media in enumerate(self.media, 1):
            if media.picture is not None:
                yield f"{IMAGE}{number}", media.picture

    def part(self, where: str) -> str:
        """The text that spans with this `where` index.

        One of text, title, url, bio, display_name, handle, added, removed, headings, surroundings,
        `image 1` for the text recognised in the first of the media, or `avatar`.
        """
        if where.startswith(IMAGE):
            return next((picture.text for name, picture in self.images if name == where), "")
        match where:
            case "text":
                return self.text
            case "title":
                return self.title
            case "url":
                return self.url or ""
            case "avatar":
                return ""
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
