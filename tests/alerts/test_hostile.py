"""Whatever strangers write: no markup, no direction and no line of theirs, and both parts say the same."""

from __future__ import annotations

import re
import unicodedata
from binascii import b2a_qp
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.digest import compose
from alerts.envelope import envelope
from alerts.rendering import render
from alerts.text import KNOWN_HOSTS
from monitor.types import (
    Briefing,
    Edition,
    Editor,
    EditorKind,
    Lane,
    Message,
    Passage,
    Piece,
    RuleWeek,
    Severity,
    SourceState,
    Trend,
    Update,
)
from tests.alerts import factory, reading
from tests.alerts.factory import LAST_NIGHT, MADE_AT, briefing, coverage, item, mention

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><a href='javascript:alert(1)'>here</a>",
    "</td></tr></table><h1>All is well</h1>",
    "<!--[if mso]><v:rect><![endif]--> ]]> <![CDATA[",
    "<style>body{display:none}</style>",
    "&lt;b&gt; &#60;script&#62; &amp;amp; &nbsp;",
    "{{ 7 * 7 }} {% include 'digest.html.j2' %} {# no #}",
    "Subject: hello\r\nBcc: all@wvft.nhs.test\r\n\r\nbody",
    "one\u2028two\u2029three\x0bfour\x0cfive\x85six",
    "invoice\u202egpj.exe \u2066left\u2069 \u200f\u061c",
    "nul\x00 esc\x1b[31mred bell\x07",
    "lone \ud800 and \udfff",
    "\U0001f469\u200d\u2695\ufe0f\U0001f468\u200d\U0001f469\u200d\U0001f467 \u200d\u200c",
    "z" + "\u0335" * 400,
    "W" * 100_000,
    "\U0001f600" * 50_000,
    "https://evil.example/" + "a" * 5_000,
    "https://bbc.co.uk@evil.example/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "http://\u0430pple.example/ http://[::1/",
    "@trust_help mail help@evil.example www.evil.example",
    "=?utf-8?q?hidden?= =20=\n.\n.\r\n",
    "",
)
"""What has been tried against mail programs, templates and terminals."""

hostile = st.one_of(
    st.sampled_from([attack for attack in ATTACKS if len(attack) < 5_000]),
    st.text(st.characters(codec=None), max_size=60),
    st.lists(st.sampled_from(ATTACKS[:15]), min_size=2, max_size=4).map(" ".join),
)
pieces = st.builds(Piece, hostile, st.sampled_from(["same", "removed", "added"]))
passages = st.builds(
    Passage, st.none() | hostile, st.lists(pieces, max_size=4).map(tuple), more=st.integers(0, 3)
)
editors = st.builds(
    Editor,
    kind=st.sampled_from(EditorKind),
    edits=st.none() | st.integers(0, 9),
    declared=st.none() | hostile,
)
cases = st.builds(
    item,
    st.integers(1, 10_000),
    lane=st.sampled_from([Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT]),
    severity=st.sampled_from(Severity),
    is_new=st.booleans(),
    mailable=st.booleans(),
    **dict.fromkeys(("title", "reason", "author", "excerpt", "platform", "owner"), hostile),
    url=st.none() | hostile,
    page=st.none() | hostile,
    clock=st.none() | hostile,
    held_by=st.none() | hostile,
    acknowledged_by=st.none() | hostile,
    told_at=st.none() | st.just(LAST_NIGHT),
    category=st.sampled_from(["", "wiki-edit", "copyright"]),
    step=st.none() | hostile,
    places=st.integers(1, 3),
    passages=st.just(()) | st.lists(passages, max_size=4).map(tuple),
    editor=st.none() | editors,
)
mentions = st.builds(mention, headline=hostile, source=hostile, platform=hostile, url=st.none() | hostile)
sources = st.builds(
    coverage, hostile, st.sampled_from(SourceState), note=hostile, last_ok_at=st.none() | st.just(LAST_NIGHT)
)
digests = st.builds(
    briefing,
    items=st.lists(cases, max_size=5).map(tuple),
    mentions=st.lists(mentions, max_size=4).map(tuple),
    coverage=st.lists(sources, max_size=3).map(tuple),
    updates=st.lists(st.builds(Update, at=st.just(LAST_NIGHT), words=hostile), max_size=3).map(tuple),
    failed_deliveries=st.lists(hostile, max_size=2).map(tuple),
    trends=st.lists(
        st.builds(Trend, words=st.just("mentions"), now=st.integers(0, 9), before=st.just(3)), max_size=1
    ).map(tuple),
    rules=st.lists(
        st.builds(RuleWeek, rule_id=st.just("X-1"), title=hostile, now=st.just(2), before=st.just(1)),
        max_size=2,
    ).map(tuple),
    edition=st.sampled_from([Edition.DAILY, Edition.DAILY, Edition.WEEKLY]),
    late=st.booleans(),
)
CONSOLE = "console.wvft.nhs.test"


