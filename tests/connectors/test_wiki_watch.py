"""The watch over many wiki pages: what a poll costs, talk pages, logs, batches, later reverts, feeds."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from connectors.parts.wiki.marks import Marks, talk_of
from connectors.parts.wiki.texts import BYTES
from monitor.errors import SourceChanged, SourceError, SourceThrottled, SourceUnavailable
from monitor.types import EditorKind, Origin, PageEvent, State
from rules.edits import EffectKind
from rules.edits.effects import effects_of
from rules.examples import ORGANISATION
from rules.names import Names
from tests.connectors.fakewiki import START, TITLE, FakePage, FakeWiki, connector
from tests.connectors.test_historyfeed import atom, changed, table

MANY = [f"Clinic {number}" for number in range(50)]


def clinics(count=50, **of_first):
    """A wiki with that many pages of one revision each."""
    pages = [
        FakePage(["a"], title=title, page_id=100 + at, base=1000 * (at + 1))
        for at, title in enumerate(MANY[:count])
    ]
    for name, value in of_first.items():
        setattr(pages[0], name, value)
    return FakeWiki([], title="Not watched", page_id=1, limit=50, beside=pages, deleted=True)


def poll(source, cursor=None, since=START):
    """The posts and the last cursor of one reading, and the error that ended it."""
    posts, error = [], None
    try:
        for page in source.pages(cursor, since):
            posts, cursor = posts + list(page.posts), page.cursor
    except SourceError as raised:
        error = raised
    return posts, cursor, error


def ids(posts):
    return [post.external_id.removeprefix("wiki.test:") for post in posts]


def entry(number, kind, action, title=TITLE, logpage=7, **more):
    at = START + timedelta(hours=number)
    return {
        "logid": number, "title": title, "type": kind, "action": action, "logpage": logpage, "userid": 5,
        "user": "Quayside Warden", "timestamp": at.isoformat(), "comment": "because", "params": {},
    } | more  # fmt: skip


def moved(number, title, to):
    return entry(number, "move", "move", title, params={"target_title": to})


# -- what a poll costs --------------------------------------------------------------------------------


@pytest.mark.parametrize(("pages", "questions"), [(1, 1), (25, 1), (50, 1)])
def test_a_poll_without_news_is_one_question(now, pages, questions):
    wiki = clinics(pages)
    _, cursor, _ = poll(connector(wiki, now, pages=MANY[:pages]))
    wiki.asked.clear()
    assert poll(connector(wiki, now, pages=MANY[:pages]), cursor)[::2] == ([], None)
    assert len(wiki.asked) == questions


def test_titles_are_looked_up_once_in_one_question(now):
    wiki = clinics()
    _, cursor, _ = poll(connector(wiki, now, pages=MANY))
    assert len(wiki.of("titles")) == 1
    poll(connector(wiki, now, pages=MANY), cursor)
    assert len(wiki.of("titles")) == 1


def test_only_the_page_with_news_is_read(now):
    wiki = clinics()
    _, cursor, _ = poll(connector(wiki, now, pages=MANY))
    wiki.beside[3].texts.append("b")
    wiki.asked.clear()
    posts, _, _ = poll(connector(wiki, now, pages=MANY), cursor)
    assert ids(posts) == ["4002"]
    assert {asked["pageids"] for asked in wiki.of("rvdir")} == {"103"}
    assert len(wiki.asked) == 6, "news, history, what was before, texts, accounts, log"


def test_a_title_that_redirects_or_is_written_otherwise_finds_its_page(now):
    wiki = FakeWiki(["a"], redirects={"WVFT": TITLE})
    titles = ["WVFT", TITLE.replace(" ", "_")]
    posts, _, error = poll(connector(wiki, now, pages=titles))
    assert (ids(posts), error) == (["1"], None), "the page is read once"


def test_a_cursor_of_the_first_shape_is_read_on(now):
    wiki = FakeWiki(list("abc"))
    posts, cursor, _ = poll(connector(wiki, now), f'{{"{TITLE}":[7,2]}}')
    assert ids(posts) == ["3"]
    assert Marks.read(cursor).pages[TITLE].revision == 3
    assert poll(connector(wiki, now), cursor)[0] == []


# -- talk pages ---------------------------------------------------------------------------------------


def talked(texts=("a",), talk=("hello",)):
    page = FakePage(list(talk), title=f"Talk:{TITLE}", page_id=8, base=100)
    return FakeWiki(list(texts), beside=[page], talk=8)


def test_a_talk_page_is_watched_with_its_article(now):
    wiki = talked()
    posts, cursor, _ = poll(connector(wiki, now))
    assert [post.title for post in posts] == [TITLE, f"Talk:{TITLE}"]
    wiki.beside[0].texts.append("hello there")
    wiki.asked.clear()
    posts, cursor, _ = poll(connector(wiki, now), cursor)
    assert ids(posts) == ["102"]
    wiki.asked.clear()
    poll(connector(wiki, now), cursor)
    assert [asked["pageids"] for asked in wiki.asked] == ["7|8"]


def test_a_talk_page_that_is_made_later_is_found_by_the_same_question(now):
    wiki = talked()
    wiki.talk = 0
    _, cursor, error = poll(connector(wiki, now))
    assert error is None
    wiki.talk = 8
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["101"]


def test_talk_pages_can_be_left_out(now):
    assert [post.title for post in poll(connector(talked(), now, talk=False))[0]] == [TITLE]


def test_a_talk_page_that_is_deleted_is_no_error(now):
    wiki = talked()
    _, cursor, _ = poll(connector(wiki, now))
    wiki.talk, wiki.beside[0].deleted = 0, True
    wiki.log = [entry(9, "delete", "delete", f"Talk:{TITLE}", logpage=8)]
    posts, cursor, error = poll(connector(wiki, now), cursor)
    assert ([post.change.event for post in posts], error) == ([PageEvent.DELETED], None)
    assert talk_of(TITLE) not in Marks.read(cursor).pages


def test_talk_pages_that_need_a_question_of_their_own_are_asked_about_once_an_hour(now):
    wiki, clock = clinics(), [now()]
    talks = [
        FakePage(["t"], title=f"Talk:{MANY[at]}", page_id=500 + at, base=10**6 + 100 * at) for at in (0, 1)
    ]
    wiki.beside[0].talk, wiki.beside[1].talk = 500, 501
    wiki.beside += talks
    source = connector(wiki, lambda: clock[0], pages=MANY)
    _, cursor, _ = poll(source)
    costs = []
    for minutes in (0, 30, 31):
        clock[0] += timedelta(minutes=minutes)
        wiki.asked.clear()
        _, cursor, _ = poll(source, cursor)
        costs.append(len(wiki.asked))
    assert costs == [2, 1, 2]
    talks[0].texts.append("u")
    clock[0] += timedelta(hours=1)
    assert ids(poll(source, cursor)[0]) == ["1000002"]


# -- backfill -----------------------------------------------------------------------------------------


def test_texts_come_in_batches_that_an_answer_can_hold(now):
    wiki = FakeWiki([f"{n} " * 5_000 for n in range(100, 400)], limit=50)
    posts, _, error = poll(connector(wiki, now, talk=False))
    assert (len(posts), error) == (300, None)
    asked = [question["revids"].split("|") for question in wiki.of("rvslots")]
    assert sum(map(len, asked)) == 300, "each text once"
    assert max(map(len, asked)) == 50
    assert len(wiki.asked) <= 2 * 300 / 50 + 6


def test_large_texts_come_in_smaller_batches(now):
    wiki = FakeWiki([f"{n} " * 100_000 for n in range(100, 110)], limit=50)
    assert len(poll(connector(wiki, now))[0]) == 10
    for question in wiki.of("rvslots"):
        assert len(question["revids"].split("|")) * 400_000 <= BYTES


def test_a_revision_that_no_answer_can_hold_is_told_and_holds_up_nothing(now):
    wiki = FakeWiki(["a", "b" * 9_000_000, "c"], limit=50)
    posts, cursor, error = poll(connector(wiki, now))
    assert ids(posts) == ["1", "2", "3"]
    assert [post.change.hunks == () for post in posts] == [False, True, True]
    assert [post.change.hidden for post in posts] == [(), (), ()], "nobody withholds it"
    assert isinstance(error, SourceChanged)
    assert "holds revision 2, so that it is not compared" in str(error)
    assert poll(connector(wiki, now), cursor)[::2] == ([], None)


@pytest.mark.parametrize("answers", range(1, 16))
def test_killed_at_any_answer_edits_and_events_come_once(now, answers):
    wiki = talked([*"abcde"], ("x", "y"))
    wiki.log = [entry(1, "protect", "protect"), entry(3, "protect", "unprotect")]
    wiki.fails_after = answers
    stored, cursor, error = poll(connector(wiki, now))
    assert error is None or isinstance(error, SourceUnavailable)
    wiki.fails_after = None
    stored += poll(connector(wiki, now), cursor)[0]
    assert sorted(ids(stored)) == sorted(["1", "2", "3", "4", "5", "101", "102", "log:1", "log:3"])


def test_a_wiki_that_asks_to_wait_in_the_middle_is_left_alone(now):
    wiki = FakeWiki([*"abcde"])
    answer, count = wiki.answer, iter(range(100))
    wiki.answer = lambda asked: answer(asked) if next(count) < 4 else {"error": {"code": "maxlag"}}
    posts, cursor, error = poll(connector(wiki, now))
    assert isinstance(error, SourceThrottled)
    wiki.answer = answer
    assert ids(posts + poll(connector(wiki, now), cursor)[0]) == ["1", "2", "3", "4", "5"]


# -- the log ------------------------------------------------------------------------------------------


def test_a_protection_says_who_did_it_why_and_who_may_still_edit(now):
    levels = {"details": [{"type": "edit", "level": "autoconfirmed"}, {"type": "move", "level": "sysop"}]}
    wiki = FakeWiki(["a"], log=[entry(4, "protect", "protect", params=levels)])
    (post,) = [post for post in poll(connector(wiki, now))[0] if post.change.event]
    assert (post.external_id, post.author.handle, post.text) == (
        "wiki.test:log:4",
        "Quayside Warden",
        "because",
    )
    assert (post.change.event, post.change.target) == (
        PageEvent.PROTECTED,
        "edit: autoconfirmed, move: sysop",
    )
    assert post.url == "https://wiki.test/w/index.php?title=Special%3ALog&logid=4"
    assert (post.change.page, post.change.page_id, post.change.hunks) == (TITLE, "wiki.test:7", ())
    assert post.created_at == START + timedelta(hours=4)


@pytest.mark.parametrize(
    ("kind", "action", "event"),
    [
        ("move", "move", PageEvent.MOVED),
        ("move", "move_redir", PageEvent.MOVED),
        ("delete", "restore", PageEvent.RESTORED),
        ("delete", "revision", PageEvent.CONTENT_HIDDEN),
        ("protect", "modify", PageEvent.PROTECTED),
        ("protect", "unprotect", PageEvent.UNPROTECTED),
        ("upload", "overwrite", PageEvent.FILE_REPLACED),
        ("create", "create", None),
        ("tag", "update", None),
        ("delete", "delete_redir", None),
    ],
)
def test_an_entry_of_the_log_is_news_by_its_kind(now, kind, action, event):
    posts, _, _ = poll(connector(FakeWiki(["a"], log=[entry(4, kind, action)]), now))
    assert [post.change.event for post in posts if post.change.event] == [event] * bool(event)


def test_a_page_is_followed_through_several_moves_and_back(now):
    wiki = FakeWiki(["a"])
    _, cursor, _ = poll(connector(wiki, now))
    wiki.texts += ["a", "a", "a"]  # each move is a revision that leaves the text as it was
    wiki.log = [
        moved(21, TITLE, "WVFT"),
        moved(22, "WVFT", "Wearside Vale"),
        entry(23, "delete", "delete", logpage=99),  # the redirect that was left, another page
        moved(24, "Wearside Vale", TITLE),
    ]
    posts, cursor, _ = poll(connector(wiki, now), cursor)
    events = [post for post in posts if post.change.event]
    assert ids(events) == ["log:21", "log:22", "log:24"]
    assert [post.change.target for post in events] == ["WVFT", "Wearside Vale", TITLE]
    assert not any(post.change.hunks for post in posts)
    wiki.texts.append("b")
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["5"], "no event twice"


def test_after_a_move_its_log_is_read_under_both_titles(now):
    wiki = FakeWiki(["a"])
    _, cursor, _ = poll(connector(wiki, now))
    wiki.log = [moved(21, TITLE, "WVFT"), entry(22, "protect", "protect", "WVFT")]
    wiki.title = "WVFT"
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["log:21", "log:22"]


def test_a_deleted_page_says_who_and_why_before_the_source_says_that_it_is_missing(now):
    wiki = FakeWiki(["a"])
    _, cursor, _ = poll(connector(wiki, now))
    wiki.deleted, wiki.log = True, [entry(30, "delete", "delete", comment="not notable")]
    posts, cursor, error = poll(connector(wiki, now), cursor)
    assert [(post.change.event, post.text) for post in posts] == [(PageEvent.DELETED, "not notable")]
    assert TITLE in str(error)
    posts, cursor, error = poll(connector(wiki, now), cursor)
    assert (posts, TITLE in str(error)) == ([], True)
    wiki.deleted = False
    wiki.log.append(entry(31, "delete", "restore"))
    posts, cursor, error = poll(connector(wiki, now), cursor)
    assert ([post.change.event for post in posts], error) == ([PageEvent.RESTORED], None)
    wiki.texts.append("b")
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["2"], "it goes on where it was"


def test_a_page_deleted_after_a_move_is_found_again_by_its_last_title(now):
    wiki = FakeWiki(["a"])
    _, cursor, _ = poll(connector(wiki, now))
    wiki.title, wiki.log = "WVFT", [moved(21, TITLE, "WVFT")]
    _, cursor, _ = poll(connector(wiki, now), cursor)
    wiki.deleted = True
    _, cursor, error = poll(connector(wiki, now), cursor)
    assert f"has no page {TITLE!r} (last called 'WVFT')" in str(error)
    wiki.deleted, wiki.texts = False, ["a", "b"]
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["2"]


def test_an_entry_of_which_the_wiki_hides_all_it_can_is_read(now):
    bare = {
        "logid": 5,
        "type": "protect",
        "action": "protect",
        "timestamp": START.isoformat(),
        "title": TITLE,
    }
    bare |= {"userhidden": True, "commenthidden": True, "actionhidden": True}
    (post,) = [post for post in poll(connector(FakeWiki(["a"], log=[bare]), now))[0] if post.change.event]
    assert (post.author, post.text, post.change.target) == (None, "", None)
    assert (post.state, post.change.hidden) == (State.HIDDEN, ("comment", "user"))
    assert post.change.editor.kind is EditorKind.HIDDEN


def test_an_entry_that_the_wiki_hides_later_is_gone(now):
    wiki = FakeWiki(["a"], log=[entry(4, "protect", "protect"), entry(5, "protect", "modify")])
    source = connector(wiki, now)
    names = {post.recheck_id: ids([post])[0] for post in poll(source)[0]}
    assert list(source.gone(list(names))) == []
    del wiki.log[0]["user"]
    del wiki.log[1]
    assert {names[name]: state for name, state in source.gone(list(names))} == {
        "log:4": State.WITHHELD,
        "log:5": State.WITHHELD,
    }


# -- what becomes of an edit later --------------------------------------------------------------------


def read_one_by_one(now, texts, **of_wiki):
    """The posts of a poll after each edit."""
    wiki, cursor, polls = FakeWiki([], **of_wiki), None, []
    for text in texts:
        wiki.texts.append(text)
        posts, cursor, _ = poll(connector(wiki, now), cursor)
        polls.append(posts)
    return polls


def changes(posts):
    return [(post.change.revision, post.change.reverts, post.change.reverted_by) for post in posts]


def test_a_later_revert_gives_what_it_put_right_again(now):
    *_, last = read_one_by_one(now, ["good", "bad", "worse", "good"])
    assert changes(last) == [("2", False, "4"), ("3", False, "4"), ("4", True, None)]
    assert [(hunk.old, hunk.new) for hunk in last[0].change.hunks] == [("good", "bad")]


def test_an_undo_in_the_middle_is_told_by_the_tags(now):
    tags = {2: ["mw-reverted"], 4: ["mw-undo"]}
    *_, last = read_one_by_one(now, ["a\n", "a\nbad\n", "a\nbad\nmore\n", "a\nmore\n"], tags=tags)
    assert changes(last) == [("2", False, "4"), ("4", True, None)]


def test_who_repeats_an_edit_that_was_undone_reverts_nothing(now):
    polls = read_one_by_one(now, ["fair", "spun", "fair", "spun", "fair"], tags={4: ["mw-manual-revert"]})
    assert changes(polls[2]) == [("2", False, "3"), ("3", True, None)]
    assert changes(polls[3]) == [("4", False, None)], "it is that edit again, to be judged again"
    assert polls[3][0].change.repeats == "2"
    assert changes(polls[4]) == [("4", False, "5"), ("5", True, None)]


def test_criticism_taken_off_a_second_time_is_found_a_second_time_whatever_the_tag_says(now):
    kept = (
        "== Criticism ==\nInspectors found serious failings on the ward, and deaths were not investigated.\n"
    )
    texts = ["Lead.\n" + kept, "Lead.\n", "Lead.\n" + kept, "Lead.\n"]
    polls = read_one_by_one(now, texts, tags={4: ["mw-undo"]})
    found = [{effect.kind for effect in effects_of(posts[-1], Names(ORGANISATION))} for posts in polls]
    assert EffectKind.CRITICISM_REMOVED in found[1]
    assert found[2] == {EffectKind.REVERT}
    assert EffectKind.CRITICISM_REMOVED in found[3]


def test_an_edit_whose_parent_was_deleted_from_the_history_is_read(now):
    wiki = FakeWiki(["a", "b", "c"])
    whole = FakeWiki.revision
    wiki.revision = lambda number, text=False: whole(wiki, number, text) | {"parentid": number + 40}
    posts, _, error = poll(connector(wiki, now), since=wiki.at(3))
    assert (ids(posts), error) == (["3"], None)
    assert posts[0].change.hidden == ("parent",)


def test_a_revert_within_one_reading_gives_each_edit_once(now):
    posts, _, _ = poll(connector(FakeWiki(["good", "bad", "good"], limit=50), now))
    assert changes(posts) == [("1", False, None), ("2", False, "3"), ("3", True, None)]


def test_an_edit_from_before_the_watch_began_is_not_brought_up(now):
    wiki = FakeWiki(["good", "bad"])
    _, cursor, _ = poll(connector(wiki, now), since=START + timedelta(hours=3))
    wiki.texts.append("good")
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["3"]


def test_what_the_wiki_hid_meanwhile_is_given_up_as_soon_as_the_page_is_edited(now):
    wiki = FakeWiki(["a", "a secret", "a"])
    _, cursor, _ = poll(connector(wiki, now))
    wiki.hidden = {2}
    wiki.texts.append("b")
    posts, cursor, _ = poll(connector(wiki, now), cursor)
    lost = [post for post in posts if post.change is None]
    assert [(post.external_id, post.state, post.text) for post in lost] == [
        ("wiki.test:2", State.WITHHELD, ""),
        ("wiki.test:3", State.WITHHELD, ""),
    ], "what removed the words shows them, too"
    wiki.texts.append("c")
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["5"], "told once"


def test_what_was_hidden_when_it_was_read_is_not_given_up(now):
    wiki = FakeWiki(["a", "a secret", "a"], hidden={2})
    _, cursor, _ = poll(connector(wiki, now))
    wiki.texts.append("b")
    assert ids(poll(connector(wiki, now), cursor)[0]) == ["4"]


# -- who ----------------------------------------------------------------------------------------------

ACCOUNTS = [
    {"name": "Harbour Lantern", "groups": ["user"], "editcount": 12, "registration": "2026-11-01T00:00:00Z"},
    {"name": "CategoryBot", "groups": ["bot", "*", "user"], "editcount": 900},
    {"name": "~2026-31415-92", "groups": ["temp"], "editcount": 1, "registration": "2026-11-10T02:00:00Z"},
    {"name": "2001:DB8:0:0:0:0:0:7", "invalid": True},
]  # fmt: skip


def test_the_facts_of_an_account_come_with_its_edit(now):
    posts, _, _ = poll(connector(FakeWiki(["a"], accounts=ACCOUNTS), now))
    editor = posts[0].change.editor
    assert (editor.kind, editor.edits, editor.age_days) == (EditorKind.ACCOUNT, 12, 9)
    assert posts[0].author.created_at == datetime.fromisoformat("2026-11-01T00:00:00Z")


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        ("Harbour Lantern", EditorKind.ACCOUNT),
        ("CategoryBot", EditorKind.BOT),
        ("~2026-31415-92", EditorKind.TEMPORARY),
        ("~2025-1", EditorKind.TEMPORARY),
        ("~waves~", EditorKind.ACCOUNT),
        ("198.51.100.7", EditorKind.ADDRESS),
        ("2001:DB8:0:0:0:0:0:7", EditorKind.ADDRESS),
        ("imported>Ann", EditorKind.ACCOUNT),
    ],
)
@pytest.mark.parametrize("accounts", [ACCOUNTS, None])
def test_who_edited_is_told_by_what_the_wiki_shows(now, user, kind, accounts):
    wiki = FakeWiki(["a"], users={1: user}, accounts=accounts)
    ((post,), _, error) = poll(connector(wiki, now))
    assert error is None
    if kind is EditorKind.BOT and accounts is None:
        kind = EditorKind.ACCOUNT  # its groups are not known
    assert post.change.editor.kind is kind


def test_an_address_is_no_account_to_ask_about(now):
    wiki = FakeWiki(["a"], users={1: "198.51.100.7"})
    poll(connector(wiki, now))
    assert wiki.of("ususers") == []


def test_one_question_tells_of_all_editors_and_nobody_is_asked_about_twice(now):
    wiki = FakeWiki([*"abcd"], users={1: "Ann", 2: "Ben", 3: "Ann", 4: "Cy"})
    poll(connector(wiki, now))
    assert [asked["ususers"] for asked in wiki.of("ususers")] == ["Ann|Ben", "Cy"]


# -- other ways ---------------------------------------------------------------------------------------

LONG = "It is a hospital.\n" * 4_000
THEIRS = {
    "from": {"id": 1, "sections": []},
    "to": {"id": 2, "sections": []},
    "diff": [{"type": 1, "lineNumber": 1, "text": "It has a garden.", "offset": {"from": None, "to": 0}}],
}


def test_a_large_page_is_compared_by_the_wiki_itself(now):
    wiki = FakeWiki([LONG], compares={"1/compare/2": THEIRS})
    _, cursor, _ = poll(connector(wiki, now))
    wiki.texts.append("It has a garden.\n" + LONG)
    wiki.asked.clear()
    ((post,), _, _) = poll(connector(wiki, now), cursor)
    assert [(hunk.old, hunk.new.strip()) for hunk in post.change.hunks] == [("", "It has a garden.")]
    assert (post.change.size_before, post.change.hidden) == (len(LONG), ())
    assert wiki.of("rvslots") == []


def test_a_wiki_that_does_not_compare_is_asked_once_and_compared_here(now):
    wiki = FakeWiki([LONG])
    source = connector(wiki, now)
    _, cursor, _ = poll(source)
    for extra in ("x\n", "x\ny\n"):
        wiki.texts.append(extra + LONG)
        posts, cursor, _ = poll(source, cursor)
        assert posts[0].change.hunks
    assert sum("rest.php" in asked["path"] for asked in wiki.asked) == 1


def test_a_comparison_of_another_shape_is_made_here_instead(now):
    wiki = FakeWiki([LONG], compares={"1/compare/2": {"diff": "none"}})
    _, cursor, _ = poll(connector(wiki, now))
    wiki.texts.append("It has a garden.\n" + LONG)
    ((post,), _, error) = poll(connector(wiki, now), cursor)
    assert ([hunk.new.strip() for hunk in post.change.hunks], error) == (["It has a garden."], None)


def feed(*edits):
    return atom(
        *(
            (number, f"{user}: tidy", user, "tidy", table(changed("good", word)))
            for number, user, word in reversed(edits)
        )
    ).decode()


WEEK = datetime.fromisoformat("2026-11-14T00:00:00Z")


@pytest.mark.parametrize("status", [403, 404])
def test_where_the_interface_is_closed_the_feed_of_the_history_is_read(now, status):
    wiki = FakeWiki(
        ["a"], closed=status, feeds={TITLE: feed((21, "Ann", "bad"), (22, "198.51.100.7", "poor"))}
    )
    pages = list(connector(wiki, now).pages(None, WEEK))
    posts = [post for page in pages for post in page.posts]
    assert ids(posts) == ["21", "22"]
    assert [post.origin for post in posts] == [Origin.FEED] * 2
    assert [(hunk.old, hunk.new) for hunk in posts[0].change.hunks] == [("good", "bad")]
    assert [post.change.editor.kind for post in posts] == [EditorKind.ACCOUNT, EditorKind.ADDRESS]
    assert all(f"answered {status}" in page.note for page in pages)
    wiki.asked.clear()
    posts, cursor, error = poll(connector(wiki, now), pages[-1].cursor, WEEK)
    assert (posts, error) == ([], None)
    wiki.feeds = {TITLE: feed((21, "Ann", "bad"), (22, "Ben", "poor"), (23, "Cy", "fair"))}
    assert ids(poll(connector(wiki, now), cursor, WEEK)[0]) == ["23"]


def test_two_pages_that_only_their_feeds_tell_of_are_two_pages(now):
    other = feed((31, "Ann", "bad")).replace(TITLE.replace(" ", "_"), "Other")
    wiki = FakeWiki(["a"], closed=403, feeds={TITLE: feed((21, "Ann", "bad")), "Other": other})
    posts, _, _ = poll(connector(wiki, now, pages=[TITLE, "Other"]), None, WEEK)
    pages = [post.change.page_id for post in posts]
    assert len(set(pages)) == len(posts) == 2
    assert all(page.startswith("wiki.test:feed:") and "Other" not in page for page in pages)


def test_a_page_read_by_its_feed_goes_on_by_the_interface_once_that_is_open(now):
    wiki = FakeWiki([], base=20, closed=403, feeds={TITLE: feed((21, "Ann", "bad"), (22, "Ben", "poor"))})
    wiki.texts = ["good", "bad", "poor"]
    _, cursor, _ = poll(connector(wiki, now), since=WEEK)
    wiki.closed = 0
    assert ids(poll(connector(wiki, now), cursor, WEEK)[0]) == ["23"]


def test_a_page_that_was_moved_is_read_by_the_feed_of_its_last_title(now):
    wiki = FakeWiki(["good"])
    _, cursor, _ = poll(connector(wiki, now))
    wiki.title, wiki.log = "WVFT", [moved(21, TITLE, "WVFT")]
    _, cursor, _ = poll(connector(wiki, now), cursor)
    wiki.closed, wiki.feeds = 403, {"WVFT": feed((21, "Ann", "bad")), TITLE: feed((22, "Ann", "a redirect"))}
    posts, _, error = poll(connector(wiki, now), cursor)
    assert (ids(posts), error) == (["21"], None)


def test_a_feed_that_may_not_go_back_far_enough_is_told(now):
    wiki = FakeWiki(["a"], closed=403, feeds={TITLE: feed((1, "Ann", "bad"))})
    _, cursor, _ = poll(connector(wiki, now), since=WEEK)
    wiki.feeds = {TITLE: feed(*((number, "Ann", "bad") for number in range(10, 60)))}
    posts, _, error = poll(connector(wiki, now), cursor, WEEK)
    assert len(posts) == 50
    assert "more new edits" in str(error)


def test_an_item_of_wikidata_is_read_by_its_feed(now):
    wiki = FakeWiki(["{}"], model="wikibase-item", feeds={TITLE: feed((21, "Ann", "bad"))})
    posts, _, error = poll(connector(wiki, now, talk=False), since=WEEK)
    assert (ids(posts), error) == (["21"], None)
    assert [hunk.new for hunk in posts[0].change.hunks] == ["bad"]


def test_what_is_no_text_and_has_no_feed_is_named_and_holds_up_nothing(now):
    wiki = FakeWiki(["{}"], model="json", beside=[FakePage(["a"], title="Clinic", page_id=9, base=50)])
    posts, cursor, error = poll(connector(wiki, now, pages=[TITLE, "Clinic"]))
    assert ids(posts) == ["51"]
    assert f"history of {TITLE!r}, which is no text" in str(error)
    wiki.feeds = {TITLE: feed((21, "Ann", "bad"))}
    assert ids(poll(connector(wiki, now, pages=[TITLE, "Clinic"]), cursor, WEEK)[0]) == ["21"]


def test_long_titles_are_asked_about_in_addresses_that_servers_take(now):
    titles = [f"{'مستشفى ' * 8}{number}" for number in range(50)]
    wiki = FakeWiki(["a"])
    _, _, error = poll(connector(wiki, now, pages=titles))
    assert "has no page" in str(error)
    assert sum(len(asked["titles"].split("|")) for asked in wiki.of("titles")) == 50
    assert all(len(quote(asked["titles"])) <= 6_000 for asked in wiki.of("titles"))
