"""What is said of platforms is true: every one has an answer, and what is covered has a connector."""

from __future__ import annotations

import pytest

import connectors
from connectors import CONNECTORS, load, terms_of
from connectors.parts.catalogue import platforms, terms
from monitor.errors import ConfigError


def test_every_platform_that_the_policies_name_has_an_answer() -> None:
    named = [platform for platform in platforms() if platform.named]
    assert len({platform.name for platform in named}) == 32


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.name)
def test_a_platform_is_read_by_a_kind_that_exists_or_something_else_serves(
    platform: connectors.parts.catalogue.Platform,
) -> None:
    assert platform.why
    assert set(platform.kinds) <= set(CONNECTORS)
    assert bool(platform.kinds) == (platform.state in ("covered", "optional"))
    assert bool(platform.instead) == (platform.state in ("intake only", "refused"))
    assert platform.openness == "open" or not platform.kinds


CLOSED = (
    "prezi WhatsApp snapchat slack skype dating_sites closed_groups facebook_group StumbleUpon google_plus"
)


@pytest.mark.parametrize("kind", CLOSED.split())
def test_what_must_not_be_read_is_refused_with_the_reason_and_what_serves_instead(kind: str) -> None:
    with pytest.raises(ConfigError, match=r"is not read.*Use .* instead"):
        load(kind)


@pytest.mark.parametrize("kind", CONNECTORS)
def test_every_kind_of_source_has_terms(kind: str) -> None:
    assert terms_of(kind) in terms().values()
    assert terms_of(kind).why


@pytest.mark.parametrize("kind", [kind for kind in CONNECTORS if hasattr(load(kind), "gone")])
def test_what_can_be_asked_about_again_is_asked_daily(kind: str) -> None:
    assert (terms_of(kind).recheck_hours or 999) <= 24
