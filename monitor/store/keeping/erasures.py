"""Erasures at rest: what may not come back, as keyed hashes in a table and in a journal beside the database.

A backup that is restored brings erased people back, so the list of erasures must not be only in what is
restored. The journal is a file of one line each; the database remembers how long it was at its last entry:
where the lengths differ, something is to be caught up on (monitor.store.keeping.erasing).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, and_, or_, select

from monitor import folding
from monitor.store.keeping.purging import CHUNK, batched
from monitor.store.sitekey import SiteKey
from monitor.store.tables import Erasure, table_of
from monitor.types import Post

JOURNALLED = "erasures_journal"
"""The fact in `meta` that says how long the journal was when this database last added to it."""

ITEM, ACCOUNT, STAFF = "item", "account", "staff"
"""What can be erased: an item, whatever an account writes, what was read of an authorised account."""

_erasure = table_of(Erasure)


@dataclass(frozen=True, slots=True)
class Barred:
    """One line of the journal, and one row: the key names nobody, `reason` is a single word; aware UTC."""

    key: str
    kind: str
    reason: str
    erased_at: datetime

    @classmethod
    def read(cls, line: str) -> Barred:
        """The entry that a line of the journal holds. Raises ValueError or KeyError for half a line."""
        value = json.loads(line)
        return cls(value["key"], value["kind"], value["reason"], datetime.fromisoformat(value["at"]))

    @property
    def line(self) -> str:
        """The entry as a line of the journal."""
        told = {"key": self.key, "kind": self.kind, "reason": self.reason, "at": self.erased_at.isoformat()}
        return json.dumps(told) + "\n"


class Journal:
    """The file of erasures: only ever added to. Raises OSError where it cannot be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """Its length in bytes, 0 where there is none."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, entries: Iterable[Barred]) -> int:
        """Add entries, on the disk when this returns; the length after it."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            if end and os.pread(handle, 1, end - 1) != b"\n":
                file.write(b"\n")  # half a line is what a power cut leaves
            file.writelines(entry.line.encode() for entry in entries)
            file.flush()
            os.fsync(handle)
            return file.tell()

    def entries(self) -> Iterator[Barred]:
        """Every entry, oldest first; half a line at the end of a power cut is none."""
        if not self.size():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    yield Barred.read(line)
                except (ValueError, KeyError, TypeError):
                    continue


def account_key(key: SiteKey, platform: str, handle: str) -> str:
    """What stands for an account by the name people know it by."""
    return key.hash("erased account", platform.casefold(), handle.lstrip("@").casefold())


def address_key(key: SiteKey, url: str) -> str:
    """What stands for an item by its address, so that no other way brings it back."""
    return key.hash("erased address", folding.canonical(url))


def subject_key(key: SiteKey, subject: str) -> str:
    """What stands for an account by what its posts are grouped under."""
    return key.hash("erased subject", subject)


def erased(
    connection: Connection,
    key: SiteKey,
    posts: Mapping[str, Post],
    pseudonym: str | None,
    since: datetime,
) -> set[str]:
    """The identities of those of `posts` that may not come back."""
    items = {name: identity for identity, post in posts.items() for name in _item_names(key, identity, post)}
    owners: dict[str, set[str]] = {}
    for identity, post in posts.items():
        for name in _owner_names(key, post, pseudonym):
            owners.setdefault(name, set()).add(identity)
    c, found = _erasure.c, set()
    young = c.erased_at >= since if pseudonym is not None else c.kind != ITEM
    for names in batched([*items, *owners], CHUNK):
        query = select(c.key).where(c.key.in_(names), or_(c.kind == ITEM, and_(c.kind != ITEM, young)))
        for name in connection.execute(query).scalars():
            found |= {items[name]} if name in items else owners[name]
    return found


def _item_names(key: SiteKey, identity: str, post: Post) -> Iterator[str]:
    yield identity
    if post.url:
        yield address_key(key, post.url)


def _owner_names(key: SiteKey, post: Post, pseudonym: str | None) -> Iterator[str]:
    if pseudonym is not None:
        yield pseudonym
    author = post.author
    if author is None:
        return
    if author.handle:
        yield account_key(key, post.platform, author.handle)
    if account := author.external_id or author.handle:
        yield subject_key(key, f"{post.platform}:account:{key.hash('account', account)}")
