"""The way out: the only module that speaks HTTP, and the limits every request is held to.

What is refused and why: a private or local address anywhere on the way, judged inside the
connection (a name may change its address between a check and the fetch, OWASP ASVS 5.0 13.2.4);
more bytes than a feed needs; more time than the deadline; a redirect to another scheme or from
https to http. What is raised names hosts only: an address may carry a key in its query.
"""

from __future__ import annotations

import json
import logging
import re
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from typing import Any

import httpcore
import httpx
import stamina
import stamina.instrumentation

from connectors.parts.address import is_literal, is_private, resolve
from connectors.parts.answers import raise_for_status
from monitor import __version__
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from monitor.ports import Clock
from monitor.types import SourceState

log = logging.getLogger(__name__)
for _noisy in ("httpx", "httpcore"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)  # at INFO they log whole addresses, keys included
stamina.instrumentation.set_on_retry_hooks([])  # the source's state says it; a line per attempt is noise

MAX_REDIRECTS = 5
_CONNECT = 10.0  # seconds for one address, so that a dead IPv6 route leaves time for IPv4


@dataclass(frozen=True, slots=True)
class Response:
    """An answer worth parsing: 2xx or 304. `headers` have lower-case names, `body` is decoded."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def not_modified(self) -> bool:
        """True where the validators sent still hold; the body is empty then."""
        return self.status == httpx.codes.NOT_MODIFIED

    def json(self) -> Any:
        """The body as JSON. Raises SourceChanged for anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise SourceChanged(f"{httpx.URL(self.url).host}: the answer is not JSON") from None


