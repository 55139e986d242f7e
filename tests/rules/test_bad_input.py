"""Whatever strangers post: no exception, exact spans, and findings that say what they must."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config import PolicySettings, RuleSettings
from monitor.redaction import redact
from monitor.types import AVATAR, IMAGE, Finding, Lane, Post, Relation, Span
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION, post_of
from rules.identifiers import PersonIdentifiers
from rules.references import OrganisationReferences
from tests.bench.policies import HOSTILE, POLICIES, hostile
from tests.rules.posts import post

TRICKS = (
    "\u200b",
    "\u202e",
    "\u00ad",
    "\ufdfa",
    "\uff19",
    "\U0001f600",
    "\x00",
    "\x1b[31m",
    "\ufffd",
    "e\u0301",
    "\u2028",
)
"""Zero width, right to left, soft hyphen, one letter that folds to 18, full width, emoji, controls.

Lone surrogates are replaced before a post exists (monitor.types.Post)."""


@cache
def rules() -> RuleSet:
    return pack.load(ORGANISATION, PolicySettings(packs=POLICIES), RuleSettings(rehearsal=True))


@cache
def examples() -> tuple[Post, ...]:
    """Every example of every rule as its post."""
    files = [rule.file for rule in rules().rules]
    given = [(example, file) for file in files for example in (*file.tests.match, *file.tests.no_match)]
    return tuple(post_of(example, file) for example, file in given)


def any_post(text: str, relation: Relation = Relation.PUBLIC) -> Post:
    return post(text, title=text[:80], handle="@jo@social.test", bio=text[:300], relation=relation)


def judged(post: Post) -> list[Finding]:
    """The findings, with references and masks worked out, too: nothing may break on the way."""
    OrganisationReferences(ORGANISATION).find(post)
    return rules().evaluate(post)


def faults(post: Post) -> list[str]:
    """The rules whose findings are not whole, or whose spans leave the text or its masked copy."""
    findings = judged(post)
    masked, moved = redact(post, identifiers().spans(post), findings)
    pairs = zip(findings, moved, strict=True)
    return [one.rule_id for one, there in pairs if not (is_whole(one, post) and fits(there, masked))]


@cache
def identifiers() -> PersonIdentifiers:
    return PersonIdentifiers(ORGANISATION)


def is_whole(finding: Finding, post: Post) -> bool:
    """True where a finding says all that one must, and reaches whom it may."""
    staff = post.author is not None and post.author.relation is Relation.AUTHORISED_STAFF
    conduct, protected = finding.lane is Lane.CONDUCT, finding.lane is Lane.PROTECTED
    return (
        bool(finding.clauses and finding.route)
        and finding.reason.endswith((".", "\u201d"))
        and 0 < finding.confidence <= 1
        and (not conduct or (staff and bool(finding.counter_clauses)))
        and (not protected or finding.route == ("concerns",))
        and fits(finding, post)
    )


def fits(finding: Finding, post: Post) -> bool:
    """True where every span lies in the text that it indexes; one that names a picture is of no words."""
    return all(
        0 <= span.start < span.end <= len(post.part(span.where)) or names_a_picture(finding, span)
        for span in finding.spans
    )


def names_a_picture(finding: Finding, span: Span) -> bool:
    """True where a finding about a logo says in which picture it is."""
    pictured = span.where == AVATAR or span.where.startswith(IMAGE)
    return pictured and finding.category == "logo-misuse" and span.start == span.end == 0


texts = st.lists(
    st.one_of(
        st.text(max_size=20),  # every plane
        st.sampled_from(TRICKS),
        st.sampled_from(range(1_000)).map(lambda n: examples()[n % len(examples())].text),
    ),
    max_size=6,
).map(" ".join)


@given(texts, st.sampled_from(list(Relation)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_breaks_a_rule_and_every_finding_is_whole(text: str, relation: Relation) -> None:
    assert faults(any_post(text, relation)) == []


def test_every_example_of_every_rule_gives_whole_findings() -> None:
    assert [fault for each in examples() for fault in faults(each)] == []
    met = {finding.rule_id for each in examples() for finding in judged(each)}
    assert met == {rule.id for rule in rules().rules if rule.runs}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_post_is_judged(name: str) -> None:
    for relation in (Relation.PUBLIC, Relation.AUTHORISED_STAFF):
        assert faults(any_post(hostile(name), relation)) == []


@pytest.mark.parametrize(
    "piece", ["NHS number 999 314 1593 ", "bed 4 ward 12 the lady ", "\U0001f600\u202e\ufdfa", "a"]
)
def test_a_megabyte_is_judged(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    assert faults(any_post(text, Relation.AUTHORISED_STAFF)) == []


@pytest.mark.parametrize("relation", list(Relation))
def test_an_empty_post_meets_no_rule_but_those_about_its_profile(relation: Relation) -> None:
    assert not [f for f in judged(any_post("", relation)) if f.about == "post"]
