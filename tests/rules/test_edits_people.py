"""Requests, interests, networks, personal data, events and reverts of a watched page."""

from __future__ import annotations

import pytest

from monitor.types import Editor, EditorKind, PageEvent
from rules.edits.effects import effects_of
from rules.examples import ORGANISATION
from rules.names import Names
from tests.rules.edited import NAMES, TALK, edited, effects, kinds

ASKING = [
    "== Update bed numbers ==\nThe bed count is out of date. Could somebody change it to 530, as in the annual report?",
    "{{Edit COI}}\nPlease replace the logo.",
    "{{request edit|declined=}} The website has moved.",
    "== Requested edit, 3 March ==\nThe lead says 1921, it should read 1923.",
    "I'd be grateful if an editor could add the new maternity unit.",
    '== Semi-protected edit request on 3 May 2026 ==\n{{edit semi-protected|answered=no}}\nChange "512" to "530".',
]
CHATTING = [
    "I agree with the above, looks fine now.",
    "Thanks for the new picture!",
    "Why does the article call it a district hospital?",
    "{{edit COI|answered=yes}}",
    "{{WikiProject Hospitals|class=C}}",
    "The CQC has published its new report.",
]
DISCLOSING = [
    "I work in the trust's communications team, so I won't edit the article myself.",
    "Disclosure: I am an employee of Wearside Vale NHS Foundation Trust.",
    "{{Connected contributor (paid)|User1=Jo|employer=WVFT}}",
    "I have a conflict of interest: the trust employs me.",
    "I am being paid by the hospital for my contributions.",
]
OURS = [
    "WVFT",
    "WVFTcomms",
    "Wearside Vale Hospital",
    "WearsideValeNHS",
    "St Oswins Hospital",
    "WVFT-Press",
    "Wvftnhs",
]
OTHERS = [
    "Oswin",
    "Wearsider",
    "VWFTfan",
    "ValeRunner",
    "~2026-12345-6",
    "Hospital historian",
    "NHS fan 2000",
    "Savetheward",
]
SPEAKING = [
    "Changed at the request of the Trust communications department",
    "updating our services",
    "Approved by press office",
    "I am the web manager and was told to fix this for our Trust",
]
SUMMARIES = [
    "our article on X says otherwise",
    "per WP:OWN",
    "/* Our services */ fix",
    "we usually don't include this",
    "added ref",
    "ce",
    "see talk page",
    "update as per annual report",
]
OWN_VOICE = [
    "We offer parking for visitors.",
    "Our midwives look after 3,000 families a year.",
    "Please contact us for details.",
]
QUOTED = [
    '"We are sorry", said the chief executive.<ref>x</ref>',
    'Its motto is "Our patients first".',
    "The play ''We Are Here'' was staged in the chapel.",
    "The US Army took it over in 1943.",
]
DELETION = [
    "{{AfD|Wearside}}",
    "{{Article for deletion/dated|page=X|date=20260101}}",
    "{{subst:prod|not notable}}",
    "{{db-g11}}",
    "{{Db-spam}}",
    "{{csd|a7}}",
    "{{Mfd}}",
    "{{rfd|content=}}",
    "{{speedy deletion-advertising}}",
]
NOTICES = [
    "{{POV|date=May 2026}}",
    "{{Advert section|date=May 2026}}",
    "{{More citations needed|date=May}}",
    "{{unreferenced section}}",
    "{{BLP sources}}",
    "{{Multiple issues|{{COI}}{{advert}}}}",
    "{{Primary sources|date=x}}",
    "{{Cleanup press release}}",
    "{{Peacock}}",
    "{{tone|date=June}}",
    "{{Neutrality disputed}}",
    "{{undisclosed paid|date=May 2026}}",
]
TEMPLATES = [
    "{{Use British English|date=May 2026}}",
    "{{Authority control}}",
    "{{coord|54|N}}",
    "{{main|History of Wearside}}",
    "{{NHS trusts}}",
    "{{short description|Hospital}}",
    "{{Portal|Medicine}}",
    "{{citation needed|date=May 2026}}",
    "{{Commons category|X}}",
    "{{convert|3|km}}",
    "{{further|Inquiry}}",
    "{{as of|2020}}",
    "{{cite web|title=Press release|url=https://a.test}}",
    "{{refbegin}}",
    "{{Reflist}}",
    "{{Title case}}",
    "{{about|the hospital}}",
]
PERSONAL = [
    "Her private mobile is 07700 900123.",
    "Dr Amos Lee lives at 4 Privet Close, Oswinton.",
    "His home address is 22 Mill Lane, Oswinton.",
    "Contact sister Pat Moss at pat.moss@webmail.test.",
    "Patient NHS number 999 123 4560 was treated here.",
    "Call the manager at home on 01632 960 555.",
]
PUBLIC = [
    "The hospital can be reached on 01632 960001.",
    "Appointments: 01632 960222.",
    "Email: enquiries@wvft.nhs.test",
    "The hospital is at 22 Mill Lane, Oswinton.",
    "Call NHS 111.",
    "The helpline is 0800 123 4567.",
    "Jane Doe was born on 3 May 1961 in Oswinton.",
    "The ISBN is 978-0-306-40615-7.",
    "Dr Lee lived at 4 Privet Close from 1920 until his death in 1944.",
]
REVERTS = [
    "Reverted 2 edits by [[Special:Contributions/X|X]] ([[User talk:X|talk]]): Vandalism",
    "Undid revision 1234 by [[Special:Contributions/X|X]]",
    "rvv",
    "rv unsourced",
    "Reverting edit(s) by X to rev. 12 by Y (RW 16.1)",
    "Restored revision 1290 by [[Special:Contributions/Y|Y]]: last good",
    "Revert to revision 12",
    "Rollback edits by X",
]
NO_REVERTS = [
    "removed reverted text about returns",
    "tidy",
    "reverse order of list",
    "restored the picture of the chapel",
    "review of sources",
    "rewrite",
]
PLAIN = "A car park opened in 2020."


