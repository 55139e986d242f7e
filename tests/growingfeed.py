"""A feed over HTTP on loopback that grows, dawdles or breaks when a test says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from textwrap import dedent

from tests.serving import serving

CALDICOTT = """
[[recipients]]
address = "caldicott@wvft.nhs.test"
role = "patient_confidentiality"
"""
REHEARSAL = "[rules]\nrehearsal = true\n"


class GrowingFeed(ThreadingHTTPServer):
    """A feed of `items` items, every third with a synthetic NHS number; none ever leaves it.

    `story` writes the words of an item by its number; `title` its headline.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.items = 0
        self.answered = 0
        self.delay = 0.0
        self.status = 200
        self.story: Callable[[int], str] = _story
        self.title: Callable[[int], str] = "Story {}".format

    @classmethod
    @contextmanager
    def served(cls) -> Iterator[GrowingFeed]:
        """The feed on a free port, with a thread that answers."""
        server = cls()
        with serving(server):
            yield server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed"

    def settings(self, tables: str = "", *, organisation: str = "", source: str = "") -> str:
        """monitor.toml of an invented trust that reads this feed and tells its press office.

        `tables` are further tables, the others further keys of the organisation and of the source.
        """
        return f"""\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
aliases = [{{ text = "WVFT" }}]
{organisation}
[network]
private_hosts = ["127.0.0.1:{self.server_port}", "127.0.0.1:9"]
[[recipients]]
address = "comms@wvft.nhs.test"
role = "comms"
{dedent(tables)}
[[sources]]
name = "paper"
kind = "rss"
url = "{self.url}"
{source}
"""

    def document(self) -> bytes:
        now = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><guid>{n}</guid><title>{escape(self.title(n))}</title><pubDate>{now}</pubDate>"
            f"<link>http://127.0.0.1:{self.server_port}/{n}</link>"
            f"<description>{escape(escape(self.story(n)))}</description></item>"
            for n in range(self.items)
        )
        return f'<rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'.encode()


def _story(number: int) -> str:
    if number % 3 == 0:
        return f"WVFT lost a letter with NHS number 999 200 1135, report {number}."
    return f"WVFT opens clinic number {number}."


class _Answer(BaseHTTPRequestHandler):
    server: GrowingFeed

    def do_GET(self) -> None:
        self.server.answered += 1
        time.sleep(self.server.delay)
        body = self.server.document()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
