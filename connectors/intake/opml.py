"""A list of feeds as feed readers export it (OPML), as [[sources]] tables for the settings file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from connectors.parts import plain
from monitor.errors import SourceChanged

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by name and address."""

    name: str
    url: str

    def table(self) -> str:
        """The [[sources]] table that reads it."""
        values = {"name": self.name, "kind": "rss", "url": self.url}
        lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
        return "\n".join(("[[sources]]", *lines))


def feeds(path: Path, taken: Collection[str], known: Collection[str]) -> Iterator[Feed]:
    """The feeds of a list, each address once and not those of `known`, under names that are not `taken`.

    Raises SourceChanged where the file is no such list; entities are refused as in any feed.
    """
    names, seen = {name.casefold() for name in taken}, set(known)
    for title, written in _outlines(path):
        url = plain.web_address(written)
        if url is None or url in seen or "@" in written.partition("?")[0]:  # not with its sign-in left off
            continue
        seen.add(url)
        name = _free(plain.one_line(title)[:LONGEST_NAME].strip() or urlsplit(url).netloc, names)
        names.add(name.casefold())
        yield Feed(name, url)


def _outlines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        for _, element in iterparse(path, forbid_dtd=False):
            if element.tag.lower() == "outline" and (url := element.get("xmlUrl") or element.get("xmlurl")):
                yield element.get("title") or element.get("text") or "", url.strip()
            element.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        line = f" at line {error.position[0]}" if isinstance(error, ParseError) else ""
        raise SourceChanged(f"{path.name}: this is no list of feeds (OPML){line}: export it again") from None
    except OSError as error:
        raise SourceChanged(f"{path.name}: cannot be read ({error.strerror})") from None


def _free(name: str, names: Collection[str]) -> str:
    number, free = 2, name
    while free.casefold() in names:
        free, number = f"{name} {number}", number + 1
    return free