class Http:
    """GET requests under the limits above; safe to share between threads.

    `private_hosts` ("host" or "host:port") may be reached although they are not public. `timeout`
    is the deadline of one whole `get` in seconds. `transport` replaces the network (tests, demo).
    """

    def __init__(
        self,
        *,
        now: Clock,
        contact: str | None = None,
        private_hosts: Iterable[str] = (),
        proxy: str | None = None,
        timeout: float = 30,
        max_wire: int = 2_000_000,
        max_body: int = 8_000_000,
        attempts: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._now = now
        self._agent = f"trustwatch/{__version__}" + (f" (+{contact})" if contact else "")
        self._private_hosts = frozenset(host.lower() for host in private_hosts)
        self._proxy = httpx.URL(proxy) if proxy else None
        self._timeout = timeout
        self._max_wire, self._max_body = max_wire, max_body
        self._attempts = attempts
        self._transport = transport

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        modified: str | None = None,
        accept: Collection[int] = (),
    ) -> Response:
        """Fetch `url`; `etag` and `modified` are the validators of the last answer, byte for byte.

        `accept` are error statuses that mean something to the caller and are not raised.

        Raises SourceUnavailable (timeout, 5xx, 404), SourceThrottled (429), SourceRefused (401, 403,
        410, an address that must not be reached), BudgetSpent (402), SourceChanged (too big,
        undecodable, a redirect without end).
        """
        address = _parse(url).copy_merge_params(params or {})
        conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
        own = dict(headers or {}) | {
            name: value for name, value in conditions.items() if value and value.isascii()
        }
        deadline = Deadline(self._timeout, address.host)
        with _failures(address.host), self._way_out(deadline) as transport:
            address, response = self._follow(transport, address, own)
            try:
                headers = {name.lower(): value for name, value in response.headers.items()}
                if response.status_code not in accept:
                    raise_for_status(response.status_code, headers, address.host, self._now())
                is_empty = response.status_code == httpx.codes.NOT_MODIFIED
                body = b"" if is_empty else self._read(response, deadline)
                return Response(response.status_code, str(address), headers, body)
            finally:
                response.stream.close()  # type: ignore[union-attr]  # both kinds of stream close

    def _follow(
        self, transport: httpx.BaseTransport, first: httpx.URL, own: Mapping[str, str]
    ) -> tuple[httpx.URL, httpx.Response]:
        address = first
        for _ in range(MAX_REDIRECTS + 1):
            self._admit(address, first)
            # A stranger's host must not see the credentials meant for the first one.
            response = self._send(transport, address, own if address.netloc == first.netloc else {})
            if not response.has_redirect_location:
                return address, response
            response.stream.close()  # type: ignore[union-attr]  # both kinds of stream close
            target = _join(address, response.headers["location"])
            if response.status_code in (301, 308) and target.netloc != address.netloc:
                log.info("%s has moved to %s for good: change the source's url", address.host, target.host)
            address = target
        raise SourceChanged(f"{first.host}: more than {MAX_REDIRECTS} redirects")

    def _admit(self, address: httpx.URL, first: httpx.URL) -> None:
        host, port = address.host, _port(address)
        if address.scheme not in ("http", "https") or not host:
            raise _refused(first, "leads to an address that is not http or https")
        if address.userinfo:
            raise _refused(address, "the address carries credentials: give them as settings of the source")
        if first.scheme == "https" and address.scheme == "http":
            raise _refused(first, "redirects from https to http")
        if port not in (80, 443) and address.netloc != first.netloc and not self._exempt(host, port):
            raise _refused(first, f"redirects to port {port}")
        if is_literal(host) and is_private(host) and not self._exempt(host, port):
            raise _not_public(host, port)

    def _send(
        self, transport: httpx.BaseTransport, address: httpx.URL, own: Mapping[str, str]
    ) -> httpx.Response:
        sent = {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": "gzip"} | dict(own)
        failures = (httpx.ConnectError, httpcore.ConnectError)
        retrying = stamina.retry_context(
            on=failures, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=1, wait_jitter=0.2
        )
        for attempt in retrying:
            with attempt:
                return transport.handle_request(httpx.Request("GET", address, headers=sent))
        raise AssertionError("stamina returns or raises")

    def _read(self, response: httpx.Response, deadline: Deadline) -> bytes:
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_wire:
            raise SourceChanged(f"{deadline.host}: the answer is larger than {self._max_wire} bytes")
        inflate = _inflater(response.headers.get("content-encoding", ""), deadline.host)
        body, wire = bytearray(), 0
        for chunk in response.stream:  # type: ignore[union-attr]  # transports of this module are synchronous
            deadline.left()
            wire += len(chunk)
            room = self._max_body - len(body)
            body += inflate.decompress(chunk, room + 1) if inflate else chunk
            if wire > self._max_wire or len(body) > self._max_body:
                raise SourceChanged(f"{deadline.host}: the answer is larger than {self._max_wire} bytes")
        if inflate and wire and not inflate.eof:
            raise SourceChanged(f"{deadline.host}: the compressed answer is cut off")
        return bytes(body)

    def _way_out(self, deadline: Deadline) -> AbstractContextManager[httpx.BaseTransport]:
        if self._transport is not None:
            return nullcontext(self._transport)
        return _Network(Guard(deadline, self._exempt), self._tls, self._proxy)

    @cached_property
    def _tls(self) -> Any:
        return httpx.create_ssl_context(trust_env=False)

    def _exempt(self, host: str, port: int) -> bool:
        if self._proxy is not None and (host, port) == (self._proxy.host, _port(self._proxy)):
            return True
        return not self._private_hosts.isdisjoint({host, f"{host}:{port}", f"[{host}]:{port}"})


class Deadline:
    """The time one request may take as a whole: timeouts of single reads add up to no limit."""

    def __init__(self, seconds: float, host: str) -> None:
        self.host = host
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most `most`. Raises SourceUnavailable when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise SourceUnavailable(f"{self.host}: no complete answer within {self._seconds:g} seconds")
        return left if most is None else min(left, most)


class Guard(httpcore.NetworkBackend):
    """Resolves a name once, judges every address it has, and connects to one of those judged."""

    def __init__(self, deadline: Deadline, exempt: Any) -> None:
        self._deadline = deadline
        self._exempt = exempt
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers. One private address among several refuses all."""
        try:
            addresses = resolve(host, port)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("the name has no address") from None
        if not self._exempt(host, port) and any(map(is_private, addresses)):
            raise _not_public(host, port)
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(_CONNECT), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Never: no source is a local socket."""
        raise SourceRefused("a local socket is no source", state=SourceState.MISCONFIGURED)


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(inner, self._deadline)


class _Network(httpx.BaseTransport):
    def __init__(self, guard: Guard, tls: Any, proxy: httpx.URL | None) -> None:
        if proxy is None:
            self._pool: httpcore.ConnectionPool = httpcore.ConnectionPool(tls, network_backend=guard)
        else:
            login = (proxy.username, proxy.password) if proxy.userinfo else None
            plain = str(proxy.copy_with(userinfo=b""))
            self._pool = httpcore.HTTPProxy(plain, login, ssl_context=tls, network_backend=guard)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Replay(httpx.BaseTransport):
    """Answers from recordings instead of the network (`connectors/recordings` says what one is).

    Of the recordings with the request's method, host and path, the one with the most matching
    `params` answers; none = status 599. An ETag sent back unchanged gets 304. Times written as
    `{{T-3h}}` or `{{T-1d2h|rfc822}}` become that long before `now`.
    """

    def __init__(self, recordings: Iterable[Mapping[str, Any]], now: Clock) -> None:
        self._recordings = sorted(recordings, key=lambda recording: -len(recording.get("params", ())))
        self._now = now

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded answer."""
        recording = next((r for r in self._recordings if _answers(r, request)), None)
        if recording is None:
            missing = f"no recording of {request.method} {request.url.host}{request.url.path}"
            return httpx.Response(599, text=missing, request=request)
        headers = {name: _dated(value, self._now()) for name, value in recording.get("headers", {}).items()}
        etag = next((value for name, value in headers.items() if name.lower() == "etag"), None)
        if etag is not None and request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers=headers, request=request)
        body = _dated(recording.get("body", ""), self._now()).encode()
        return httpx.Response(recording.get("status", 200), headers=headers, content=body, request=request)


def _answers(recording: Mapping[str, Any], request: httpx.Request) -> bool:
    wanted = (recording.get("method", "GET"), recording["host"], recording["path"])
    asked = (request.method, request.url.netloc.decode(), request.url.path)
    return wanted == asked and recording.get("params", {}).items() <= dict(request.url.params).items()


_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _dated(text: str, now: datetime) -> str:
    def moment(match: re.Match[str]) -> str:
        ago = {_UNITS[unit]: int(count) for count, unit in re.findall(r"(\d+)([dhm])", match["ago"])}
        at = now.replace(microsecond=0) - timedelta(**ago)
        return format_datetime(at, usegmt=True) if match["form"] else at.strftime("%Y-%m-%dT%H:%M:%SZ")

    return re.sub(r"\{\{T-(?P<ago>(?:\d+[dhm])+)(?P<form>\|rfc822)?\}\}", moment, text)


@contextmanager
def _failures(host: str) -> Iterator[None]:
    try:
        yield
    except SourceError:
        raise
    except (httpx.TimeoutException, httpcore.TimeoutException):
        raise SourceUnavailable(f"{host}: no answer in time") from None
    except (httpx.ConnectError, httpcore.ConnectError) as error:
        raise SourceUnavailable(f"{host}: cannot connect ({error})") from None
    except zlib.error:
        raise SourceChanged(f"{host}: the compressed answer cannot be read") from None
    except (httpx.HTTPError, httpx.StreamError, *_CORE_ERRORS) as error:
        raise SourceUnavailable(f"{host}: the answer broke off ({type(error).__name__})") from None


_CORE_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


def _inflater(encoding: str, host: str) -> Any:
    """A bounded inflater for gzip, None for plain bytes; anything else was not asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(31)
    raise SourceChanged(f"{host}: the answer is packed in a way that was not asked for")


def _parse(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        message = "the source's url cannot be read: write it as https://host/path"
        raise SourceRefused(message, state=SourceState.MISCONFIGURED) from None


def _join(address: httpx.URL, location: str) -> httpx.URL:
    try:
        return address.join(location)
    except (httpx.InvalidURL, ValueError):
        raise SourceChanged(f"{address.host}: redirects to an address that cannot be read") from None


def _port(address: httpx.URL) -> int:
    return address.port or (443 if address.scheme == "https" else 80)


def _refused(address: httpx.URL, why: str) -> SourceRefused:
    return SourceRefused(f"{address.host}: {why}", state=SourceState.MISCONFIGURED)


def _not_public(host: str, port: int) -> SourceRefused:
    why = "is not on the public internet; if it should be read, add it to network.private_hosts"
    return SourceRefused(f"{host}:{port} {why}", state=SourceState.MISCONFIGURED)
