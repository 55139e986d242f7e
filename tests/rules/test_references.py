"""Whether a post speaks of the organisation."""

from __future__ import annotations

import pytest

from monitor.config import Alias, Organisation
from monitor.types import Kind, Ref, Relation
from rules.references import OrganisationReferences
from tests.rules.posts import edit, post, staff

TRUST = Organisation(
    name="Wearside Vale NHS Foundation Trust",
    short="WVFT",
    hospitals=("Wearside Vale Hospital", "St Oswin's Hospital", "Tunwell Memorial Hospital"),
    handles=("@WVFTNHS",),
    domains=("wvft.nhs.test",),
    hashtags=("#OurWearside",),
    places=("Tunwell",),
    negative_context=("Wearside Rovers",),
    aliases=(
        Alias(text="TMH", tier=2, weight=0.3, case=True),
        Alias(text="Tunwell A&E", tier=2, weight=0.55),
        Alias(text="Wearside Vale", tier=2, weight=0.45),
    ),
)
REFERENCES = OrganisationReferences(TRUST)


@pytest.mark.parametrize(
    "text",
    [
        "WVFT is hiring",
        "w.v.f.t are a joke",
        "W V F T again",
        "ＷＶＦＴ rules",
        "wv\u200bft leak",
        "well done #TeamWVFT2026",
        "Wearside Vale NHS FT board papers",
        "wearside vale foundation trust",
        "St Oswins hosp car park is full",
        "Saint Oswin\u2019s Hospital",
        "#TunwellMemorialHospital",
        "#tunwell_mem_hospital",
        "hello @WVFTNHS",
        "see www.wvft.nhs.test/jobs",
        "#OurWearside",
        "TMH outpatients lost my letter",
        "Tunwell A&E was rammed",
        "Wearside Vale nurses are the best",
    ],
)
def test_a_name_of_the_organisation_refers(text: str) -> None:
    assert REFERENCES.find(post(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the trust and the hospital",
        "in the hospital with my cat",
        "tmh lol",
        "TMH quarterback battle heats up in the stadium",
        "Wearside Vale walking club",
        "Wearside Rovers at Wearside Vale, nurses get in free",
        "Jane Tunwell memorial service",
        "my own trust in people",
        "swvftx",
    ],
)
def test_other_things_of_that_name_do_not(text: str) -> None:
    assert not REFERENCES.find(post(text))


def test_a_member_of_staff_may_just_say_the_trust() -> None:
    assert REFERENCES.find(staff("the trust has cut our breaks again"))


def test_a_reply_to_the_organisation_may_just_say_the_hospital() -> None:
    ref = Ref(rel="reply_to", url="https://example.test/@WVFTNHS/109")
    assert REFERENCES.find(post("the hospital never rang me back", refs=(ref,)))


def test_a_link_to_the_site_refers() -> None:
    assert REFERENCES.find(post("look", links=("https://news.wvft.nhs.test/a",)))
    assert not REFERENCES.find(post("look", links=("https://notwvft.nhs.test/", "http://[broken")))


def test_an_account_that_bears_the_name_refers() -> None:
    assert REFERENCES.find(post("win a prize", handle="WVFT_official"))
    assert not REFERENCES.find(post("win a prize", handle="jo", relation=Relation.PUBLIC))


def test_an_edit_of_a_watched_page_always_refers() -> None:
    (reference,) = REFERENCES.find(edit("a", "b"))
    assert (reference.alias, reference.score) == ("Wearside Vale Hospital", 1.0)
    assert REFERENCES.find(post("", kind=Kind.PAGE_EDIT, title="Page"))[0].alias == "Page"


def test_the_best_reference_comes_first() -> None:
    best = REFERENCES.find(post("At St Oswin's Hospital, and Wearside Vale nurses", title="News"))[0]
    assert (best.alias, best.score) == ("St Oswin's Hospital", 1.0)


def test_an_ambiguous_name_comes_with_its_place() -> None:
    item = post("Long wait again. TMH outpatients", title="News")
    (reference,) = REFERENCES.find(item)
    assert reference.span is not None
    assert item.text[reference.span.start : reference.span.end] == "TMH"


def test_a_score_tells_its_sum() -> None:
    (reference,) = REFERENCES.find(post("TMH outpatients"))
    assert reference.score == 0.55
    assert reference.why == "TMH +0.30, words of care +0.25"
