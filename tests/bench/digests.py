"""What a digest of ten thousand open cases takes: time on one core and size as it travels."""

from __future__ import annotations

import time
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import replace

from alerts.digest import compose
from alerts.rendering import render
from monitor.types import Briefing, Message, Severity
from tests.alerts import factory
from tests.bench.figure import Figure

CASES = 10_000
RUNS = 5


def run() -> Iterator[Figure]:
    """The best of some runs of the whole way from a briefing to a mail."""
    times = [_made()[1] for _ in range(RUNS)]
    message, _ = _made()
    encoded = len(b2a_qp(message.html.encode()))
    yield Figure(f"digest of {CASES:,} open cases, composed and rendered", min(times), "s", "< 1")
    yield Figure("its HTML, encoded", encoded / 1_000, "kB", "< 100")
    yield Figure("a busy day's HTML, encoded", _busy() / 1_000, "kB", "< 100")


def _made() -> tuple[Message, float]:
    cases = tuple(
        factory.wiki_edit(n, severity=(Severity.LOW, Severity.HIGH)[n % 2], is_new=n % 3 == 0)
        for n in range(CASES)
    )
    crowd = replace(factory.busy(), items=cases)
    began = time.process_time()
    message = _mail(crowd)
    return message, time.process_time() - began


def _busy() -> int:
    return len(b2a_qp(_mail(factory.busy()).html.encode()))


def _mail(briefing: Briefing) -> Message:
    return render(compose(briefing), message_id="<a@wvft.nhs.test>", list_id="comms")
