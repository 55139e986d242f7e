"""A small wiki in memory: starts, limits, continuation, moves, logs and suppression as MediaWiki's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors import Context
from connectors.http import Http
from connectors.wikipedia import Wikipedia

TITLE = "Wearside Vale NHS Foundation Trust"
START = datetime(2026, 11, 10, tzinfo=UTC)


@dataclass
class FakePage:
    """One page whose revisions are numbered from `base` + 1 on; one every hour."""

    texts: list[str]
    title: str = TITLE
    page_id: int = 7
    base: int = 0
    tags: Mapping[int, list[str]] = field(default_factory=dict)
    users: Mapping[int, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    talk: int = 0
    deleted: bool = False
    model: str = "wikitext"

    @property
    def numbers(self) -> list[int]:
        return [self.base + n for n in range(1, len(self.texts) + 1)]

    def at(self, number: int) -> datetime:
        return START + timedelta(hours=number - self.base)

    def revision(self, number: int, text: bool = False) -> dict[str, Any]:
        content, shown = self.texts[number - self.base - 1], number not in self.hidden
        row: dict[str, Any] = {
            "revid": number,
            "parentid": number - 1 if number - 1 > self.base else 0,
            "timestamp": self.at(number).isoformat(),
            "minor": False,
            "size": len(content.encode()),
            "tags": self.tags.get(number, []),
        }
        user = self.users.get(number, "Harbour Lantern")
        row |= {"user": user, "userid": 51, "comment": "why"} if shown else {"suppressed": True}
        row |= {"sha1": hashlib.sha1(content.encode()).hexdigest()} if shown else {"sha1hidden": True}
        slot = {"content": content} if shown else {"texthidden": True}
        return row | ({"slots": {"main": slot}} if text else {})


@dataclass
class FakeWiki(FakePage, httpx.BaseTransport):
    """Enough of the API for one page and those `beside` it. `asked` are the questions, `log` its entries."""

    limit: int = 2
    beside: list[FakePage] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] | None = field(default_factory=list)
    fails_after: int | None = None
    redirects: Mapping[str, str] = field(default_factory=dict)
    closed: int = 0
    compares: Mapping[str, Any] = field(default_factory=dict)
    feeds: Mapping[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, asked = request.url.path, dict(request.url.params)
        self.asked.append(asked | {"agent": request.headers["user-agent"], "path": path})
        if self.fails_after is not None and len(self.asked) > self.fails_after:
            return httpx.Response(503, request=request)
        if "/rest.php/" in path:
            there = self.compares.get(path.partition("/revision/")[2])
            return httpx.Response(200 if there else 404, json=there, request=request)
        if path.endswith("index.php"):
            return self.feed(asked["title"], request)
        if self.closed:
            return httpx.Response(self.closed, request=request)
        if asked.get("list") == "users" and self.accounts is None:
            return httpx.Response(404, request=request)
        body = json.dumps(self.answer(asked))
        return httpx.Response(200, text=body, request=request)

    def feed(self, title: str, request: httpx.Request) -> httpx.Response:
        if title not in self.feeds:
            return httpx.Response(404, request=request)
        headers = {"last-modified": f"{len(self.feeds[title])}"}
        if request.headers.get("if-modified-since") == headers["last-modified"]:
            return httpx.Response(304, headers=headers, request=request)
        return httpx.Response(200, text=self.feeds[title], headers=headers, request=request)

    def of(self, kind: str) -> list[dict[str, str]]:
        """The questions with this parameter."""
        return [asked for asked in self.asked if kind in asked]

    @property
    def everything(self) -> list[FakePage]:
        return [page for page in (self, *self.beside) if not page.deleted]

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked.get("list") == "users":
            return {"query": {"users": self.accounts}}
        if asked.get("list") == "logevents":
            return {"query": {"logevents": self.entries(asked)}}
        if "titles" in asked:
            return self.looked_up(asked["titles"].split("|"))
        if asked["prop"] == "info":
            return self.answered([self.by_id(int(number)) for number in asked["pageids"].split("|")])
        if "revids" in asked:
            return self.by_revision(asked)
        page = next((page for page in self.everything if str(page.page_id) == asked["pageids"]), None)
        if page is None:
            return self.answered([{"pageid": int(asked["pageids"]), "missing": True}])
        return self.older(page, asked) if asked["rvdir"] == "older" else self.newer(page, asked)

    def entries(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        since = datetime.fromisoformat(asked["lestart"])
        here = [entry for entry in self.log if entry["title"] == asked["letitle"]]
        return [entry for entry in here if datetime.fromisoformat(entry["timestamp"]) >= since]

    def looked_up(self, titles: list[str]) -> dict[str, Any]:
        normal = {title: title.replace("_", " ") for title in titles if "_" in title}
        written = [normal.get(title, title) for title in titles]
        pages = [self.by_title(self.redirects.get(title, title)) for title in written]
        answer = self.answered(pages)
        answer["query"]["normalized"] = [{"from": a, "to": b} for a, b in normal.items()]
        answer["query"]["redirects"] = [
            {"from": a, "to": b} for a, b in self.redirects.items() if a in written
        ]
        return answer

    def by_title(self, title: str) -> dict[str, Any]:
        found = next((page for page in self.everything if page.title == title), None)
        return self.info(found) if found else {"missing": True, "title": title}

    def by_id(self, number: int) -> dict[str, Any]:
        found = next((page for page in self.everything if page.page_id == number), None)
        return self.info(found) if found else {"pageid": number, "missing": True}

    def info(self, page: FakePage) -> dict[str, Any]:
        told = {**self.here(page), "lastrevid": page.numbers[-1], "contentmodel": page.model}
        return told | ({"talkid": page.talk} if page.talk else {})

    def by_revision(self, asked: dict[str, str]) -> dict[str, Any]:
        wanted, text = [int(number) for number in asked["revids"].split("|")], "rvslots" in asked
        found = [
            {**self.here(page), "revisions": [page.revision(n, text) for n in wanted if n in page.numbers]}
            for page in self.everything
        ]
        return self.answered([page for page in found if page["revisions"]])

    def older(self, page: FakePage, asked: dict[str, str]) -> dict[str, Any]:
        if int(asked["rvstartid"]) not in page.numbers:
            return {"error": {"code": "badid_rvstartid"}}
        wanted = [n for n in reversed(page.numbers) if n <= int(asked["rvstartid"])][: int(asked["rvlimit"])]
        return self.answered([{**self.here(page), "revisions": [page.revision(n) for n in wanted]}])

    def newer(self, page: FakePage, asked: dict[str, str]) -> dict[str, Any]:
        if int(asked.get("rvstartid", 0)) in page.gone:
            return {"error": {"code": "badid_rvstartid"}}
        first = int(asked.get("rvcontinue") or asked.get("rvstartid") or 1)
        since = datetime.fromisoformat(asked.get("rvstart", "2000-01-01T00:00:00Z"))
        wanted = [n for n in page.numbers if n >= first and page.at(n) >= since]
        rows = [page.revision(n) for n in wanted[: self.limit]]
        answer = self.answered([{**self.here(page), "revisions": rows}])
        rest = wanted[self.limit :]
        return answer | ({"continue": {"rvcontinue": str(rest[0]), "continue": "||"}} if rest else {})

    @staticmethod
    def here(page: FakePage) -> dict[str, Any]:
        return {"pageid": page.page_id, "ns": 0, "title": page.title}

    @staticmethod
    def answered(pages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"query": {"pages": pages}}


def connector(
    transport: httpx.BaseTransport,
    now: Any,
    operator: str | None = "comms@wvft.nhs.test",
    **options: Any,
) -> Wikipedia:
    """A connector that watches TITLE on that wiki."""
    context = Context("wikipedia", Http(now=now, transport=transport), now, operator)
    settings = {"base_url": "https://wiki.test", "pages": [TITLE]} | options
    return Wikipedia(Wikipedia.Options.model_validate(settings), context)
