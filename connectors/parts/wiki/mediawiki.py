"""The MediaWiki Action API: one question at a time, continuation followed, errors inside HTTP 200 raised.

Shapes and parameters: https://www.mediawiki.org/wiki/API:Query and API:Revisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from connectors.http import Http
from connectors.parts.answers import WAIT_IF_UNTOLD, waiting_until
from connectors.parts.plain import clean
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.ports import Clock

Plain = Annotated[str, BeforeValidator(lambda value: clean(value) if isinstance(value, str) else value)]

_FIELDS = "ids|timestamp|flags|user|userid|comment|size|sha1|tags"
BATCH = 50
"""Revisions that one answer may hold."""
_BATCH = str(BATCH)  # their texts are read one by one, so memory stays flat
# Background readers stand back while the database replicas lag by more seconds than `maxlag`:
# https://www.mediawiki.org/wiki/Manual:Maxlag_parameter
_ALWAYS = {"action": "query", "format": "json", "formatversion": "2", "maxlag": "5"}


class _Slot(BaseModel):
    content: Plain | None = None


class Revision(BaseModel):
    """One revision. Where the wiki hides a field, its key is missing."""

    revid: int
    parentid: int = 0
    timestamp: AwareDatetime | None = None
    user: Plain | None = None
    userid: int = 0
    comment: Plain | None = None
    size: int | None = None
    sha1: str | None = None
    tags: tuple[str, ...] = ()
    minor: bool = False
    slots: Mapping[str, _Slot] = {}

    @property
    def hidden(self) -> frozenset[str]:
        """What of text, user and comment the wiki withholds."""
        withheld = {"text": self.sha1, "user": self.user, "comment": self.comment}
        return frozenset(name for name, value in withheld.items() if value is None)

    @property
    def text(self) -> str | None:
        """The wikitext, None where it was not asked for or is withheld."""
        return self.slots["main"].content if "main" in self.slots else None


class WikiPage(BaseModel):
    """A page. What does not exist has no page id, or is `missing`."""

    pageid: int = 0
    title: Plain = ""
    missing: bool = False
    lastrevid: int = 0
    talkid: int = 0
    revisions: tuple[Revision, ...] = ()

    @property
    def exists(self) -> bool:
        """False for a page deleted or never there, and for a title that cannot be one."""
        return self.pageid > 0 and not self.missing


class _Query(BaseModel):
    pages: tuple[WikiPage, ...] = ()


class _Error(BaseModel):
    code: str


class _Answer(BaseModel):
    query: _Query | None = None
    error: _Error | None = None
    following: dict[str, str] | None = Field(default=None, alias="continue")


class NoSuchRevision(SourceChanged):
    """The revision asked about is not there any more, for instance deleted for good."""


class Wiki:
    """One wiki's API at `api`, asked as `agent` (a User-Agent that names the operator).

    Every question may raise a SourceError.
    """

    def __init__(self, http: Http, api: str, agent: str, now: Clock) -> None:
        self._http, self._api, self._agent, self._now = http, api, agent, now
        self._latest: tuple[int, str | None] = (0, None)
        self.host = urlsplit(api).netloc

    def find(self, title: str) -> WikiPage:
        """The page that `title` names or redirects to, with its newest revision's id."""
        return self._page(self._ask({"prop": "info", "titles": title, "redirects": "1"}))

    def history(self, page_id: int, start: int | datetime) -> Iterator[WikiPage]:
        """The page with its revisions from `start` on, oldest first, an answer at a time.

        `start` is a moment (UTC) or a revision id; the revision of that id comes first.
        """
        asked = {"pageids": str(page_id), "rvdir": "newer", "rvprop": _FIELDS, "rvlimit": _BATCH}
        asked |= {"rvstartid": str(start)} if isinstance(start, int) else {"rvstart": f"{start:%FT%TZ}"}
        following: dict[str, str] | None = {}
        while following is not None:
            answer = self._ask({"prop": "revisions", **asked, **following})
            yield self._page(answer)
            if answer.following == following:
                raise SourceChanged(f"{self.host}: the same continuation twice, paging would never end")
            following = answer.following

    def until(self, page_id: int, revision_id: int) -> Sequence[Revision]:
        """Ids, sizes and hashes of a revision and those before it, newest first, 50 at most."""
        asked = {"pageids": str(page_id), "rvdir": "older", "rvstartid": str(revision_id)}
        limits = {"rvprop": "ids|size|sha1", "rvlimit": _BATCH}
        return self._page(self._ask({"prop": "revisions", **asked, **limits})).revisions

    def text(self, revision_id: int) -> str | None:
        """The wikitext of a revision, None where it is withheld."""
        if revision_id != self._latest[0]:  # the last one read is, nearly always, the next one's parent
            asked = {"revids": str(revision_id), "rvprop": "ids|content", "rvslots": "main"}
            revisions = self._page(self._ask({"prop": "revisions", **asked})).revisions
            self._latest = (revision_id, revisions[0].text if revisions else None)
        return self._latest[1]

    def listed(self, body: Any) -> Sequence[WikiPage]:
        """The pages of a decoded answer. Raises SourceError where it is an error, or has no pages."""
        answer = self._parsed(body)
        if answer.error:
            raise self._error(answer.error.code, {})
        if answer.query is None:
            raise SourceChanged(f"{self.host}: an answer without a result")
        return answer.query.pages

    def pages(self, asked: Mapping[str, str]) -> Sequence[WikiPage]:
        """The pages that any other question to `action=query` has as its answer."""
        answer = self._ask(asked)
        return answer.query.pages if answer.query else ()

    def revisions(self, ids: Sequence[int]) -> Iterator[Revision]:
        """Those of the revisions `ids` (50 at most) that the wiki still has, in no order, without texts."""
        asked = {"revids": "|".join(map(str, ids)), "rvprop": _FIELDS}
        answer = self._ask({"prop": "revisions", **asked})
        for page in answer.query.pages if answer.query else ():
            yield from page.revisions

    def _page(self, answer: _Answer) -> WikiPage:
        if answer.query is None:
            raise SourceChanged(f"{self.host}: an answer without a result")
        return answer.query.pages[0] if answer.query.pages else WikiPage()

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
        raise SourceChanged(f"{self.host}: not an answer of MediaWiki's API (at {where or 'its start'})")

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
