"""What a wiki's log says was done to one page, under every title that it had meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors.parts.wiki.logentry import LogEntry
from connectors.parts.wiki.mediawiki import Wiki

_TITLES = 8
"""A page that was moved more often since the last look is followed no further."""


def entries(
    wiki: Wiki, page_id: int, titles: tuple[str, ...], since: datetime, after: int
) -> Iterator[LogEntry]:
    """The events of the page after entry `after`, made since then, oldest first. Raises SourceError.

    An entry stands under the title that the page had when it was made: a page is followed from the titles
    that are known through each move. What was done to another page of the same title is left out.
    """
    waiting, asked, found = list(dict.fromkeys(titles)), set[str](), dict[int, LogEntry]()
    while waiting and len(asked) < _TITLES:
        title = waiting.pop(0)
        asked.add(title)
        for entry in wiki.log(title, since):
            if entry.logpage not in (0, page_id) or entry.event is None:
                continue
            found[entry.logid] = entry
            if entry.moved_to and entry.moved_to not in {*asked, *waiting}:
                waiting.append(entry.moved_to)
    yield from (found[number] for number in sorted(found) if number > after)
