"""Bodies, headers and bombs: byte caps, the deadline, and no more unpacked than the cap."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any

import pytest

from connectors.http import Http
from connectors.parts import body
from connectors.parts.body import Caps
from connectors.parts.network import Deadline
from monitor.errors import SourceChanged, SourceUnavailable

Clock = Callable[[], datetime]
Handler = BaseHTTPRequestHandler


@pytest.fixture
def http(server: Any, now: Clock) -> Http:
    return Http(now=now, private_hosts=(server.netloc,), attempts=1)


def test_gzip_is_unpacked(server: Any, http: Http) -> None:
    url = server.answer("/a", gzip.compress(b"news" * 1000), Content_Encoding="gzip")
    assert http.get(url).body == b"news" * 1000


def test_a_gzip_bomb_is_refused_before_it_unfolds(server: Any, http: Http) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    assert len(bomb) < 2_000_000
    url = server.answer("/a", bomb, Content_Encoding="gzip")
    with pytest.raises(SourceChanged, match="larger than"):
        http.get(url)


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_a_packing_that_was_not_asked_for_is_refused(server: Any, http: Http, encoding: str) -> None:
    with pytest.raises(SourceChanged, match="not asked for"):
        http.get(server.answer("/a", b"x", Content_Encoding=encoding))


@pytest.mark.parametrize(
    "body", [b"no gzip at all", gzip.compress(b"x" * 5000, mtime=0)[:-12]], ids=["none", "cut"]
)
def test_a_broken_gzip_body_is_a_changed_source(server: Any, http: Http, body: bytes) -> None:
    with pytest.raises(SourceChanged, match="compressed"):
        http.get(server.answer("/a", body, Content_Encoding="gzip"))


def test_a_declared_length_above_the_cap_is_refused_unread(server: Any, http: Http) -> None:
    def route(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "2000001")
        handler.end_headers()

    server.routes["/a"] = route
    with pytest.raises(SourceChanged, match="larger than 2000000 bytes"):
        http.get(server.url("/a"))


def test_an_endless_body_is_cut_at_the_cap(server: Any, http: Http) -> None:
    def route(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(65536))

    server.routes["/a"] = route
    with pytest.raises(SourceChanged, match="larger than"):
        http.get(server.url("/a"))


def test_a_dripping_body_meets_the_deadline_of_the_whole_request(server: Any, now: Clock) -> None:
    def route(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b".")
            time.sleep(0.05)

    server.routes["/a"] = route
    http = Http(now=now, private_hosts=(server.netloc,), timeout=0.5)
    started = time.monotonic()
    with pytest.raises(SourceUnavailable):
        http.get(server.url("/a"))
    assert time.monotonic() - started < 2


def test_dripping_headers_meet_the_deadline(server: Any, now: Clock) -> None:
    def route(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X: y\r\n")
            time.sleep(0.05)

    server.routes["/a"] = route
    with pytest.raises(SourceUnavailable):
        Http(now=now, private_hosts=(server.netloc,), timeout=0.5).get(server.url("/a"))


def test_silence_is_an_unavailable_source(server: Any, now: Clock) -> None:
    server.routes["/a"] = lambda handler: time.sleep(1)
    with pytest.raises(SourceUnavailable, match="no answer in time"):
        Http(now=now, private_hosts=(server.netloc,), timeout=0.3).get(server.url("/a"))


def test_a_cut_off_body_is_an_unavailable_source(server: Any, http: Http) -> None:
    def route(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"only this")

    server.routes["/a"] = route
    with pytest.raises(SourceUnavailable, match="broke off"):
        http.get(server.url("/a"))


def test_two_megabytes_of_headers_are_an_unavailable_source(server: Any, http: Http) -> None:
    server.answer("/a", X_Long="x" * 2_000_000)
    with pytest.raises(SourceUnavailable):
        http.get(server.url("/a"))


ZEROS = 20_000_000
BOMBS = {
    "a thousand to one": gzip.compress(bytes(ZEROS)),
    "several members": gzip.compress(bytes(5_000_000)) * 4,
    "many small members": gzip.compress(bytes(1_000)) * 20_000,
    "a bomb behind an empty member": gzip.compress(b"") + gzip.compress(bytes(ZEROS)),
    "hardly packed": gzip.compress(Random(4).randbytes(9_000_000), compresslevel=1),
}


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of everything that zlib gives out."""
    real, sizes = zlib.decompressobj, []

    class Counting:
        def __init__(self, bits: int) -> None:
            self._real = real(bits)

        def decompress(self, data: bytes, most: int) -> bytes:
            out = self._real.decompress(data, most)
            sizes.append(len(out))
            return out

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

    monkeypatch.setattr(body.zlib, "decompressobj", Counting)
    return sizes


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("size", [1_000, 65_536, 100_000_000])
def test_of_a_bomb_no_more_is_unpacked_than_the_cap(unpacked: list[int], name: str, size: int) -> None:
    bomb, caps = BOMBS[name], Caps()
    chunks = (bomb[at : at + size] for at in range(0, len(bomb), size))
    with pytest.raises(SourceChanged, match="larger than"):
        caps.read({"content-encoding": "gzip"}, chunks, Deadline(30, "gazette.test"))
    assert sum(unpacked) <= caps.body + 1


