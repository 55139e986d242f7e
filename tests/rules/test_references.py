"""Whether a post speaks of the organisation. The cases are in references.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import Alias, Organisation
from monitor.types import Kind, Post, Ref, Relation, Span
from rules.references import OrganisationReferences
from rules.worked_example import CDDFT
from tests.rules.posts import edit, post, staff

TRUST = Organisation(
    name="Wearside Vale NHS Foundation Trust",
    short="WVFT",
    hospitals=("Wearside Vale Hospital", "St Oswin's Hospital", "Tunwell Memorial Hospital"),
    handles=("@WVFTNHS", "@AskOswin", "@news@wvft.social"),
    domains=("wvft.nhs.test",),
    hashtags=("#OurWearside",),
    places=("Tunwell",),
    negative_context=("Wearside Rovers, Rovers", "brewery"),
    aliases=(
        Alias(text="TMH", tier=2, weight=0.3, case=True),
        Alias(text="Tunwell A&E", tier=2, weight=0.55),
        Alias(text="Wearside Vale", tier=2, weight=0.45),
        Alias(text="Elm House", tier=2, weight=0.6, requires=("ward", "nurses"), unless=("pub",)),
        Alias(text="WVFT Charity Shop", tier=3, weight=0),
    ),
)
BOARD = Organisation(
    name="Betsi Cadwaladr University Health Board",
    short="BCUHB",
    hospitals=("Ysbyty Glan Clwyd", "Ysbyty Gwynedd"),
    places=("Bangor", "Llandudno", "Caernarfon"),
    aliases=(
        Alias(text="Bwrdd Iechyd Prifysgol Betsi Cadwaladr"),
        Alias(text="Tŷ Llandudno"),
        Alias(text="YGC", tier=2, weight=0.25, requires=("nurses", "ward")),
    ),
)
IRISH = Organisation(
    name="Eastmoor Health and Social Care Trust",
    short="EHSCT",
    hospitals=("Ospidéal Naomh Séamas",),
)
KNOWN = {
    "cddft": OrganisationReferences(CDDFT),
    "wvft": OrganisationReferences(TRUST),
    "welsh": OrganisationReferences(BOARD),
    "irish": OrganisationReferences(IRISH),
}
REFERENCES = KNOWN["wvft"]


def _cases(side: str) -> Iterator[Any]:
    listed = yaml.safe_load(Path(__file__).with_name("references.yaml").read_text("utf-8"))
    for organisation, sides in listed.items():
        for case in sides[side]:
            given = {"text": case} if isinstance(case, str) else case
            yield pytest.param(
                organisation, given, id=f"{organisation}: {' '.join(map(str, given.values()))}"
            )


def _given(organisation: str, case: dict[str, Any]) -> Post:
    handle = {"cddft": "CDDFTNHS", "wvft": "WVFTNHS"}.get(organisation, "")
    refs = (Ref(rel="reply_to", url=f"https://example.test/@{handle}/109"),) if case.get("reply") else ()
    return post(
        case["text"],
        title=case.get("title", ""),
        handle=case.get("handle", "jo"),
        bio=case.get("bio"),
        relation=Relation.AUTHORISED_STAFF if case.get("staff") else Relation.PUBLIC,
        place=case.get("place"),
        links=(case["link"],) if "link" in case else (),
        refs=refs,
    )


@pytest.mark.parametrize(("organisation", "case"), [*_cases("refers")])
def test_a_name_of_the_organisation_refers(organisation: str, case: dict[str, Any]) -> None:
    assert KNOWN[organisation].find(_given(organisation, case))


@pytest.mark.parametrize(("organisation", "case"), [*_cases("does_not")])
def test_other_things_of_that_name_do_not(organisation: str, case: dict[str, Any]) -> None:
    assert not KNOWN[organisation].find(_given(organisation, case))


@pytest.mark.parametrize("side", ["refers", "does_not"])
def test_an_explanation_comes_to_the_answer_that_is_stored(side: str) -> None:
    for case in _cases(side):
        references, item = KNOWN[case.values[0]], _given(*case.values)
        explained = references.explain(item)
        assert explained.refers == bool(references.find(item)), case.id
        if explained.refers:
            assert explained.candidates[0].score == references.find(item)[0].score, case.id


def test_an_edit_of_a_watched_page_always_refers() -> None:
    (reference,) = REFERENCES.find(edit("a", "b"))
    assert (reference.alias, reference.score) == ("Wearside Vale Hospital", 1.0)
    assert REFERENCES.find(post("", kind=Kind.PAGE_EDIT, title="Page"))[0].alias == "Page"


def test_the_best_reference_comes_first() -> None:
    best = REFERENCES.find(post("At St Oswin's Hospital, and Wearside Vale nurses", title="News"))[0]
    assert (best.alias, best.score) == ("St Oswin's Hospital", 1.0)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Long wait again. TMH outpatients", "TMH"),
        ("ask ＷＶＦＴ.", "ＷＶＦＴ"),
        ("ask w\u200bv\u200bf\u200bt!", "w\u200bv\u200bf\u200bt"),
        ("hello @WVFTNHS, well done", "@WVFTNHS"),
        ("(St. Oswin\u2019s Hosp)", "St. Oswin\u2019s Hosp"),
        ("at Tunwell Memroial Hospital now", "Tunwell Memroial Hospital"),
        ("thanks #BestOfStOswinsHospital2026 all", "#BestOfStOswinsHospital2026"),
        ("ﬁne, see www.wvft.nhs.test/jobs", "wvft.nhs.test"),
    ],
)
def test_a_reference_comes_with_its_place_in_the_raw_text(text: str, written: str) -> None:
    item = post(text, title="News")
    span = REFERENCES.find(item)[0].span
    assert span is not None
    assert item.part(span.where)[span.start : span.end] == written


def test_a_place_may_be_in_the_title() -> None:
    span = REFERENCES.find(post("read on", title="News of WVFT"))[0].span
    assert span == Span(8, 12, "alias", "title")


def test_a_score_tells_its_sum() -> None:
    (reference,) = REFERENCES.find(post("TMH outpatients"))
    assert reference.score == 0.55
    assert reference.why == "TMH +0.30, words of care +0.25"


def test_each_other_world_counts_once() -> None:
    (one,) = REFERENCES.explain(post("Wearside Vale, Rovers, Wearside Rovers")).candidates
    assert [reason.weight for reason in one.around] == [-0.5]
    (two,) = REFERENCES.explain(post("Wearside Vale, Rovers, brewery")).candidates
    assert [reason.weight for reason in two.around] == [-0.5, -0.5]


def test_a_name_inside_a_longer_one_is_not_met() -> None:
    met = [one.alias for one in REFERENCES.explain(post("Wearside Vale Hospital")).candidates]
    assert met == ["Wearside Vale Hospital"]
    met = [one.alias for one in REFERENCES.explain(post("WVFT Charity Shop, not WVFT")).candidates]
    assert met == ["WVFT", "WVFT Charity Shop"]


def test_an_alias_decides_what_a_name_of_the_same_words_counts() -> None:
    common = Organisation(
        name="Mead NHS Trust",
        short="MEAD",
        hospitals=("St Mary's Hospital",),
        aliases=(
            Alias(text="MEAD", tier=2, weight=0.2, case=True),
            Alias(text="St Mary's Hospital", tier=2, weight=0.3),
        ),
    )
    references = OrganisationReferences(common)
    assert not references.find(post("a pint of mead"))
    assert not references.find(post("St Mary's Hospital"))
    assert references.find(post("St Mary's Hospital, a nurse of Mead NHS Trust"))


def test_a_unique_short_form_that_is_a_word_can_be_kept_to_its_capitals() -> None:
    gosh = OrganisationReferences(
        Organisation(name="Mead NHS Trust", short="MNT", aliases=(Alias(text="GOSH", case=True),))
    )
    assert not gosh.find(post("gosh, a nurse"))
    assert gosh.find(post("gosh, GOSH is hiring"))
    assert gosh.find(post("join #TeamGOSH"))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("TMH is full", {"bio": "Nurse at St Oswin's Hospital"}),
        ("TMH is full, thank you @NHSEngland", {}),
        ("TMH is full", {"place": "Tunwell", "bio": "Born in Tunwell"}),
    ],
)
def test_company_lifts_an_ambiguous_name(text: str, fields: dict[str, Any]) -> None:
    assert REFERENCES.find(post(text, **fields))


def test_staff_speak_of_the_trust_only_by_a_name() -> None:
    assert REFERENCES.find(staff("the trust has cut our breaks again"))
    assert not REFERENCES.find(staff("a lovely day"))


@pytest.mark.parametrize(
    "url",
    [
        "https://wvft.social/@news/1",
        "https://wvft.social/users/news/statuses/1",
        "https://x.test/wvftnhs/status/2",
    ],
)
def test_a_reply_is_told_by_the_address_it_answers(url: str) -> None:
    assert REFERENCES.find(post("the hospital is deaf", refs=(Ref(rel="reply_to", url=url),)))


@pytest.mark.parametrize("url", ["https://other.social/@news/1", "https://x.test/jo/status/2?to=/wvftnhs/"])
def test_a_reply_to_another_of_that_name_is_not_one_to_us(url: str) -> None:
    assert not REFERENCES.find(post("the hospital is deaf", refs=(Ref(rel="reply_to", url=url),)))


def test_without_settings_nothing_but_the_names_is_known() -> None:
    bare = OrganisationReferences(Organisation(name="Mead", short="MD"))
    assert bare.find(post("Mead opens"))
    assert not bare.find(post("the meadow"))


def test_a_name_without_letters_is_not_met_in_every_post() -> None:
    odd = Organisation(
        name="!",
        short="💙",
        aliases=(Alias(text="…"),),
        hashtags=("#",),
        handles=("@",),
        domains=(".",),
        places=("",),
    )
    assert not OrganisationReferences(odd).explain(post("Hello. #you @me 💙!")).candidates


def test_names_in_other_scripts_are_met() -> None:
    other = OrganisationReferences(Organisation(name="Νοσοκομείο Άλφα", short="北京医院"))
    assert other.find(post("στο Νοσοκομείο Άλφα."))
    assert other.find(post("去 北京医院 看病"))


SNIPPETS = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "WVFT",
            "w.v.f.t",
            "#",
            "@",
            "TMH ",
            "Tunwell Memroial Hospital",
            "ＷＶＦＴ",
            "\u200b",
            "ŷ",
            "ﷺ",
            "_",
            "nurses ",
        ]
    ),
)


@given(st.lists(SNIPPETS, max_size=8).map("".join), st.lists(SNIPPETS, max_size=3).map("".join))
def test_whatever_is_written_the_places_lie_in_it(text: str, title: str) -> None:
    item = post(text, title=title)
    explained = REFERENCES.explain(item)
    for candidate in explained.candidates:
        span = candidate.span
        assert span is None or 0 <= span.start < span.end <= len(item.part(span.where))
    assert explained.refers == bool(REFERENCES.find(item))


@pytest.mark.parametrize(
    "repeated",
    [
        "TMH ",
        "#TMH_x ",
        "#Aa",
        "the trust ",
        "Tunwell Memorixl Hospital ",
        "w.v.f.",
        "Rovers brewery ",
        "ﷺ",
        "@",
    ],
)
def test_a_very_long_text_is_read_to_its_end(repeated: str) -> None:
    text = repeated * (200_000 // len(repeated))
    assert REFERENCES.find(post(f"{text} WVFT"))[0].alias == "WVFT"
