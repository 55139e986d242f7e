"""What counts as misuse of a logo: every row of the table that the rules were made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Account, Box, Finding, Kind, Mark, Media, Picture, Post, Relation, Severity, Tier
from rules.examples import ORGANISATION
from rules.pack import load

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LOZENGE = Mark(reference="mark", tier=Tier.CERTAIN, score=0.95, box=Box(20, 20, 250, 100), shared=True)
OURS = replace(LOZENGE, ours=True, owner=ORGANISATION.name)
EMBLEM = replace(OURS, reference="emblem", shared=False)
THEIRS = replace(LOZENGE, ours=False, owner="Gateshead Health NHS Foundation Trust")
BENT = replace(OURS, altered=("stretched", "colour"))

STAFF = Account(platform="x", handle="jo_bell", relation=Relation.AUTHORISED_STAFF)
OFFICIAL = Account(platform="x", handle="WVFTNHS", relation=Relation.OFFICIAL)
LOOKALIKE = Account(platform="x", handle="wvft_nhs_help")
PRESS = Account(platform="x", handle="oswinton_gazette", display_name="Oswinton Gazette")
CRITIC = Account(platform="x", handle="save_wvft")


def found(author: Account, *marks: Mark, packs: tuple[str, ...] = ("CDD",), **more: object) -> list[Finding]:
    """The logo findings of a post of one picture with these marks."""
    seen = Picture(width=1200, height=800, marks=marks)
    post = Post(
        source="s",
        platform="x",
        external_id="1",
        observed_at=NOW,
        text=str(more.pop("text", "Good morning")),
        author=author,
        media=(Media(kind="image", url="https://media.test/1.png", picture=seen),),
        **more,  # type: ignore[arg-type]
    )
    rules = load(ORGANISATION, PolicySettings(packs=packs), RuleSettings())
    return [finding for finding in rules.evaluate(post) if finding.category == "logo-misuse"]


def ids(findings: list[Finding]) -> list[str]:
    return [finding.rule_id for finding in findings]


def pictured(account: Account, mark: Mark) -> Account:
    return replace(account, avatar=Picture(width=400, height=400, marks=(mark,)))


@pytest.mark.parametrize("author", [PRESS, CRITIC, OFFICIAL])
def test_the_bare_lozenge_is_a_fact_and_no_finding(author: Account) -> None:
    assert found(author, LOZENGE) == []


def test_our_logo_on_a_registered_account_is_none_and_an_altered_one_is_low() -> None:
    assert found(OFFICIAL, OURS, EMBLEM) == []
    (finding,) = found(OFFICIAL, BENT)
    assert (finding.rule_id, finding.severity, finding.lane.value) == ("LOG-002", Severity.LOW, "comms")
    assert "stretched, in another colour" in finding.reason


def test_our_logo_as_the_avatar_of_a_lookalike_is_left_to_the_lookalike_score() -> None:
    assert ids(found(pictured(LOOKALIKE, OURS))) == []
    assert ids(found(pictured(LOOKALIKE, BENT))) == ["LOG-002"]


@pytest.mark.parametrize("mark", [OURS, EMBLEM])
def test_our_logo_in_a_picture_of_a_staff_account_is_a_finding_with_its_place(mark: Mark) -> None:
    (finding,) = found(STAFF, mark)
    assert (finding.rule_id, finding.severity) == ("LOG-001", Severity.MEDIUM)
    assert finding.clauses == ("CDD-4.4.8-3",)
    assert [(span.where, span.start, span.end, span.label) for span in finding.spans] == [
        ("image 1", 0, 0, "our logo")
    ]
    assert finding.route == ("comms",)


def test_what_is_only_probable_weighs_less() -> None:
    (finding,) = found(STAFF, replace(OURS, tier=Tier.PROBABLE))
    assert finding.severity is Severity.LOW
    assert "seems to show" in finding.reason


def test_an_altered_logo_of_a_staff_account_is_part_of_the_same_finding() -> None:
    (finding,) = found(STAFF, BENT)
    assert finding.rule_id == "LOG-001"
    assert "stretched" in finding.reason


def test_our_logo_as_the_picture_of_a_staff_account_is_found_of_the_profile() -> None:
    (finding,) = found(pictured(STAFF, OURS))
    assert (finding.rule_id, finding.about.value) == ("LOG-004", "profile")
    assert [span.where for span in finding.spans] == ["avatar"]


def test_permission_helps_where_the_policy_asks_for_it_and_as_long_as_it_holds() -> None:
    until = replace(STAFF, logo_until=date(2026, 11, 20))
    over = replace(STAFF, logo_until=date(2026, 11, 19))
    assert found(until, OURS, packs=("BOL",)) == []
    (finding,) = found(over, OURS, packs=("BOL",))
    assert finding.clauses == ("BOL-6.2-9",)
    assert found(pictured(until, OURS), packs=("BOL",)) == []


def test_the_strictest_policy_in_force_allows_it_on_no_personal_page() -> None:
    until = replace(STAFF, logo_until=date(2027, 1, 1))
    for packs in (("CDD",), ("CDD", "BOL"), ("BOL", "CDD")):
        (finding,) = found(until, OURS, packs=packs)
        assert "permission or not" in finding.reason


def test_no_policy_that_speaks_of_the_logo_is_no_finding() -> None:
    assert found(STAFF, OURS, packs=("SWL",)) == []


@pytest.mark.parametrize("author", [STAFF, LOOKALIKE, OFFICIAL, PRESS])
def test_the_logo_of_another_body_is_none_of_ours(author: Account) -> None:
    assert found(author, THEIRS) == []


def test_a_lozenge_whose_owner_cannot_be_read_is_for_the_weekly_list() -> None:
    for author in (STAFF, LOOKALIKE):
        (finding,) = found(author, LOZENGE)
        assert (finding.rule_id, finding.pace.value, finding.severity) == ("LOG-003", "weekly", Severity.INFO)


@pytest.mark.parametrize("author", [PRESS, CRITIC, Account(platform="x", handle="someone")])
@pytest.mark.parametrize("mark", [OURS, EMBLEM, BENT, LOZENGE])
def test_press_campaigns_critics_and_the_public_may_show_any_logo(author: Account, mark: Mark) -> None:
    assert found(author, mark) == []
    assert found(pictured(author, mark)) == []


@pytest.mark.parametrize("text", ["New sign at the entrance", "First day in my new uniform", "A letter came"])
def test_a_building_a_uniform_or_a_letter_in_a_picture_is_no_use_of_the_logo(text: str) -> None:
    assert found(STAFF, OURS, text=text) == []


def test_what_a_member_of_staff_only_passes_on_is_not_their_picture() -> None:
    assert found(STAFF, OURS, kind=Kind.REPOST) == []


def test_a_known_account_is_no_lookalike() -> None:
    assert found(replace(LOOKALIKE, known_as="charity"), LOZENGE) == []
