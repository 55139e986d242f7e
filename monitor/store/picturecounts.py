"""How many pictures each source showed, and why some could not be analysed."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.store.tables import PictureCount, table_of
from monitor.types import PicturesSeen

_count = table_of(PictureCount)


def pictures_seen(connection: Connection, since: datetime | None) -> list[PicturesSeen]:
    """What came of the pictures of each source since then (aware UTC, None = ever), by source."""
    c = _count.c
    query = select(c.source, c.not_read, func.sum(c.pictures)).group_by(c.source, c.not_read)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for source, why, number in connection.execute(query if since is None else query.where(c.at > since)):
        found[source][why] += number
    return [_told(source, found[source]) for source in sorted(found)]


def _told(source: str, counted: Counter[str]) -> PicturesSeen:
    reasons = tuple((why, number) for why, number in counted.most_common() if why)
    return PicturesSeen(source=source, pictures=counted.total(), not_read=reasons)
