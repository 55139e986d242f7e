"""The Bluesky of the live tests does what is asked of it, and shows it where the real one would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.live.servers.bluesky import Bluesky
from tests.live.servers.bluesky_account import Account, xrpc
from tests.live.servers.packages import unavailable

pytestmark = pytest.mark.live

LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def nurse(bluesky: Bluesky) -> Account:
    return bluesky.account("nurse-jane", "Jane", "Staff nurse at WVFT. Views my own.")


def feed(bluesky: Bluesky, account: Account) -> list[dict[str, Any]]:
    """What anybody sees of an account, through the AppView."""
    bluesky.must_be_full()
    answer = xrpc(bluesky.appview, "app.bsky.feed.getAuthorFeed", actor=account.handle)
    return [entry["post"] for entry in answer["feed"]]


def uris(posts: list[dict[str, Any]]) -> list[str]:
    return [post["uri"] for post in posts]


def test_a_post_is_in_its_repository_and_in_the_feed(bluesky: Bluesky, nurse: Account) -> None:
    post = bluesky.post(nurse, "Thank you to everybody at St Oswin's Hospital")
    assert post["uri"] in uris(nurse.records())
    assert post["uri"] in uris(feed(bluesky, nurse))


def test_a_signed_in_search_finds_a_post(bluesky: Bluesky, nurse: Account) -> None:
    bluesky.must_be_full()
    post = bluesky.post(nurse, "Long queue at the WVFT blood test clinic")
    found = nurse.ask("app.bsky.feed.searchPosts", q="blood test clinic")["posts"]
    assert [(one["uri"], one["author"]["handle"]) for one in found] == [(post["uri"], nurse.handle)]


def test_a_deleted_post_is_gone_everywhere(bluesky: Bluesky, nurse: Account) -> None:
    post = bluesky.post(nurse, "Said in anger")
    bluesky.delete(nurse, post["uri"])
    key = post["uri"].rpartition("/")[2]
    with pytest.raises(RuntimeError, match=r"400 .*RecordNotFound"):
        nurse.ask("com.atproto.repo.getRecord", repo=nurse.did, collection="app.bsky.feed.post", rkey=key)
    assert post["uri"] not in uris(feed(bluesky, nurse))


def test_a_backdated_post_is_early_in_the_repository_and_last_in_the_feed(bluesky: Bluesky) -> None:
    clerk = bluesky.account("clerk-sam")
    first = bluesky.post(clerk, "First")["uri"]
    old = bluesky.post(clerk, "As if of long ago", LONG_AGO)["uri"]
    last = bluesky.post(clerk, "Last")["uri"]
    assert uris(clerk.records()) == [last, old, first]
    shown = feed(bluesky, clerk)
    assert uris(shown) == [last, first, old]
    assert shown[-1]["indexedAt"] == "2019-03-01T08:00:00.000Z"


def test_a_reply_knows_its_parent_and_the_root_of_its_thread(bluesky: Bluesky, nurse: Account) -> None:
    root = bluesky.post(nurse, "Is the car park open?")
    parent = bluesky.reply(nurse, root, "Which one?")
    answer = bluesky.reply(nurse, parent, "The one at St Oswin's")
    written = {record["uri"]: record["value"] for record in nurse.records()}
    assert written[answer["uri"]]["reply"] == {"root": root, "parent": parent}


def test_an_app_password_signs_in_and_a_wrong_one_does_not(bluesky: Bluesky, nurse: Account) -> None:
    session = nurse.sign_in()
    whoami = xrpc(bluesky.pds, "com.atproto.server.getSession", token=session["accessJwt"])
    assert whoami["did"] == nurse.did
    wrong = {"identifier": nurse.handle, "password": "wrong"}
    with pytest.raises(RuntimeError, match=r"401 .*AuthenticationRequired"):
        xrpc(bluesky.pds, "com.atproto.server.createSession", body=wrong)


def test_a_pds_alone_holds_posts_and_has_no_appview() -> None:
    if obstacle := Bluesky.obstacle():
        unavailable(obstacle)
    with Bluesky(full=False) as alone:
        account = alone.account("only-me")
        post = alone.post(account, "Nobody indexes this")
        assert uris(account.records()) == [post["uri"]]
        with pytest.raises(RuntimeError, match="no AppView"):
            _ = alone.appview
