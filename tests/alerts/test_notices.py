"""Notices: texts that people send by hand, in words that accuse nobody."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from jinja2 import UndefinedError

from alerts.layout import environment
from alerts.notices import NOTICES, render_notice
from monitor.types import Clause, Lane
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


@pytest.mark.parametrize("kind", NOTICES)
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
