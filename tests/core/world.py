"""A small world for the core's tests: posts with verbs, a connector that can fail, plain rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import MetaData, select

from monitor.briefing import Editor
from monitor.cases import Directory
from monitor.config import DigestSettings, SourceSettings
from monitor.delivery import Desk
from monitor.dispatch import Dispatch
from monitor.errors import DeliveryError, SourceError
from monitor.judging import Stages
from monitor.pipeline import Pipeline, Task, Window
from monitor.sealing import Keyring
from monitor.store import Store
from monitor.store.originals.readiness import make_ready
from monitor.store.originals.sealingkeys import FOLDER
from monitor.types import (
    Account,
    Clause,
    Finding,
    Kind,
    Lane,
    Message,
    Page,
    Post,
    Receipt,
    Recipient,
    Reference,
    Relation,
    Severity,
    Span,
    Tally,
)
from rules.filters import SiteFilters

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # a Friday
NUMBER = "999 200 1135"
CLAUSE = Clause(
    id="CDD-4.2-1", policy="CDD", section="4.2", paraphrase="Keep patients out of it.", category="p"
)

COMMS = Recipient(address="comms@trust.test", role="comms")
CALDICOTT = Recipient(address="caldicott@trust.test", role="patient_confidentiality")


def post(number: int, text: str = "WVFT opens a clinic", **more: object) -> Post:
    """Post `number` of the source "gazette"."""
    fields: dict[str, object] = {
        "source": "gazette",
        "platform": "web",
        "external_id": f"gazette.test/{number}",
        "observed_at": NOW,
        "kind": Kind.ARTICLE,
        "url": f"https://gazette.test/{number}",
        "title": f"Headline {number}",
        "text": text,
        "created_at": NOW - timedelta(hours=number),
        "author": Account(platform="web", handle="@reporter"),
    }
    return Post(**fields | more)  # type: ignore[arg-type]


class Names:
    """Refers to the organisation where the text says WVFT."""

    def find(self, post: Post) -> Sequence[Reference]:
        return [Reference(alias="WVFT", score=1.0, why="unique name")] if "WVFT" in post.text else []


class Numbers:
    """Identifiers: the one synthetic NHS number, wherever it stands."""

    def spans(self, post: Post) -> Sequence[Span]:
        return [
            Span(at, at + len(NUMBER), "NHS number", where)
            for where in ("title", "text", "added", "removed")
            for at in occurrences(post.part(where), NUMBER)
        ]


class NumberRule:
    """One rule: an NHS number is a critical finding for the Caldicott Guardian."""

    lane = Lane.CONFIDENTIAL
    route = ("patient_confidentiality",)

    def evaluate(self, post: Post) -> Iterator[Finding]:
        spans = tuple(Numbers().spans(post))
        if spans:
            yield Finding(
                rule_id="NHS-001",
                rule_version="1",
                title="NHS number",
                post=post.key,
                category="patient-identifier",
                lane=self.lane,
                severity=Severity.CRITICAL,
                confidence=0.9,
                reason="The post seems to hold an NHS number.",
                clauses=(CLAUSE.id,),
                spans=spans,
                owner="patient_confidentiality",
                route=self.route,
            )


def occurrences(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


@dataclass
class Feed:
    """A connector that answers with what it is told to, newest first or oldest first, or fails."""

    pages_: list[list[Post]] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    error: SourceError | None = None
    asked: list[tuple[str | None, datetime]] = field(default_factory=list)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        self.asked.append((cursor, since))
        for at, posts in enumerate(self.pages_):
            given = self.cursors[at] if at < len(self.cursors) else None
            yield Page(posts=tuple(posts), cursor=given, covered_from=NOW - timedelta(days=7))
        if self.error:
            raise self.error


@dataclass
class Letterbox:
    """A notifier that keeps what it was sent, and refuses when told to."""

    sent: list[Message] = field(default_factory=list)
    refuse: dict[str, DeliveryError] = field(default_factory=dict)
    private: bool = True

    def send(self, message: Message) -> Receipt:
        if message.to in self.refuse:
            raise self.refuse[message.to]
        self.sent.append(message)
        return Receipt(accepted_at=NOW)


@dataclass
class World:
    """One installation on one store, with a clock that tests move."""

    store: Store
    at: datetime = NOW
    rules: object = field(default_factory=NumberRule)
    version: str = "1"
    recipients: tuple[Recipient, ...] = (COMMS, CALDICOTT)
    box: Letterbox = field(default_factory=Letterbox)
    settings: DigestSettings = field(default_factory=DigestSettings)
    stop: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        make_ready(self.store, [], self.at)

    def ring(self, purpose: str) -> Keyring:
        """The private keys of this world."""
        return Keyring(purpose, [self.store.folder / FOLDER])

    def now(self) -> datetime:
        return self.at

    def pipeline(self) -> Pipeline:
        stages = Stages(
            references=Names(),
            rules=self.rules,
            identifiers=Numbers(),
            version=self.version,  # type: ignore[arg-type]
            filters=SiteFilters,
        )
        return Pipeline(self.store, stages, Directory(self.recipients), LONDON, self.now, self.stop)

    def poll(self, feed: Feed, name: str = "gazette", **more: object) -> Tally:
        window = Window(since=self.at - timedelta(days=7))
        fields = {k: more.pop(k) for k in list(more) if k in Window.__slots__}
        task = Task(source=SourceSettings(name=name, kind="rss"), connector=feed, **more)  # type: ignore[arg-type]
        return self.pipeline().poll(task, replace(window, **fields))  # type: ignore[arg-type]

    def desk(self) -> Desk:
        editor = Editor(
            store=self.store,
            directory=Directory(self.recipients),
            organisation="WVFT",
            zone=LONDON,
            clauses={CLAUSE.id: CLAUSE},
            policies=("CDD Social media policy",),
            titles={"patient_confidentiality": "Caldicott Guardian"},
            sources=("gazette",),
            now=self.now,
        )
        return Desk(
            editor=editor,
            dispatch=Dispatch(self.store, lambda: self.box, self.now),
            settings=self.settings,
            compose=plain_message,
            compose_protected=plain_message,
            host="wvft.nhs.test",
        )


def everything_stored(store: Store) -> str:
    """Every row of every table, whole: a row shows long values cut, a tuple of it does not."""
    tables = MetaData()
    with store.reading() as connection:
        tables.reflect(bind=connection)
        rows = (row for table in tables.sorted_tables for row in connection.execute(select(table)))
        return "\n".join(repr(tuple(row)) for row in rows)


def plain_message(briefing: object, *, message_id: str, list_id: str, live: bool = False) -> Message:
    """A message that lists its case numbers, so that tests can read what was told."""
    items = briefing.items  # type: ignore[attr-defined]
    told = " ".join(f"case{item.number}{'*' if item.is_new else ''}" for item in items)
    if waiting := briefing.waiting:  # type: ignore[attr-defined]
        told = f"{briefing.newly} new of {waiting}"  # type: ignore[attr-defined]
    to = briefing.recipient.address  # type: ignore[attr-defined]
    return Message(to=to, subject="digest", text=told, html=told, message_id=message_id, list_id=list_id)


STAFF = Account(platform="web", handle="@nurse", relation=Relation.AUTHORISED_STAFF)
