"""Posts for the rule tests: an invented trust, invented people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.types import Account, Change, Hunk, Kind, Post, Relation


def post(text: str = "", **fields: Any) -> Post:
    """A public post; `author` fields may be given by name."""
    names = ("handle", "display_name", "bio", "relation", "is_parody")
    author = {name: fields.pop(name) for name in names if name in fields}
    return Post(
        source="test",
        platform="example",
        external_id="1",
        observed_at=datetime(2026, 11, 21, tzinfo=UTC),
        text=text,
        author=Account(platform="example", **author),
        **fields,
    )


def staff(text: str = "", **fields: Any) -> Post:
    """A post of an authorised staff account."""
    return post(text, relation=Relation.AUTHORISED_STAFF, **fields)


def edit(before: str, after: str, summary: str = "", **fields: Any) -> Post:
    """An edit of a watched page that turned `before` into `after`."""
    change = {"page": "Wearside Vale Hospital", "page_id": "1", "revision": "2", "parent": "1"} | fields
    hunks = fields.pop("hunks", (Hunk(old=before, new=after),))
    return post(summary, kind=Kind.PAGE_EDIT, change=Change(hunks=hunks, **change))
