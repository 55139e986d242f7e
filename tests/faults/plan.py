"""What happens to an installation in a life, decided by a seed: so it can be lived again and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from monitor.types import Account, Kind, Page, Post
from tests.connectors.imapserver import PASSWORD, USER

FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)
SENDER = "monitor@wvft.nhs.test"
NUMBER = "999 200 1135"
STORIES = {
    "number": f"WVFT lost a letter with NHS number {NUMBER}, report {{}}.",
    "plain": "WVFT opens clinic number {}.",
    "other": "A bakery opens branch number {}.",
}
GUARDIAN = "caldicott@wvft.nhs.test"
ALWAYS = (("comms@wvft.nhs.test", "comms"), (GUARDIAN, "patient_confidentiality"))
EXTRA = (("dpo@wvft.nhs.test", "information"), ("comms@wvft.nhs.test", "comms_director"))


@dataclass(frozen=True)
class Step:
    """Something that the service does, and when."""

    number: int
    at: datetime
    what: str


class Plan:
    """Posts, recipients, the order of pages and the moments of everything, by a seed."""

    returned: tuple[str, ...]
    """Kinds of mail to the Guardian whose first one is accepted and comes back."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self.steps = self._steps()
        self.recipients = self._recipients()
        self.greylisted = {self._chance.choice([address for address, _ in self.recipients])}
        self.returned = self._chance.choice([("digest",), ("digest", "urgent")])
        self.shelves = {name: self._shelf(name) for name in ("paper", "gazette")}

    def settings(self, folder: Path, port: int, url: str | None, reports: int = 0) -> dict[str, Any]:
        """The settings file of the installation, as data; `reports` is the port of its bounce mailbox."""
        bounces = {"host": "127.0.0.1", "port": reports, "security": "none", "user": USER}
        return ({"bounces": bounces | {"password": PASSWORD}} if reports else {}) | {
            "organisation": {"name": "Wearside Vale NHS Foundation Trust", "short": "WVFT"},
            "store": {"state_dir": str(folder)} | ({"url": url} if url else {}),
            "digest": {"at": "07:30:00", "days": "mon-sun"},
            "smtp": {
                "host": "127.0.0.1",
                "port": port,
                "security": "none",
                "sender": "monitor@wvft.nhs.test",
            },
            "recipients": [{"address": address, "role": role} for address, role in self.recipients],
            "rules": {"rehearsal": True},
            "retention": {"mentions": "1d"},
            "sources": [
                {"name": name, "kind": "rss", "url": f"https://{name}.test/feed"} for name in self.shelves
            ],
        }

    @cached_property
    def told(self) -> dict[str, str]:
        """The headline of everything that speaks of us, and what kind it is; copies fold into one."""
        kinds = {story.post.title: story.kind for shelf in self.shelves.values() for story in shelf.stories}
        return {title: kind for title, kind in kinds.items() if kind != "other"}

    def _steps(self) -> list[Step]:
        """Two days; polls before and after the first digest, or only before it."""
        minute = timedelta(minutes=1)
        day = [FRIDAY + timedelta(days=n) for n in range(2)]
        first = day[0] + self._chance.randrange(300, 360) * minute
        second = day[0] + self._chance.choice([452, 530, 900]) * minute
        digest = day[0] + self._chance.randrange(455, 500) * minute
        alarm = [(first + 8 * minute, "deliver"), (first + 25 * minute, "bounces")]
        unheard = [(first + 45 * minute, "deliver")]  # nobody has acknowledged it within half an hour
        deliveries = [
            (digest, "deliver"),
            (digest + 20 * minute, "deliver"),
            (digest + 30 * minute, "bounces"),
        ]
        evening = [(day[0] + 1000 * minute, "poll"), (day[0] + 1010 * minute, "rotate")]
        heard = [(day[0] + 1020 * minute, "deliver"), (day[0] + 1100 * minute, "acknowledge")]
        morning = [(day[1] + 440 * minute, "retain"), (day[1] + 460 * minute, "poll")]
        late = [(day[1] + 470 * minute, "deliver"), (day[1] + 490 * minute, "deliver")]
        polls = [(first, "poll"), (second, "poll")]
        moments = [*polls, *alarm, *unheard, *deliveries, *evening, *heard, *morning, *late]
        return [Step(number, *each) for number, each in enumerate(sorted(moments))]

    def _recipients(self) -> list[tuple[str, str]]:
        more = self._chance.sample(EXTRA, self._chance.randrange(len(EXTRA)))
        return [*ALWAYS, *more]

    def _shelf(self, source: str) -> Stock:
        """Stories that come out over two days; one is given twice, one is in both papers."""
        ends = int((self.steps[-1].at - FRIDAY) / timedelta(minutes=1)) - 40
        number = self._chance.randrange(5, 9)
        stories = [self._story(source, n, self._chance.randrange(200, ends)) for n in range(number)]
        stories.append(self._chance.choice(stories))
        shared = self._post(source, "shared", STORIES["number"].format("both"), 0)
        stories.append(Story(shared, "number", FRIDAY))
        return Stock(tuple(stories), self._chance.randrange(2, 4), self._chance.random() < 0.5)

    def _story(self, source: str, number: int, minute: int) -> Story:
        kind = self._chance.choice(list(STORIES)) if number > 1 else ("number", "plain")[number]
        text = STORIES[kind].format(f"{source} {number}")
        out = FRIDAY + timedelta(minutes=0 if number < 2 else minute)
        return Story(self._post(source, str(number), text, minute), kind, out)

    def _post(self, source: str, name: str, text: str, minute: int) -> Post:
        shared = name == "shared"
        return Post(
            source=source,
            platform="web",
            external_id=f"{source}.test/{name}",
            observed_at=FRIDAY,
            kind=Kind.ARTICLE,
            url="https://wire.test/shared" if shared else f"https://{source}.test/{name}",
            title="Shared story" if shared else f"Story {name} of the {source}",
            text=text,
            created_at=FRIDAY + timedelta(minutes=minute) - timedelta(hours=1),
            author=Account(platform="web", handle=f"@{source}{name}"),
        )