@pytest.mark.parametrize("text", ASKING)
def test_a_request_on_the_talk_page_is_told(text: str) -> None:
    assert kinds("", text, page=TALK) == {"edit-requested"}


@pytest.mark.parametrize("text", CHATTING)
def test_talk_that_asks_for_nothing_is_none(text: str) -> None:
    assert kinds("", text, page=TALK) == set()


@pytest.mark.parametrize("text", DISCLOSING)
def test_who_says_whom_they_work_for_has_declared_it(text: str) -> None:
    found = kinds("", text, page=TALK, handle="WVFTComms")
    assert "interest-declared" in found
    assert "interest-undeclared" not in found


@pytest.mark.parametrize("handle", OURS)
def test_an_account_named_after_the_organisation_is_told(handle: str) -> None:
    assert kinds("", PLAIN, handle=handle) == {"interest-undeclared"}


@pytest.mark.parametrize("handle", OTHERS)
def test_an_account_of_another_name_is_not(handle: str) -> None:
    assert kinds("", PLAIN, handle=handle) == set()


@pytest.mark.parametrize("summary", SPEAKING)
def test_a_summary_that_speaks_for_the_organisation_is_told(summary: str) -> None:
    assert kinds("", PLAIN, summary) & {"interest-undeclared", "interest-declared"}


@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_summary_as_editors_write_them_is_not(summary: str) -> None:
    assert kinds("", PLAIN, summary) == set()


@pytest.mark.parametrize("text", OWN_VOICE)
def test_a_we_in_the_article_is_told(text: str) -> None:
    assert "interest-undeclared" in kinds("", text)
    assert "interest-undeclared" not in kinds("", text, page=TALK)


@pytest.mark.parametrize("text", QUOTED)
def test_a_we_that_somebody_is_quoted_with_is_not(text: str) -> None:
    assert kinds("", text) == set()


@pytest.mark.parametrize("template", DELETION)
def test_a_template_for_deletion_is_told(template: str) -> None:
    assert kinds("", template) == {"deletion-requested"}
    assert kinds(template, "") == set()


@pytest.mark.parametrize("template", NOTICES)
def test_a_notice_on_neutrality_or_sources_is_told(template: str) -> None:
    assert kinds("", template) == {"neutrality-disputed"}
    assert kinds(template, "") == set()


