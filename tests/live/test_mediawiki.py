"""The MediaWiki of the live tests tells its history as Wikipedia does."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live.servers import pictures
from tests.live.servers.history import TITLE
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.mediawiki_imports import Version
from tests.live.servers.mediawiki_session import Session

pytestmark = pytest.mark.live


@pytest.fixture
def revisions(mediawiki: MediaWiki) -> dict[int, dict[str, Any]]:
    """What an anonymous reader sees of the page's revisions."""
    answer = Session(mediawiki.api).get(
        "query",
        prop="revisions",
        pageids=mediawiki.page_id(TITLE),
        rvlimit="max",
        rvslots="main",
        rvprop="ids|timestamp|user|userid|comment|tags|content",
    )
    return {revision["revid"]: revision for revision in answer["query"]["pages"][0]["revisions"]}


def test_the_revisions_run_through_the_last_days(
    mediawiki: MediaWiki, revisions: dict[int, dict[str, Any]]
) -> None:
    dates = [revisions[number]["timestamp"] for number in sorted(revisions)]
    assert len(dates) >= 9
    assert dates == sorted(set(dates))


def test_a_repair_carries_its_tag(mediawiki: MediaWiki, revisions: dict[int, dict[str, Any]]) -> None:
    assert "mw-rollback" in revisions[mediawiki.revisions["rollback"]]["tags"]
    assert "mw-undo" in revisions[mediawiki.revisions["undo"]]["tags"]


def test_a_suppressed_revision_has_neither_user_nor_text(
    mediawiki: MediaWiki, revisions: dict[int, dict[str, Any]]
) -> None:
    hidden = revisions[mediawiki.revisions["exposure"]]
    assert hidden["suppressed"]
    assert "user" not in hidden
    assert "content" not in hidden["slots"]["main"]


def test_somebody_without_an_account_has_the_name_of_a_temporary_one(
    mediawiki: MediaWiki, revisions: dict[int, dict[str, Any]]
) -> None:
    rating = revisions[mediawiki.revisions["rating"]]
    assert rating["user"] == "~2026-31415-1"
    assert "anon" not in rating


def listed(mediawiki: MediaWiki, title: str) -> list[dict[str, Any]]:
    """What anybody sees of a page's revisions, oldest first."""
    answer = Session(mediawiki.api).get(
        "query",
        prop="revisions",
        titles=title,
        rvlimit="max",
        rvdir="newer",
        rvprop="ids|user|userid|flags|tags",
    )
    found: list[dict[str, Any]] = answer["query"]["pages"][0]["revisions"]
    return found


def logged(mediawiki: MediaWiki, title: str) -> list[tuple[str, str]]:
    """The log's entries on a page, oldest first."""
    answer = Session(mediawiki.api).get("query", list="logevents", letitle=title, lelimit="max")
    return [(entry["type"], entry["action"]) for entry in reversed(answer["query"]["logevents"])]


def test_one_browser_is_one_temporary_account_in_their_group(mediawiki: MediaWiki) -> None:
    for visitor, text in (("one", "A"), ("other", "B"), ("one", "C")):
        mediawiki.edit_unnamed("Unnamed", text, visitor)
    users = [revision["user"] for revision in listed(mediawiki, "Unnamed")]
    assert users[0] == users[2] != users[1]
    answer = Session(mediawiki.api).get("query", list="users", ususers=users[0], usprop="groups")
    assert "temp" in answer["query"]["users"][0]["groups"]


def test_addresses_are_shown_as_they_are_and_those_of_ipv6_in_capitals(mediawiki: MediaWiki) -> None:
    for number, address in enumerate(("198.51.100.7", "2001:db8:abcd:12::7")):
        mediawiki.edit("Addresses", f"{number}", address)
    four, six = listed(mediawiki, "Addresses")
    assert (four["user"], four["anon"], four["userid"]) == ("198.51.100.7", True, 0)
    assert (six["user"], six["anon"]) == ("2001:DB8:ABCD:12:0:0:0:7", True)


def test_a_page_is_moved_away_and_back_protected_deleted_and_restored(mediawiki: MediaWiki) -> None:
    title = "Wandering page"
    mediawiki.edit(title, "Here.", "ValeHistorian")
    number = mediawiki.page_id(title)
    mediawiki.move(title, "Elsewhere")
    mediawiki.move("Elsewhere", title)
    mediawiki.protect(title)
    mediawiki.delete(title)
    mediawiki.restore(title)
    assert mediawiki.page_id(title) == number
    kinds = [("create", "create"), ("move", "move"), ("protect", "protect"), ("delete", "delete")]
    assert [each for each in logged(mediawiki, title) if each in kinds] == kinds
    assert logged(mediawiki, title)[-1] == ("delete", "restore")


def test_a_file_has_a_first_and_a_second_version(mediawiki: MediaWiki) -> None:
    for number in (1, 2):
        mediawiki.upload("WVFT logo.png", pictures.grey(number), f"Version {number}")
    uploads = [each for each in logged(mediawiki, "File:WVFT logo.png") if each[0] == "upload"]
    assert uploads == [("upload", "upload"), ("upload", "overwrite")]


def test_thousands_of_revisions_are_read_as_any_others(mediawiki: MediaWiki) -> None:
    start, title = datetime.now(UTC) - timedelta(days=400), "Long history"
    mediawiki.edit(title, "Version 0", "ValeHistorian")
    made = mediawiki.lengthen(
        title, (Version(start + timedelta(minutes=n), f"Version {n}") for n in range(1, 3001))
    )
    assert len(listed(mediawiki, title)) == 500, "as many as one answer may hold"
    assert mediawiki.text(title) == "Version 3000"
    address = f"{mediawiki.url}/w/rest.php/v1/revision/{made[0]}/compare/{made[-1]}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert json.load(answer)["diff"][0]["type"] == 3


def test_the_log_of_the_server_tells_what_was_asked(mediawiki: MediaWiki) -> None:
    before = len(mediawiki.asked())
    Session(mediawiki.api).get("query", meta="siteinfo")
    assert ["meta=siteinfo" in each for each in mediawiki.asked()[before:]] == [True]


def test_a_new_edit_is_compared_with_the_one_before(mediawiki: MediaWiki) -> None:
    first = mediawiki.edit("Sandbox", "One line.\n", "ValeHistorian", "Try")
    second = mediawiki.edit("Sandbox", "One line.\nAnother line.\n", "ValeHistorian", "Try more")
    address = f"{mediawiki.url}/w/rest.php/v1/revision/{first}/compare/{second}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        lines = json.load(answer)["diff"]
    assert [line["text"] for line in lines if line["type"] == 1] == ["Another line."]
