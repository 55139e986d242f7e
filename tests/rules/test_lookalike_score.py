"""The lookalike score: what it adds up, what it takes away, and what an account is to us by it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.config import LookalikeSettings
from monitor.types import Account, Likeness, Picture, Relation, Resemblance, Standing
from rules.examples import ORGANISATION
from rules.lookalikes import Index, Listed, resembles
from rules.lookalikes.sieve import Sieve
from rules.worked_example import CDDFT

NOW = datetime(2026, 11, 22, tzinfo=UTC)
COPY = Picture(likeness=Likeness("ours.png", 4))
POINTS = re.compile(r"\((\d+) points\)$")


@cache
def index() -> Index:
    return Index(ORGANISATION)


def seen(**fields: Any) -> Resemblance:
    return resembles(Account(**{"platform": "x"} | fields), index(), NOW)


def total(sentences: tuple[str, ...]) -> int:
    points = [POINTS.search(sentence) for sentence in sentences]
    assert all(points), sentences
    return sum(int(each[1]) for each in points if each)


@pytest.mark.parametrize(
    ("handle", "shown", "bio"),
    [
        ("wvft_nhs", "", ""),
        ("nhs_wvft", "", ""),
        ("WVFTNH5", "", ""),
        ("wvftnsh", "", ""),
        ("WVFTNHS_backup", "", "Our main account was hacked"),
        ("StOswinsHosp", "", ""),
        ("wearsidevalehospitalofficial", "", ""),
        ("helper_19", "W.V.F.T. N.H.S.", ""),
        ("helper_19", "Ｗｅａｒｓｉｄｅ Ｖａｌｅ NHS Foundation Trust", ""),
        ("helper_19", "ᴡᴇᴀʀꜱɪᴅᴇ ᴠᴀʟᴇ ʜᴏꜱᴘɪᴛᴀʟ", ""),
        ("helper_19", "Wear\u200bside Vale Hospital", ""),
        ("helper_19", "\u202elatipsoH elaV edisraeW", ""),
        ("helper_19", "Wearsyde Vale Hospital", ""),
        ("helper_19", "Wearside Vale NHS Refunds", "Claim your refund here"),
        ("helper_19", "WearsideValeNHS", ""),
        ("helper_19", "Saint Oswin's Hosp. Appointments", "DM us your NHS number"),
        ("wvft_careers", "WVFT Careers", "Visa sponsorship. WhatsApp us"),
        ("real_wvft", "WVFT", "The real voice of the trust, not a parody"),
        ("wvft_rebates", "WVFT Parking Rebates", ""),
        ("join_wvft", "Join Wearside Vale NHS", "CV by text to 07700 900123"),
        ("WVFTNHS_2nd", "WVFT second page", ""),
        ("wvft_relocation", "WVFT Overseas Staff Relocation", ""),
        ("helper_19", "Wearside Vale NSH Foundaton Trust", ""),
        ("helper_19", "Wearside Vale NHS Foundati", ""),
        ("helper_19", "Wearside Vale NHS Trust\u2122", ""),
        ("wearsidevalehospital", "Wearside Vale Hospital Oswinton", ""),
        ("nhsvalewearside", "", ""),
        ("soh_bookings", "SOH Bookings", "Book at St Oswin's Hospital"),
        ("helper_19", "Patient Help", "Official page of Wearside Vale Hospital"),
        ("wvft_ward_fund", "WVFT Ward 4", "Gift cards or crypto only"),
    ],
)
def test_whoever_claims_to_be_us_is_a_probable_lookalike(handle: str, shown: str, bio: str) -> None:
    assert seen(handle=handle, display_name=shown, bio=bio).standing is Standing.PROBABLE


@pytest.mark.parametrize(
    ("handle", "shown", "bio"),
    [
        ("WearsideFire", "Wearside Vale Fire and Rescue Service", "Official account"),
        ("WearsideCouncil", "Wearside Vale Council", "Official"),
        ("wearside_uni", "Wearside Vale University", "Official account"),
        ("WearsideValeFC", "Wearside Vale FC", "Official account of the club"),
        ("wearsidevalegazette", "Wearside Vale Gazette", "Local news"),
        ("wvlmc", "Wearside Vale LMC", "Local medical committee"),
        ("healthwatch_wv", "Healthwatch Wearside Vale", "Your health and social care champion"),
        ("wvvets", "Wearside Vale Veterinary Hospital", "Vets"),
        ("wvgym", "Wearside Vale Health & Fitness", "Gym and pool"),
        ("friends_oswin", "League of Friends of St Oswin's Hospital", "Registered charity. Donate below"),
        ("unison_wvft", "UNISON WVFT", "Union branch"),
        ("rcn_wearside", "RCN Wearside Vale", ""),
        ("savestoswins", "Save St Oswin's Hospital", "Sign the petition, donate to the campaign"),
        ("wvftwatch", "", ""),
        ("savewvft", "", ""),
        ("WVFTNHSwatch", "", ""),
        ("wvft_parents", "WVFT Maternity Parents", "Families asking for answers"),
        ("oldoswinton", "Old photos of St Oswin's Hospital", "Local history"),
        ("oswins_radio", "Radio St Oswin's", "Volunteers playing requests"),
        ("jo_wvft", "Jo Bell", "Staff nurse. Views my own"),
        ("drbell_wvft", "Dr Jo Bell", "Consultant at WVFT"),
        ("northern_lad", "Fed up in Oswinton", "4 hours in A&E at St Oswin's Hospital"),
        ("airedalenhs", "Airedale NHS Foundation Trust", "Official account of Airedale NHS Foundation Trust"),
        ("wvft_film", "Welsh Vintage Film Team", "Fan page"),
        ("wvft_ceo", "Jo Bell, CEO WVFT", ""),
        ("wvftjobs", "Vale News and Jobs", "Adverts of the whole valley"),
        ("wvft_cuts", "WVFT job cuts", "What goes on inside"),
        ("wvft_memes", "WVFT Memes", "Night shift humour"),
        ("soh_bookings", "SOH Bookings", "Bands for your wedding"),
        ("oswins_patients", "Patients of St Oswin's Hospital", "Independent voice"),
        ("wearsidevalehospital", "Wearside Vale Hospital", "A campaign to save our hospital"),
        ("wearsidecommunity", "Wearside Vale Community Centre", "Hall hire"),
    ],
)
def test_whoever_only_sounds_like_us_raises_nothing(handle: str, shown: str, bio: str) -> None:
    quiet = (Standing.UNRELATED, Standing.PERSON, Standing.OTHER_BODY)
    assert seen(handle=handle, display_name=shown, bio=bio).standing in quiet


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"handle": "wvft_library", "display_name": "WVFT Library Service"}, Standing.TEAM),
        ({"handle": "wvftcharity", "display_name": "WVFT Charity", "bio": "Donate here"}, Standing.TEAM),
        ({"handle": "carpark", "display_name": "WVFT Car Park (parody)"}, Standing.PARODY),
        ({"handle": "wvft_nhs", "is_parody": True}, Standing.PARODY),
        ({"handle": "wvft_nhs", "is_parody": True, "avatar": COPY}, Standing.PROBABLE),
        ({"handle": "wvft_nhs", "known_as": "charity"}, Standing.REGISTERED),
        ({"handle": "wvft_nhs", "relation": Relation.OFFICIAL}, Standing.REGISTERED),
        ({"handle": "@WVFTNHS"}, Standing.REGISTERED),
        ({"handle": "press.wvft.nhs.test", "platform": "bluesky"}, Standing.REGISTERED),
        ({"handle": "press.wvft.nhs.test", "platform": "instagram"}, Standing.PROBABLE),
    ],
)
def test_the_other_classes(fields: dict[str, Any], standing: Standing) -> None:
    assert seen(**fields).standing is standing


def test_a_handle_that_changed_hands_is_not_registered_any_more() -> None:
    listed = Index(
        ORGANISATION.model_copy(update={"handles": ()}), [Listed("@WVFTNHS", platform="x", platform_id="17")]
    )

    def of(**fields: Any) -> Resemblance:
        return resembles(Account(platform="x", **fields), listed)

    assert of(handle="WVFTNHS", external_id="17").standing is Standing.REGISTERED
    assert of(handle="WVFTNHS", external_id="99").standing is Standing.PROBABLE
    renamed = of(handle="WVFT_new", external_id="17")
    assert renamed.standing is Standing.REGISTERED
    assert "still called @WVFTNHS" in renamed.mitigations[0]


def test_an_account_older_than_ours_and_one_that_a_platform_has_verified_weigh_less() -> None:
    opened = Index(ORGANISATION, [Listed("@WVFTNHS", opened=datetime(2015, 1, 1, tzinfo=UTC))])
    old = Account(platform="x", handle="wvft_nhs", created_at=datetime(2010, 1, 1, tzinfo=UTC))
    new = replace(old, created_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert resembles(new, opened).score - resembles(old, opened).score == 10
    verified = replace(new, platform="bluesky", verified=True)
    assert resembles(new, opened).score - resembles(verified, opened).score == 25


def test_the_name_of_an_office_beside_our_picture_is_a_claim_and_that_of_a_person_is_none() -> None:
    office = seen(handle="helper_19", display_name="Patient Services", avatar=COPY)
    person = seen(handle="jo_bell", display_name="Jo Bell", avatar=COPY)
    assert (office.standing, person.standing is Standing.PROBABLE) == (Standing.PROBABLE, False)
    assert office.score - person.score == 12


def test_whoever_says_to_be_another_is_looked_at_by_a_person_unless_the_picture_is_ours() -> None:
    named = {"handle": "wvft_newsbot", "display_name": "WVFT News Bot", "bio": "Not run by the Trust"}
    assert seen(**named).standing is Standing.POSSIBLE
    assert seen(**named, avatar=COPY).standing is Standing.PROBABLE


def test_the_initials_of_a_board_are_those_of_its_region() -> None:
    board = Index(
        ORGANISATION.model_copy(
            update={
                "name": "NHS North Vale and East Moor Integrated Care Board",
                "short": "NVEM ICB",
                "handles": ("@NVEM_NHS",),
                "aliases": (),
                "hospitals": (),
                "places": (),
            }
        )
    )

    def of(handle: str, shown: str) -> Standing:
        return resembles(Account(platform="x", handle=handle, display_name=shown), board).standing

    assert of("nvemchildren", "NVEM Child Health Network") is Standing.UNRELATED
    assert of("nvem_icb_help", "NVEM ICB Help") is Standing.PROBABLE


def test_a_body_that_the_settings_add_explains_a_name_and_one_they_strike_does_not() -> None:
    account = Account(platform="x", handle="a1", display_name="Wearside Community NHS Trust")
    added = Index(ORGANISATION, settings=LookalikeSettings(bodies=("Wearside Community NHS Trust",)))
    assert resembles(account, added).standing is Standing.OTHER_BODY
    airedale = Account(platform="x", handle="a1", display_name="Airedale NHS Foundation Trust")
    struck = Index(ORGANISATION, settings=LookalikeSettings(not_bodies=("Airedale NHS Foundation Trust",)))
    assert "Airedale NHS" not in resembles(airedale, struck).nearest
    assert "Airedale NHS" in resembles(airedale, index()).nearest


@pytest.mark.parametrize(
    ("handle", "standing"),
    [
        ("CDDFT_NHS", Standing.PROBABLE),
        ("cddftnhs_official", Standing.PROBABLE),
        ("CDDFTNHS_jobs", Standing.PROBABLE),
        ("CDDFT_Recruitment", Standing.PROBABLE),
        ("CDDFTnhs1", Standing.PROBABLE),
        ("ccdftnhs", Standing.POSSIBLE),
        ("NHS_CDDFT", Standing.PROBABLE),
        ("DarlingtonMemorialHosp", Standing.PROBABLE),
        ("UHND_official", Standing.PROBABLE),
        ("CDDFTNH5", Standing.PROBABLE),
        ("CDDFTNHSwatch", Standing.UNRELATED),
        ("savecddft", Standing.UNRELATED),
    ],
)
def test_handles_without_a_profile_are_judged_by_themselves(handle: str, standing: Standing) -> None:
    assert resembles(Account(platform="x", handle=handle), Index(CDDFT)).standing is standing


NAMES = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                "WVFT",
                "NHS",
                "Wearside",
                "Vale",
                "St Oswin's",
                "Hospital",
                "_",
                "help",
                "watch",
                "Jo",
                "\u202e",
                "а",
            ]
        ),
        max_size=6,
    ).map("".join),
)
BIOS = st.lists(
    st.sampled_from(
        [
            "Official account of WVFT.",
            "DM us your NHS number.",
            "Views my own.",
            "Parody.",
            "Donate.",
            "Union branch.",
            "News",
        ]
    ),
    max_size=4,
).map(" ".join)


@given(handle=NAMES, shown=NAMES, bio=st.one_of(BIOS, st.text(max_size=80)), copied=st.booleans(), url=NAMES)
@example(handle="\ud800", shown="\u0345", bio="\x00", copied=True, url="http://[")
@settings(max_examples=80, deadline=None)
def test_the_score_is_the_sum_of_what_is_told(
    handle: str, shown: str, bio: str, copied: bool, url: str
) -> None:
    found = seen(handle=handle, display_name=shown, bio=bio, url=url, avatar=COPY if copied else None)
    assert found.score == max(total(found.reasons) - total(found.mitigations), 0)
    if found.standing in (Standing.PROBABLE, Standing.POSSIBLE):
        assert found.reasons
        assert found.score >= 20


@given(handle=NAMES, shown=NAMES, bio=BIOS)
@settings(max_examples=30, deadline=None)
def test_saying_what_else_it_is_never_raises_the_score(handle: str, shown: str, bio: str) -> None:
    plain = seen(handle=handle, display_name=shown, bio=bio)
    for label in ("It is all parody here", "Campaigners, on strike", "We are a trade union branch"):
        assert seen(handle=handle, display_name=shown, bio=f"{bio}\n{label}").score <= plain.score


@given(handle=NAMES, shown=NAMES, bio=BIOS)
@settings(max_examples=60, deadline=None)
def test_the_sieve_lets_nothing_through_that_would_be_told(handle: str, shown: str, bio: str) -> None:
    account = Account(platform="x", handle=handle, display_name=shown, bio=bio)
    told = (Standing.PROBABLE, Standing.POSSIBLE, Standing.TEAM, Standing.PARODY)
    if resembles(account, index(), NOW).standing in told:
        assert sieve().resemblance(account, NOW.date()) is not None


@cache
def sieve() -> Sieve:
    return Sieve(index())


def test_an_ordinary_account_is_known_at_a_glance() -> None:
    assert (
        sieve().resemblance(Account(platform="x", handle="jo_bell", display_name="Jo Bell"), NOW.date())
        is None
    )


@pytest.mark.parametrize("piece", ["Wearside Vale ", "w v ", "wvft", "W.", "а", "\u200b", "Official DM us "])
def test_a_name_or_bio_of_any_length_is_judged_in_time(piece: str) -> None:
    long = piece * (30_000 // len(piece))
    began = time.process_time()
    seen(handle=long, display_name=long, bio=long, url=long)
    assert time.process_time() - began < 1
