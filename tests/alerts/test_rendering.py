"""The mail a recipient sees: the same in text and HTML, escaped, defanged, small enough."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from alerts.digest import compose
from alerts.envelope import envelope
from alerts.rendering import render, render_protected
from monitor.types import Briefing, Due, Lane, Look, Message, Recipient, Severity, SourceState
from tests.alerts import factory
from tests.alerts.factory import LAST_NIGHT, briefing, coverage, item, lookalike, mention, remark, wiki_edit

RAW = "999 000 0018"
"""An NHS number of the synthetic range: what must not get through."""


class Page(HTMLParser):
    """What an HTML mail consists of: its words, links and tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        if self.tags[-1][0] != "style":
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def mail(brief: Briefing) -> Message:
    return render(compose(brief), message_id="<digest.comms.20261120.r1@wvft.nhs.test>", list_id="comms.wvft")


def flat(message: Message) -> str:
    return " ".join(message.text.replace("\n    > ", " ").split())


@pytest.mark.parametrize(
    "brief", [factory.busy(), briefing(), factory.outage()], ids=["busy", "quiet", "outage"]
)
def test_text_and_html_say_the_same(brief: Briefing) -> None:
    message = mail(brief)
    page = Page(message.html).text
    facts = [compose(brief).first_line, *(source.source for source in compose(brief).not_read)]
    for case in brief.items:
        facts += [f"Case {case.number}", case.title, *(clause.id for clause in case.clauses)]
    for line in brief.mentions:
        facts += [line.headline, line.source]
    for fact in facts:
        assert fact.casefold() in flat(message).casefold()
        assert fact.casefold() in page.casefold()


def test_the_message_carries_who_what_and_how_severe() -> None:
    message = mail(factory.busy())
    assert message.to == "comms@wvft.nhs.test"
    assert message.subject == compose(factory.busy()).subject
    assert message.message_id == "<digest.comms.20261120.r1@wvft.nhs.test>"
    assert message.severity is Severity.CRITICAL
    assert mail(briefing()).severity is Severity.INFO


def test_the_same_digest_gives_the_same_mail() -> None:
    assert mail(factory.busy()) == mail(factory.busy())


def test_hostile_text_stays_text() -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=a()> {{ 7 * 7 }}\r\nBcc: all@wvft.test"
    hostile = item(
        title=nasty, reason=nasty, author=nasty, excerpt=nasty, page=nasty, owner=nasty, rule_id=nasty
    )
    message = mail(briefing(items=(hostile,), mentions=(mention(headline=nasty, source=nasty),)))
    tags = {tag for tag, _ in Page(message.html).tags}
    assert not tags & {"script", "img", "iframe", "form", "link"}
    assert "49" not in Page(message.html).words
    assert "\nBcc:" not in message.text
    assert "&lt;script&gt;" in message.html


def test_text_that_runs_backwards_or_hides_is_straightened() -> None:
    message = mail(briefing(items=(item(excerpt="invoice\u202egpj.exe\u2066 \x1b[31mred"),)))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", message.text + message.html)


def test_nothing_is_fetched_from_anywhere() -> None:
    html = mail(factory.busy()).html
    assert not re.search(r"\b(src|background|srcset)=|url\(|@import|<link", html)


def test_only_web_addresses_can_be_followed() -> None:
    urls = ("javascript:alert(1)", "https://bbc.co.uk@evil.example/", "https://echo.test/a?b=1&c=2")
    message = mail(briefing(mentions=tuple(mention(n, url=url) for n, url in enumerate(urls))))
    assert Page(message.html).links == ["https://echo.test/a?b=1&c=2"]


def test_addresses_and_handles_in_a_post_are_defanged() -> None:
    message = mail(briefing(items=(item(excerpt="log in at https://evil.example/nhs", author="@WVFT_help"),)))
    for part in (message.text, message.html):
        assert "hxxps[://]evil[.]example/nhs" in part
        assert "[@]WVFT_help" in part
        assert "https://evil.example" not in part


def test_an_excerpt_is_cut_at_240_characters() -> None:
    message = mail(briefing(items=(item(excerpt="word " * 200),)))
    [quoted] = re.findall(r'class="quote"[^>]*>([^<]*)<', message.html)
    assert len(quoted) <= 240
    assert quoted.endswith("…")


def test_a_platform_that_forbids_excerpts_gets_a_link_only() -> None:
    message = mail(briefing(items=(lookalike(excerpt="words that may not leave"),)))
    for part in (message.text, message.html):
        assert "may not leave" not in part
        assert "https://x.com/WVFTNHS_help" in part


