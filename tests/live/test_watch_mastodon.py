"""A server that speaks Mastodon's interface, through the whole product."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.types import SourceState
from tests.live.installation import CLAIM, NUMBER, Installation
from tests.live.servers.mastodon import Account, Mastodon

pytestmark = pytest.mark.live

LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def eve(mastodon: Mastodon) -> Account:
    return mastodon.account("visitor_eve", "Eve")


def test_a_mention_is_found_and_goes_when_its_author_deletes_it(
    mastodon: Mastodon, eve: Account, installation: Installation
) -> None:
    installation.watch("tag", "mastodon", base_url=mastodon.url, tag="Lapwing")
    status = mastodon.post(eve, f"{CLAIM} In the quillon ward. #Lapwing")
    mastodon.post(eve, "Kind people at St Oswin's Hospital. #Lapwing")
    tally = installation.poll()["tag"]
    assert (tally.state, tally.kept, tally.note) == (SourceState.OK, 2, "")
    assert installation.findings() == ["NHS-001"]
    assert NUMBER not in installation.everything_stored()

    mastodon.delete(eve, status["id"])
    installation.loses("tag", 2, "quillon", status["url"])
    assert len(installation.mentions()) == 2


def test_the_commands_find_a_mention_and_purge_what_was_deleted(
    mastodon: Mastodon, eve: Account, installation: Installation
) -> None:
    installation.watch("tag", "mastodon", base_url=mastodon.url, tag="Godwit")
    status = mastodon.post(eve, f"{CLAIM} In the quillon ward. #Godwit")
    found = installation.run("scan", "--json")
    assert [case["rule"] for case in json.loads(found.stdout)["cases"]] == ["NHS-001"], found.stderr
    mastodon.delete(eve, status["id"])
    done = installation.run("compliance", "run", "--all", "--json")
    assert json.loads(done.stdout) == {
        "sources": [{"source": "tag", "asked": 1, "gone": 1, "expired": 0, "note": ""}],
        "held_back": 0,
    }
    assert "quillon" not in installation.everything_stored()
    told = installation.run("digest", "--for", "patient_confidentiality")
    assert "It was deleted where it stood" in " ".join(told.stdout.split())


def test_an_edit_is_seen_and_judged_again_within_the_overlap_and_not_after_it(
    mastodon: Mastodon, eve: Account, installation: Installation
) -> None:
    installation.watch("tag", "mastodon", base_url=mastodon.url, tag="Plover")
    status = mastodon.post(eve, "WVFT kept us waiting. #Plover")
    installation.poll()
    mastodon.edit(eve, status["id"], f"WVFT kept us waiting. {CLAIM} #Plover")
    assert installation.poll()["tag"].kept == 1
    assert (installation.findings(), installation.mentions("state")) == (["NHS-001"], ["edited"])

    installation.ahead += timedelta(hours=2)
    installation.poll()  # from here on the status is below what is read again
    mastodon.edit(eve, status["id"], "WVFT kept us waiting, but not long. #Plover")
    assert installation.poll()["tag"].fresh == 0
    (text,) = installation.mentions()
    assert "but not long" not in text


def test_a_status_that_arrives_late_is_found_under_the_date_it_bears(
    mastodon: Mastodon, eve: Account, installation: Installation
) -> None:
    installation.watch("tag", "mastodon", base_url=mastodon.url, tag="Dunlin")
    mastodon.post(eve, "WVFT first. #Dunlin")
    installation.poll()
    mastodon.post(eve, "WVFT as if of long ago. #Dunlin", LONG_AGO)
    assert installation.poll()["tag"].kept == 1
    assert installation.mentions("created_at")[1].startswith("2019-03-01 08:00")


def test_an_empty_hashtag_is_believed_only_while_another_one_is_shown(
    mastodon: Mastodon, eve: Account, installation: Installation
) -> None:
    installation.watch(
        "tag", "mastodon", base_url=mastodon.url, tag="SilentSnipe", canary={"tag": "SingingSnipe"}
    )
    assert installation.poll()["tag"].state is SourceState.DEGRADED
    mastodon.post(eve, "Somebody else's words. #SingingSnipe")
    assert installation.poll()["tag"].state is SourceState.EMPTY
    assert installation.mentions() == []
