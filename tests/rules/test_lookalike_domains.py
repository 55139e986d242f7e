"""Which domains resemble the organisation's: the names that are looked up, and the hosts of links."""

from __future__ import annotations

import pytest

from monitor.config import Organisation
from rules.examples import ORGANISATION
from rules.lookalikes.domains import guesses, looks_like_ours
from rules.names import Names
from rules.worked_example import CDDFT

KINDS = (
    "{0}nhs.uk", "{0}-nhs.uk", "{0}nhs.co.uk", "{0}-nhs.co.uk", "{0}.nhs.co.uk", "{0}.co.uk", "{0}.org.uk",
    "{0}.nhs-uk.com", "{0}nhsjobs.co.uk", "{0}-careers.co.uk", "{0}.nhsuk.com", "{0}.uk",
)  # fmt: skip
"""The shapes in which lookalikes of NHS domains are met (one slip of the keys apart)."""
QUAY = Organisation(
    name="Quay and Castle NHS Foundation Trust", short="QCFT", domains=("www.quaycastle.nhs.test",),
    hospitals=("Castle General Hospital",),
)  # fmt: skip


@pytest.mark.parametrize("one", [CDDFT, ORGANISATION, QUAY], ids=lambda one: one.short)
def test_every_shape_is_among_the_names_to_look_up(one: Organisation) -> None:
    names = {guess.name for guess in guesses(Names(one))}
    short = one.short.lower()
    assert {kind.format(short) for kind in KINDS} - names == set()
    assert f"{short[:-1]}f.nhs.uk" in names or f"{short[:-1]}g.nhs.uk" in names  # f and g are beside t
    assert len(names) < 700


def test_the_own_domain_and_what_stands_below_it_are_no_lookalikes() -> None:
    names = Names(CDDFT)
    assert "cddft.nhs.uk" not in {guess.name for guess in guesses(names)}
    assert looks_like_ours("www.cddft.nhs.uk", names) == ""


def test_no_name_is_guessed_twice_and_each_can_be_registered() -> None:
    listed = [guess.name for guess in guesses(Names(ORGANISATION))]
    assert len(listed) == len(set(listed))
    for name in listed:
        labels = name.split(".")
        assert all(label and len(label) <= 63 and not label.startswith("-") for label in labels), name
        assert name == name.lower()
        assert name.isascii()


@pytest.mark.parametrize(
    "host",
    [
        "cddft-nhs.uk", "login.cddft-nhs.com", "cddftnhsjobs.co.uk", "cddft.nhs-uk.com", "cddft-refunds.shop",
        "cddft.test", "www.CDDFT-NHS.test", "cddft.nhs.uk.parcel-fee.test", "darlingtonmemorialhospital.com",
        "county-durham-darlington-nhs.com", "c\u0501dft-nhs.uk",
    ],
)  # fmt: skip
def test_a_link_to_a_lookalike_is_seen_under_any_ending(host: str) -> None:
    assert looks_like_ours(host, Names(CDDFT))


@pytest.mark.parametrize(
    "host",
    [
        "", "nhs.uk", "cddff.nhs.uk", "tewv.nhs.uk", "durham.gov.uk", "savecddft.org", "cddftwatch.org.uk",
        "unisoncddft.test", "northernecho.co.uk", "bishopauckland.co.uk", "bbc.co.uk", "dur.ac.uk",
        "xn--not-punycode-\u00ff", "a" * 300, "...",
    ],
)  # fmt: skip
def test_others_with_our_name_or_places_are_no_lookalikes(host: str) -> None:
    assert looks_like_ours(host, Names(CDDFT)) == ""


def test_a_name_of_the_nhs_one_slip_away_belongs_to_somebody_else() -> None:
    assert "cddff.nhs.uk" in {guess.name for guess in guesses(Names(CDDFT))}
    assert looks_like_ours("cddff.nhs.uk", Names(CDDFT)) == ""
