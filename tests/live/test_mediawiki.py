"""The MediaWiki of the live tests tells its history as Wikipedia does."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tests.live.servers.history import TITLE
from tests.live.servers.mediawiki import MediaWiki
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
    assert rating["user"] == "~2026-31415-92"
    assert "anon" not in rating


def test_a_new_edit_is_compared_with_the_one_before(mediawiki: MediaWiki) -> None:
    first = mediawiki.edit("Sandbox", "One line.\n", "ValeHistorian", "Try")
    second = mediawiki.edit("Sandbox", "One line.\nAnother line.\n", "ValeHistorian", "Try more")
    address = f"{mediawiki.url}/w/rest.php/v1/revision/{first}/compare/{second}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        lines = json.load(answer)["diff"]
    assert [line["text"] for line in lines if line["type"] == 1] == ["Another line."]
