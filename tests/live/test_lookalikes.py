"""Profiles of a real Bluesky are searched: the fake becomes one case, ours none, and people leave no row."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.pipeline import Window
from monitor.registers import OfficialAccount
from monitor.store.casework.lookalikes import lookalikes
from monitor.store.people.registers import add_entry
from monitor.types import Actor, Standing, Tally
from tests.core.world import everything_stored
from tests.live.installation import Installation
from tests.live.servers.bluesky import Bluesky
from tests.live.servers.bluesky_account import Account

pytestmark = pytest.mark.live
NAME = "Wearside Vale NHS Foundation Trust"


@pytest.fixture
def ours(bluesky: Bluesky, installation: Installation) -> Account:
    """Our own account, in the register by its number; and an installation that searches that Bluesky."""
    bluesky.must_be_full()
    account = bluesky.account("wvftnhs-news", NAME, "News and events")
    installation.secret("sources-sky-password", account.app_password)
    installation.watch(
        "sky", "bluesky", query="WVFT", identifier=account.handle, base_url=bluesky.pds,
        appview=bluesky.appview, directory=bluesky.directory,
    )  # fmt: skip
    with installation.file.open("a", encoding="utf-8") as file:
        file.write('[lookalikes]\nsearch = ["sky"]\n')
    entry = OfficialAccount(
        platform="bluesky", account=account.handle, url=f"https://bsky.app/profile/{account.handle}",
        purpose="News", owner="Head of Communications", approver="Director", approved_on=date(2026, 11, 1),
        platform_id=account.did,
    )  # fmt: skip
    with installation.opened() as app:
        add_entry(app.store, "official", entry, Actor("jo", "comms"), app.now())
    return account


def searched(installation: Installation) -> Tally:
    """What one day's search of the profiles did."""
    with installation.opened() as app:
        (tally,) = app.scan(app.searches(), Window(since=app.now(), from_cursor=False))
    return tally


def test_the_fake_is_one_case_ours_none_and_a_nurse_leaves_no_row(
    bluesky: Bluesky, installation: Installation, ours: Account
) -> None:
    fake = bluesky.account("wvft-nhs-team", NAME, "Official account. DM us your NHS number to book")
    nurse = bluesky.account("jo-bell-wvft", "Jo Bell", "Staff nurse at WVFT. Views my own")
    tally = searched(installation)
    assert tally.state.answered, tally.note
    assert tally.seen >= 2
    again = searched(installation)
    with installation.opened() as app:
        with app.store.reading() as connection:
            found = lookalikes(connection)
        stored = everything_stored(app.store)
    assert [(each.account, each.standing) for each in found] == [(fake.handle, Standing.PROBABLE)]
    assert again.findings == 0
    assert nurse.handle not in stored
    assert nurse.did not in stored
    assert "Jo Bell" not in stored
