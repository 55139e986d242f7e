"""Site filters: whose findings they hide, and where they may not reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.types import Change, Filter, Finding, Lane, Post, Severity
from rules.filters import SiteFilters

POST = Post(
    source="gazette", platform="web", external_id="1", observed_at=datetime(2026, 1, 1, tzinfo=UTC),
    title="Café opens", text="on ward 4",
)  # fmt: skip
EDIT = replace(POST, platform="wikipedia", change=Change(page="St Oswin's", page_id="1", revision="2"))
FINDING = Finding(
    rule_id="DRG-001", rule_version="1", title="", post=POST.key, category="bullying", lane=Lane.CONDUCT,
    severity=Severity.LOW, confidence=0.5, reason="", clauses=("CDD-4.4.3-1",),
)  # fmt: skip


def a_filter(rule_id: str = "DRG-001", **scope: str) -> Filter:
    return Filter(
        rule_id=rule_id, made_by="jo", reason="known", expires_on=date(2027, 1, 1), number=1, **scope
    )


def hides(site_filter: Filter, post: Post = POST, finding: Finding = FINDING, author: str = "@Ann") -> bool:
    return SiteFilters([site_filter]).hiding(post, finding, author) is site_filter


@pytest.mark.parametrize(
    ("scope", "fits", "does_not"),
    [
        ({"platform": "web"}, POST, replace(POST, platform="mastodon")),
        ({"source": "gazette"}, POST, replace(POST, source="paper")),
        ({"page": "St Oswin's"}, EDIT, POST),
        ({"pattern": "cafe"}, POST, replace(POST, title="Shop opens")),
        ({"pattern": r"\bward 4\b", "platform": "web"}, POST, replace(POST, text="on ward 40")),
    ],
)
def test_the_whole_scope_must_fit(scope: dict[str, str], fits: Post, does_not: Post) -> None:
    assert hides(a_filter(**scope), fits)
    assert not hides(a_filter(**scope), does_not)


@pytest.mark.parametrize("author", ["@Ann", "ann", "ANN"])
def test_an_author_is_known_however_the_name_is_typed(author: str) -> None:
    assert hides(a_filter(author=author))
    assert not hides(a_filter(author="ben"))


def test_a_filter_is_of_its_rule_or_of_any() -> None:
    assert hides(a_filter())
    assert not hides(a_filter("DRG-002"))
    assert hides(a_filter("*", platform="web"))


@pytest.mark.parametrize("rule_id", ["DRG-001", "*"])
def test_no_filter_reaches_into_the_protected_lane(rule_id: str) -> None:
    assert not hides(a_filter(rule_id, platform="web"), finding=replace(FINDING, lane=Lane.PROTECTED))


def test_a_confidential_rule_is_never_hidden_as_a_whole() -> None:
    confidential = replace(FINDING, lane=Lane.CONFIDENTIAL)
    assert not hides(a_filter(), finding=confidential)
    assert not hides(a_filter("*"), finding=confidential)
    assert hides(a_filter(source="gazette"), finding=confidential)
