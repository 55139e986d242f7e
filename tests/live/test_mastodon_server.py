"""The Mastodon mock of the live tests behaves as Mastodon does where a reader can see it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.live.servers.mastodon import Account, Mastodon

pytestmark = pytest.mark.live

TAG = "api/v1/timelines/tag"
LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def bob(mastodon: Mastodon) -> Account:
    return mastodon.account("patient_bob", "Bob")


def read(mastodon: Mastodon, path: str) -> Any:
    with urllib.request.urlopen(f"{mastodon.url}/{path}", timeout=20) as answer:
        return json.load(answer)


def refusal(mastodon: Mastodon, path: str) -> urllib.error.HTTPError:
    """How the server refuses to answer."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(mastodon, path)
    caught.value.close()
    return caught.value


def test_a_status_is_in_the_timelines_of_its_tag_and_its_author(mastodon: Mastodon, bob: Account) -> None:
    status = mastodon.post(bob, "Thank you #StOswins")
    assert [one["id"] for one in read(mastodon, f"{TAG}/StOswins")] == [status["id"]]
    assert status["id"] in [one["id"] for one in read(mastodon, f"api/v1/accounts/{bob.id}/statuses")]
    assert status["url"].startswith(mastodon.url)


def test_an_edit_leaves_a_date_and_a_history(mastodon: Mastodon, bob: Account) -> None:
    status = mastodon.post(bob, "Two hours of waiting")
    mastodon.edit(bob, status["id"], "Three hours of waiting")
    now = read(mastodon, f"api/v1/statuses/{status['id']}")
    assert "Three hours" in now["content"]
    assert now["edited_at"] > status["created_at"]
    history = read(mastodon, f"api/v1/statuses/{status['id']}/history")
    assert [version["content"] for version in history] == [
        "<p>Two hours of waiting</p>",
        "<p>Three hours of waiting</p>",
    ]


def test_a_deleted_status_is_not_found(mastodon: Mastodon, bob: Account) -> None:
    status = mastodon.post(bob, "Said in anger #Anger")
    mastodon.delete(bob, status["id"])
    assert read(mastodon, f"{TAG}/Anger") == []
    assert refusal(mastodon, f"api/v1/statuses/{status['id']}").code == 404


def test_a_status_of_long_ago_keeps_the_place_it_arrived_at(mastodon: Mastodon, bob: Account) -> None:
    first = mastodon.post(bob, "First #Order")
    old = mastodon.post(bob, "Of long ago #Order", LONG_AGO)
    assert datetime.fromisoformat(old["created_at"]) == LONG_AGO
    assert [one["id"] for one in read(mastodon, f"{TAG}/Order")] == [old["id"], first["id"]]


def test_a_fault_lasts_as_long_as_asked(mastodon: Mastodon) -> None:
    with mastodon.fault(f"/{TAG}/*", status=503, times=1):
        assert refusal(mastodon, f"{TAG}/Faults").code == 503
        assert read(mastodon, f"{TAG}/Faults") == []
    with mastodon.fault(f"/{TAG}/*", "ratelimit"):
        assert refusal(mastodon, f"{TAG}/Faults").headers["X-RateLimit-Remaining"] == "0"
    with mastodon.fault(f"/{TAG}/*", "malformed"), pytest.raises(json.JSONDecodeError):
        read(mastodon, f"{TAG}/Faults")
    assert read(mastodon, f"{TAG}/Faults") == []
