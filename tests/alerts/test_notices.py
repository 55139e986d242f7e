"""Notices: texts that people send by hand, in words that accuse nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from jinja2 import UndefinedError

from alerts.layout import environment
from alerts.notices import NOTICES, render_notice
from monitor.errors import CaseRefused
from monitor.types import Change, Clause, Hunk, Lane
from tests.alerts import factory

GUILT = re.compile(
    r"\b(offend\w*|offence\w*|guilt\w*|culprit\w*|perpetrat\w*|violat\w*|wrongdoer\w*|misconduct|abuser\w*)\b",
    re.IGNORECASE,
)
INFORMAL = Clause(
    id="BOL-7.2", policy="BOL policy", section="7.2", paraphrase="Informally first.", category="process"
)


def texts(folder: str) -> list[tuple[str, str]]:
    root = files(folder)
    found, folders = [], [root]
    while folders:
        for entry in folders.pop().iterdir():
            if entry.is_dir():
                folders.append(entry)
            elif entry.name.endswith((".j2", ".yaml")):
                found.append((entry.name, entry.read_text("utf-8")))
    return found


def test_no_template_of_ours_uses_words_of_guilt() -> None:
    templates = texts("alerts")
    assert len(templates) >= 13
    process = [(name, text) for name, text in texts("rules") if name == "process.yaml"]
    found = {name: words for name, text in templates + process if (words := GUILT.findall(text))}
    assert found == {}


def test_the_words_of_guilt_would_be_found() -> None:
    assert GUILT.findall("The offender is guilty of a violation") == ["offender", "guilty", "violation"]


EDITS = [kind for kind, notice in NOTICES.items() if notice.edits]
CHANGE = Change(
    page="Wearside Vale NHS Foundation Trust",
    page_id="7",
    revision="2",
    hunks=(
        Hunk(old="inadequate", new="good", before="Care was rated ", after=".<ref>CQC</ref> ~~~~", line=3),
        Hunk(
            old="* Staff told of a '''culture''' of fear.<ref name=a>{{cite news|title=Silence}}</ref>\n"
            "  Ring [telephone number redacted].\n",
            new="",
            section="Criticism",
            line=9,
        ),
    ),
)


def wiki_notice(kind: str, change: Change | None = CHANGE, **more: Any) -> str:
    case = factory.wiki_edit(told=("Communications team", "Director"), **more)
    return render_notice(kind, case, factory.briefing(), None, change)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_request_declares_the_interest_and_has_room_for_words_and_sources() -> None:
    text = flat(wiki_notice("wiki-request"))
    assert "{{edit COI}}" in text
    assert "I work for WVFT as [post]" in text
    assert "It now reads: “Care was rated good. [source: CQC]" in text
    assert "it read: “Care was rated inadequate." in text
    assert "It should read: “[the exact wording: neutral, no praise]”" in text
    assert "[title, publisher, date, address]" in text
    assert text.count("~~~~") == 1, "one signature, and none that a stranger wrote"
    assert text.endswith("~~~~")


def test_a_note_on_criticism_says_whom_to_tell_and_holds_all_that_went_as_wikitext() -> None:
    text = wiki_notice("wiki-criticism")
    assert "Tell: Communications team, Director." in text
    assert "out of the section “Criticism”" in flat(text)
    assert "neither puts them back nor takes anything out itself" in flat(text)
    copied = text.split("masked) --------\n")[1]
    assert "'''culture''' of fear.<ref name=a>{{cite news|title=Silence}}</ref>\n" in copied
    assert "  Ring [telephone number redacted]." in copied
    assert "Care was rated inadequate.<ref>CQC</ref>" in copied
    assert "back since" not in text


def test_a_note_says_where_the_words_are_back_already() -> None:
    reverted = replace(CHANGE, reverted_by="44")
    assert "(revision 44) has put them back since" in flat(wiki_notice("wiki-criticism", reverted))


@pytest.mark.parametrize("kind", EDITS)
def test_a_notice_on_an_edit_is_refused_where_its_words_are_gone_or_may_not_be_quoted(kind: str) -> None:
    for change, more in ((None, {}), (CHANGE, {"purged_for": "withheld"}), (CHANGE, {"mailable": False})):
        with pytest.raises(CaseRefused, match="case 217 are not kept"):
            wiki_notice(kind, change, **more)


def test_a_page_that_was_blanked_is_copied_as_far_as_people_read() -> None:
    blanked = replace(CHANGE, hunks=(Hunk(old="A line of words.\n" * 50_000, new=""),))
    text = wiki_notice("wiki-criticism", blanked)
    assert len(text) < 30_000
    assert text.rstrip().endswith("… (the rest stands in the page's history)")


def test_notices_on_edits_fit_edits_alone() -> None:
    fitting = {name for name, notice in NOTICES.items() if notice.fits(Lane.COMMS, "wiki-criticism-removed")}
    assert "wiki-criticism" in fitting
    assert "wiki-request" not in fitting
    assert "wiki-request" in {name for name, n in NOTICES.items() if n.fits(Lane.COMMS, "wiki-edit")}
    assert not any(NOTICES[kind].fits(Lane.COMMS, "copyright") for kind in EDITS)


@pytest.mark.parametrize("kind", [kind for kind in NOTICES if kind not in EDITS])
def test_each_notice_is_filled_from_the_masked_case(kind: str) -> None:
    text = render_notice(kind, factory.item(), factory.briefing(), INFORMAL)
    assert "None" not in text
    assert "{{" not in text
    assert "<" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_notice_quotes_nothing_where_the_platform_allows_no_more_than_a_link() -> None:
    for kind in (name for name, notice in NOTICES.items() if Lane.CONFIDENTIAL in notice.lanes):
        text = render_notice(kind, factory.item(mailable=False), factory.briefing(), None)
        assert "look up" not in text
        assert "night-shift" not in text.replace(factory.item().url or "", "")


def test_the_hand_off_says_informal_first_only_where_the_policy_in_force_does() -> None:
    staff = factory.item(lane=Lane.CONDUCT, author="S-014")
    with_it = render_notice("line-manager", staff, factory.briefing(), INFORMAL)
    without = render_notice("line-manager", staff, factory.briefing(), None)
    assert "Informal first: BOL policy 7.2" in with_it
    assert "Informal" not in without
    assert "S-014" in with_it
    assert "[in line / not in line / unclear]" in with_it


def test_a_word_that_is_not_there_is_an_error_and_not_a_gap() -> None:
    template = environment().from_string("{{ nobody }}")
    with pytest.raises(UndefinedError):
        template.render({})
