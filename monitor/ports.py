"""The protocols a plug-in implements: one method each.

A connector reads one source, a rule set judges one post, a notifier sends one message. Everything
else (scheduling, retry, de-duplication, storage, accounting) belongs to the core.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from monitor.types import (
    Account,
    Crop,
    Depth,
    Filter,
    Finding,
    Message,
    Page,
    Post,
    Receipt,
    Reference,
    Span,
    State,
)


class Clock(Protocol):
    """Gives the present moment as aware UTC; tests and the demo bring their own."""

    def __call__(self) -> datetime: ...


class Connector(Protocol):
    """Reads one source."""

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what is new after `cursor`, or, where that is None, whatever is newer than `since`.

        Raises the SourceError that says what to do next. A page's `cursor` is saved in the same
        transaction as its posts, so it may only cover posts already yielded: newest first it comes with
        the last page alone, unless it also names what is still to be read.
        """
        ...


@runtime_checkable
class Recheck(Protocol):
    """What a connector can do besides where its platform can be asked for single items."""

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` (each a `Post.recheck_id`) that the public cannot read any more, and why.

        What is not among them was seen to be public. Raises the SourceError that says what to do next: of
        ids whose answer is not in doubt, nothing may be said then.
        """
        ...


@runtime_checkable
class ProfileSearch(Protocol):
    """What a connector can do besides where its platform lets profiles be searched."""

    def profiles(self, query: str) -> Iterator[Account]:
        """The profiles that the platform finds for `query`, best first. Raises SourceError."""
        ...


class Meter(Protocol):
    """Counts what a paid or rationed interface is asked for, by source and day."""

    def charge(self, cost: int, limit: int | None, day: date) -> None:
        """Count `cost` before it is incurred, in the connector's unit; negative gives back what was not used.

        Raises BudgetSpent, and counts nothing, where the day's total would pass `limit`.
        """
        ...


@runtime_checkable
class Metered(Protocol):
    """What a connector's class can say of the unit that its meter counts in."""

    @staticmethod
    def amount(spent: int) -> str:
        """So many of the units as people write them: `$1.20`, `340 units`."""
        ...


class References(Protocol):
    """Decides whether a post speaks of the organisation. Pure."""

    def find(self, post: Post) -> Sequence[Reference]:
        """The references found, best first; empty where the post does not refer."""
        ...


class Identifiers(Protocol):
    """Finds what must be masked before a post is stored or shown. Pure."""

    def spans(self, post: Post) -> Sequence[Span]:
        """Every span that may identify a person, of every part of the post, whatever its severity."""
        ...


class Rules(Protocol):
    """Judges a post against the rules in force. Pure: no clock, no store, no network."""

    def evaluate(self, post: Post) -> Iterable[Finding]:
        """The findings of one post, none if it met no rule."""
        ...


class Pictures(Protocol):
    """Looks at what a post shows."""

    def see(self, post: Post, depth: Depth) -> Post:
        """The post with `picture` on each of its media, and `avatar` on an author that has one.

        Raises nothing for a picture that cannot be had or read: its `not_read` says so. What was fetched for
        it is its media's `content`.
        """
        ...


class Evidence(Protocol):
    """Cuts picture evidence."""

    def crops(self, post: Post, findings: Sequence[Finding], masked: Sequence[Span]) -> Sequence[Crop]:
        """What shows the findings of a post whose pictures were seen, with `masked` made unreadable."""
        ...


class Filters(Protocol):
    """The exceptions that people made. Pure; expired ones are not among them."""

    def hiding(self, post: Post, finding: Finding, author: str) -> Filter | None:
        """The filter that keeps `finding` from becoming a case; `author` is the post's as people see it."""
        ...


class Notifier(Protocol):
    """Sends one message to one recipient.

    `private` is True where its addressee alone can read what is sent: only then the protected lane uses it.
    """

    private: bool

    def send(self, message: Message) -> Receipt:
        """Hand the message over. Raises DeliveryError(permanent=...)."""
        ...
