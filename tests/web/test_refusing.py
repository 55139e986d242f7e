"""What is handed in and is not ours, not theirs, or not fit: one calm page each, and nothing is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from monitor.config import LinkSettings
from monitor.store.people.absences import Away, add_absence
from monitor.types import Actor, Recipient
from monitor.web.application import FORM_BYTES, HEADERS
from monitor.web.limiting import ADDRESSES, Limit
from tests.core.world import CALDICOTT, COMMS
from tests.web.visiting import FORM, HOST, Office

DEPUTY = Recipient(address="deputy@trust.test", role="information", login="sam")


def test_a_link_that_was_changed_at_any_place_is_none_and_all_are_answered_alike(office: Office) -> None:
    token = office.link().removeprefix("/case/")
    changed = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]
    cut = [token[:at] for at in range(1, len(token))]
    others = [
        f"{token}A",
        f"A{token}",
        "x" * 20_000,
        "%00",
        "%E2%80%AE",
        "a.b",
        f"{token}%0d%0aSet-Cookie:x=1",
    ]
    pages = office.ask(*(("GET", f"/case/{each}", {}) for each in (*changed, *cut, *others)))
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert all(set(page.headers) == set(pages[0].headers) for page in pages)
    assert "monitor cases list" in pages[0].text


def test_the_last_letter_has_other_spellings_and_none_of_them_works(office: Office) -> None:
    # 32 bytes are 43 letters of which the last one holds two bits that nothing reads.
    token = office.link().removeprefix("/case/")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    pages = office.ask(*(("GET", f"/case/{token[:-1]}{letter}", {}) for letter in letters))
    assert [page.status_code for page in pages].count(200) == 1


def test_a_link_of_another_installation_is_none(office: Office) -> None:
    path = office.link()
    office.world.store.key = type(office.world.store.key)(b"k" * 32)
    assert office.get(path).status_code == 404


def test_who_has_left_the_settings_or_lost_the_role_is_refused(office: Office) -> None:
    path = office.link()
    for recipients in ((COMMS,), (COMMS, replace(CALDICOTT, role="information"))):
        office.world.recipients = recipients
        before = office.tables()
        for page in (office.get(path), office.post(path, "mine")):
            assert page.status_code == 403
            assert "monitor roles list" in page.text
            assert "[NHS number redacted]" not in page.text
        assert office.tables() == before


def test_who_is_away_is_refused_and_the_deputy_acts_by_a_link_of_their_own(office: Office) -> None:
    guardian = replace(CALDICOTT, deputy=DEPUTY.address)
    office.world.recipients = (COMMS, guardian, DEPUTY)
    path, today = office.link(), office.world.at.date()
    standing_in = office.link(to=replace(DEPUTY, role=CALDICOTT.role))
    assert office.get(standing_in).status_code == 403
    with office.world.store.transaction() as tx:
        add_absence(
            tx, Away(CALDICOTT.address, today, today + timedelta(days=1)), Actor("jo"), office.world.at
        )
    assert office.post(path, "mine").status_code == 403
    assert office.post(standing_in, "mine").status_code == 200
    assert (office.acts()[-1].who, office.acts()[-1].role) == ("sam", "patient_confidentiality")


def test_a_reason_with_personal_data_is_refused_and_not_shown_again(office: Office) -> None:
    path = office.link()
    page = office.post(path, "wrong", "it is Mrs Example, NHS number 999 200 1135")
    assert page.status_code == 422
    assert "personal data" in page.text
    assert "999" not in page.text
    assert office.acts() == []
    assert office.get(path).status_code == 200


@pytest.mark.parametrize(
    ("deed", "reason", "words"),
    [
        ("", "", "Choose what you want to do."),
        ("purge", "x", "Choose what you want to do."),
        ("wrong", " \r\n ", "Say why in a few words."),
        ("handled", "", "Say why in a few words."),
        ("wrong", "x" * 501, "at most 500 characters"),
    ],
)
def test_what_is_missing_is_said_and_the_link_stays_good(
    office: Office, deed: str, reason: str, words: str
) -> None:
    path = office.link()
    page = office.post(path, deed, reason)
    assert page.status_code == 422
    assert words in page.text
    assert office.acts() == []
    assert office.post(path, "seen").status_code == 200


def test_script_in_a_reason_is_text(office: Office) -> None:
    hostile = '</textarea><script>alert(1)</script>\r\nSet-Cookie: a=b \u202e"'
    page = office.post(office.link(), "", hostile)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "\u202e" not in page.text
    assert "set-cookie" not in page.headers
    office.post(office.link(), "wrong", hostile)
    assert "\n" not in office.acts()[-1].reason


def test_a_form_that_does_not_say_what_it_saw_asks_again(office: Office) -> None:
    path = office.link()
    odd = ("", "x", "-1", "0 ", "00", "9" * 400)
    forms = [("POST", path, {"data": {"deed": "mine", "seen": seen}, "headers": FORM}) for seen in odd]
    assert [page.status_code for page in office.ask(*forms)] == [409] * len(odd)
    assert office.acts() == []


def test_what_is_no_form_of_ours_is_not_read(office: Office) -> None:
    path, form = office.link(), {"data": {"deed": "mine", "seen": "0"}}
    asked: list[tuple[int, dict[str, Any]]] = [
        (413, {"content": b"reason=" + b"x" * FORM_BYTES, "headers": FORM}),
        (415, {"json": {"deed": "mine", "seen": "0"}}),
        (415, {"files": {"deed": b"mine"}}),
        (400, {"content": "&".join(f"f{n}=1" for n in range(9)), "headers": FORM}),
        (400, {"content": b"\xff\xfe=1", "headers": FORM}),
        (403, form | {"headers": {"sec-fetch-site": "cross-site"}}),
        (403, form | {"headers": {"sec-fetch-site": "same-site"}}),
    ]
    pages = office.ask(*(("POST", path, more) for _, more in asked))
    assert [page.status_code for page in pages] == [status for status, _ in asked]
    assert all("Nothing was changed." in page.text for page in pages)
    assert office.acts() == []


def test_no_answer_leads_elsewhere(office: Office) -> None:
    path = office.link()
    asked = ("/", "//evil.test/", "/case", "/case/", f"{path}/", f"{path}//evil.test", "/style.css/", "/.git")
    for page in office.ask(*(("GET", each, {}) for each in asked)):
        assert (page.status_code, "location" in page.headers) == (404, False)
    for page in office.ask(*((method, path, {}) for method in ("PUT", "DELETE", "PATCH", "OPTIONS"))):
        assert page.status_code == 405


def test_another_host_is_told_so(office: Office) -> None:
    hosts = ("evil.test", f"{HOST}:8443", f"{HOST}.evil.test", "", "127.0.0.1:9999")
    pages = office.ask(*(("GET", office.link(), {"headers": {"host": host}}) for host in hosts))
    assert [page.status_code for page in pages] == [421] * len(hosts)
    assert not any("evil" in page.text for page in pages)


def test_the_name_in_capitals_and_the_place_behind_the_proxy_are_ours(office: Office) -> None:
    for host in (HOST.upper(), "127.0.0.1:8750"):
        assert office.get(office.link(), headers={"host": host}).status_code == 200


def test_every_answer_says_that_it_is_not_to_be_kept_framed_or_guessed(office: Office) -> None:
    path = office.link()
    asked = (path, "/case/x", "/nowhere", "/style.css", "/robots.txt", "/health")
    for page in office.ask(*(("GET", each, {}) for each in asked)):
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in page.headers
    assert "script" not in HEADERS["Content-Security-Policy"]


def test_a_path_before_ours_is_kept_in_the_pages(office: Office) -> None:
    office.settings = LinkSettings(public_url=f"https://{HOST}/monitor/")
    path = office.link()
    assert path.startswith("/monitor/case/")
    page = office.get(path.removeprefix("/monitor"))
    assert 'href="/monitor/style.css"' in page.text


def test_who_asks_without_pause_has_to_wait(office: Office) -> None:
    clock = [0.0]
    office.limit = Limit(burst=3, each_second=0.5, clock=lambda: clock[0])
    path = office.link()
    four = [page.status_code for page in office.ask(*[("GET", path, {})] * 4)]
    assert four == [200, 200, 200, 429]
    other = office.get(path, headers={"x-forwarded-for": "203.0.113.9, 198.51.100.7"})
    assert other.status_code == 200
    refused = office.get(path)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    clock[0] = 2.0
    assert office.get(path).status_code == 200


def test_who_writes_the_header_themselves_gains_nothing_behind_a_proxy(office: Office) -> None:
    office.limit = Limit(burst=2, each_second=0)
    headers = [{"x-forwarded-for": f"203.0.113.{n}, 198.51.100.7"} for n in range(4)]
    pages = office.ask(*(("GET", "/health", {"headers": each}) for each in headers))
    assert [page.status_code for page in pages] == [200, 200, 429, 429]


def test_a_million_addresses_take_no_more_room_than_ten_thousand() -> None:
    limit = Limit()
    for number in range(ADDRESSES + 500):
        assert limit.admits(str(number))
    assert len(limit._buckets) == ADDRESSES


def test_a_fault_of_ours_is_said_calmly_and_does_nothing(office: Office) -> None:
    path = office.link()
    with office.world.store.transaction() as tx:
        tx.connection.execute(text("DROP TABLE spent_link"))
    for page in (office.get(path), office.post(path, "mine")):
        assert page.status_code == 503
        assert "Nothing was changed." in page.text
        assert "spent_link" not in page.text
    assert office.acts() == []
