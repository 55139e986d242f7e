"""The way out: requests, and the limits every one of them is held to.

What is refused: a private or local address anywhere on the way (`connectors.parts.network`); more
bytes than a feed needs (`connectors.parts.body`); more time than the deadline; a redirect to another
scheme or from https to http. No host is asked faster than is polite (`connectors.parts.politeness`).
What is raised names hosts only: an address may carry a key in its query.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from ssl import SSLContext
from typing import Any
from urllib.parse import urlencode

import httpx
import stamina
import stamina.instrumentation

from connectors.parts.address import is_literal, is_private
from connectors.parts.answers import raise_for_status
from connectors.parts.body import Caps
from connectors.parts.network import CANNOT_CONNECT, Deadline, Guard, Network, failures, not_public
from connectors.parts.politeness import Politeness
from monitor import __version__
from monitor.errors import SourceChanged, SourceRefused
from monitor.ports import Clock
from monitor.types import SourceState

log = logging.getLogger(__name__)
for _noisy in ("httpx", "httpcore"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)  # at INFO they log whole addresses, keys included
stamina.instrumentation.set_on_retry_hooks([])  # the source's state says it; a line per attempt is noise

MAX_REDIRECTS = 5
_SENDABLE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")
"""Header values as they may be sent: printable ASCII, no blank at the ends (RFC 9110, 5.5)."""


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


Explain = Callable[[Response], None]
"""Raises the SourceError that an error's body gives away, or nothing."""


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    address: httpx.URL
    headers: Mapping[str, str]
    content: bytes


