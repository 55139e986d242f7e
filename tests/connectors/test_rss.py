"""What feeds do that other sources don't."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import Context, recordings
from connectors.http import Http
from connectors.parts.replay import Replay
from connectors.rss import Rss, RssOptions
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import Kind, Media, Origin, Page, Post, State

Clock = Callable[[], datetime]
URL = "https://gazette.test/feed/"


def rss(*items: str, channel: str = "") -> str:
    """An RSS 2.0 document."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Gazette</title>{channel}{inside}</channel></rss>'


def dated(number: int, ago: str) -> str:
    """An item with a guid, a title and a date."""
    return f"<guid>{number}</guid><title>item {number}</title><pubDate>{{{{T-{ago}|rfc822}}}}</pubDate>"


def connector(now: Clock, *answers: dict[str, Any], url: str = URL, **options: Any) -> Rss:
    """A connector over recordings of the host gazette.test."""
    found = [{"host": "gazette.test", "path": "/feed/"} | answer for answer in answers]
    http = Http(now=now, transport=Replay(found, now), attempts=1)
    return Rss(RssOptions(url=url, **options), Context(source="gazette", http=http, now=now))


def poll(connects: Rss, now: Clock, cursor: str | None = None, days: float = 7) -> list[Page]:
    """Every page of one poll."""
    return list(connects.pages(cursor, now() - timedelta(days=days)))


def posts(now: Clock, body: str, **options: Any) -> list[Post]:
    """The posts of one document."""
    return [post for page in poll(connector(now, {"body": body}, **options), now) for post in page.posts]


def recorded(now: Clock, url: str) -> list[Post]:
    """The posts of one of the shipped feeds."""
    http = Http(now=now, transport=Replay(recordings.load("rss"), now))
    connects = Rss(RssOptions(url=url), Context(source="demo", http=http, now=now))
    return [post for page in poll(connects, now) for post in page.posts]


def test_a_language_is_a_tag_or_nothing(now: Clock) -> None:
    for written, kept in (
        ("en-GB", "en-GB"),
        ("cy", "cy"),
        ("999 200 1135", None),
        ("English, mostly", None),
    ):
        [post] = posts(now, rss(dated(1, "1h"), channel=f"<language>{written}</language>"))
        assert post.lang == kept


def titles(found: Iterable[Post]) -> list[str]:
    """Their titles."""
    return [post.title for post in found]


def test_an_item_keeps_what_the_feed_said(now: Clock) -> None:
    post = recorded(now, "https://gazette.test/feed/")[5]
    assert post.external_id == "gazette.test/https://gazette.test/?p=4105"
    assert post.title == "Nurses run the riverside half marathon for the children’s ward"
    assert (
        post.text == "Eleven nurses from Wearside Vale Hospital finished the half marathon and raised £4,200."
    )
    assert post.created_at == datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.display_name, post.lang, post.kind) == ("Joan Pickering", "en-GB", Kind.ARTICLE)
    assert post.media == (
        Media(
            kind="image",
            url="https://gazette.test/wp-content/uploads/finish.jpg",
            alt_text="Eleven runners in blue shirts at the finish",
        ),
    )


def test_an_atom_entry_that_was_changed_is_edited_and_its_links_are_absolute(now: Clock) -> None:
    post = recorded(now, "https://nurseblog.test/atom.xml")[1]
    assert (post.state, post.url) == (State.EDITED, "https://nurseblog.test/posts/30")
    assert post.edited_at is not None
    assert post.created_at is not None
    assert post.edited_at > post.created_at


def test_what_a_blog_says_of_itself_is_its_authors_profile(now: Clock) -> None:
    profiles = {post.author.bio for post in recorded(now, "https://nurseblog.test/atom.xml") if post.author}
    assert profiles == {"A staff nurse writes. Views my own. Write to r.tansley@wvft.nhs.test"}
    assert {p.author.bio for p in recorded(now, "https://gazette.test/feed/") if p.author} == {None}


