"""The MediaWiki Action API: one question at a time, continuation followed, errors inside HTTP 200 raised.

Shapes and parameters: https://www.mediawiki.org/wiki/API:Query and API:Revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from pydantic import BaseModel, Field, ValidationError

from connectors.http import Http, Response
from connectors.parts.answers import WAIT_IF_UNTOLD, waiting_until
from connectors.parts.wiki.comparison import Comparison
from connectors.parts.wiki.logentry import LogEntry
from connectors.parts.wiki.rest import comparison
from connectors.parts.wiki.revision import Plain, Revision, User, WikiPage
from monitor import __version__
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.ports import Clock

T = TypeVar("T")

FIELDS = "ids|timestamp|flags|user|userid|comment|size|sha1|tags"
"""What is asked of a revision, its text apart."""
_COMPARES_NOT = (404, 500, 501)  # no REST interface, or no wikidiff2
_LONGEST = 6_000  # characters of an address that names things; servers take 8,000
BATCH = 50
"""Pages, titles, users or revisions that one question may name, or its answer hold."""
# Background readers stand back while the database replicas lag by more seconds than `maxlag`:
# https://www.mediawiki.org/wiki/Manual:Maxlag_parameter
_ALWAYS = {"action": "query", "format": "json", "formatversion": "2", "maxlag": "5"}


class _Renamed(BaseModel):
    source: Plain = Field(alias="from")
    to: Plain


class _Query(BaseModel):
    pages: tuple[WikiPage, ...] = ()
    normalized: tuple[_Renamed, ...] = ()
    redirects: tuple[_Renamed, ...] = ()
    logevents: tuple[LogEntry, ...] = ()
    users: tuple[User, ...] = ()


class _Error(BaseModel):
    code: str


class _Answer(BaseModel):
    query: _Query | None = None
    error: _Error | None = None
    following: dict[str, str] | None = Field(default=None, alias="continue")


class NotAnApi(SourceChanged):
    """What answers there is not MediaWiki's API."""


class NoSuchRevision(SourceChanged):
    """The revision asked about is not there any more, for instance deleted for good."""


def agent(contact: str) -> str:
    """The User-Agent by which the operator at `contact` is known: https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy."""
    return f"trustwatch/{__version__} ({contact})"


