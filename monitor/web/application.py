"""What listens: five addresses, and around them what is asked of every request and said with every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from urllib.parse import parse_qsl

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.config import LinkSettings
from monitor.errors import StoreError
from monitor.logs import place_of
from monitor.web.counter import Counter
from monitor.web.limiting import Limit
from monitor.web.pages import Rendered, Site

log = structlog.get_logger("monitor.web")

FORM_BYTES = 8_192
FORM_SECONDS = 10
FORM_FIELDS = 8

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Said with every answer: nothing is kept, framed, guessed, indexed, or told to the next site."""

Answer = Callable[[Request], Awaitable[Response]]


class Unreadable(Exception):
    """A form that is not taken: the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def application(counter: Counter, settings: LinkSettings, health: str, limit: Limit | None = None) -> ASGIApp:
    """The pages of an installation. `health` is what `/health` answers, so that a check knows us."""
    pages = _Pages(counter)
    plain = {"/health": health, "/robots.txt": "User-agent: *\nDisallow: /\n"}
    app = Starlette(
        routes=[
            Route("/case/{token}", pages.case, methods=["GET", "POST"]),
            Route("/case/{token}/{number:int}.png", pages.picture),
            Route("/style.css", _style),
            Route("/favicon.ico", _no_icon),
            *(Route(path, _text(words)) for path, words in plain.items()),
        ],
        exception_handlers={404: _always(counter.site.unknown()), 405: _always(counter.site.refused())},
    )
    app.router.redirect_slashes = False  # a redirect would go to the host that the request names
    return Gate(app, counter.site, settings, limit or Limit())


class Gate:
    """Stands before every address: the right host, not too often, and the headers of every answer."""

    def __init__(self, app: ASGIApp, site: Site, settings: LinkSettings, limit: Limit) -> None:
        self._app, self._site, self._settings, self._limit = app, site, settings, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await (self._stopped(Request(scope)) or self._app)(scope, receive, sending)

    def _stopped(self, request: Request) -> Response | None:
        if not self._limit.admits(_client(request)):
            page = self._site.too_often()
            return HTMLResponse(page.html, page.status, {"Retry-After": "60"})
        ours = {self._settings.host, self._settings.listen}
        if request.headers.get("host", "").lower() not in ours:
            return _html(self._site.elsewhere())
        return None


class _Pages:
    """The pages that need the counter; what goes wrong in it is said calmly and logged without words."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def case(self, request: Request) -> Response:
        """A look at a case (GET, HEAD), or a deed (POST)."""
        token = request.path_params["token"]
        if request.method != "POST":
            return await self._answered(lambda: self._counter.show(token))
        try:
            form = await _form(request)
        except Unreadable as refused:
            return _html(self._counter.site.unreadable(refused.status))
        return await self._answered(lambda: self._counter.take(token, form))

    async def picture(self, request: Request) -> Response:
        """Picture evidence that the page of a link shows."""
        asked = request.path_params
        return await self._answered(lambda: self._counter.picture(asked["token"], asked["number"]))

    async def _answered(self, work: Callable[[], Rendered | bytes]) -> Response:
        try:
            answer = await run_in_threadpool(work)
            return Response(answer, media_type="image/png") if isinstance(answer, bytes) else _html(answer)
        except StoreError as error:
            log.error("the store failed", reason=str(error))
            return _html(self._counter.site.failed(503))
        except Exception as error:  # its words may quote what somebody typed
            log.error("a page failed", error=type(error).__name__, place=place_of(error))
            return _html(self._counter.site.failed(500))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that our own page sent. Raises Unreadable."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Unreadable(403)
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise Unreadable(415)
    try:
        async with asyncio.timeout(FORM_SECONDS):
            body = await _body(request)
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS))
    except TimeoutError:
        raise Unreadable(408) from None
    except ValueError:  # no UTF-8, or too many fields
        raise Unreadable(400) from None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise Unreadable(413)
    return body


def _client(request: Request) -> str:
    """Whose request it is: what the nearest proxy wrote, which is the last word of the header."""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told[:64] or (request.client.host if request.client else "")


def _html(page: Rendered) -> HTMLResponse:
    return HTMLResponse(page.html, page.status)


def _always(page: Rendered) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_request: Request, _error: Exception) -> Response:
        return _html(page)

    return answer


def _text(words: str) -> Answer:
    async def answer(_request: Request) -> Response:
        return PlainTextResponse(words)

    return answer


async def _style(_request: Request) -> Response:
    return Response(_STYLE, media_type="text/css")


async def _no_icon(_request: Request) -> Response:
    """Browsers ask for one wherever pictures are allowed."""
    return Response(status_code=204)


_STYLE = (files("monitor.web") / "style.css").read_text("utf-8")