def test_json_feed_items_become_posts(now: Clock) -> None:
    found = recorded(now, "https://bulletin.test/feed.json")
    assert [post.external_id for post in found] == [
        f"bulletin.test/feed.json#{n}" for n in (2041, 2040, 2039)
    ]
    assert [post.kind for post in found] == [Kind.ARTICLE, Kind.ARTICLE, Kind.EPISODE]


def test_a_json_feed_with_raw_control_characters_is_read(now: Clock) -> None:
    body = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "content_text": "a\tb\x01c"}]}'
    assert [post.text for post in posts(now, body)] == ["a b c"]


def test_comments_are_comments(now: Clock) -> None:
    found = recorded(now, "https://gazette.test/comments/feed/")
    assert {post.kind for post in found} == {Kind.COMMENT}


def test_a_second_poll_sends_the_validators_back_and_keeps_the_cursor(now: Clock) -> None:
    connects = connector(now, {"body": rss(dated(1, "1h")), "headers": {"ETag": 'W/"a b"'}})
    cursor = poll(connects, now)[0].cursor
    assert poll(connects, now, cursor) == [Page(posts=(), cursor=cursor)]


def test_a_feed_at_a_new_address_is_read_as_if_for_the_first_time(now: Clock) -> None:
    answer = {"body": rss(dated(1, "1h"), dated(2, "30d")), "headers": {"ETag": '"same for every feed"'}}
    cursor = poll(connector(now, answer), now)[0].cursor
    other = connector(now, answer, url=URL + "?cat=2")
    assert titles(poll(other, now, cursor)[0].posts) == ["item 1"]


def test_the_cursor_does_not_hold_the_address(now: Clock) -> None:
    connects = connector(now, {"body": rss(dated(1, "1h"))}, url=URL + "?feed=PRIVATE")
    assert "PRIVATE" not in str(poll(connects, now)[0].cursor)


def test_identity_falls_back_from_guid_to_link_to_content(now: Clock) -> None:
    found = posts(
        now,
        rss(
            "<guid isPermaLink='false'>g1</guid><link>https://gazette.test/1</link>",
            "<link>https://gazette.test/2</link>",
            "<title>only a title</title>",
            "<title>another title</title>",
        ),
    )
    ids = [post.external_id for post in found]
    assert ids[:2] == ["gazette.test/feed/#g1", "gazette.test/https://gazette.test/2"]
    assert len(set(ids)) == 4
    assert all(len(name.rpartition("#")[2]) == 32 for name in ids[2:])


def test_one_guid_for_several_items_loses_none_of_them(now: Clock) -> None:
    a, b = "<guid>1</guid><title>a</title>", "<guid>1</guid><title>b</title>"
    found = posts(now, rss(a, b, a))
    assert titles(found) == ["a", "b"]
    again = posts(now, rss("<guid>1</guid><title>c</title>", b, a))
    assert {p.external_id for p in found} < {p.external_id for p in again}


def test_an_endless_guid_is_shortened(now: Clock) -> None:
    (post,) = posts(now, rss(f"<guid>{'x' * 100_000}</guid>"))
    assert len(post.external_id) < 100


def test_script_survives_in_no_field(now: Clock) -> None:
    (post,) = posts(
        now,
        rss(
            "<title>&lt;script&gt;alert(1)&lt;/script&gt;Hello &lt;b&gt;there&lt;/b&gt;</title>"
            "<link>javascript:alert(1)</link><author>&lt;img src=x onerror=alert(1)&gt;Eve</author>"
            "<description>&lt;a href='javascript:alert(1)'&gt;x&lt;/a&gt;"
            "&lt;a href='/ok'&gt;y&lt;/a&gt;</description>"
            "<enclosure url='javascript:alert(1)' type='audio/mpeg'/>"
        ),
    )
    assert (post.title, post.url, post.text, post.media) == ("Hello there", None, "xy", ())
    assert post.links == ("https://gazette.test/ok",)
    assert post.author is not None
    assert post.author.display_name == "Eve"


