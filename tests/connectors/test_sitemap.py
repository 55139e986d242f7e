"""Sitemaps: what is new in them is read a few pages at a time, and nothing of it is lost."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors import Context, recordings
from connectors.http import Http
from connectors.parts.replay import Replay
from connectors.parts.web import sitemaps, sitemapxml
from connectors.sitemap import Sitemap, SitemapOptions
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from monitor.types import Origin, Post, SourceState

Clock = Callable[[], datetime]
HOST = "https://riverside.test"
WORDS = "The board of the trust decided on Tuesday night that parking stays as dear as it was before."


class Site(httpx.BaseTransport):
    """A site with a sitemap; `pages` are path -> `lastmod`, empty where it gives none."""

    def __init__(self, pages: dict[str, str], robots: str = "") -> None:
        self.pages, self.robots = pages, robots
        self.broken: dict[str, int] = {}
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/robots.txt":
            return httpx.Response(200, text=self.robots, request=request)
        if path == "/sitemap.xml":
            return httpx.Response(200, text=urlset(self.pages), request=request)
        self.asked.append(path)
        if path in self.broken:
            return httpx.Response(self.broken[path], request=request)
        return httpx.Response(200, html=f"<title>{path}</title><p>{WORDS} {path}</p>", request=request)


def urlset(pages: dict[str, str]) -> str:
    """A sitemap of these pages."""
    dated = {path: f"<lastmod>{at}</lastmod>" if at else "" for path, at in pages.items()}
    return (
        "<urlset>"
        + "".join(f"<url><loc>{HOST}{path}</loc>{at}</url>" for path, at in dated.items())
        + "</urlset>"
    )


class Reader:
    """Reads one sitemap poll after poll, keeping the cursor."""

    def __init__(self, now: Clock, transport: httpx.BaseTransport, **options: Any) -> None:
        context = Context(source="site", http=Http(now=now, transport=transport, attempts=1), now=now)
        self.connects = Sitemap(SitemapOptions(**{"url": f"{HOST}/sitemap.xml"} | options), context)
        self.now, self.cursor = now, None

    def poll(self) -> tuple[list[Post], SourceError | None]:
        """The posts of one poll, and the error it ended with."""
        posts = []
        try:
            for page in self.connects.pages(self.cursor, self.now() - timedelta(days=7)):
                posts += page.posts
                self.cursor = page.cursor or self.cursor
        except SourceError as error:
            return posts, error
        return posts, None


def titles(posts: list[Post]) -> list[str]:
    """Their titles."""
    return [post.title for post in posts]


def ago(now: Clock, **time: float) -> str:
    """A moment as sitemaps write it."""
    return (now() - timedelta(**time)).isoformat()


def test_an_index_is_followed_and_its_new_pages_are_read(now: Clock) -> None:
    reader = Reader(now, Replay(recordings.load("sitemap"), now), under="/news/")
    posts, error = reader.poll()
    assert error is None
    assert titles(posts) == [
        "Ward at Wearside Vale reopens",
        "Parking charges frozen",
        "Summer fair raises record sum",
    ]
    assert {post.origin for post in posts} == {Origin.PAGE}
    assert posts[0].author is not None
    assert posts[0].author.display_name == "Colm Treddle"
    assert posts[1].text.startswith("Wearside Vale NHS Foundation Trust will not raise")


def test_only_what_is_new_or_changed_is_asked_for(now: Clock) -> None:
    site = Site({"/a": ago(now, days=1), "/old": ago(now, days=30), "/undated": ""})
    reader = Reader(now, site)
    assert titles(reader.poll()[0]) == ["/a", "/undated"]
    assert reader.poll() == ([], None)
    site.pages |= {"/a": ago(now, hours=1), "/b": ago(now, days=2)}
    assert titles(reader.poll()[0]) == ["/a", "/b"]
    assert site.asked == ["/a", "/undated", "/a", "/b"]


def test_a_late_entry_of_the_same_day_is_not_behind(now: Clock) -> None:
    day = f"{now():%Y-%m-%d}"
    site = Site({"/a": day})
    reader = Reader(now, site)
    reader.poll()
    site.pages["/b"] = day
    (late,), _ = reader.poll()
    assert (late.title, late.created_at) == ("/b", now().replace(hour=0, minute=0))


def test_what_one_poll_leaves_the_next_ones_read(now: Clock) -> None:
    site = Site({f"/{n}": ago(now, hours=n) for n in range(12)})
    reader = Reader(now, site, pages=5)
    read = [titles(reader.poll()[0]) for _ in range(4)]
    assert [len(found) for found in read] == [5, 5, 2, 0]
    assert read[0][0] == "/0"
    assert sorted(title for found in read for title in found) == sorted(site.pages)


def test_what_is_published_while_much_is_waiting_comes_first_and_nothing_is_lost(now: Clock) -> None:
    site = Site({f"/{n}": ago(now, hours=n + 1) for n in range(8)})
    reader = Reader(now, site, pages=3)
    first = titles(reader.poll()[0])
    site.pages["/new"] = ago(now, minutes=1)
    later = [titles(reader.poll()[0]) for _ in range(3)]
    assert later[0][0] == "/new"
    assert sorted([*first, *(title for found in later for title in found)]) == sorted(site.pages)


def test_what_was_read_before_an_error_is_not_read_again(now: Clock) -> None:
    site = Site({f"/{n}": ago(now, hours=n + 1) for n in range(4)})
    site.broken["/2"] = 503
    reader = Reader(now, site)
    posts, error = reader.poll()
    assert (titles(posts), type(error)) == (["/0", "/1"], SourceUnavailable)
    site.broken.clear()
    assert titles(reader.poll()[0]) == ["/2", "/3"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_page_that_is_not_there_or_not_for_us_is_passed_over(now: Clock, status: int) -> None:
    site = Site({f"/{n}": ago(now, hours=n + 1) for n in range(3)})
    site.broken["/1"] = status
    reader = Reader(now, site)
    posts, error = reader.poll()
    assert (titles(posts), error) == (["/0", "/2"], None)
    assert reader.poll() == ([], None)


def test_what_robots_txt_forbids_is_never_asked_for_and_said_as_long_as_nothing_else_is_there(
    now: Clock,
) -> None:
    site = Site({"/private/a": ago(now, days=1)}, robots="User-agent: *\nDisallow: /private/")
    reader = Reader(now, site)
    for _ in range(2):
        posts, error = reader.poll()
        assert posts == site.asked == []
        assert isinstance(error, SourceRefused)
        assert error.state is SourceState.MISCONFIGURED
    site.pages["/a"] = ago(now, hours=1)
    assert (titles(reader.poll()[0]), reader.poll()[1]) == (["/a"], None)


def test_a_site_that_asks_for_pauses_is_read_more_slowly(now: Clock) -> None:
    site = Site({f"/{n}": "" for n in range(9)}, robots="User-agent: *\nCrawl-delay: 20\nDisallow:")
    reader = Reader(now, site)
    assert [len(reader.poll()[0]) for _ in range(4)] == [3, 3, 3, 0]


def test_other_sites_and_other_folders_are_none_of_ours(now: Clock) -> None:
    document = urlset({"/news/a": "", "/newsletter": "", "/": ""}).replace(
        "</urlset>",
        "<url><loc>https://elsewhere.test/news/b</loc></url><url><loc>javascript:x</loc></url></urlset>",
    )
    listed = Reader(now, Site({}), under="/news/").connects.posts(document.encode())
    assert [post.url for post in listed] == [f"{HOST}/news/a"]


def test_an_index_of_too_many_files_and_a_list_of_too_many_pages_are_errors_people_see(
    now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "MOST", 3)
    _, error = Reader(now, Site({f"/{n}": "" for n in range(4)})).poll()
    assert "narrow it by `under`" in str(error)
    index = "<sitemapindex>" + f"<sitemap><loc>{HOST}/a.xml</loc></sitemap>" * 21 + "</sitemapindex>"
    answers = httpx.MockTransport(
        lambda r: httpx.Response(200, text=index if "sitemap" in r.url.path else "")
    )
    _, error = Reader(now, answers).poll()
    assert "give the one that you need" in str(error)


def test_a_cursor_says_nothing_of_another_sitemap(now: Clock) -> None:
    reader = Reader(now, Site({"/news/a": ago(now, days=1)}))
    reader.poll()
    other = Reader(now, Site({"/news/a": ago(now, days=1)}), under="/news/")
    other.cursor = reader.cursor
    assert titles(other.poll()[0]) == ["/news/a"]


def test_the_cursor_forgets_what_the_sitemap_does_not_list_any_more(now: Clock) -> None:
    site = Site({f"/{n}": "" for n in range(9)})
    reader = Reader(now, site)
    reader.poll()
    site.pages = {"/8": ""}
    reader.poll()
    assert len(json.loads(reader.cursor or "")["done"]) == 1


def test_a_sitemap_that_is_a_gzip_file_is_read_and_a_bomb_is_not() -> None:
    document = urlset({"/a": "2026-11-20"}).encode()
    found = sitemapxml.read(gzip.compress(document), HOST)
    assert found == {"index": False, "entries": [[f"{HOST}/a", "2026-11-20", ""]]}
    with pytest.raises(ValueError, match="too large"):
        sitemapxml.read(gzip.compress(b" " * 40_000_000), HOST)


def test_a_news_entry_is_dated_and_titled_by_its_news(now: Clock) -> None:
    news = "<n:news><n:publication_date>2026-11-20</n:publication_date><n:title>A &amp; B</n:title></n:news>"
    document = (
        f'<urlset xmlns:n="x"><url><loc> {HOST}/a </loc>{news}'
        f"<lastmod></lastmod></url><url><lastmod>2026-11-20</lastmod></url></urlset>"
    )
    assert sitemapxml.read(document.encode(), HOST) == {
        "index": False,
        "entries": [[f"{HOST}/a", "2026-11-20", "A & B"]],
    }


@pytest.mark.parametrize(
    "document",
    [
        b"<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><urlset><url><loc>&c;</loc></url></urlset>",
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&a;</loc></url></urlset>",
        b"<rss><channel/></rss>",
        b"https://riverside.test/a\nhttps://riverside.test/b\n",
    ],
)
def test_what_is_no_sitemap_or_plays_tricks_is_a_changed_source(now: Clock, document: bytes) -> None:
    with pytest.raises(SourceChanged):
        list(Reader(now, Site({})).connects.posts(document))
