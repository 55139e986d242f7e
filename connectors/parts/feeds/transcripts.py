"""The words of podcast episodes: transcripts that a feed names, fetched a few in each poll."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import structlog

from connectors.http import Http
from connectors.parts.cursors import digest
from connectors.parts.feeds.entries import Item
from monitor import sandbox
from monitor.errors import SourceError
from monitor.types import Post

PARSER = "connectors.parts.feeds.captions:read"
PER_POLL = 10

log = structlog.get_logger("connectors.transcripts")


@dataclass(slots=True)
class Transcripts:
    """Puts transcripts into episodes. `known` are those of earlier polls: address -> the episode's content.

    `marks` is what to remember in turn; `pending` is True where episodes were left for the next poll.
    """

    http: Http
    known: Mapping[str, str]
    left: int = PER_POLL
    marks: dict[str, str] = field(default_factory=dict)
    pending: bool = False

    def told(self, item: Item) -> Post | None:
        """The episode with its words; as it is where they cannot be had; None where it is known already."""
        if item.entry["transcript"] is None:
            return item.post
        address, kind = item.entry["transcript"]
        name, content = digest(address), digest(item.post.title, item.post.text)
        if self.known.get(name) == content:
            self.marks[name] = content
            return None
        words = self._words(address, kind)
        if not words:
            return item.post
        self.marks[name] = content
        return replace(item.post, text="\n\n".join(filter(None, (item.post.text, words))))

    def _words(self, address: str, kind: str) -> str:
        if not self.left:
            self.pending = True
            return ""
        self.left -= 1
        try:
            answer = self.http.get(address)
            return str(sandbox.run(PARSER, answer.body, kind or answer.headers.get("content-type", "")))
        except (SourceError, sandbox.ParserError) as error:
            # An episode without its words is still an episode; its feed has done nothing wrong.
            log.info("transcript not read", host=urlsplit(address).hostname, why=type(error).__name__)
            return ""
