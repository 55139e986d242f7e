"""A mail as its reader has it: the words and addresses of its two parts, in their order."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from html.parser import HTMLParser

from alerts.text import KNOWN_HOSTS, link

_ADDRESS = re.compile(r"\S*(?:://|\[://\])\S*")
_UNSEEN = ("style", "title")


@dataclass
class Read:
    """What was read: words in lower case without marks, and addresses as they are shown."""

    words: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        """Take in a stretch of text."""
        self.addresses += [address.strip(",.;:()[]") for address in _ADDRESS.findall(text)]
        self.words += re.findall(r"\w+", _ADDRESS.sub(" ", text).casefold())


class _Page(HTMLParser):
    """The visible words of a page: what a link leads to counts as read after its words."""

    def __init__(self, html: str, known_hosts: Collection[str]) -> None:
        super().__init__()
        self.read, self.known_hosts = Read(), known_hosts
        self._open: list[str] = []
        self._hidden = 0
        self._href: str | None = None
        self._before = 0
        self._text: list[str] = []
        self.feed(html)
        self.close()
        self._flush()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._hidden or "display:none" in (given.get("style") or "").replace(" ", ""):
            self._hidden += tag == "div"
        if tag == "a":
            self._flush()
            self._href, self._before = given.get("href"), len(self.read.addresses)
        elif tag not in ("strong", "span"):
            self._text.append(" ")
        if tag in _UNSEEN:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._hidden:
            self._hidden -= 1
        if tag == "a" and self._href is not None:
            self._flush()
            leads = link(self._href, self.known_hosts).shown.strip(",.;:()[]")
            if leads not in self.read.addresses[self._before :]:
                self.read.addresses.append(leads)
        elif tag not in ("strong", "span"):
            self._text.append(" ")
        if tag in _UNSEEN:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._open and not self._hidden:
            self._text.append(data)

    def _flush(self) -> None:
        self.read.take("".join(self._text))
        self._text.clear()


def page(html: str, known_hosts: Collection[str] = KNOWN_HOSTS) -> Read:
    """What the HTML part says to who sees it."""
    return _Page(html, known_hosts).read


def plain(text: str) -> Read:
    """What the text part says."""
    read = Read()
    read.take(text)
    return read
