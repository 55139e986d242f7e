"""The Wikipedia connector, against the recordings and against a small wiki in memory."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from connectors import recordings
from connectors.parts.replay import Replay
from connectors.parts.wiki.marks import Marks
from monitor.errors import (
    ConfigError,
    SourceChanged,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.types import Kind, Post, State
from tests.connectors.fakewiki import START, TITLE, FakeWiki, connector


def answering(now, body, **headers):
    answer = {"host": "wiki.test", "path": "/w/api.php", "body": json.dumps(body), "headers": headers}
    return connector(Replay([answer], now), now)


def read(source, cursor=None, since=START):
    return [post for page in source.pages(cursor, since) for post in page.posts]


def read_until_it_breaks(source, cursor=None):
    """What a pipeline would have stored of a reading that ends in an error: posts, cursor, the error."""
    posts: list[Post] = []
    try:
        for page in source.pages(cursor, START):
            posts, cursor = posts + list(page.posts), page.cursor
    except SourceError as error:
        return posts, cursor, error
    return posts, cursor, None


def last_cursor(source, cursor=None, since=START):
    return [page.cursor for page in source.pages(cursor, since)][-1]


def revisions(posts):
    return [post.external_id for post in posts]


@pytest.fixture
def recorded(now):
    replay = Replay(recordings.load("wikipedia"), now)
    return {post.change.revision: post for post in read(connector(replay, now))}


def test_the_recorded_removal_of_criticism_is_plain_and_not_reverted(recorded):
    change = recorded["9008"].change
    (hunk,) = change.hunks
    assert hunk.section == "Criticism"
    assert "serious failings" in hunk.old
    assert hunk.new == ""
    assert set(change.sections_before) - set(change.sections_after) == {"Criticism"}
    assert (change.reverts, change.reverted_by) == (False, None)
    assert change.size_after < change.size_before


def test_an_edit_is_a_post_with_summary_author_and_permalink(recorded):
    post = recorded["9008"]
    assert (post.platform, post.external_id, post.kind) == ("wikipedia", "wiki.test:9008", Kind.PAGE_EDIT)
    assert (post.title, post.text) == (TITLE, "Tidied up, out of date")
    assert post.url == post.change.diff_url == "https://wiki.test/w/index.php?diff=9008&oldid=9007"
    assert post.author.handle == "WVFT Comms Desk"
    assert post.author.external_id == "wiki.test:915"
    assert post.created_at.utcoffset() == timedelta(0)
    assert post.terms.licence == "CC BY-SA 4.0"


def test_vandalism_and_its_revert_know_each_other(recorded):
    assert recorded["9004"].change.reverted_by == "9005"
    assert recorded["9005"].change.reverts
    assert [(h.old, h.new) for h in recorded["9005"].change.hunks] == [
        ("a circus run by clowns", "requires improvement")
    ]


def test_a_suppressed_revision_has_no_author_and_no_words(recorded):
    post = recorded["9006"]
    assert (post.state, post.author, post.text) == (State.HIDDEN, None, "")
    assert post.change.hidden == ("text", "user", "comment")
    assert (post.change.hunks, post.change.sections_before, post.change.sections_after) == ((), (), ())
    assert (post.change.size_before, post.change.size_after) == (1775, 1893)


def test_the_edit_after_a_suppressed_one_is_visible_but_cannot_be_compared(recorded):
    post = recorded["9007"]
    assert post.state is State.LIVE
    assert post.change.hidden == ("parent",)
    assert post.change.hunks == ()


@pytest.mark.parametrize(
    ("hidden", "lost"),
    [
        pytest.param({2}, {2, 3}, id="hidden later: the edit that removed its words goes with it"),
        pytest.param({3}, {3}, id="nothing comes after it"),
        pytest.param(set(), set(), id="nothing is hidden"),
    ],
)
def test_what_the_wiki_hides_later_is_gone_from_both_comparisons_that_show_it(now, hidden, lost):
    wiki = FakeWiki(["a", "a b", "a"])
    source = connector(wiki, now)
    asked = {post.recheck_id: int(post.change.revision) for post in read(source)}
    wiki.hidden = hidden
    assert {asked[name] for name, _ in source.gone(list(asked))} == lost


def test_what_was_hidden_when_it_was_read_is_no_news(now):
    source = connector(FakeWiki(["a", "a b", "a"], hidden={2}), now)
    assert list(source.gone([post.recheck_id for post in read(source)])) == []


def test_a_temporary_account_is_an_account_like_any_other(recorded):
    author = recorded["9003"].author
    assert (author.handle, author.external_id) == ("~2026-12345-1", "wiki.test:902")
    assert author.url == "https://wiki.test/w/index.php?title=Special%3AContributions%2F~2026-12345-1"


def test_an_unregistered_editor_has_a_handle_and_no_id(now):
    wiki = FakeWiki(["a"])
    wiki.revision = lambda number, text=False: FakeWiki.revision(wiki, number, text) | {
        "user": "2001:DB8:0:0:0:0:0:7", "userid": 0, "anon": True,
    }  # fmt: skip
    (post,) = read(connector(wiki, now))
    assert (post.author.handle, post.author.external_id) == ("2001:DB8:0:0:0:0:0:7", None)


def test_the_first_poll_compares_its_first_edit_with_the_one_before(now):
    wiki = FakeWiki(["good\n", "good enough\n", "poor\n"])
    posts = read(connector(wiki, now), since=wiki.at(3))
    assert revisions(posts) == ["wiki.test:3"]
    assert [(h.old, h.new) for h in posts[0].change.hunks] == [("good enough", "poor")]
    assert posts[0].change.size_before == len("good enough\n")


def test_the_creation_of_a_page_is_one_great_addition(now):
    (post,) = read(connector(FakeWiki(["It is.\n\n== History ==\nLong.\n"]), now))
    assert [(h.section, h.old) for h in post.change.hunks] == [(None, ""), ("History", "")]
    assert (post.change.parent, post.change.size_before) == (None, 0)
    assert post.url == "https://wiki.test/w/index.php?oldid=1"


def test_sizes_are_bytes_and_hunks_are_characters(now):
    posts = read(connector(FakeWiki(["café 🏥 good\n", "café 🏥 bad\n"]), now))
    assert posts[1].change.size_before == len("café 🏥 good\n".encode())
    assert [(h.old, h.new) for h in posts[1].change.hunks] == [("good", "bad")]


def test_every_page_of_answers_is_followed_oldest_first(now):
    posts = read(connector(FakeWiki(list("abcdefg")), now))
    assert revisions(posts) == [f"wiki.test:{n}" for n in range(1, 8)]


def test_each_text_is_fetched_once(now):
    wiki = FakeWiki(list("abcdefg"))
    read(connector(wiki, now))
    fetched = [number for asked in wiki.of("revids") for number in asked["revids"].split("|")]
    assert fetched == list("1234567")


def test_a_second_run_with_the_saved_cursor_yields_nothing_and_asks_once(now):
    wiki = FakeWiki(list("abc"))
    cursor = last_cursor(connector(wiki, now))
    wiki.asked.clear()
    assert read(connector(wiki, now), cursor) == []
    assert last_cursor(connector(wiki, now), cursor) == cursor
    assert [(asked["prop"], asked["pageids"]) for asked in wiki.asked] == [("info", "7")] * 2


@pytest.mark.parametrize("answers", range(1, 12))
def test_resuming_after_a_crash_at_any_answer_loses_and_doubles_nothing(now, answers):
    wiki = FakeWiki(list("abcdefg"), fails_after=answers)
    stored, cursor, error = read_until_it_breaks(connector(wiki, now))
    assert isinstance(error, SourceUnavailable)
    wiki.fails_after = None
    stored += read(connector(wiki, now), cursor)
    assert revisions(stored) == [f"wiki.test:{n}" for n in range(1, 8)]


def test_a_page_without_recent_edits_is_remembered_where_it_stood(now):
    wiki = FakeWiki(list("abc"))
    quiet = last_cursor(connector(wiki, now), since=START + timedelta(days=5))
    wiki.texts.append("d")
    assert revisions(read(connector(wiki, now), quiet, START + timedelta(days=9))) == ["wiki.test:4"]


def test_a_moved_page_is_followed_by_its_id(now):
    wiki = FakeWiki(list("abc"))
    cursor = last_cursor(connector(wiki, now))
    wiki.title, wiki.texts = "Wearside Vale Hospitals", [*"abcd"]
    (post,) = read(connector(wiki, now), cursor)
    assert (post.title, post.change.page, post.change.page_id) == ("Wearside Vale Hospitals",) * 2 + ("7",)


def test_where_the_last_known_edit_was_deleted_for_good_the_window_is_read_again(now):
    wiki = FakeWiki(["a", "b", "c"])
    cursor = last_cursor(connector(wiki, now))
    wiki.texts.append("d")
    wiki.gone = {3}
    assert revisions(read(connector(wiki, now), cursor))[-1] == "wiki.test:4"
    assert last_cursor(connector(wiki, now), cursor) != cursor


def test_a_missing_page_is_named_after_the_others_were_read(now):
    source = connector(FakeWiki(list("ab")), now, pages=["Wearside Vale Trsut", TITLE])
    stored, cursor, error = read_until_it_breaks(source)
    assert isinstance(error, SourceChanged)
    assert "wiki.test has no page 'Wearside Vale Trsut'" in str(error)
    assert revisions(stored) == ["wiki.test:1", "wiki.test:2"]
    assert Marks.read(cursor).pages[TITLE].stands_at(TITLE, 2)


def test_a_page_deleted_and_made_anew_is_found_again(now):
    wiki = FakeWiki(list("ab"))
    cursor = last_cursor(connector(wiki, now))
    wiki.page_id = 8
    _, cursor, error = read_until_it_breaks(connector(wiki, now), cursor)
    assert isinstance(error, SourceChanged)
    mark = Marks.read(last_cursor(connector(wiki, now), cursor)).pages[TITLE]
    assert (mark.id, mark.revision) == (8, 2)


def test_an_equal_text_makes_a_revert_without_any_tag(now):
    posts = read(connector(FakeWiki(["good", "bad", "good"], limit=50), now))
    assert [post.change.reverts for post in posts] == [False, False, True]
    assert posts[1].change.reverted_by == "3"


def test_a_revert_to_an_edit_before_the_cursor_is_recognised(now):
    wiki = FakeWiki(["good", "bad"])
    cursor = last_cursor(connector(wiki, now))
    wiki.texts.append("good")
    *_, post = read(connector(wiki, now), cursor)
    assert post.change.reverts


def test_a_revision_that_leaves_the_text_as_it_was_reverts_nothing(now):
    posts = read(connector(FakeWiki(["good", "good", "good"]), now))
    assert not any(post.change.reverts or post.change.reverted_by for post in posts)


def test_the_wikis_own_tags_tell_a_revert(now):
    posts = read(connector(FakeWiki(["a", "b", "c"], tags={3: ["mw-rollback"]}), now))
    assert posts[2].change.reverts
    assert posts[2].change.tags == ("mw-rollback",)


def test_the_operator_is_named_to_the_wiki_and_lag_respected(now):
    wiki = FakeWiki(["a"])
    read(connector(wiki, now))
    assert all("(comms@wvft.nhs.test)" in asked["agent"] for asked in wiki.asked)
    assert {(asked["maxlag"], asked["formatversion"]) for asked in wiki.asked} == {("5", "2")}


def test_without_a_contact_nothing_starts(now):
    with pytest.raises(ConfigError, match=r"contact: .*network\.contact"):
        connector(FakeWiki([]), now, operator=None)


def test_the_sources_own_contact_is_enough(now):
    wiki = FakeWiki(["a"])
    read(connector(wiki, now, operator=None, contact="web@wvft.nhs.test"))
    assert "(web@wvft.nhs.test)" in wiki.asked[0]["agent"]


@pytest.mark.parametrize(
    "options",
    [{"pages": []}, {"pages": ["A|B"]}, {"pages": [""]}, {"base_url": "wiki.test"}, {"titles": ["A"]}],
)
def test_options_that_cannot_work_are_refused(now, options):
    with pytest.raises(ValidationError):
        connector(FakeWiki([]), now, **options)


def test_a_lagging_wiki_is_left_alone_as_long_as_it_says(now):
    with pytest.raises(SourceThrottled) as raised:
        read(answering(now, {"error": {"code": "maxlag", "lag": 7}}, **{"retry-after": "5"}))
    assert raised.value.until == now() + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ratelimited", SourceThrottled),
        ("readonly", SourceUnavailable),
        ("internal_api_error_DBQueryError", SourceUnavailable),
        ("readapidenied", SourceRefused),
        ("badid_rvstartid", SourceChanged),
    ],
)
def test_an_error_inside_a_good_answer_is_an_error(now, code, error):
    with pytest.raises(error, match=f"wiki.test: MediaWiki answered '{code}'"):
        read(answering(now, {"error": {"code": code, "info": "private words"}}))


def test_the_same_continuation_twice_ends_the_reading(now):
    page = {"pageid": 7, "title": TITLE, "revisions": []}
    body = {"query": {"pages": [page]}, "continue": {"rvcontinue": "1|1", "continue": "||"}}
    with pytest.raises(SourceChanged, match="the same continuation twice"):
        read(answering(now, body))


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"batchcomplete": True},
        {"query": {"pages": {"7": {}}}},
        {"query": {"pages": [{"pageid": "x"}]}},
    ],
)
def test_what_is_not_the_apis_shape_is_said_to_have_changed(now, body):
    with pytest.raises(SourceChanged, match=r"wiki\.test"):
        read(answering(now, body))


def test_a_foreign_cursor_is_refused_not_guessed_at(now):
    with pytest.raises(SourceChanged, match="the saved cursor"):
        read(connector(FakeWiki(["a"]), now), '{"since": 3}')


def test_characters_that_cannot_be_stored_are_replaced(now):
    (post,) = read(connector(FakeWiki(["a\0b"]), now))
    assert post.change.added == "a\ufffdb"
