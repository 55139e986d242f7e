"""Answers to posts on one core, for each JSON interface, and what reading costs in memory. Never asserted."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors import CONNECTORS, Context, load, recordings, terms_of
from connectors.http import Http
from connectors.parts.recorded import wants_document
from connectors.parts.replay import Replay
from monitor.config import SourceSettings
from monitor.errors import SourceError
from monitor.service import utc_now
from tests.bench.figure import Figure

ITEMS = 20_000
FEW, MANY, PER_PAGE = 2, 200, 100


def run() -> list[Figure]:
    """Items a second of every kind that reads JSON: its recorded answers, again and again."""
    return [
        Figure(f"parse and normalise, {kind}", rate, "items/s", ">= 5,000")
        for kind in CONNECTORS
        if (rate := _rate(kind))
    ]


def _rate(kind: str) -> float | None:
    connects = load(kind)
    if not hasattr(connects, "posts") or wants_document(connects):
        return None
    answers = list(_answers(kind))
    connector = _connector(kind, httpx.MockTransport(lambda request: httpx.Response(599)))
    fruitful = [(answer, count) for answer in answers if (count := _count(connector, answer))]
    if not fruitful:
        return None
    items, began = 0, time.process_time()
    while items < ITEMS:
        for answer, count in fruitful:
            for _ in connector.posts(answer):
                pass
            items += count
    return items / (time.process_time() - began)


def _answers(kind: str) -> Iterator[Any]:
    """Every recorded answer that is JSON, with its times filled in."""
    for recording in recordings.load(kind):
        request = httpx.Request(
            recording.get("method", "GET"), f"https://{recording['host']}{recording['path']}"
        )
        answer = Replay([recording | {"params": {}, "sent": {}}], utc_now).handle_request(request)
        try:
            yield answer.json()
        except ValueError:
            continue


def _count(connector: Any, answer: Any) -> int:
    """How many posts an answer holds; none where it answers another question."""
    try:
        return sum(1 for _ in connector.posts(answer))
    except SourceError:
        return 0


def _connector(kind: str, transport: httpx.BaseTransport) -> Any:
    settings = recordings.source(kind)
    options = {name: value for name, value in settings.items() if name not in SourceSettings.model_fields}
    http = Http(now=utc_now, contact="comms@wvft.nhs.test", attempts=1, transport=transport)
    context = Context(
        source="bench", http=http, now=utc_now, contact="comms@wvft.nhs.test", terms=terms_of(kind).item()
    )
    connects = load(kind)
    return connects(connects.Options(**options), context)


def memory() -> list[Figure]:
    """Peak memory of reading few and many pages, and what a bomb adds, each in a process of its own."""
    few, many, bomb = (_peak(job) for job in (f"{FEW}", f"{MANY}", "bomb"))
    return [
        Figure(f"growth from {FEW} to {MANY} pages of {PER_PAGE} items", many / few, "x", "flat"),
        Figure("growth by a bomb, 1,000 to 1, of 1 GiB", bomb - few, "MiB", "<= 64"),
    ]


def _peak(job: str) -> float:
    command = [sys.executable, "-m", "tests.bench.parsing", job]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _read_pages(count: int) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        number, now = int(request.url.params["page"]), int(time.time())
        hits = [
            {"objectID": f"{number}-{item}", "created_at_i": now - number, "story_text": "signs " * 500}
            for item in range(PER_PAGE)
        ]
        return httpx.Response(200, json={"hits": hits, "page": number, "nbPages": count})

    connects = load("hacker_news")
    http = Http(now=utc_now, transport=httpx.MockTransport(page))
    connector = connects(connects.Options(query="trust", pages=count), Context("bench", http, utc_now))
    assert sum(len(page.posts) for page in connector.pages(None, utc_now() - timedelta(days=7)))


class _Bomb(httpx.SyncByteStream):
    """1 GiB of zeros, packed member by member: it never exists as a whole."""

    def __iter__(self) -> Iterator[bytes]:
        member = gzip.compress(bytes(2**20))
        for _ in range(1024):
            yield member


def _read_bomb() -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=_Bomb())
    try:
        Http(now=utc_now, transport=httpx.MockTransport(lambda request: answer)).get("https://bomb.test/")
    except SourceError:
        return
    raise AssertionError("the bomb went through")


if __name__ == "__main__":
    _read_pages(FEW)
    if sys.argv[1] == "bomb":
        _read_bomb()
    else:
        _read_pages(int(sys.argv[1]))
    # Not getrusage: its peak is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)  # noqa: T201