@dataclass(frozen=True)
class Story:
    """A post, what kind it is, and when its source first shows it."""

    post: Post
    kind: str
    out: datetime


@dataclass(frozen=True)
class Stock:
    """What a source shows in the end, how many on a page, and whether a cursor comes with each page."""

    stories: tuple[Story, ...]
    per_page: int
    cursor_on_each: bool


@dataclass(frozen=True)
class Shelf:
    """A connector: what of the stock is out at a moment, oldest first, after a cursor."""

    stock: Stock
    at: datetime

    def pages(self, cursor: str | None, _since: datetime) -> Iterator[Page]:
        """See `monitor.ports.Connector`."""
        known = datetime.fromisoformat(cursor) if cursor else FRIDAY - timedelta(days=1)
        out = sorted((s for s in self.stock.stories if known < s.out <= self.at), key=lambda s: s.out)
        pages = list(_cut(out, self.stock.per_page))
        for number, page in enumerate(pages, 1):
            # Two that came out at one moment are never parted by a cursor.
            whole = number == len(pages) or page[-1].out < pages[number][0].out
            safe = whole and (self.stock.cursor_on_each or number == len(pages))
            read_to = (self.at if number == len(pages) else page[-1].out).isoformat() if safe else None
            yield Page(posts=tuple(s.post for s in page), cursor=read_to, covered_from=FRIDAY)
        if not pages:
            yield Page(posts=(), cursor=self.at.isoformat(), covered_from=FRIDAY)


def _cut(stories: Sequence[Story], size: int) -> Iterator[Sequence[Story]]:
    for at in range(0, len(stories), size):
        yield stories[at : at + size]
