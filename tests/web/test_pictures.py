"""Picture evidence on the page of a link: for whoever the link is for, from the same place, kept nowhere."""

from __future__ import annotations

import pytest

from monitor.store import Store
from monitor.store.evidence import evidence_of
from monitor.types import Recipient
from tests.core.test_picture_evidence import polled, shows_list
from tests.core.world import CALDICOTT, COMMS
from tests.web.visiting import Office


@pytest.fixture
def office(store: Store) -> Office:
    """An office with a case that has picture evidence, of which the Caldicott Guardian was mailed."""
    world = polled(store, shows_list())
    number = world.item().number
    office = Office(world)
    office.number = number
    return office


def png(office: Office) -> bytes:
    with office.world.store.reading() as connection:
        (kept,) = evidence_of(connection, office.number)
    return kept.crop.png


def test_the_page_shows_the_picture_with_its_caption_and_gives_it_out(office: Office) -> None:
    path = office.link()
    page = office.get(path)
    assert page.status_code == 200, page.text
    token = path.rpartition("/")[2]
    assert f'<img src="{token}/1.png" alt="Picture evidence 1 of 1, described below">' in page.text
    assert "found in it: NHS number" in page.text
    picture = office.get(f"{path}/1.png")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content == png(office)
    for answer in (page, picture):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "img-src 'self';" in policy
    assert office.get(f"{path}/2.png").status_code == 404
    assert office.get(f"{path}/0.png").status_code == 404


def test_a_picture_is_for_nobody_whose_link_does_not_hold(office: Office) -> None:
    path = office.link()
    assert office.get(f"{path}x/1.png").status_code == 404
    elsewhere = office.link(number=office.number + 1, to=CALDICOTT)
    assert office.get(f"{elsewhere}/1.png").status_code == 404, "another case's"
    left = office.link(to=Recipient(address="left@trust.test", role="comms"))
    assert office.get(f"{left}/1.png").status_code == 403
    assert office.post(path, "seen").status_code == 200
    used = office.get(f"{path}/1.png")
    assert used.status_code == 410
    assert used.headers["content-type"].startswith("text/html")


def test_whoever_is_only_told_of_the_case_does_not_see_its_pictures(office: Office) -> None:
    path = office.link(to=COMMS)
    page = office.get(path)
    assert page.status_code == 200
    assert "<img" not in page.text
    assert "shown to the roles of the confidential lane" in page.text
    assert office.get(f"{path}/1.png").status_code == 404
