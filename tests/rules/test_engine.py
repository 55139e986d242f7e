"""The rules on posts: what fires, where, and for whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Finding, Kind, Lane, Post, Relation, Severity
from rules import pack
from rules.examples import ORGANISATION
from tests.rules.posts import edit, post, staff

RULES = pack.load(ORGANISATION, PolicySettings(), RuleSettings(rehearsal=True))
IN_OPERATION = pack.load(ORGANISATION, PolicySettings(), RuleSettings())


def findings(item: Post) -> dict[str, Finding]:
    return {finding.rule_id: finding for finding in RULES.evaluate(item)}


def test_an_nhs_number_is_a_confidential_matter_for_the_guardian() -> None:
    item = post("pt 999 000 0018 moved to ward 4")
    found = findings(item)["NHS-001"]
    assert (found.lane, found.severity, found.owner) == (
        Lane.CONFIDENTIAL,
        Severity.CRITICAL,
        "patient_confidentiality",
    )
    assert found.clauses == ("CDD-4.2-1", "CDD-4.4.1-1")
    (span,) = found.spans
    assert item.text[span.start : span.end] == "999 000 0018"


def test_outside_a_rehearsal_a_test_patient_is_information() -> None:
    (found,) = IN_OPERATION.evaluate(post("pt 999 000 0018 moved again"))
    assert found.severity is Severity.INFO


@pytest.mark.parametrize("where", ["text", "title", "bio", "added"])
def test_an_nhs_number_is_found_in_every_part(where: str) -> None:
    secret = "NHS number 999 000 0018"
    item = edit("", secret) if where == "added" else post(**{"text": "", where: secret})
    assert findings(item)["NHS-001"].spans[0].where == where


def test_a_finding_never_carries_what_it_found() -> None:
    item = staff("OFFICIAL-SENSITIVE pt 999 000 0018, and our useless matron", bio="jo.bell3@nhs.net")
    found = RULES.evaluate(item)
    assert {finding.rule_id for finding in found} == {"NHS-001", "CNF-001", "DRG-001", "EML-001"}
    shown = repr(found).lower()
    assert not [word for word in ("0018", "useless", "official-sensitive", "jo.bell") if word in shown]


def test_a_remark_of_the_public_is_never_conduct() -> None:
    text = "the nurses there are useless and lazy, and their matron is an idiot"
    assert findings(post(text)) == {}
    assert findings(staff(text))["DRG-001"].lane is Lane.CONDUCT


@given(
    st.lists(
        st.sampled_from(["useless", "nurses", "999 000 0018", "patient", "staff in confidence", "lazy"])
    ),
    st.sampled_from([Relation.PUBLIC, Relation.OFFICIAL]),
    st.sampled_from([kind for kind in Kind if kind is not Kind.PAGE_EDIT]),
    st.sampled_from([None, "jo.bell3@nhs.net"]),
)
def test_no_public_author_ever_reaches_the_conduct_lane(
    words: list[str], relation: Relation, kind: Kind, bio: str | None
) -> None:
    item = post(" ".join(words), relation=relation, kind=kind, bio=bio)
    assert Lane.CONDUCT not in {finding.lane for finding in RULES.evaluate(item)}


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_is_judged_and_every_span_lies_in_its_part(text: str, bio: str) -> None:
    item = staff(f"NHS number 999 000 0018 {text}", bio=bio)
    for finding in RULES.evaluate(item):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(item.part(span.where))


def test_a_staff_post_that_raises_concerns_is_no_conduct_finding() -> None:
    text = "I raised concerns, staffing is unsafe and our useless managers silenced me"
    assert {finding.lane for finding in findings(staff(text)).values()} == {Lane.PROTECTED}


def test_protecting_clauses_are_shown_and_cap_the_severity() -> None:
    found = findings(staff("our matron is a complete muppet"))["DRG-001"]
    assert found.counter_clauses == ("CDD-2-FE", "CDD-4.4.6")
    assert found.severity <= Severity.MEDIUM


def test_a_marking_in_a_news_report_is_a_mention() -> None:
    text = "The paper is marked OFFICIAL-SENSITIVE and lists ward closures"
    assert "CNF-001" in findings(post(text))
    assert findings(post(text, kind=Kind.ARTICLE)) == {}


@pytest.mark.parametrize(
    "handle",
    ["WVFT_NHS", "NHS_WVFT", "wvftnhs_official", "WVFT_Recruitment", "WVFTNHS1", "wvftnsh", "StOswinsHosp"],
)
def test_a_handle_that_reads_as_ours_is_found(handle: str) -> None:
    assert findings(post("hello", handle=handle))["ACC-001"].lane is Lane.COMMS


@pytest.mark.parametrize(
    "fields",
    [
        {"handle": "WVFTNHSwatch"},
        {"handle": "savewvft"},
        {"handle": "unison_wvft"},
        {"handle": "jo_bell", "display_name": "Friends of Wearside Vale Hospital"},
        {"handle": "WVFT_NHS", "relation": Relation.OFFICIAL},
        {"handle": "WVFT_NHS", "bio": "Unofficial fan page"},
        {"handle": "@wvftnhs"},
        {"handle": None, "display_name": None},
    ],
)
def test_critics_campaigns_and_our_own_accounts_are_not(fields: dict[str, object]) -> None:
    assert findings(post("hello", **fields)) == {}


@pytest.mark.parametrize(
    ("fields", "rule"),
    [({"handle": "WVFTcharity"}, "ACC-003"), ({"handle": "WVFT_NHS", "is_parody": True}, "ACC-004")],
)
def test_an_unregistered_charity_and_a_labelled_parody_are_told_as_such(
    fields: dict[str, object], rule: str
) -> None:
    assert set(findings(post("hello", **fields))) == {rule}


CRITICISM = "The hospital was criticised by inspectors in 2019 over several avoidable deaths in maternity."


def test_criticism_taken_off_the_page_is_found_where_it_stood() -> None:
    item = edit(f"It has 500 beds. {CRITICISM}<ref>CQC</ref>", "It has 500 beds.")
    found = findings(item)["WIK-001"]
    assert found.severity is Severity.HIGH
    assert "sources" in found.reason
    criticism, source = (item.part("removed")[span.start : span.end] for span in found.spans)
    assert (criticism, source) == (CRITICISM, "<ref>CQC</ref>")


def test_a_heading_gone_with_its_text_weighs_more() -> None:
    short = "Inspectors found it unsafe."
    assert findings(edit(short, ""))["WIK-001"].severity is Severity.MEDIUM
    gone = edit(short, "", sections_before=("History", "Criticism"), sections_after=("History",))
    assert findings(gone)["WIK-001"].severity is Severity.HIGH


def test_softened_criticism_is_found() -> None:
    item = edit(
        "The trust failed to investigate serious incidents, the coroner said in March.",
        "The trust faced challenges with serious incidents, the review said in March.",
    )
    assert findings(item)["WIK-001"].severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "item",
    [
        edit(f"{CRITICISM}\n\nIt has 500 beds.", f"It has 500 beds.\n\n{CRITICISM}"),
        edit(CRITICISM, CRITICISM.replace("criticised", "criticized").replace("2019", "2019,")),
        edit("lol this place is a scandal and a failure and the worst", "", reverts=True),
        edit(CRITICISM, "", page="Talk:Wearside Vale Hospital"),
        edit("", CRITICISM),
        edit("The hospital opened in 1921 and has been rebuilt twice since then.", ""),
        edit("", "", hidden=("content",)),
    ],
    ids=["moved", "copy-edited", "vandalism reverted", "archived", "added", "other text", "hidden"],
)
def test_an_edit_that_loses_no_criticism_is_not_found(item: Post) -> None:
    assert "WIK-001" not in findings(item)


def test_an_edit_already_undone_is_information() -> None:
    assert findings(edit(CRITICISM, "", reverted_by="3"))["WIK-001"].severity is Severity.INFO


def test_text_split_to_another_page_is_lowered_with_the_reason() -> None:
    found = findings(edit(CRITICISM, "", "split to [[Maternity inquiry]]"))["WIK-001"]
    assert found.severity is Severity.LOW
    assert "another page" in found.reason


def test_an_empty_post_meets_nothing() -> None:
    assert findings(post("")) == {}
    assert (
        RULES.evaluate(Post(source="s", platform="p", external_id="1", observed_at=post().observed_at)) == []
    )


def test_the_version_changes_with_a_rule_and_with_nothing_else() -> None:
    again = pack.load(ORGANISATION, PolicySettings(), RuleSettings(rehearsal=True))
    assert again.version == RULES.version
    assert IN_OPERATION.version != RULES.version
