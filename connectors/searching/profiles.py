"""Profiles that a platform finds under the organisation's names, as posts of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from connectors.parts.cursors import Cursors
from monitor.ports import Clock, ProfileSearch
from monitor.types import Account, Kind, Page, Post, Terms

SPENT = "today's questions are asked already"


@dataclass(frozen=True, slots=True)
class Place:
    """Which question comes next, and how many were asked on `day`."""

    next: int
    day: date
    asked: int

    def left(self, today: date, allowed: int) -> int:
        """How many may still be asked today."""
        return max(0, allowed - (self.asked if self.day == today else 0))

    def after(self, today: date, questions: int) -> Place:
        """The place once the next question is answered."""
        asked = self.asked + 1 if self.day == today else 1
        return Place((self.next + 1) % questions, today, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Asks `search` the questions in turn, at most `allowed` of them on a day: a page for each answer.

    The cursor says which comes next and how many were asked today, so that a restart asks none twice.
    """

    source: str
    search: ProfileSearch
    questions: Sequence[str]
    allowed: Callable[[date], int]
    now: Clock
    terms: Terms

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what is found now for the questions whose turn it is; `since` says nothing of profiles.

        Raises SourceError.
        """
        today = self.now().date()
        place = self._recall(cursor) or Place(0, today, 0)
        left = min(place.left(today, self.allowed(today)), len(self.questions))
        if not left:
            yield Page(posts=(), cursor=self._mark(place), note=SPENT)
        for _ in range(left):
            found = self.search.profiles(self.questions[place.next])
            place = place.after(today, len(self.questions))
            yield Page(posts=tuple(self._posts(found)), cursor=self._mark(place))

    def _posts(self, accounts: Iterable[Account]) -> Iterator[Post]:
        once = {name: account for account in accounts if (name := account.external_id or account.handle)}
        for name, account in once.items():
            yield self._post(name, account)

    def _post(self, name: str, account: Account) -> Post:
        """A profile: what it calls itself is its title, so that a new name is seen as a change."""
        handle = f"(@{account.handle.lstrip('@')})" if account.handle else ""
        return Post(
            source=self.source,
            platform=account.platform,
            external_id=f"profile:{name}",
            observed_at=self.now(),
            kind=Kind.PROFILE,
            url=account.url,
            title=" ".join(filter(None, (account.display_name, handle))),
            author=account,
            terms=self.terms,
        )

    @property
    def _cursors(self) -> Cursors:
        return Cursors.about("profiles", *self.questions)

    def _mark(self, place: Place) -> str:
        return self._cursors.write(next=place.next, day=place.day.isoformat(), asked=place.asked)

    def _recall(self, cursor: str | None) -> Place | None:
        def place(held: dict[str, object]) -> Place:
            return Place(
                int(str(held["next"])), date.fromisoformat(str(held["day"])), int(str(held["asked"]))
            )

        return self._cursors.read(cursor, place)


def share(position: int, sources: int, total: int, day: date) -> int:
    """How many of a day's `total` questions the source at `position` may ask.

    What cannot be divided goes to another source each day, so that each has its turn.
    """
    each, over = divmod(total, sources)
    return each + ((position - day.toordinal()) % sources < over)
