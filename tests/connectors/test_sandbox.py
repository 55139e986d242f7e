"""The killable child, and the feeds that are meant to kill it."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import Context
from connectors.http import Http
from connectors.rss import Rss, RssOptions
from monitor import sandbox
from monitor.errors import SourceChanged

RSS = (
    b'<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>%b</title>'
    b"</item></channel></rss>"
)
LAUGHS = b"".join(b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))

HOSTILE = {
    "billion laughs": b'<!DOCTYPE r [<!ENTITY l0 "lol">' + LAUGHS + b"]>" + RSS % b"&l9;",
    "quadratic entities": b'<!DOCTYPE r [<!ENTITY a "' + b"a" * 100_000 + b'">]>' + RSS % (b"&a;" * 10_000),
    "external entity": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + RSS % b"&x;",
    "comments that never close": RSS
    % (b"</title><description><![CDATA[" + b"<!--" * 200_000 + b"]]></description><title>"),
}


@contextmanager
def heartbeat() -> Iterator[list[float]]:
    """The longest pauses of a thread that should run every 10 ms."""
    pauses, stop = [0.0], threading.Event()

    def beat() -> None:
        last = time.monotonic()
        while not stop.wait(0.01):
            pauses.append(time.monotonic() - last)
            last = time.monotonic()

    thread = threading.Thread(target=beat)
    thread.start()
    yield pauses
    stop.set()
    thread.join()


@pytest.fixture
def rss(server: Any, now: Callable[[], datetime]) -> Callable[[bytes], Rss]:
    def connector(document: bytes) -> Rss:
        url = server.answer("/feed", document, Content_Type="application/rss+xml")
        http = Http(now=now, private_hosts=(server.netloc,))
        return Rss(RssOptions(url=url), Context(source="hostile", http=http, now=now))

    return connector


def read(connector: Rss, now: Callable[[], datetime]) -> list[Any]:
    """Every post of a first poll."""
    return [post for page in connector.pages(None, now() - timedelta(days=7)) for post in page.posts]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_is_malformed_and_every_other_thread_goes_on(
    rss: Callable[[bytes], Rss], now: Callable[[], datetime], name: str
) -> None:
    started = time.monotonic()
    with heartbeat() as pauses, pytest.raises(SourceChanged, match="malformed feed"):
        read(rss(HOSTILE[name]), now)
    assert time.monotonic() - started < 10
    assert max(pauses) < 1


def test_depth_harms_nobody(rss: Callable[[bytes], Rss], now: Callable[[], datetime]) -> None:
    deep = RSS % (b"<a>" * 200_000)
    with heartbeat() as pauses:
        try:
            assert len(read(rss(deep), now)) == 1
        except SourceChanged as error:
            assert "malformed feed" in str(error)  # noqa: PT017 - either end is right
    assert max(pauses) < 1


def test_after_a_hostile_feed_the_next_one_is_read(
    rss: Callable[[bytes], Rss], now: Callable[[], datetime]
) -> None:
    with pytest.raises(SourceChanged):
        read(rss(HOSTILE["external entity"]), now)
    assert [post.title for post in read(rss(RSS % b"fine"), now)] == ["fine"]


@pytest.fixture
def limited() -> Iterator[Callable[..., sandbox.Sandbox]]:
    """Sandboxes with other limits than the parsers'."""
    made: list[sandbox.Sandbox] = []

    def make(**limits: Any) -> sandbox.Sandbox:
        made.append(sandbox.Sandbox(replace(sandbox.PARSERS, **limits)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_hang_ends_with_its_child(limited: Callable[..., sandbox.Sandbox]) -> None:
    started = time.monotonic()
    with pytest.raises(sandbox.ParserError, match="took too long"):
        limited(deadline=0.5).run("signal:sigwait", b"\x02")
    assert time.monotonic() - started < 5


@pytest.fixture
def parsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module `parsers` that the child can import."""
    (tmp_path / "parsers.py").write_text(
        "import os\n"
        "def crash(document): os.abort()\n"
        "def hog(document): return len(bytearray(2**30))\n"
        "def killed(document): os.kill(os.getpid(), 9)\n"
        "def environment(document): return dict(os.environ)\n"
        "def connect(document):\n"
        "    import socket\n"
        "    socket.create_connection(('127.0.0.1', int(document)), 5)\n"
        "def flood(document): return 'x' * 40_000_000\n"
        "def chatter(document): print('noise', flush=True)\n"
        "def spin(document):\n"
        "    while True: pass\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sandbox.parsers.close()
    yield
    sandbox.parsers.close()


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("crash", sandbox.CRASHED),
        ("hog", sandbox.TOO_MUCH),
        ("killed", sandbox.TOO_MUCH),
        ("spin", sandbox.TOO_LONG),
        ("flood", sandbox.TOO_LARGE),
    ],
)
def test_a_parser_that_goes_wrong_is_an_error_of_its_document(
    parsers: None, function: str, reason: str
) -> None:
    with pytest.raises(sandbox.ParserError, match=reason):
        sandbox.run(f"parsers:{function}", b"")


def test_a_parser_that_prints_does_not_spoil_its_answer(parsers: None) -> None:
    assert sandbox.run("parsers:chatter", b"") is None


def test_a_parser_cannot_write_a_file(parsers: None, tmp_path: Path) -> None:
    (tmp_path / "parsers.py").write_text(
        f"def write(document): open({str(tmp_path / 'out')!r}, 'wb', 0).write(document)\n"
    )
    with pytest.raises(sandbox.ParserError, match="OSError"):
        sandbox.run("parsers:write", b"text")
    assert (tmp_path / "out").read_bytes() == b""


def test_an_exception_is_named_without_its_text() -> None:
    with pytest.raises(sandbox.ParserError) as raised:
        sandbox.run("json:loads", b"private text")
    assert str(raised.value) == "JSONDecodeError"


def test_children_are_reused_and_work_from_several_threads() -> None:
    sandbox.parsers.close()
    answers: list[int] = []

    def work() -> None:
        answers.extend(sandbox.run("builtins:len", b"x" * n) for n in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted(list(range(50)) * 4)
    assert len(sandbox.parsers.idle) <= sandbox.PARSERS.at_once


def test_hostile_and_good_documents_in_several_threads_disturb_only_themselves(parsers: None) -> None:
    ends: list[object] = []

    def work(function: str, document: bytes) -> None:
        try:
            ends.append(sandbox.run(function, document))
        except sandbox.ParserError as error:
            ends.append(str(error))

    calls = [
        ("parsers:crash", b""),
        ("parsers:spin", b""),
        ("parsers:hog", b""),
        ("builtins:len", b"good"),
    ] * 2
    threads = [threading.Thread(target=work, args=call) for call in calls]
    with heartbeat() as pauses:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told = ["4", sandbox.TOO_MUCH, sandbox.TOO_LONG, sandbox.CRASHED]
    assert sorted(map(str, ends)) == sorted(told * 2)
    assert max(pauses) < 1
    assert len(sandbox.parsers.idle) <= sandbox.PARSERS.at_once


def test_a_slow_import_takes_nothing_from_the_time_of_a_document(
    parsers: None, tmp_path: Path, limited: Callable[..., sandbox.Sandbox]
) -> None:
    (tmp_path / "parsers.py").write_text("import time\ntime.sleep(1)\nsize = len\n")
    assert limited(deadline=0.5).run("parsers:size", b"four") == 4


def test_a_lower_limit_of_the_machine_is_kept() -> None:
    assert sandbox._at_most(1024, 2048) == 1024
    assert sandbox._at_most(resource.RLIM_INFINITY, 2048) == 2048


def test_a_child_is_replaced_after_its_share_of_documents(limited: Callable[..., sandbox.Sandbox]) -> None:
    children = limited(documents=2)
    children.run("builtins:len", b"x")
    assert len(children.idle) == 1
    children.run("builtins:len", b"x")
    assert children.idle == []


def test_a_child_without_work_ends(limited: Callable[..., sandbox.Sandbox]) -> None:
    children = limited(idle=0.2)
    children.run("builtins:len", b"x")
    child = children.idle[0]
    until = time.monotonic() + 10
    while child.alive and time.monotonic() < until:
        time.sleep(0.05)
    assert (child.alive, children.idle) == (False, [])
    assert children.run("builtins:len", b"xy") == 2


def test_a_child_that_died_while_idle_is_replaced(limited: Callable[..., sandbox.Sandbox]) -> None:
    children = limited()
    children.run("builtins:len", b"x")
    child = children.idle[0]
    child._process.kill()
    child._process.wait()
    assert children.run("builtins:len", b"xy") == 2


def test_a_child_has_no_home_and_knows_only_what_its_limits_say(
    parsers: None, limited: Callable[..., sandbox.Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_SMTP__PASSWORD", "hunter2")
    known = limited(environment={"ORT_DISABLE_TELEMETRY": "1"}).run("parsers:environment", b"")
    assert (known["HOME"], known["ORT_DISABLE_TELEMETRY"]) == ("/dev/null", "1")
    assert "hunter2" not in known.values()


def test_a_child_reaches_no_network_not_even_this_machine(parsers: None, server: Any) -> None:
    port = str(server.netloc).rpartition(":")[2]
    with pytest.raises(sandbox.ParserError, match="OSError"):
        sandbox.run("parsers:connect", port.encode())


def test_a_plain_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from monitor import sandbox\nprint('started')\nprint(sandbox.run('builtins:len', b'abc'))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["started", "3"]
    assert done.stderr == ""
