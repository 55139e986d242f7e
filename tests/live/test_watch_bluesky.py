"""Bluesky through the whole product: found, rewritten, deleted, backdated; staff, sign-ins, lookalikes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.ports import ProfileSearch
from monitor.types import SourceState
from tests.live.installation import CLAIM, NUMBER, Installation
from tests.live.servers.bluesky import Bluesky
from tests.live.servers.bluesky_account import Account

pytestmark = pytest.mark.live

LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _is_full(bluesky: Bluesky) -> None:
    bluesky.must_be_full()


@pytest.fixture
def searcher(bluesky: Bluesky, installation: Installation, request: pytest.FixtureRequest) -> Account:
    """The account that the source "search" signs in with; the parameter is what it searches for."""
    account = bluesky.account(f"searcher-{request.param.lower()}")
    installation.secret("sources-search-password", account.app_password)
    installation.watch(
        "search",
        "bluesky",
        query=request.param,
        identifier=account.handle,
        base_url=bluesky.pds,
        appview=bluesky.appview,
        directory=bluesky.directory,
    )
    return account


@pytest.fixture
def nurse(bluesky: Bluesky, installation: Installation, request: pytest.FixtureRequest) -> Account:
    """A member of staff, whom the source "staff" may read until the day after tomorrow."""
    account = bluesky.account(f"nurse-{request.param}")
    today = datetime.now(UTC).date()
    installation.watch(
        "staff",
        "bluesky",
        account=account.handle,
        authorisation="S-014",
        appview=bluesky.appview,
        directory=bluesky.directory,
    )
    installation.authorise(
        person="S-014",
        platform="bluesky",
        account=account.handle,
        notice_date=today - timedelta(days=60),
        starts=today - timedelta(days=30),
        expires=today + timedelta(days=2),
    )
    return account


@pytest.mark.parametrize("searcher", ["Quillon"], indirect=True)
def test_a_mention_is_found_and_goes_when_its_author_deletes_it(
    bluesky: Bluesky, installation: Installation, searcher: Account
) -> None:
    author = bluesky.account("visitor-ann")
    post = bluesky.post(author, f"{CLAIM} Quillon ward, WVFT.")
    bluesky.post(author, "The Quillon garden at St Oswin's Hospital is lovely.")
    tally = installation.poll()["search"]
    assert (tally.state, tally.kept, tally.note) == (SourceState.OK, 2, "")
    assert installation.findings() == ["NHS-001"]
    assert NUMBER not in installation.everything_stored()

    bluesky.delete(author, post["uri"])
    installation.loses("search", 2, "Quillon ward", post["uri"])
    assert len(installation.mentions()) == 2


@pytest.mark.parametrize("searcher", ["Tarn"], indirect=True)
def test_what_cannot_be_edited_is_deleted_and_said_anew(
    bluesky: Bluesky, installation: Installation, searcher: Account
) -> None:
    author = bluesky.account("visitor-ben")
    first = bluesky.post(author, "WVFT: Tarn ward was grimm.")
    installation.poll()
    bluesky.delete(author, first["uri"])
    bluesky.post(author, f"WVFT: Tarn ward was grim. {CLAIM}")
    tally = installation.poll()["search"]
    assert (tally.kept, installation.findings()) == (1, ["NHS-001"])
    installation.ahead += timedelta(hours=25)
    assert installation.comply()["search"].lost == 1
    assert "grimm" not in installation.everything_stored()


@pytest.mark.parametrize("searcher", ["Weir"], indirect=True)
def test_many_readings_take_one_sign_in(
    bluesky: Bluesky, installation: Installation, searcher: Account
) -> None:
    before = bluesky.sessions(searcher)
    for text in ("WVFT on the Weir", "WVFT under the Weir", "WVFT behind the Weir"):
        bluesky.post(searcher, text)
        assert installation.poll()["search"].kept == 1
    assert bluesky.sessions(searcher) == before + 1


@pytest.mark.parametrize("nurse", ["jo"], indirect=True)
def test_a_post_dated_back_and_one_rewritten_are_seen_in_an_accounts_repository(
    bluesky: Bluesky, installation: Installation, nurse: Account
) -> None:
    post = bluesky.post(nurse, "Night shift at WVFT.")
    assert installation.poll()["staff"].kept == 1
    bluesky.post(nurse, "WVFT as if of long ago.", LONG_AGO)
    assert installation.poll()["staff"].kept == 1
    assert datetime.fromisoformat(installation.mentions("created_at")[1]).year == LONG_AGO.year
    nurse.rewrite(post["uri"], f"Night shift at WVFT. {CLAIM}", datetime.now(UTC))
    assert installation.poll()["staff"].kept == 1
    assert installation.findings() == ["NHS-001"]
    assert len(installation.mentions()) == 2


@pytest.mark.parametrize("nurse", ["kim"], indirect=True)
def test_a_staff_account_is_read_only_while_its_row_of_the_register_is_live(
    bluesky: Bluesky, installation: Installation, nurse: Account
) -> None:
    bluesky.post(nurse, "Proud of WVFT.")
    assert installation.poll()["staff"].kept == 1
    assert installation.mentions("author") == ["S-014"]
    held = [row for row in installation.everything_stored().splitlines() if nurse.handle in row]
    assert [row.split('"')[1] for row in held] == ["authorisation"]  # the register, and nowhere else

    bluesky.post(nurse, "WVFT again.")
    installation.ahead += timedelta(days=2)
    tally = installation.poll()["staff"]
    assert (tally.state, tally.seen) == (SourceState.MISCONFIGURED, 0)
    assert "S-014" in tally.note
    assert installation.comply()["staff"].asked == 0
    assert installation.mentions() == ["Proud of WVFT."]


@pytest.mark.parametrize("searcher", ["Heron"], indirect=True)
def test_a_search_of_profiles_shows_a_lookalike(
    bluesky: Bluesky, installation: Installation, searcher: Account
) -> None:
    official = bluesky.account("wvftnhs", "Wearside Vale NHS", "The trust's own account")
    fake = bluesky.account("wvft-nhs-help", "Wearside Vale NHS", "Send us your NHS number")
    with installation.opened() as app:
        connector = app.task(app.sources()[0]).connector
        assert isinstance(connector, ProfileSearch)
        found = {account.handle: account for account in connector.profiles("wvft")}  # here: of handles only
    assert {official.handle, fake.handle} <= found.keys()
    assert found[fake.handle].bio == "Send us your NHS number"
    assert found[fake.handle].external_id == fake.did