class Http:
    """Requests under the limits above; safe to share between threads.

    `private_hosts` ("host" or "host:port") may be reached although they are not public. `timeout`
    is the deadline of one whole `get` in seconds, from its turn on. `transport` replaces the network
    (tests, demo), where nobody needs to be spared. `politeness` is shared by those that `behind` gives.
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
        politeness: Politeness | None = None,
    ) -> None:
        self._now = now
        self._agent = f"trustwatch/{__version__}" + (f" (+{contact})" if contact else "")
        self._private_hosts = frozenset(host.lower() for host in private_hosts)
        self._proxy = httpx.URL(proxy) if proxy else None
        self._timeout = timeout
        self._caps = Caps(max_wire, max_body)
        self._attempts = attempts
        self._redirects = MAX_REDIRECTS
        self._transport = transport
        sleep = (lambda _seconds: None) if transport else time.sleep
        self._politeness = politeness or Politeness(now, sleep=sleep)
        self._gate: Callable[[], object] = lambda: None

    def behind(self, gate: Callable[[], object]) -> Http:
        """The same way out, with `gate` asked before each single request, redirects included.

        `gate` raises where nothing may be asked: the register of staff accounts is one.
        """
        gated = copy(self)
        gated._gate = gate
        return gated

    def within(self, *, most: int, seconds: float, redirects: int) -> Http:
        """The same way out for files: at most so many bytes each, within a deadline, after few redirects."""
        bounded = copy(self)
        bounded._caps, bounded._timeout, bounded._redirects = Caps(most, most), seconds, redirects
        return bounded

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        modified: str | None = None,
        accept: Collection[int] = (),
        explain: Explain | None = None,
    ) -> Response:
        """Fetch `url`; `etag` and `modified` are the validators of the last answer, byte for byte.

        `accept` are error statuses that mean something to the caller and are not raised. `explain` is shown
        every other answer that is an error, with its body, and may raise a better error than its status says.

        Raises SourceUnavailable (timeout, 5xx, 404), SourceThrottled (429), SourceRefused (401, 403,
        410, an address that must not be reached), BudgetSpent (402), SourceChanged (too big,
        undecodable, a redirect without end).
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
        own = dict(headers or {}) | {
            name: value for name, value in conditions.items() if value and _SENDABLE.fullmatch(value)
        }
        return self._ask("GET", _address(url, params), own, b"", accept, explain)

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        explain: Explain | None = None,
    ) -> Response:
        """Post `json` or `form`: to sign in, or where an interface asks for its questions that way.

        Never redirected: an answer that leads elsewhere is a SourceChanged. Otherwise as `get`.
        """
        if form is not None:
            content, kind = urlencode(form), "application/x-www-form-urlencoded"
        else:
            content, kind = _dumps({} if json is None else json), "application/json"
        own = {"Content-Type": kind} | dict(headers or {})
        return self._ask("POST", _address(url, params), own, content.encode(), accept, explain)

    def _ask(
        self,
        method: str,
        address: httpx.URL,
        own: Mapping[str, str],
        content: bytes,
        accept: Collection[int],
        explain: Explain | None,
    ) -> Response:
        deadline = Deadline(self._timeout, address.host)
        request = _Request(method, address, _sendable(own, address), self._within_cap(content, address))
        with failures(address.host), self._transported(deadline) as transport, ExitStack() as turn:
            address, answer = self._follow(transport, request, turn, deadline)
            try:
                status, received = answer.status_code, dict(answer.headers.items())
                is_error = not (200 <= status < 300 or status == 304 or status in accept)
                if is_error and explain is not None:
                    explain(Response(status, str(address), received, self._read(answer, deadline)))
                if is_error:
                    raise_for_status(status, received, address.host, self._now())
                is_empty = status == httpx.codes.NOT_MODIFIED
                body = b"" if is_empty else self._read(answer, deadline)
                return Response(status, str(address), received, body)
            finally:
                answer.stream.close()  # type: ignore[union-attr]  # both kinds of stream close

    def _follow(
        self, transport: httpx.BaseTransport, request: _Request, turn: ExitStack, deadline: Deadline
    ) -> tuple[httpx.URL, httpx.Response]:
        """The answer at the end of all redirects; `turn` is then that at its host."""
        first = address = request.address
        for _ in range(self._redirects + 1):
            self._admit(address, first)
            turn.close()
            with deadline.paused():
                turn.enter_context(self._turn(address))
            # A stranger's host must not see the credentials meant for the first one.
            own = request.headers if address.netloc == first.netloc else {}
            try:
                response = self._send(transport, replace(request, address=address, headers=own))
            except SourceRefused:
                if address == first:
                    raise
                raise _refused(first, f"redirects to {address.host}, which is not public") from None
            self._politeness.heed(_netloc(address), response.status_code, response.headers)
            if not response.has_redirect_location:
                return address, response
            response.stream.close()  # type: ignore[union-attr]  # both kinds of stream close
            if request.method != "GET":
                raise SourceChanged(f"{first.host}: leads elsewhere where it should answer")
            target = _join(address, response.headers["location"])
            if response.status_code in (301, 308) and target.netloc != address.netloc:
                log.info("%s has moved to %s for good: change the source's url", address.host, target.host)
            address = target
        raise SourceChanged(f"{first.host}: more than {self._redirects} redirects")

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
            raise not_public(host, port)

    def _turn(self, address: httpx.URL) -> AbstractContextManager[None]:
        is_ours = self._exempt(address.host, _port(address))
        return self._politeness.turn(_netloc(address), paced=not is_ours)

    def _send(self, transport: httpx.BaseTransport, request: _Request) -> httpx.Response:
        sent = {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": "gzip"} | dict(request.headers)
        retrying = stamina.retry_context(
            on=CANNOT_CONNECT,
            attempts=self._attempts,
            timeout=None,
            wait_initial=0.2,
            wait_max=1,
            wait_jitter=0.2,
        )
        for attempt in retrying:
            with attempt:
                self._gate()
                return transport.handle_request(
                    httpx.Request(request.method, request.address, headers=sent, content=request.content)
                )
        raise AssertionError("stamina returns or raises")

    def _read(self, response: httpx.Response, deadline: Deadline) -> bytes:
        chunks: Iterable[bytes] = response.stream  # type: ignore[assignment]  # ours are synchronous
        return self._caps.read(response.headers, chunks, deadline)

    def _within_cap(self, content: bytes, address: httpx.URL) -> bytes:
        if len(content) > self._caps.wire:
            raise _refused(
                address, f"more than {self._caps.wire} bytes to send: shorten the source's options"
            )
        return content

    def _transported(self, deadline: Deadline) -> AbstractContextManager[httpx.BaseTransport]:
        if self._transport is not None:
            return nullcontext(self._transport)
        return Network(Guard(deadline, self._exempt), _tls(), self._proxy)

    def _exempt(self, host: str, port: int) -> bool:
        if self._proxy is not None and (host, port) == (self._proxy.host, _port(self._proxy)):
            return True
        return not self._private_hosts.isdisjoint({host, f"{host}:{port}", f"[{host}]:{port}"})


@cache
def _tls() -> SSLContext:
    """Once a process: reading the certificates takes longer than many an answer."""
    return httpx.create_ssl_context(trust_env=False)


def _sendable(headers: Mapping[str, str], address: httpx.URL) -> Mapping[str, str]:
    """The same headers. Raises SourceRefused for a value that could start a header of its own."""
    for name, value in headers.items():
        if not _SENDABLE.fullmatch(value):
            why = f"the header {name} cannot be sent: its setting has a line break or another odd character"
            raise _refused(address, f"{why}; write it anew")
    return headers


_dumps = json.dumps  # `post` has a parameter of that name


def _address(url: str, params: Mapping[str, str] | None) -> httpx.URL:
    try:
        address = _named(httpx.URL(url))
        # Not where there are none: merging even nothing writes the query anew, and `?rss` as `?rss=`.
        return address.copy_merge_params(params) if params else address
    except (httpx.InvalidURL, ValueError):
        message = "the source's url cannot be read: write it as https://host/path"
        raise SourceRefused(message, state=SourceState.MISCONFIGURED) from None


def _join(address: httpx.URL, location: str) -> httpx.URL:
    try:
        return _named(address.join(location))
    except (httpx.InvalidURL, ValueError):
        raise SourceChanged(f"{address.host}: redirects to an address that cannot be read") from None


def _named(address: httpx.URL) -> httpx.URL:
    """The same. Raises ValueError for a host that is no name, which httpx only notices when it is asked."""
    address.host.encode()
    return address


def _port(address: httpx.URL) -> int:
    return address.port or (443 if address.scheme == "https" else 80)


def _netloc(address: httpx.URL) -> str:
    return address.netloc.decode("ascii")


def _refused(address: httpx.URL, why: str) -> SourceRefused:
    return SourceRefused(f"{address.host}: {why}", state=SourceState.MISCONFIGURED)