def test_what_a_mail_may_not_hold_is_nowhere_in_its_bytes() -> None:
    brief = briefing(
        items=(
            item(1, lane=Lane.PROTECTED, title=RAW, author=RAW, excerpt=RAW),
            lookalike(2, excerpt=RAW),
            *(wiki_edit(n, title=RAW if n == 50 else "Edit", excerpt="") for n in range(10, 51)),
        ),
        mentions=tuple(mention(n, headline=RAW if n == 29 else "News") for n in range(30)),
    )
    raw = envelope(mail(brief), "monitor@wvft.nhs.test", datetime(2026, 11, 20, tzinfo=UTC)).as_bytes()
    for form in (RAW, RAW.replace(" ", ""), "999=20000", "999_000"):
        assert form.encode() not in raw
    assert (
        b"[redacted]"
        in envelope(
            mail(factory.busy()), "monitor@wvft.nhs.test", datetime(2026, 11, 20, tzinfo=UTC)
        ).as_bytes()
    )


def test_subject_and_preheader_hold_counts_only() -> None:
    message = mail(factory.busy())
    page = Page(message.html).text
    preheader = page[page.index("20 Nov 2026") + len("20 Nov 2026") :].split("\u034f")[0]
    assert preheader.strip() == "2 to decide today, 3 to review, 11 mentions, 1 source not read, 20 Nov 2026"


def test_times_are_those_of_the_organisation() -> None:
    summer = datetime(2026, 7, 3, 18, 5, tzinfo=UTC)
    one = item(posted_at=summer, seen_at=summer + timedelta(minutes=3))
    text = mail(briefing(day=summer.date(), items=(one,))).text
    assert "posted 19:05, seen 19:08" in " ".join(text.split())
    assert "posted Fri 3 Jul 19:05, seen 19:08" in flat(mail(briefing(items=(one,))))


def test_a_post_without_a_date_says_only_when_it_was_seen() -> None:
    message = mail(briefing(items=(item(posted_at=None),)))
    assert "posted" not in flat(message).replace("posted a", "")
    assert "seen Thu 19 Nov 19:50" in flat(message)


def test_a_source_that_failed_is_named_with_its_reason_and_a_command() -> None:
    message = flat(mail(factory.outage()))
    assert "NOT READ (2)" in message
    assert "Bluesky search: needs a new sign-in since Thu 19 Nov 08:10" in message
    assert "The app password was refused (401)." in message
    assert "monitor sources check 'Wearside Echo'" in message


def test_nothing_found_is_said_only_of_sources_that_answered() -> None:
    message = flat(mail(factory.outage()))
    assert re.findall(r"Nothing found in: ([^.]*)\.", message) == ["Vale Radio"]


def test_a_source_that_does_not_reach_back_says_what_was_missed() -> None:
    short = coverage(covered_from=LAST_NIGHT)
    assert "Wearside Echo: reaches back to Thu 19 Nov 19:42 only" in flat(
        mail(briefing(coverage=(short,), since=LAST_NIGHT - timedelta(hours=5)))
    )
    assert "READ IN PART" not in mail(briefing(coverage=(short,), since=LAST_NIGHT)).text


def test_a_late_digest_says_so_and_since_when() -> None:
    assert "This digest is late: it was made at 12:30 and covers everything since Thu 19 Nov 07:30." in flat(
        mail(factory.outage())
    )
    assert "late" not in mail(briefing()).text


def test_conduct_is_worded_as_an_appearance_and_shows_what_speaks_for_the_author() -> None:
    unclear = flat(mail(briefing(items=(remark(),))))
    assert "Unclear whether in line with: CDD Social Media Policy 4.4.1" in unclear
    assert "Speaks for the author: CDD Social Media Policy 4.4.1: Raising a concern" in unclear
    assert "Appears not in line with" in flat(mail(briefing(items=(remark(confidence=0.9),))))
    assert "guilt" not in unclear
    assert "breach" not in unclear.lower()


def test_a_clause_is_quoted_where_the_policy_was_imported_and_says_so_where_it_lacks_it() -> None:
    quoted = replace(factory.CONFIDENTIALITY, wording="Say nothing of those in our care.")
    mailed = mail(briefing(items=(item(clauses=(quoted,)),)))
    assert "4.4.2: \u201cSay nothing of those in our care.\u201d (CDD-4.4.2-a" in flat(mailed)
    assert "\u201cSay nothing of those in our care.\u201d" in html.unescape(mailed.html)
    lacking = replace(factory.CONFIDENTIALITY, missing=True)
    assert "consent. (wording not found in the imported document)" in flat(
        mail(briefing(items=(item(clauses=(lacking,)),)))
    )


def test_the_guardians_mail_counts_names_the_commands_and_who_looked_and_shows_no_item() -> None:
    look = Look(at=factory.MADE_AT, who="gale", role="concerns", object="item:3", reason="to meet the author")
    told = briefing(items=(item(lane=Lane.PROTECTED),), waiting=3, newly=1, looks=(look,))
    mailed = render_protected(told, message_id="<g@wvft.test>", list_id="guardian")
    for part in (flat(mailed), Page(mailed.html).text):
        assert "3 items wait for you, 1 of them new since the last such mail." in part
        assert "monitor protected list" in part
        assert "gale, item 3: to meet the author" in part
        assert item().rule_id not in part
        assert item().reason[:20] not in part


def test_an_overdue_policy_review_stands_beside_its_clause() -> None:
    assert "policy review overdue since Sept 2021" in flat(mail(briefing(items=(item(),))))


