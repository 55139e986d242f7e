"""One web page as a post: fetched where its robots.txt allows it, and reduced to its main text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.cursors import digest
from connectors.parts.web import validators
from connectors.parts.web.robots import Robots
from monitor import sandbox
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Origin, Post

PARSER = "connectors.parts.web.maintext:read"
ABSENT = (404, 410)
_LONGEST_ID = 500  # characters


@dataclass(frozen=True, slots=True)
class Found:
    """What an address answered with: `post` is None where nothing changed, or with a `status` of ABSENT."""

    status: int
    post: Post | None = None
    validators: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class WebPages:
    """Reads pages for one poll."""

    context: Context
    robots: Robots

    def fetch(self, url: str, known: Mapping[str, str] | None = None) -> Found:
        """The page at `url`, asked for with the validators `known` of the last time.

        Raises SourceRefused where robots.txt forbids it, SourceChanged where the answer has no main text.
        """
        self.robots.check(url)
        last = known or {}
        answer = self.context.http.get(
            url, etag=last.get("etag"), modified=last.get("modified"), accept=ABSENT
        )
        if answer.status in ABSENT or answer.not_modified:
            return Found(answer.status)
        post = read(answer.body, url, answer.headers.get("content-type", ""), self.context)
        return Found(answer.status, post, validators.kept(answer.headers))


def read(document: bytes, url: str, content_type: str, context: Context) -> Post:
    """The post of a page's document. Raises SourceChanged where it has no main text."""
    host, now = urlsplit(url).netloc.lower(), context.now()
    try:
        found = sandbox.run(PARSER, document, url, content_type)
    except sandbox.ParserError as error:
        raise SourceChanged(f"{host}: a page cannot be read ({error})") from None
    if found is None:
        raise SourceChanged(f"{host}: a page has no main text: it may ask visitors to sign in")
    author = found["author"]
    return replace(
        bare(url, context),
        author=Account(platform="web", display_name=author) if author else None,
        title=found["title"],
        text=found["text"],
        created_at=shape.moment(found, now, "created"),
    )


def bare(url: str, context: Context) -> Post:
    """What is known of a page by its address alone."""
    return Post(
        source=context.source,
        platform="web",
        external_id=identity(url),
        observed_at=context.now(),
        kind=Kind.ARTICLE,
        origin=Origin.PAGE,
        url=plain.web_address(url),
        terms=context.terms,
    )


def identity(url: str) -> str:
    """The id of a page: not that of the same address in a feed, which holds other words."""
    return f"page:{url}" if len(url) <= _LONGEST_ID else f"page:{digest(url)}"


def changed(post: Post) -> str:
    """A digest of what people would call a change: the title and the words."""
    return digest(post.title, post.text)