def test_a_google_alert_leads_to_what_was_found(now: Clock) -> None:
    link = "https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://gazette.test/story%3Fa%3D1&amp;ct=ga"
    (post,) = posts(now, rss(f"<guid>1</guid><link>{link}</link>"))
    assert post.url == "https://gazette.test/story?a=1"


def test_an_empty_feed_is_no_error_and_a_page_that_is_no_feed_is_one(now: Clock) -> None:
    assert posts(now, rss()) == []
    with pytest.raises(SourceChanged, match="not a feed"):
        posts(now, "<html><body><p>Sign in</p></body></html>")


def test_a_cut_off_feed_keeps_the_items_that_came_whole(now: Clock) -> None:
    body = rss(dated(1, "1h"), dated(2, "2h"), dated(3, "3h"))
    assert "item 1" in titles(posts(now, body[: int(len(body) * 0.6)]))


def test_a_reference_to_no_character_does_not_cost_the_feed(now: Clock) -> None:
    (post,) = posts(now, rss("<guid>1</guid><title>a&#xD800;b&#0;c&#55296;d</title>"))
    assert post.title == "a\ufffdb\ufffdc\ufffdd"


def paged(now: Clock, count: int, **options: Any) -> Rss:
    """A WordPress feed of `count` pages, one item a page, a day apart, 404 beyond."""
    answers = [
        {"params": {"paged": str(n)} if n > 1 else {}, "body": rss(dated(n, f"{n}d"))}
        for n in range(1, count + 1)
    ]
    beyond = [{"params": {"paged": str(count + 1)}, "status": 404}]
    return connector(now, *answers, *beyond, **options)


def test_further_pages_are_read_while_they_are_new_and_the_cursor_comes_last(now: Clock) -> None:
    pages = poll(paged(now, 9, pages=9), now, days=2.5)
    assert [titles(page.posts) for page in pages] == [["item 1"], ["item 2"], []]
    assert [page.cursor is None for page in pages] == [True, True, False]


def test_beyond_the_last_page_is_the_end(now: Clock) -> None:
    pages = poll(paged(now, 2, pages=9), now)
    assert [titles(page.posts) for page in pages] == [["item 1"], ["item 2"], []]
    assert pages[-1].cursor


def test_pages_that_do_not_reach_far_enough_are_an_error_people_see(now: Clock) -> None:
    walk = paged(now, 9, pages=2).pages(None, now() - timedelta(days=7))
    assert [next(walk).cursor, next(walk).cursor] == [None, None]
    with pytest.raises(SourceChanged, match="raise `pages`"):
        next(walk)


def test_a_site_that_ignores_paging_is_read_once(now: Clock) -> None:
    pages = poll(connector(now, {"body": rss(dated(1, "1h"))}, pages=9), now)
    assert [titles(page.posts) for page in pages] == [["item 1"], []]
    assert pages[-1].cursor