def act(number: int) -> str:
    return f"https://{CONSOLE}/act/{number}"


class Markup(HTMLParser):
    """The elements and attributes of a page, without their values but for addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.hrefs: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]


def rendered(brief: Briefing, *, linked: bool) -> Message:
    names = {"message_id": "<a@wvft.nhs.test>", "list_id": "comms"}
    return render(compose(brief), act=act if linked else None, **names)


EVERYTHING = factory.busy(), factory.week(), factory.month(), factory.outage(), factory.wiki()
OURS = [Markup(rendered(brief, linked=linked).html) for brief in EVERYTHING for linked in (True, False)]
TAGS = set().union(*(page.tags for page in OURS))
ATTRIBUTES = set().union(*(page.attributes for page in OURS))


def same(message: Message) -> None:
    """Both parts hold the same words and addresses in the same order."""
    shown = reading.page(message.html, KNOWN_HOSTS | {CONSOLE})
    told = reading.plain(message.text)
    assert shown.words == told.words
    assert shown.addresses == told.addresses


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("brief", EVERYTHING, ids=["busy", "week", "month", "outage", "wiki"])
def test_text_and_html_say_the_same_words_in_the_same_order(brief: Briefing, linked: bool) -> None:
    message = rendered(brief, linked=linked)
    same(message)
    assert len(reading.plain(message.text).words) > 80


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(digests, st.booleans())
def test_nothing_that_strangers_write_gets_out_of_its_place(brief: Briefing, linked: bool) -> None:
    message = rendered(brief, linked=linked)
    page = Markup(message.html)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(re.match(r"https?://[a-z0-9.-]+(/|$|\?|#|:)", href) for href in page.hrefs)
    for part in (message.text, message.html, message.subject):
        # The filler behind the preheader is ours: it has joiners, which strangers may use too.
        odd = {c for c in part if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs")}
        assert odd <= {"\n", "\u200c", "\u200d"}
    assert "\n" not in message.subject
    assert max(len(word) for word in message.text.split()) <= 500
    assert max(map(len, message.text.splitlines())) <= 800
    same(message)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(digests)
def test_a_mail_of_any_content_can_be_sent_and_keeps_its_headers(brief: Briefing) -> None:
    message = rendered(brief, linked=False)
    mail = envelope(message, "monitor@wvft.nhs.test", datetime(2026, 11, 20, tzinfo=UTC))
    headers = mail.as_bytes().split(b"\r\n\r\n")[0]
    assert mail["Bcc"] is None
    assert b"\r\nBcc" not in headers
    assert len(message.html.encode()) < 102_000
    assert all(len(line) <= 998 for line in mail.as_bytes().split(b"\r\n"))


@pytest.mark.parametrize("attack", [ATTACKS[n] for n in (0, 13, 15, 16)], ids=range(4))
def test_the_fullest_digest_of_one_attack_stays_below_what_gmail_clips(attack: str) -> None:
    worst = attack * 20 if len(attack) < 1_000 else attack
    fields = ("reason", "author", "excerpt", "page", "url")
    crowd = tuple(
        item(
            n,
            **dict.fromkeys(fields, worst),
            told_at=LAST_NIGHT,
            clauses=(factory.CONFIDENTIALITY, factory.RESPECT, factory.NAME, factory.WIKI),
            counter_clauses=(factory.CONCERNS, factory.CONCERNS),
        )
        for n in range(40)
    )
    lines = tuple(mention(n, headline=worst, source=worst, url=worst) for n in range(40))
    changed = tuple(Update(at=MADE_AT - timedelta(hours=n), words=worst) for n in range(40))
    failed = tuple(coverage(worst, SourceState.DEGRADED, note=worst) for _ in range(40))
    full = replace(factory.busy(), items=crowd, mentions=lines, updates=changed, coverage=failed)
    message = rendered(full, linked=True)
    assert len(b2a_qp(message.html.encode())) < 102_000
    same(message)
