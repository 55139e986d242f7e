"""The message that cannot wait: what it says, the same in text and HTML, and what it never says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.envelope import envelope
from alerts.urgent import SHOWN, render_urgent
from monitor.types import Alert, Briefing, Message, Recipient, Severity
from tests.alerts import factory
from tests.alerts.factory import LAST_NIGHT, MADE_AT, briefing, item, lookalike
from tests.alerts.test_rendering import Page

RAW = "999 000 0018"
HALF_AN_HOUR = timedelta(minutes=30)
HOSTILE = "<script>alert(1)</script>\r\nBcc: a@b.test \u202eevil \U0001f468\u200d\U0001f469 " + "x" * 5_000


def alert(number: int = 214, **changes: Any) -> Alert:
    fields = {"raised_at": LAST_NIGHT + timedelta(minutes=9), "others": ("Data Protection Officer",)}
    of = {key: changes.pop(key) for key in list(changes) if key not in Alert.__slots__}
    return Alert(**{"item": item(number, **of), **fields, **changes})


def mail(*alerts: Alert, brief: Briefing | None = None, **more: Any) -> Message:
    made = brief or briefing(recipient=Recipient(address="cal@wvft.nhs.test", role="patient_confidentiality"))
    return render_urgent(
        made, alerts or (alert(),), message_id="<urgent.x.case-214.ab@wvft.nhs.test>", list_id="urgent.x",
        within=HALF_AN_HOUR, **more,
    )  # fmt: skip


def flat(text: str) -> str:
    return " ".join(text.replace("\n  > ", " ").split())


def escalated(**changes: Any) -> Alert:
    return alert(
        escalated=True,
        before=("Caldicott Guardian", "Data Protection Officer"),
        told_at=LAST_NIGHT,
        **changes,
    )


CASES = {
    "one": (alert(),),
    "escalated": (escalated(),),
    "several": tuple(alert(number) for number in range(214, 222)),
    "link only": (alert(mailable=False),),
    "purged": (alert(purged_for="deleted", excerpt="", url=None),),
    "clock": (alert(clock="72 hours to tell the ICO end Tue 24 Nov 14:05"),),
    "alone": (alert(others=()),),
    "edit": (Alert(item=factory.wiki_edit(), raised_at=LAST_NIGHT),),
}


@pytest.mark.parametrize("alerts", CASES.values(), ids=CASES)
def test_text_and_html_say_the_same(alerts: tuple[Alert, ...]) -> None:
    message = mail(*alerts)
    shown = Page(message.html).words
    begins = shown.index("This" if len(alerts) == 1 else "These")
    assert list(words(message.text.replace("\n  > ", " "))) == list(words(" ".join(shown[begins:])))


def test_an_edit_is_told_by_its_words_and_an_honest_line_on_its_editor() -> None:
    message = mail(*CASES["edit"])
    text = flat(message.text)
    assert "[removed: inadequate, naming “a culture of not being listened to”]" in text
    assert "Editor: an IP address: the settings name no networks" in text
    assert re.search(r"<del [^>]*line-through[^>]*>inadequate", message.html)


def words(text: str) -> Iterator[str]:
    """The words of a text, without the marks between them."""
    return (word for each in re.findall(r"[^\s◆▲]+", text) if (word := each.strip(".:,-[]")))


def test_the_subject_is_the_severity_and_the_rule() -> None:
    assert mail().subject.endswith("CRITICAL: Possible NHS number in a public post (NHS-001)")
    assert mail(alert(title="NHS number")).subject.endswith("CRITICAL: possible NHS number (NHS-001)")
    assert mail(alert(title="Date of birth")).subject.endswith("possible date of birth (NHS-001)")
    other = replace(alert(), item=lookalike(3))
    assert mail(other).subject.endswith("HIGH: Account uses the organisation's name (NAME-001)")


def test_the_subject_of_several_is_counts() -> None:
    both = mail(alert(1), alert(2), replace(alert(), item=lookalike(3)))
    assert both.subject.endswith("CRITICAL: 3 cases that cannot wait (2 critical, 1 high)")
    assert both.severity is Severity.CRITICAL


def test_an_escalation_says_so_in_subject_and_text() -> None:
    message = mail(escalated())
    assert "CRITICAL, not acknowledged: " in message.subject
    assert "Told before you, at Thu 19 Nov 19:42: Caldicott Guardian and Data Protection Officer." in flat(
        message.text
    )


def test_a_deputy_is_told_that_they_stand_in() -> None:
    deputy = Recipient(
        address="d@wvft.nhs.test", role="patient_confidentiality", stands_for="cal@wvft.nhs.test"
    )
    message = mail(escalated(), brief=briefing(recipient=deputy))
    assert "You stand in for them." in flat(message.text)
    assert "cal@" not in message.text + message.html


def test_more_than_five_are_counted_and_the_rest_stands_in_the_list() -> None:
    message = mail(*(alert(number) for number in range(1, 10)))
    assert message.text.count("monitor alerts acknowledge") == SHOWN
    assert "and 4 more: monitor alerts list" in message.text
    assert "and 4 more" in Page(message.html).text


def test_the_mails_of_a_case_stay_together_and_stand_out() -> None:
    written = envelope(mail(), "Monitor <monitor@wvft.nhs.test>", MADE_AT)
    assert written["In-Reply-To"] == "<case-214@wvft.nhs.test>"
    assert written["References"] == "<case-214@wvft.nhs.test>"
    assert written["Thread-Topic"].endswith("Case 214")
    assert (written["X-Priority"], written["Importance"]) == ("1", "high")
    assert written["X-Monitor-Severity"] == "critical"


def test_the_link_of_a_recipient_stands_above_the_command() -> None:
    message = mail(act=lambda case: f"https://monitor.wvft.nhs.test/a/{case}")
    at = message.text.index("https://monitor.wvft.nhs.test/a/214")
    assert at < message.text.index("monitor alerts acknowledge 214")
    assert "https://monitor.wvft.nhs.test/a/214" in Page(message.html).links


def test_nothing_of_a_post_reaches_the_subject_or_a_header() -> None:
    hostile = alert(author=HOSTILE, excerpt=HOSTILE + RAW[-4:], url="javascript:alert(1)")
    message = mail(hostile)
    headers = " ".join((message.subject, *message.headers.values()))
    for word in ("script", "Bcc", "night-shift", RAW[-4:]):
        assert word not in headers
    assert "<script" not in message.html
    assert not any("javascript" in link for link in Page(message.html).links)
    assert len(message.html) < 20_000
    assert envelope(message, "monitor@wvft.nhs.test", MADE_AT).get_all("Bcc") is None


def test_a_digest_begins_with_what_nobody_has_acknowledged() -> None:
    from alerts.digest import compose
    from alerts.rendering import render

    sentence = "Nobody has acknowledged case 12 since 19:51."
    made = replace(factory.busy(), unanswered=(sentence,))
    message = render(compose(made), message_id="<d@x>", list_id="d")
    assert message.text.startswith(sentence)
    assert "WAITS FOR AN ANSWER (1)" in message.text
    assert sentence in Page(message.html).text
    both = replace(made, unanswered=(sentence, sentence.replace("12", "13")))
    assert compose(both).first_line.startswith("Nobody has acknowledged two urgent cases.")
