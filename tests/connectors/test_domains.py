"""Lookups of lookalike domains, against a real name server on loopback."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from connectors.parts import dns as lookups
from connectors.parts.dns import Lookup, NoAnswer, Records
from connectors.searching.domains import AT_ONCE, HAS_ADDRESS, ONLY_HELD, TAKES_MAIL, Domains
from monitor.errors import SourceUnavailable
from monitor.types import Kind, Page
from tests.nameserver import NameServer, serving

Clock = Callable[[], datetime]

OWN = {"wvft.nhs.test": {"A": "192.0.2.1"}}
ZONE = OWN | {
    "wvft-nhs.test": {"A": "192.0.2.7", "MX": "10 mail.wvft-nhs.test."},
    "wvftjobs.test": {"AAAA": "2001:db8::7"},
    "wvft.test": {"NS": "ns1.parking.test."},
    "wvft-mail.test": {"A": "192.0.2.8", "MX": "0 ."},
    "wvft-help.test": {},
    "*.nhs-uk.test": {"A": "192.0.2.9"},
}
NAMES = ("wvft-nhs.test", "nobodys.test", "wvftjobs.test", "wvft.test", "wvft-mail.test", "wvft-help.test")


def domains(server: NameServer, now: Clock, *names: str) -> Domains:
    return Domains(
        source="lookalike domains",
        names=names or NAMES,
        own=("wvft.nhs.test",),
        lookup=partial(Lookup, server.address),
        now=now,
        pause=lambda seconds: None,
    )


def read(connector: Domains, now: Clock, cursor: str | None = None) -> list[Page]:
    return list(connector.pages(cursor, now()))


def test_what_somebody_has_is_told_by_its_records_and_nothing_is_fetched(now: Clock) -> None:
    with serving(NameServer(ZONE)) as server:
        (page,) = read(domains(server, now), now)
    assert {post.title: post.text for post in page.posts} == {
        "wvft-nhs.test": f"{TAKES_MAIL} {HAS_ADDRESS}",
        "wvftjobs.test": HAS_ADDRESS,
        "wvft.test": ONLY_HELD,
        "wvft-mail.test": HAS_ADDRESS,  # a mail server "." takes no mail
    }
    assert {post.kind for post in page.posts} == {Kind.PROFILE}
    assert {kind for _, kind in server.asked} == {"A", "AAAA", "MX", "NS"}


def test_a_name_that_is_not_there_costs_one_question(now: Clock) -> None:
    with serving(NameServer(ZONE)) as server:
        read(domains(server, now), now)
    assert [kind for name, kind in server.asked if name == "nobodys.test"] == ["A"]


def test_no_answer_is_not_taken_for_no_such_name(now: Clock) -> None:
    with serving(NameServer(ZONE, broken=frozenset({"wvft-nhs.test"}))) as server:
        (page,) = read(domains(server, now), now)
        with pytest.raises(NoAnswer, match="NoNameservers"):
            Lookup(server.address).records("wvft-nhs.test")
        assert Lookup(server.address).records("nobodys.test") is None
    assert page.note == "no answer for 1 of 6 names"
    assert len(page.posts) == 3


def test_a_server_that_says_nothing_is_given_up_in_time(now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "SECONDS", 0.3)
    silent = NameServer(ZONE, silent=frozenset({"wvft-nhs.test"}))
    with serving(silent) as server, pytest.raises(NoAnswer, match="LifetimeTimeout"):
        Lookup(server.address).records("wvft-nhs.test")


def test_where_most_names_get_no_answer_the_source_has_failed(now: Clock) -> None:
    with (
        serving(NameServer(ZONE, broken=frozenset(NAMES[:4]))) as server,
        pytest.raises(SourceUnavailable, match="4 of 6"),
    ):
        read(domains(server, now), now)


class Anything(dict[str, dict[str, str]]):
    """A zone in which every name leads somewhere: a resolver that sells what is not there."""

    def get(self, key: str, default: object = None) -> dict[str, str]:  # type: ignore[override]
        return {"A": "192.0.2.66"}


def test_a_resolver_that_answers_for_everything_is_not_believed(now: Clock) -> None:
    with serving(NameServer(Anything())) as server, pytest.raises(SourceUnavailable, match="nobody has"):
        read(domains(server, now), now)


def test_a_resolver_that_does_not_know_our_own_domain_is_not_believed(now: Clock) -> None:
    with serving(NameServer({})) as server, pytest.raises(SourceUnavailable, match="your own domains"):
        read(domains(server, now), now)


def test_names_below_a_zone_that_answers_for_all_are_left_out_and_it_says_so(now: Clock) -> None:
    with serving(NameServer(ZONE)) as server:
        (page,) = read(domains(server, now, "wvft.nhs-uk.test", "wvft-nhs.test"), now)
    assert [post.title for post in page.posts] == ["wvft-nhs.test"]
    assert "nhs-uk.test" in page.note


def test_interrupted_it_goes_on_where_it_was_and_then_begins_anew(now: Clock) -> None:
    names = [f"wvft{number}.test" for number in range(AT_ONCE + 3)]
    zone = OWN | {name: {"A": "192.0.2.7"} for name in names}
    with serving(NameServer(zone)) as server:
        connector = domains(server, now, *names)
        first = next(iter(connector.pages(None, now())))
        rest = read(connector, now, first.cursor)
        again = read(connector, now, rest[-1].cursor)
    assert len(first.posts) == AT_ONCE
    assert [post.title for page in rest for post in page.posts] == names[AT_ONCE:]
    assert len(list(itertools.chain(*(page.posts for page in again)))) == len(names)


def test_a_machine_without_a_resolver_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise lookups.dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(lookups.dns.resolver, "Resolver", none)
    with pytest.raises(SourceUnavailable, match=r"lookalikes\.resolver"):
        Lookup()


def test_an_empty_place_between_two_names_is_nobodys() -> None:
    assert not Records().used