@pytest.mark.parametrize(
    "options",
    [
        {"url": "gazette.test/feed"},
        {"url": "https://u:p@gazette.test/"},
        {"url": URL, "urll": "x"},
        {"url": URL, "pages": 0},
        {},
        {"url": URL, "secret_url": URL},
        {"secret_url": "https://u:p@gazette.test/"},
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        RssOptions(**options)
    assert "u:p" not in str(refused.value)


def test_the_content_type_reaches_the_parser(now: Clock) -> None:
    body = rss("<guid>1</guid><title>café</title>").encode("latin-1")
    answer = httpx.Response(
        200, content=body, headers={"Content-Type": "application/xml; charset=iso-8859-1"}
    )
    http = Http(now=now, transport=httpx.MockTransport(lambda request: answer))
    connects = Rss(RssOptions(url=URL), Context(source="gazette", http=http, now=now))
    assert titles(poll(connects, now)[0].posts) == ["café"]


def over(now: Clock, url: str | None = None, **options: Any) -> Rss:
    """A connector over the shipped recordings."""
    http = Http(now=now, transport=Replay(recordings.load("rss"), now), attempts=1)
    return Rss(RssOptions(url=url, **options), Context(source="demo", http=http, now=now))


def test_every_post_of_a_feed_says_so(now: Clock) -> None:
    assert {post.origin for post in recorded(now, URL)} == {Origin.FEED}


def test_an_episode_carries_the_words_of_its_transcript(now: Clock) -> None:
    with_words, without = recorded(now, "https://podcast.test/feed.xml")
    assert with_words.kind is without.kind is Kind.EPISODE
    assert with_words.text == (
        "We talk about rotas.\n\n"
        "Ines: Welcome back to Night Shift.\nTom: I have just come off a twelve hour shift\n"
        "at Wearside Vale, so bear with me.\nShall we start?"
    )
    assert without.text == "A quiet one."


def test_transcripts_can_be_left_out(now: Clock) -> None:
    (page,) = poll(over(now, "https://podcast.test/feed.xml", transcripts=False), now)
    assert page.posts[0].text == "We talk about rotas."


def episodes(now: Clock, count: int, changed: str = "") -> Rss:
    """A podcast of `count` episodes, each with a transcript."""
    spoken = '<podcast:transcript type="text/plain" url="https://gazette.test/{0}.txt"/>'
    items = (
        dated(n, f"{n}h") + spoken.format(n) + f"<description>{changed}</description>" for n in range(count)
    )
    transcripts = [{"path": f"/{n}.txt", "body": f"words of {n}"} for n in range(count)]
    return connector(now, {"body": rss(*items), "headers": {"ETag": '"1"'}}, *transcripts)


def test_more_transcripts_than_one_poll_may_fetch_come_with_the_next_ones(now: Clock) -> None:
    connects, cursor, told = episodes(now, 25), None, []
    for _ in range(4):
        (page,) = poll(connects, now, cursor)
        told.append([post.title for post in page.posts if "words of" in post.text])
        cursor = page.cursor
    assert [len(titles) for titles in told] == [10, 10, 5, 0]
    assert len({title for titles in told for title in titles}) == 25


def test_an_episode_whose_words_are_known_is_told_again_only_when_it_changes(now: Clock) -> None:
    (first,) = poll(episodes(now, 2), now)
    again = json.loads(first.cursor or "")
    del again["etag"]
    assert poll(episodes(now, 2), now, json.dumps(again))[0].posts == ()
    (later,) = poll(episodes(now, 2, changed="corrected"), now, json.dumps(again))
    assert [post.text for post in later.posts] == ["corrected\n\nwords of 0", "corrected\n\nwords of 1"]


def test_a_video_of_a_channels_feed_has_its_description_and_its_channel(now: Clock) -> None:
    (post,) = recorded(now, "https://tube.test/feeds/videos.xml")
    assert (post.kind, post.state) == (Kind.VIDEO, State.EDITED)
    assert post.text == "Trolleys & tunnels.\nWaiting times < 5 minutes!"
    assert post.author is not None
    assert post.author.external_id == "UCinvented0000000000000a"


def test_topics_of_a_forums_feed_are_posts(now: Clock) -> None:
    (post,) = recorded(now, "https://boards.test/latest.rss")
    assert post.kind is Kind.POST
    assert post.author is not None
    assert post.author.display_name == "@marg Marg"


ALERT = "https://alerts.test/alerts/feeds/00000000000000000042/7700900123456789012"


def test_no_part_of_a_secret_address_reaches_a_post_an_error_or_the_cursor(now: Clock) -> None:
    connects = over(now, secret_url=ALERT)
    (page,) = poll(connects, now)
    found, more = page.posts
    assert (found.title, found.url) == ("Wearside Vale opens a garden", "https://riverside.test/news/garden")
    assert (more.title, more.url, more.links) == ("See all results", None, ())
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(403)), attempts=1)
    broken = Rss(RssOptions(secret_url=ALERT), Context(source="alert", http=http, now=now))  # type: ignore[arg-type]
    with pytest.raises(SourceRefused) as refused:
        poll(broken, now)
    for said in (repr(page), repr(connects._options), str(refused.value)):
        assert "00000000000000000042" not in said
        assert "7700900123456789012" not in said


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/alerts/feeds/00000000000000000042/7700900123456789012",
        "https://www.reddit.com/.rss?feed=0123456789abcdef&user=wvft",
        "https://patrons.test/rss?auth=0123456789abcdef",
    ],
)
def test_an_address_that_looks_private_is_kept_out_of_posts_wherever_it_was_given(
    now: Clock, url: str
) -> None:
    entry = f"<title>a</title><link>#1</link><description>{url.replace('&', '&amp;')}</description>"
    connects = Rss(RssOptions(url=url), Context(source="s", http=Http(now=now), now=now))
    (post,) = connects.posts(rss(entry).encode())
    assert "0123456789abcdef" not in repr(post)
    assert "7700900123456789012" not in repr(post)