class Wiki:
    """One wiki's API at `api`, asked as `agent` (a User-Agent that names the operator).

    Every question may raise a SourceError.
    """

    def __init__(self, http: Http, api: str, agent: str, now: Clock) -> None:
        self._http, self._api, self._agent, self._now = http, api, agent, now
        self._folder = api.removesuffix("api.php")
        self._compares = True
        self.host = urlsplit(api).netloc
        self.index = f"{self._folder}index.php"

    def find(self, titles: Sequence[str]) -> dict[str, WikiPage]:
        """The pages that `titles` name or redirect to, by title, with their newest revisions' ids."""
        found: dict[str, WikiPage] = {}
        for some in _batched(titles):
            query = self._queried({"prop": "info", "titles": "|".join(some), "redirects": "1"})
            named = {page.title: page for page in query.pages}
            # Asked for one page a wiki gives that one, however it writes the title.
            other = query.pages[0] if len(some) == len(query.pages) == 1 else WikiPage()
            found |= {title: named.get(_resolved(title, query), other) for title in some}
        return found

    def info(self, page_ids: Sequence[int]) -> dict[int, WikiPage]:
        """How the pages stand now, by id: title, newest revision, talk page; one question for 50 of them."""
        found: dict[int, WikiPage] = {}
        for some in _batched(page_ids):
            asked = {"prop": "info", "inprop": "talkid", "pageids": "|".join(map(str, some))}
            found |= {page.pageid: page for page in self._queried(asked).pages}
        return found

    def history(self, page_id: int, start: int | datetime) -> Iterator[WikiPage]:
        """The page with its revisions from `start` on, oldest first, an answer at a time.

        `start` is a moment (UTC) or a revision id; the revision of that id comes first.
        """
        asked = {"pageids": str(page_id), "rvdir": "newer", "rvprop": FIELDS, "rvlimit": str(BATCH)}
        asked |= {"rvstartid": str(start)} if isinstance(start, int) else {"rvstart": f"{start:%FT%TZ}"}
        for query in self._followed({"prop": "revisions", **asked}):
            yield query.pages[0] if query.pages else WikiPage()

    def before(self, page_id: int, revision_id: int) -> Sequence[Revision]:
        """The revisions before that one, newest first, 50 at most. Its parent need not be there any more."""
        asked = {"pageids": str(page_id), "rvdir": "older", "rvstartid": str(revision_id)}
        limits = {"rvprop": FIELDS, "rvlimit": str(BATCH + 1)}
        pages = self._queried({"prop": "revisions", **asked, **limits}).pages
        found = pages[0].revisions if pages else ()
        return [revision for revision in found if revision.revid != revision_id]

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The wikitext of those of the revisions `ids` (50 at most) whose text the wiki shows."""
        asked = {"prop": "revisions", "revids": "|".join(map(str, ids)), "rvprop": "ids|content"}
        found: dict[int, str] = {}
        for query in self._followed(asked | {"rvslots": "main"}):
            revisions = (revision for page in query.pages for revision in page.revisions)
            found |= {each.revid: each.text for each in revisions if each.text is not None}
        return found

    def comparison(self, old: int, new: int) -> Comparison | None:
        """What the wiki says of two revisions; None where it does not compare, and is not asked again."""
        if not self._compares:
            return None
        address = f"{self._folder}rest.php/v1/revision/{old}/compare/{new}"
        answer = self._http.get(address, headers={"User-Agent": self._agent}, accept=_COMPARES_NOT)
        self._compares = answer.status not in _COMPARES_NOT
        try:
            return comparison(answer.json()) if self._compares else None
        except SourceChanged:
            self._compares = False
            return None

    def difference(self, old: int, new: int) -> str:
        """Where the wiki shows people what a revision changed; `old` is 0 for a page's first one."""
        return self.address(**({"diff": new, "oldid": old} if old else {"oldid": new}))

    def address(self, **asked: str | int) -> str:
        """An address of the wiki's own pages."""
        return f"{self.index}?{urlencode(asked)}"

    def feed(self, title: str, modified: str | None) -> Response:
        """The feed of a page's history, its last 50 edits, unless it is as it was at `modified`."""
        asked = {"title": title, "action": "history", "feed": "atom", "limit": str(BATCH)}
        return self._http.get(
            self.index, params=asked, headers={"User-Agent": self._agent}, modified=modified
        )

    def log(self, title: str, since: datetime) -> Iterator[LogEntry]:
        """What was done to the page of that title from `since` (UTC) on, oldest first."""
        asked = {"list": "logevents", "letitle": title, "ledir": "newer", "lestart": f"{since:%FT%TZ}"}
        fields = {"leprop": "ids|title|type|user|userid|timestamp|comment|details", "lelimit": str(BATCH)}
        for query in self._followed(asked | fields):
            yield from query.logevents

    def users(self, names: Iterable[str]) -> Sequence[User]:
        """What is known of the accounts `names`."""
        fields = {"list": "users", "usprop": "groups|editcount|registration"}
        some = (self._queried(fields | {"ususers": "|".join(part)}).users for part in _batched(names))
        return tuple(chain.from_iterable(some))

    def listed(self, body: Any) -> Sequence[WikiPage]:
        """The pages of a decoded answer. Raises SourceError where it is an error, or has no pages."""
        answer = self._parsed(body)
        if answer.error:
            raise self._error(answer.error.code, {})
        return self._result(answer).pages

    def pages(self, asked: Mapping[str, str]) -> Sequence[WikiPage]:
        """The pages that any other question to `action=query` has as its answer."""
        answer = self._ask(asked)
        return answer.query.pages if answer.query else ()

    def revisions(self, ids: Sequence[int]) -> Iterator[Revision]:
        """Those of the revisions `ids` (50 at most) that the wiki still has, in no order, without texts."""
        asked = {"revids": "|".join(map(str, ids)), "rvprop": FIELDS}
        answer = self._ask({"prop": "revisions", **asked})
        for page in answer.query.pages if answer.query else ():
            yield from page.revisions

    def _followed(self, params: Mapping[str, str]) -> Iterator[_Query]:
        following: dict[str, str] | None = {}
        while following is not None:
            answer = self._ask({**params, **following})
            yield self._result(answer)
            if answer.following == following:
                raise SourceChanged(f"{self.host}: the same continuation twice, paging would never end")
            following = answer.following

    def _queried(self, params: Mapping[str, str]) -> _Query:
        return self._result(self._ask(params))

    def _result(self, answer: _Answer) -> _Query:
        if answer.query is None:
            raise SourceChanged(f"{self.host}: an answer without a result")
        return answer.query

    def _ask(self, params: Mapping[str, str]) -> _Answer:
        response = self._http.get(
            self._api, params={**_ALWAYS, **params}, headers={"User-Agent": self._agent}
        )
        answer = self._parsed(response.json())
        if answer.error:
            raise self._error(answer.error.code, response.headers)
        return answer

    def _parsed(self, body: Any) -> _Answer:
        try:
            return _Answer.model_validate(body)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False, include_context=False)[0]["loc"]))
        raise NotAnApi(f"{self.host}: not an answer of MediaWiki's API (at {where or 'its start'})")

    def _error(self, code: str, headers: Mapping[str, str]) -> SourceError:
        """Every API error comes with status 200: https://www.mediawiki.org/wiki/API:Errors_and_warnings."""
        now = self._now()
        until = waiting_until(headers, now)
        said = f"{self.host}: MediaWiki answered {code!r}"
        if code in ("maxlag", "ratelimited"):
            return SourceThrottled(said, until=until or now + WAIT_IF_UNTOLD)
        if code == "readonly" or code.startswith("internal_api_error"):
            return SourceUnavailable(said, retry_after=(until - now).total_seconds() if until else None)
        if code.startswith(("badid_rvstartid", "nosuchrevid")):
            return NoSuchRevision(said)
        if code == "readapidenied":
            return SourceRefused(f"{said}: this wiki is closed to readers who have not signed in")
        return SourceChanged(said)


def _batched(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """As many values as one question may name, in an address that no server finds too long."""
    batch: list[T] = []
    length = 0
    for value in values:
        own = len(quote(f"|{value}"))
        if batch and (len(batch) == BATCH or length + own > _LONGEST):
            yield batch
            batch, length = [], 0
        batch.append(value)
        length += own
    if batch:
        yield batch


def _resolved(title: str, query: _Query) -> str:
    """The title of the page that `title` led to."""
    normal = {each.source: each.to for each in query.normalized}
    leads = {each.source: each.to for each in query.redirects}
    title = normal.get(title, title)
    for _ in leads:  # a redirect to a redirect is followed once; two that lead to each other end here
        title = leads.get(title, title)
    return title
