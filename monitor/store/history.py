"""History: stored mentions as posts again, with what was found in them and what people said of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from monitor.store.casework.decisions import latest_verdicts
from monitor.store.rows import change_from, pictures_from
from monitor.store.store import Store
from monitor.store.tables import Finding, Mention, table_of
from monitor.types import (
    IMAGE,
    Account,
    Change,
    Hunk,
    Kind,
    Lane,
    Media,
    Picture,
    Post,
    Relation,
    State,
    Verdict,
)

_CHUNK = 1_000
_BLANK = "\u2588"
_MASK = re.compile(r"\[[^\[\]\n]{1,60} redacted\]")

_mention = table_of(Mention)
_finding = table_of(Finding)


@dataclass(frozen=True, slots=True)
class Found:
    """A stored finding, by rule. `masked`: what it rests on is masked, so no rule can find it again."""

    rule_id: str
    rule_version: str
    lane: Lane
    case: int | None
    verdict: Verdict | None
    masked: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mention as it is stored: the masked copy, its author as people see it, and its findings.

    In `post` the words of masks are blank, so that no rule takes "NHS number redacted" for the author's.
    """

    number: int
    post: Post
    author: str
    findings: tuple[Found, ...]


def count_since(store: Store, since: datetime) -> int:
    """How many mentions were first seen since then."""
    query = select(func.count(_mention.c.id)).where(*_kept(since))
    with store.reading() as connection:
        return int(connection.execute(query).scalar_one())


def mentions_since(store: Store, since: datetime) -> Iterator[Remembered]:
    """Every mention first seen since then, oldest first; a thousand in memory at a time."""
    last = 0
    while True:
        query = select(_mention).where(_mention.c.id > last, *_kept(since))
        with store.reading() as connection:
            rows = list(connection.execute(query.order_by(_mention.c.id).limit(_CHUNK)))
            posts = {row.id: _post(row) for row in rows}
            findings = _findings(connection, posts)
        for row in rows:
            yield Remembered(row.id, posts[row.id], row.author, tuple(findings[row.id]))
        if len(rows) < _CHUNK:
            return
        last = rows[-1].id


def _kept(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """First seen since then, and its words are here."""
    return _mention.c.first_seen_at >= since, _mention.c.purged_at.is_(None)


def _findings(connection: Connection, posts: Mapping[int, Post]) -> dict[int, list[Found]]:
    """What was found in these mentions, by their number."""
    verdicts = {case: Verdict(verdict) for case, verdict in connection.execute(latest_verdicts())}
    found: dict[int, list[Found]] = defaultdict(list)
    stored = select(_finding).where(_finding.c.mention_id.in_(posts)).order_by(_finding.c.id)
    for row in connection.execute(stored):
        masked = any(_is_gone(posts[row.mention_id], *span) for span in row.spans)
        verdict = verdicts.get(row.case_id)
        found[row.mention_id].append(
            Found(row.rule_id, row.rule_version, Lane(row.lane), row.case_id, verdict, masked)
        )
    return found


def _is_gone(post: Post, where: str, start: int, end: int, _label: str) -> bool:
    """True where what a span covers was masked, or not kept at all."""
    stretch = post.part(where)[start:end]
    return not stretch or _BLANK in stretch


def _post(row: Row[Any]) -> Post:
    return Post(
        source=row.source,
        platform=row.platform,
        external_id=str(row.id),
        observed_at=row.first_seen_at,
        kind=Kind(row.kind),
        state=State(row.state),
        url=row.url,
        author=_account(row),
        title=_blank(row.title),
        text=_blank(row.text),
        lang=row.lang,
        created_at=row.created_at,
        edited_at=row.edited_at,
        change=_change(row.change) if row.change else None,
        media=tuple(_media(pictures_from(row.pictures))),
    )


def _media(pictures: Mapping[str, Picture]) -> Iterator[Media]:
    """Media with what was seen in them, each at its number; those between of which nothing is known, bare."""
    last = max((int(where.removeprefix(IMAGE)) for where in pictures), default=0)
    for number in range(1, last + 1):
        seen = pictures.get(f"{IMAGE}{number}")
        yield Media(kind="image", url="", picture=seen and replace(seen, text=_blank(seen.text)))


def _account(row: Row[Any]) -> Account:
    """A public author under their shown name; of staff only what they are to us."""
    relation = Relation(row.relation)
    public = relation is not Relation.AUTHORISED_STAFF and row.author
    return Account(platform=row.platform, handle=public or None, relation=relation)


def _change(stored: dict[str, Any]) -> Change:
    change = change_from(stored)
    return replace(
        change,
        page=_blank(change.page),
        target=change.target and _blank(change.target),
        sections_before=tuple(map(_blank, change.sections_before)),
        sections_after=tuple(map(_blank, change.sections_after)),
        hunks=tuple(map(_hunk, change.hunks)),
    )


def _hunk(hunk: Hunk) -> Hunk:
    return replace(
        hunk,
        old=_blank(hunk.old),
        new=_blank(hunk.new),
        section=hunk.section and _blank(hunk.section),
        before=_blank(hunk.before),
        after=_blank(hunk.after),
        template=hunk.template and _blank(hunk.template),
        parameter=hunk.parameter and _blank(hunk.parameter),
    )


def _blank(text: str) -> str:
    return _MASK.sub(lambda match: _BLANK * len(match[0]), text) if "redacted]" in text else text
