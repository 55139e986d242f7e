"""A link in a mail: a look changes nothing, a deed happens once, and every refusal is calm."""

from __future__ import annotations

from datetime import timedelta

from tests.web.visiting import Office


def test_a_page_shows_what_the_mail_showed_and_offers_what_may_be_done(office: Office) -> None:
    page = office.get(office.link())
    print(page.text)
    assert page.status_code == 200


def test_a_deed_is_done(office: Office) -> None:
    for deed in ("seen", "mine", "wrong", "handled", "later"):
        page = office.post(office.link(at=office.world.at + timedelta(seconds=len(deed))), deed, "a test")
        print(page.status_code, page.text)
    print(office.acts())