def test_a_blogger_feed_is_paged_by_the_number_of_its_entries(now: Clock) -> None:
    pages = poll(over(now, "https://blog.test/feeds/posts/default", pages=5), now, days=1.5)
    assert [titles(page.posts) for page in pages] == [["Third", "Second"], []]
    pages = poll(over(now, "https://blog.test/feeds/posts/default", pages=5), now, days=7)
    assert [titles(page.posts) for page in pages][:2] == [["Third", "Second"], ["First"]]


@pytest.mark.parametrize(("etag", "sent"), [('"a"', True), ('W/"a"', False), (None, True)])
def test_a_date_is_not_sent_next_to_a_weak_etag(now: Clock, etag: str | None, sent: bool) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers)
        given = {"Last-Modified": "Sat, 21 Nov 2026 08:00:00 GMT"} | ({"ETag": etag} if etag else {})
        return httpx.Response(200, text=rss(dated(1, "1h")), headers=given)

    http = Http(now=now, transport=httpx.MockTransport(answer), attempts=1)
    connects = Rss(RssOptions(url=URL), Context(source="gazette", http=http, now=now))
    poll(connects, now, poll(connects, now)[0].cursor)
    assert ("if-modified-since" in asked[1]) == sent
    assert asked[1].get("if-none-match") == etag


def test_a_feed_that_is_a_gzip_file_is_read_and_a_bomb_is_not(now: Clock) -> None:
    connects = connector(now, {})
    packed = gzip.compress(rss("<guid>1</guid><title>a</title>").encode())
    assert titles(connects.posts(packed)) == ["a"]
    for broken in (packed[:-9], gzip.compress(b" " * 40_000_000)):
        with pytest.raises(SourceChanged):
            connects.posts(broken)


def test_items_of_a_json_feed_belong_to_its_authors_where_they_name_none(now: Clock) -> None:
    body = (
        '{"version": "https://jsonfeed.org/version/1.1", "authors": [{"name": "Dilys"}],'
        '"items": [{"id": "1"}, {"id": "2", "authors": [{"name": "Tom"}]}]}'
    )
    assert [post.author and post.author.display_name for post in posts(now, body)] == ["Dilys", "Tom"]


def test_old_items_are_left_out_of_the_first_reading_and_say_how_far_back_it_reaches(now: Clock) -> None:
    body = rss(dated(1, "1h"), dated(2, "9d"), "<guid>3</guid><title>no date</title>")
    (first,) = poll(connector(now, {"body": body}), now)
    assert titles(first.posts) == ["item 1", "no date"]
    assert first.covered_from == now() - timedelta(days=9)


def test_what_the_first_reading_left_out_as_too_old_is_no_news_at_the_second(now: Clock) -> None:
    old, recent = dated(1, "30d"), dated(2, "1h")
    first = poll(connector(now, {"body": rss(recent, old)}), now)
    assert titles(first[0].posts) == ["item 2"]
    backdated, edited = dated(3, "40d"), old.replace("item 1", "item 1, corrected")
    again = poll(connector(now, {"body": rss(dated(4, "0m"), recent, old, backdated)}), now, first[-1].cursor)
    assert titles(again[0].posts) == ["item 4", "item 2", "item 3"]
    third = poll(connector(now, {"body": rss(edited)}), now, again[-1].cursor)
    assert titles(third[0].posts) == ["item 1, corrected"]