@pytest.mark.parametrize("template", TEMPLATES)
def test_other_templates_are_nothing_to_look_at(template: str) -> None:
    assert kinds("", template) == set()


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_seen_also_on_talk_pages(text: str) -> None:
    found = effects("", text)["personal-data-added"]
    post = edited("", text)
    for span in found.spans:
        assert post.part("added")[span.start : span.end] in text
        assert post.part("added")[span.start : span.end] not in found.reason
    assert "personal-data-added" in kinds("", text, page=TALK)
    assert "personal-data-added" not in kinds(text, "")


@pytest.mark.parametrize("text", PUBLIC)
def test_what_a_hospital_publishes_of_itself_is_not_personal(text: str) -> None:
    assert kinds("", text) == set()


def test_a_number_that_an_edit_completes_counts() -> None:
    assert "personal-data-added" in kinds("Ring her on 07700 900.", "Ring her on 07700 900461.")


def test_a_masked_number_counts_when_it_is_judged_again() -> None:
    text = "Ring her on [telephone number redacted]."
    assert "personal-data-added" in kinds("", text)
    assert "personal-data-added" not in kinds(text, text.replace("her", "Jo"))


@pytest.mark.parametrize("summary", REVERTS)
def test_a_summary_that_names_a_revert_is_one(summary: str) -> None:
    assert kinds("The managers are useless clowns.", "", summary) == {"revert"}


@pytest.mark.parametrize("summary", NO_REVERTS)
def test_a_summary_that_only_sounds_like_it_is_none(summary: str) -> None:
    assert kinds(PLAIN, PLAIN.replace("opened", "was opened"), summary) == set()


def test_a_title_is_asked_for_by_template_or_in_words() -> None:
    assert kinds("", "{{subst:requested move|Wearside General}}", page=TALK) == {"move-requested"}
    words = "I propose that this article be renamed Wearside General, its name since 2020."
    assert kinds("", words, page=TALK) == {"move-requested"}


def test_a_deletion_may_be_asked_for_in_words() -> None:
    assert kinds("", "I think this article should be deleted.", page=TALK) == {"deletion-requested"}


def test_an_archived_talk_page_has_no_effect() -> None:
    old = (
        "== Old ==\nThe staff are useless idiots, please change this.\n\n== Older ==\nI work for the trust.\n"
    )
    assert kinds(old, "", "Archiving 2 discussions to [[Talk:X/Archive 1]]", page=TALK) == set()


@pytest.mark.parametrize(
    ("handle", "ours"),
    [
        ("192.0.2.77", True),
        ("2001:DB8:ABCD:12:0:0:0:7", True),
        ("198.51.100.7", False),
        ("2001:DB8:ABCE:0:0:0:0:7", False),
        ("~2026-12345-67", False),
        ("192.0.2.0/24", False),
        ("Quillfeather", False),
    ],
)
def test_a_network_is_told_only_of_an_address(handle: str, ours: bool) -> None:
    assert kinds("", PLAIN, handle=handle) == ({"own-network"} if ours else set())


def test_without_networks_none_is_ours() -> None:
    names = Names(ORGANISATION.model_copy(update={"networks": ()}))
    assert effects_of(edited("", PLAIN, handle="192.0.2.77"), names) == ()


def test_a_declared_editor_is_told_and_not_taken_for_undeclared() -> None:
    editor = Editor(kind=EditorKind.ACCOUNT, declared="press officer")
    assert kinds("", PLAIN, handle="WVFTComms", editor=editor) == {"declared-editor"}


@pytest.mark.parametrize("event", list(PageEvent))
def test_every_event_but_the_end_of_a_protection_is_told(event: PageEvent) -> None:
    expected = {
        PageEvent.MOVED: {"page-moved"},
        PageEvent.DELETED: {"page-deleted"},
        PageEvent.RESTORED: {"page-restored"},
        PageEvent.PROTECTED: {"page-protected"},
        PageEvent.UNPROTECTED: set(),
        PageEvent.FILE_REPLACED: {"file-replaced"},
        PageEvent.CONTENT_HIDDEN: {"content-hidden"},
    }
    assert kinds("", "", event=event) == expected[event]


def test_words_that_the_wiki_hides_are_told_as_hidden() -> None:
    assert kinds("", "", hidden=("text", "user")) == {"content-hidden"}
    assert kinds("", "", hidden=("user",)) == set()


def test_a_post_without_an_edit_has_no_effects() -> None:
    from tests.rules.posts import post

    assert effects_of(post("The managers are useless clowns."), NAMES) == ()