def test_a_bomb_within_a_bomb_stays_packed(server: Any, http: Http, unpacked: list[int]) -> None:
    inner = gzip.compress(bytes(ZEROS))
    url = server.answer("/a", gzip.compress(inner), Content_Encoding="gzip")
    assert http.get(url).body == inner
    assert sum(unpacked) == len(inner)


def test_a_bomb_in_chunks_is_refused(server: Any, http: Http, unpacked: list[int]) -> None:
    bomb = BOMBS["a thousand to one"]

    def route(handler: Handler) -> None:
        raw(handler, b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(bomb), 100):
            piece = bomb[at : at + 100]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    server.routes["/a"] = route
    with pytest.raises(SourceChanged, match="larger than"):
        http.get(server.url("/a"))
    assert sum(unpacked) <= Caps().body + 1


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_members_are_read_one_after_the_other(size: int) -> None:
    packed = gzip.compress(b"one, ") + gzip.compress(b"") + gzip.compress(b"two") + bytes(10)
    chunks = (packed[at : at + size] for at in range(0, len(packed), size))
    read = Caps().read({"content-encoding": "gzip"}, chunks, Deadline(30, "gazette.test"))
    assert read == b"one, two"


def test_the_second_member_cut_off_is_a_changed_source() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two" * 100)[:-9]
    with pytest.raises(SourceChanged, match="cut off"):
        Caps().read({"content-encoding": "gzip"}, iter([packed]), Deadline(30, "gazette.test"))


def raw(handler: Handler, rest: bytes) -> None:
    """Write a status line and `rest`, without any help."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + rest)


def endless(piece: bytes) -> Iterator[bytes]:
    """`piece` for ever."""
    while True:
        yield piece * 1_000


ENDLESS = {
    "headers": (b"", b"X-A: b\r\n"),
    "one header": (b"X-A: ", b"b"),
    "header names": (b"", b"b"),
    "chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nabcde\r\n"),
    "chunks of one byte": (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "a chunk's extension": (b"Transfer-Encoding: chunked\r\n\r\n5;x=", b"y"),
    "trailers": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n"),
    "a body without a length": (b"\r\n", b"a"),
    "empty gzip members": (b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
    "padding behind gzip": (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a"), b"\0"),
    "promises of an answer": (b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("what", ENDLESS)
def test_nothing_endless_is_read_to_its_end(server: Any, now: Clock, what: str, method: str) -> None:
    begin, piece = ENDLESS[what]

    def route(handler: Handler) -> None:
        raw(handler, begin)
        for many in endless(piece):
            handler.wfile.write(many)

    server.routes["/a"] = route
    http = Http(now=now, private_hosts=(server.netloc,), attempts=1, timeout=0.5)
    with pytest.raises((SourceChanged, SourceUnavailable)):
        getattr(http, method)(server.url("/a"))


@pytest.mark.parametrize(
    "begin",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ids=["status line", "headers", "chunks"],
)
def test_a_slow_answer_meets_the_deadline_wherever_it_dawdles(server: Any, now: Clock, begin: bytes) -> None:
    def route(handler: Handler) -> None:
        handler.wfile.write(begin)
        while True:
            handler.wfile.write(b"a")
            time.sleep(0.02)

    server.routes["/a"] = route
    with pytest.raises(SourceUnavailable, match=r"within 0\.3 seconds|no answer in time"):
        Http(now=now, private_hosts=(server.netloc,), timeout=0.3).get(server.url("/a"))


def test_an_errors_body_is_held_to_the_same_caps(server: Any, http: Http) -> None:
    url = server.answer("/a", BOMBS["a thousand to one"], status=400, Content_Encoding="gzip")
    with pytest.raises(SourceChanged, match="larger than"):
        http.get(url, explain=lambda response: pytest.fail("it was unpacked"))