def test_a_case_nobody_is_set_up_for_says_which_role_is_missing() -> None:
    message = flat(mail(briefing(items=(item(misrouted="patient_confidentiality"),))))
    assert "No recipient is set for patient confidentiality, so this came to you." in message


def test_every_case_names_a_command_that_explains_it() -> None:
    message = mail(briefing(items=(item(), wiki_edit())))
    for part in (message.text, Page(message.html).text):
        assert "monitor rules explain NHS-001" in part
        assert "monitor rules explain WIKI-003" in part


def test_what_the_caps_leave_out_is_counted_in_both_parts() -> None:
    brief = briefing(
        items=tuple(wiki_edit(n) for n in range(40)),
        mentions=tuple(mention(n) for n in range(20)),
        coverage=tuple(coverage(f"Feed {n}", SourceState.DEGRADED) for n in range(20)),
    )
    message = mail(brief)
    for part in (flat(message), Page(message.html).text):
        assert "and 15 more in the queue: monitor cases list --lane comms" in part
        assert "and 5 more." in part
        assert "and 8 more: monitor sources list" in part


@pytest.mark.parametrize("worst", ["News of the ward. ", "<&> ", "👩\u200d⚕️", "'\"="])
def test_the_fullest_digest_stays_below_what_gmail_clips(worst: str) -> None:
    text = worst * 100
    full = tuple(item(n, excerpt=text, author=text, page=text) for n in range(60))
    message = mail(briefing(items=full, mentions=tuple(mention(n, headline=text) for n in range(60))))
    encoded = envelope(message, "monitor@wvft.nhs.test", datetime(2026, 11, 20, tzinfo=UTC))
    html = list(encoded.iter_parts())[1]
    assert len(message.html.encode()) < 100_000
    assert len(html.get_payload().encode()) < 102_000


def test_a_mail_that_gets_too_large_quotes_less_and_says_so() -> None:
    text = "👩\u200d⚕️" * 100
    crowd = tuple(item(n, excerpt=text, page=text) for n in range(60))
    flood = mail(briefing(items=crowd, mentions=tuple(mention(n, headline=text) for n in range(60))))
    assert "this mail was too full for excerpts" in flat(flood)
    assert 'class="quote"' not in flood.html
    assert "    > " not in flood.text
    assert "excerpts are at most 240 characters" in flat(mail(factory.busy()))


def test_the_page_is_built_for_screen_readers_outlook_and_the_dark() -> None:
    html = mail(factory.busy()).html
    tags = Page(html).tags
    assert ("html", "en-GB") in [(tag, attrs.get("lang")) for tag, attrs in tags]
    assert f"<title>{mail(factory.busy()).subject}</title>" in html
    data = [attrs for tag, attrs in tags if tag == "table" and attrs.get("role") != "presentation"]
    assert len(data) == 1, "the table of rules; all other tables are layout"
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in tags if tag == "th")
    assert "prefers-color-scheme: dark" in html
    assert html.count("<!--[if mso]>") == 3
    assert '<meta name="color-scheme" content="light dark">' in html


def test_severity_is_a_word_beside_its_colour() -> None:
    message = mail(briefing(items=(item(), remark(), lookalike())))
    assert {"◆ Critical", "▲ High", "● Medium"} <= set(re.findall(r"[◆▲●] \w+", message.html))


def test_no_line_of_the_text_part_is_wider_than_a_terminal() -> None:
    lines = mail(factory.busy()).text.splitlines()
    assert [line for line in lines if len(line) > 78 and "://" not in line] == []


def test_another_recipient_gets_their_own_address_and_role() -> None:
    brief = replace(briefing(), recipient=Recipient(address="dpo@wvft.nhs.test", role="information"))
    message = mail(brief)
    assert message.to == "dpo@wvft.nhs.test"
    assert "You get this as information" in flat(message)


def test_what_fell_due_is_in_the_first_sentence_and_in_both_lists() -> None:
    day = briefing().day
    dues = (
        Due(on=day - timedelta(days=2), words="Answer request DSR-12"),
        Due(on=day, words="Look at the policy again, after case 3"),
        Due(on=day + timedelta(days=1), words="The authorisation of S-014 ends"),
    )
    message = mail(briefing(due=dues))
    said = flat(message)
    assert "No post needs you. Two things fell due." in said
    assert f"Overdue since {day.day - 2} Nov 2026: Answer request DSR-12" in said
    assert "Tomorrow: The authorisation of S-014 ends" in said
    assert all(due.words in message.html for due in dues)


def test_who_looked_and_how_far_the_log_had_come_stand_at_the_end() -> None:
    look = Look(
        at=briefing().made_at, who="ada", role="patient_confidentiality", object="case:3", reason="to tell"
    )
    message = mail(briefing(looks=(look,), audit_head="row 12, 3fa9c1d27be01f55"))
    for said in (flat(message), " ".join(message.html.split())):
        assert "ada, as patient confidentiality, case 3: to tell" in said
        assert "row 12, 3fa9c1d27be01f55" in said
