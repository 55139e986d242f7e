"""What the registers say of an account reaches its judgement: by number where there is one, or by handle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.judging import Judge, Stages
from monitor.registers import KnownAccount, LogoPermission, OfficialAccount
from monitor.searching import listed
from monitor.store.originals.sealingkeys import current_keys
from monitor.store.people.ouraccounts import our_accounts
from monitor.store.people.registers import add_entry, end_entry
from monitor.types import Account, Actor, Relation
from rules.examples import ORGANISATION
from rules.filters import SiteFilters
from rules.lookalikes import Index
from tests.core.world import NOW, Names, NumberRule, Numbers, World, post

JO = Actor("jo", "comms")
OFFICIAL = OfficialAccount(
    platform="mastodon", account="@WVFTNHS", url="https://social.test/@WVFTNHS", purpose="News",
    owner="Head of Communications", approver="Director", approved_on=date(2026, 11, 1), platform_id="41",
)  # fmt: skip
FRIENDS = KnownAccount(
    platform="mastodon", account="WVFT_friends", what="charity", decided_by="Head", platform_id="77"
)
RUN = LogoPermission(
    place="https://www.facebook.com/WVFTfunrun/", purpose="Run", granted_by="Head", until=date(2027, 3, 1)
)
STRANGER = Account(platform="mastodon", external_id="99", handle="WVFTNHS")


def judge_of(world: World, **more: object) -> Judge:
    stages = Stages(
        references=Names(), rules=NumberRule(), identifiers=Numbers(), version="1", filters=SiteFilters
    )
    with world.store.reading() as connection:
        accounts, keys = our_accounts(connection), current_keys(connection)
    return Judge(stages=stages, site_key=world.store.key, accounts=accounts, keys=keys, **more)  # type: ignore[arg-type]


def told(world: World, author: Account, **more: object) -> Account:
    """The author of a post as it is judged."""
    judged = judge_of(world, **more).judge("key", post(1, author=author))
    assert judged is not None
    assert judged.post.author is not None
    return judged.post.author


def test_an_official_account_is_known_by_its_number_under_any_handle(world: World) -> None:
    add_entry(world.store, "official", OFFICIAL, JO, NOW)
    renamed = Account(platform="mastodon", external_id="41", handle="WearsideVale")
    assert told(world, renamed).relation is Relation.OFFICIAL


def test_the_day_on_which_ours_was_opened_reaches_the_score() -> None:
    early = OFFICIAL.model_copy(update={"opened_on": date(2014, 5, 2)})
    assert Index(ORGANISATION, listed([OFFICIAL, early])).opened == datetime(2014, 5, 2, tzinfo=UTC)
    assert Index(ORGANISATION, listed([OFFICIAL])).opened is None


def test_a_stranger_under_our_old_handle_is_not_official(world: World) -> None:
    add_entry(world.store, "official", OFFICIAL, JO, NOW)
    assert told(world, STRANGER, official_handles=frozenset({"wvftnhs"})).relation is Relation.PUBLIC


def test_a_handle_is_enough_where_no_number_is_recorded(world: World) -> None:
    add_entry(world.store, "official", OFFICIAL.model_copy(update={"platform_id": None}), JO, NOW)
    assert told(world, STRANGER).relation is Relation.OFFICIAL
    elsewhere = replace(STRANGER, platform="bluesky")
    assert told(world, elsewhere).relation is Relation.PUBLIC


def test_where_handles_have_a_server_the_address_says_which_is_ours(world: World) -> None:
    add_entry(world.store, "official", OFFICIAL.model_copy(update={"platform_id": None}), JO, NOW)
    ours = Account(platform="mastodon", handle="WVFTNHS@social.test", url="https://social.test/@WVFTNHS")
    assert told(world, ours).relation is Relation.OFFICIAL
    elsewhere = replace(ours, handle="WVFTNHS@evil.test", url="https://evil.test/@WVFTNHS")
    assert told(world, elsewhere).relation is Relation.PUBLIC


def test_a_known_account_is_called_what_the_register_calls_it_until_that_ends(world: World) -> None:
    number = add_entry(world.store, "known", FRIENDS, JO, NOW)
    friends = Account(platform="mastodon", external_id="77", handle="@wvft_FRIENDS")
    assert told(world, friends).known_as == "charity"
    assert told(world, replace(friends, external_id=None)).known_as == "charity"
    assert told(world, replace(friends, external_id="78")).known_as is None
    end_entry(world.store, "known", number, JO, "closed", NOW, NOW.date())
    assert told(world, friends).known_as is None


@pytest.mark.parametrize(
    "account",
    [
        Account(platform="facebook", handle="wvftfunrun"),
        Account(platform="facebook", url="https://m.facebook.com/WVFTfunrun"),
    ],
)
def test_a_logo_permission_finds_its_account(world: World, account: Account) -> None:
    add_entry(world.store, "logo", RUN, JO, NOW)
    assert told(world, account).logo_until == date(2027, 3, 1)
    assert told(world, Account(platform="x", handle="wvftfunrun")).logo_until is None


def test_what_a_connector_says_of_our_registers_is_not_believed(world: World) -> None:
    claims = Account(platform="x", handle="a", known_as="charity", logo_until=date(2030, 1, 1))
    author = told(world, replace(claims, relation=Relation.OFFICIAL))
    assert (author.relation, author.known_as, author.logo_until) == (Relation.PUBLIC, None, None)


def test_where_findings_are_wanted_a_post_without_them_leaves_nothing(world: World) -> None:
    found = post(1, "WVFT: 999 200 1135")
    judge = judge_of(world, keeps_everything=True, wants=frozenset({"lookalike-account"}))
    assert judge.judge("key", found) is None
    wanting = replace(judge, wants=frozenset({"patient-identifier"}))
    assert wanting.judge("key", found) is not None
