"""A poll of many sources over a slow network, through the service and the store. Reported, never asserted."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.config import NetworkSettings, Settings, SourceSettings, StoreSettings, TermsBasis
from monitor.pipeline import Window
from monitor.service import THREADS, App, opened, utc_now
from rules.examples import ORGANISATION
from tests.bench.figure import Figure

SOURCES, ITEMS, LATENCY = 200, 20, 0.2
BASIS = TermsBasis(reference="bench", approved_by="bench", on=date(2026, 1, 1), review=date(9999, 1, 1))
IDEAL = SOURCES / THREADS * LATENCY


def run() -> list[Figure]:
    """Wall time of one poll of 200 sources, all items new and then all known."""
    return [*_polls("hacker_news", "JSON interfaces"), *_polls("rss", "feeds")]


def _polls(kind: str, what: str) -> list[Figure]:
    with TemporaryDirectory() as folder, _stub() as base:
        sources = tuple(_source(kind, base, number) for number in range(SOURCES))
        settings = Settings(
            organisation=ORGANISATION,
            store=StoreSettings(state_dir=Path(folder)),
            network=NetworkSettings(private_hosts=("127.0.0.1",), contact="comms@wvft.nhs.test"),
            sources=sources,
        )
        with opened(settings) as app:
            return [_poll(app, f"{SOURCES} {what}, items {age}") for age in ("new", "known")]


def _poll(app: App, what: str) -> Figure:
    window = Window(since=utc_now() - timedelta(days=7))
    began = time.perf_counter()
    tallies = app.scan(map(app.task, app.sources()), window)
    took = time.perf_counter() - began
    read = sum(tally.seen == ITEMS for tally in tallies)
    name = f"poll of {what}, {read} read at {LATENCY * 1000:.0f} ms (ideal {IDEAL:.1f} s)"
    return Figure(name, took, "s", f"<= {IDEAL * 1.5:.1f}")


def _source(kind: str, base: str, number: int) -> SourceSettings:
    # A base address or a path each: no two sources ask the same.
    options: dict[str, Any] = (
        {"url": f"{base}/feed/{number}"} if kind == "rss" else {"base_url": f"{base}/{number}"}
    )
    if kind == "hacker_news":
        options |= {"query": ORGANISATION.short, "terms_basis": BASIS}
    return SourceSettings.model_validate({"name": f"{kind}-{number}", "kind": kind} | options)


@contextmanager
def _stub() -> Iterator[str]:
    """The address of a server in a process of its own, so that it takes no turn of ours."""
    command = [sys.executable, "-m", "tests.bench.polling"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


class _Slow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_feed = self.path.startswith("/feed/")
        body = (_feed if is_feed else _answer)(self.path).encode()
        time.sleep(LATENCY)
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml" if is_feed else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # else a burst of connections waits a second for a second try


def _answer(path: str) -> str:
    """An answer of Hacker News' search."""
    now, number = time.time(), int(path.split("/")[1])
    hits = [
        {
            "objectID": f"{number}{item:04}",
            "author": f"reader{item}",
            "created_at_i": int(now) - item * 60,
            "title": f"Item {item} on {ORGANISATION.short}",
            "story_text": "Visitors should follow the signs from the main door. " * 5,
        }
        for item in range(ITEMS)
    ]
    return json.dumps({"hits": hits, "page": 0, "nbPages": 1})


def _feed(path: str) -> str:
    """A feed of the same size."""
    items = "".join(
        f"<item><guid>{path}-{item}</guid><title>Item {item} on {ORGANISATION.short}</title>"
        f"<link>https://gazette.test{path}/{item}</link>"
        f"<description>{'Visitors should follow the signs from the main door. ' * 5}</description></item>"
        for item in range(ITEMS)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Gazette</title>{items}</channel></rss>'


if __name__ == "__main__":
    with _Server(("127.0.0.1", 0), _Slow) as server:
        print(server.server_address[1], flush=True)  # noqa: T201
        server.serve_forever()
