"""Passes folders of feed files through the rss connector and prints what came out.

    python tests/tools/feed_corpus.py FOLDER...

Every file is answered as a web server would answer it, with the headers that a `NAME.headers` beside it
or feedparser's `Header:` comments give. "Seen" is what feedparser sees of the same bytes.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import httpx
from rich.console import Console
from rich.table import Table

from connectors import Context
from connectors.http import Http
from connectors.rss import Rss, RssOptions
from monitor.errors import SourceChanged

ADDRESS = "https://corpus.test/feed"
COLUMNS = ("files", "seen", "posts", "repeats", "not a feed", "exceptions", "without date")


def feeds(folder: Path) -> Iterable[Path]:
    """The files of a folder that are answers: not headers, not compression tests without headers."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".headers", ".z", ".gz", "")
    )


def answer(path: Path) -> httpx.Response:
    """The file as a server would send it."""
    body = path.read_bytes()
    headers = {name.decode().lower(): value.decode() for name, value in _commented(body)}
    beside = path.with_name(path.name + ".headers")
    if beside.exists():
        headers |= dict(re.findall(r"(?im)^(content-type):\s*(.+?)\s*$", beside.read_text()))
    headers = {
        name: headers[name] for name in headers if name.lower() in ("content-type", "content-location")
    }
    if body.startswith(b"\x1f\x8b"):
        headers["content-encoding"] = "gzip"
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))


def _commented(body: bytes) -> list[tuple[bytes, bytes]]:
    return re.findall(rb"(?im)^Header:\s*([\w-]+)\s*[:=]\s*(.+?)\s*$", body[:2000])


def seen(path: Path) -> int:
    """How many entries feedparser sees, or for JSON Feed how many items it has."""
    sent = answer(path)
    body = path.read_bytes()
    body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    headers = {name: value for name, value in sent.headers.items() if name == "content-type"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(feedparser.parse(io.BytesIO(body), response_headers=headers).entries)


def passed(path: Path) -> Counter[str]:
    """What one file came to."""
    now = datetime.now(UTC)
    http = Http(now=lambda: now, transport=httpx.MockTransport(lambda request: answer(path)))
    connector = Rss(RssOptions(url=ADDRESS), Context(source="corpus", http=http, now=lambda: now))
    count = Counter({"files": 1, "seen": seen(path)})
    try:
        posts = [p for page in connector.pages(None, now - timedelta(days=36500)) for p in page.posts]
    except SourceChanged as error:
        count["not a feed" if "not a feed" in str(error) else "exceptions"] += 1
        Console(stderr=True).print(f"{path}: {error}", markup=False, highlight=False)
        return count
    count["posts"] = len(posts)
    count["repeats"] = max(0, count["seen"] - len(posts))
    count["without date"] = sum(post.created_at is None for post in posts)
    return count


def main(folders: list[str]) -> None:
    """Print the table, a line a folder."""
    table = Table("folder", *COLUMNS)
    for folder in map(Path, folders):
        total: Counter[str] = Counter()
        for path in feeds(folder):
            total += passed(path)
        table.add_row(f"{folder.parent.name}/{folder.name}", *(str(total[column]) for column in COLUMNS))
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
