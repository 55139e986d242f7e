"""A page's history feed, which every MediaWiki offers: edits with what they changed, without asking its API.

`index.php?title=PAGE&action=history&feed=atom`, or `feed=rss`; ten edits, or as many as `limit` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from connectors.parts.wiki.comparison import Comparison
from connectors.parts.wiki.rows import Line, Row, hunks
from connectors.parts.wiki.wikitext import Wikitext
from monitor import sandbox
from monitor.errors import SourceChanged

if TYPE_CHECKING:  # the parsers it needs are the sandbox's
    from connectors.parts.wiki.feeddocument import Cells, Entry

PARSER = "connectors.parts.wiki.feeddocument:read"
_SECTION = re.compile(r"/\* *(.+?) *\*/")  # what the wiki puts before the summary of who edits one section


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEdit:
    """One edit. `parentid` is the edit before it, as far as the feed goes back; `timestamp` is aware UTC.

    `user` is None where the wiki hides it. `comparison` is None where the feed has none: of a page's first
    revision, of a hidden one, and of a large one. It knows the sections that stand near the changes.
    """

    revid: int
    parentid: int | None
    title: str
    user: str | None
    comment: str
    timestamp: datetime
    comparison: Comparison | None


def edits(body: bytes) -> list[FeedEdit]:
    """The edits of a feed, newest first. Raises SourceChanged where it is none."""
    try:
        entries: list[Entry] | None = sandbox.run(PARSER, body)
    except sandbox.ParserError as error:
        raise SourceChanged(f"malformed history feed ({error})") from None
    if entries is None:
        raise SourceChanged(
            "the answer is no history feed; open it in a browser and look whether the page is still there"
        )
    return [_edit(entry, before) for entry, before in zip_longest(entries, entries[1:])]


def _edit(entry: Entry, before: Entry | None) -> FeedEdit:
    comment = _comment(entry)
    section = _SECTION.match(comment)
    return FeedEdit(
        revid=entry["revid"],
        parentid=before["revid"] if before else None,
        title=entry["page"],
        user=entry["user"] or None,
        comment=comment,
        timestamp=datetime.fromisoformat(entry["at"]),
        comparison=None if entry["rows"] is None else _comparison(entry["rows"], section and section[1]),
    )


def _comment(entry: Entry) -> str:
    """The summary of the edit. It is in the entry's text, too, but there even where the wiki hides it."""
    user, heading = entry["user"], entry["heading"]
    return heading.removeprefix(f"{user}: ").strip() if user and heading.startswith(f"{user}: ") else ""


def _comparison(cells: Iterable[Cells], section: str | None) -> Comparison:
    rows = list(_rows(cells, section))
    return Comparison(
        hunks=hunks(rows),
        sections_before=tuple(_headings(row.old for row in rows)),
        sections_after=tuple(_headings(row.new for row in rows)),
    )


def _rows(cells: Iterable[Cells], section: str | None) -> Iterator[Row]:
    """The lines, each with the nearest heading above it: that of the edit where lines were left out."""
    above = [section, section]
    for *texts, old, new in cells:
        if texts == [None, None]:
            above = [section, section]
            continue
        sides = [
            None if text is None else Line(str(text), int(number or 1), heading)
            for text, number, heading in zip(texts, (old, new), above, strict=True)
        ]
        yield Row(*sides)
        for side, heading in enumerate(_headings([line]) for line in sides):
            above[side] = next(heading, above[side])


def _headings(lines: Iterable[Line | None]) -> Iterator[str]:
    for line in lines:
        yield from Wikitext(line.text).sections if line else ()
