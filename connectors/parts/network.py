"""The network as sources are reached through it: judged addresses, one deadline for a whole request.

An address is judged inside the connection that is then made, since a name may change its address
between a check and the fetch (OWASP ASVS 5.0, 13.2.4). Behind a proxy it is the proxy's address that
is judged: what lies beyond it is the proxy's to refuse.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from connectors.parts.address import is_private, resolve
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from monitor.types import SourceState

CANNOT_CONNECT = (httpx.ConnectError, httpcore.ConnectError)
"""Nothing was sent yet, so trying again cannot do anything twice."""

_BROKEN_OFF = (
    httpx.HTTPError,
    httpx.StreamError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
_CONNECT = 10.0  # seconds for one address, so that a dead IPv6 route leaves time for IPv4


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

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens within takes nothing of the time."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - began


class Guard(httpcore.NetworkBackend):
    """Resolves a name once, judges every address it has, and connects to one of those judged."""

    def __init__(self, deadline: Deadline, exempt: Callable[[str, int], bool]) -> None:
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
            raise not_public(host, port)
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
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(inner, self._deadline)


class Network(httpx.BaseTransport):
    """One request's connections, through `guard` and, where there is one, `proxy`."""

    def __init__(self, guard: Guard, tls: SSLContext, proxy: httpx.URL | None) -> None:
        if proxy is None:
            self._pool: httpcore.ConnectionPool = httpcore.ConnectionPool(tls, network_backend=guard)
        else:
            login = (proxy.username, proxy.password) if proxy.userinfo else None
            plain = str(proxy.copy_with(userinfo=b""))
            self._pool = httpcore.HTTPProxy(plain, login, ssl_context=tls, network_backend=guard)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body unread. Raises what httpcore raises."""
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.content,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """End every connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def failures(host: str) -> Iterator[None]:
    """What goes wrong on the way to `host`, as the SourceError that says what to do next."""
    try:
        yield
    except SourceError:
        raise
    except (httpx.TimeoutException, httpcore.TimeoutException):
        raise SourceUnavailable(f"{host}: no answer in time") from None
    except CANNOT_CONNECT as error:
        raise SourceUnavailable(f"{host}: cannot connect ({error})") from None
    except zlib.error:
        raise SourceChanged(f"{host}: the compressed answer cannot be read") from None
    except _BROKEN_OFF as error:
        raise SourceUnavailable(f"{host}: the answer broke off ({type(error).__name__})") from None


def not_public(host: str, port: int) -> SourceRefused:
    """The refusal of a private or local address."""
    why = "is not on the public internet; if it should be read, add it to network.private_hosts"
    return SourceRefused(f"{host}:{port} {why}", state=SourceState.MISCONFIGURED)
