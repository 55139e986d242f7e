"""The examples of a rule file, made into posts and run: a rule that fails its own is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest

from monitor.config import Alias, Internal, Organisation
from monitor.types import (
    Account,
    Box,
    Change,
    Editor,
    EditorKind,
    Hunk,
    Kind,
    Mark,
    Media,
    Picture,
    Post,
    Registration,
    Relation,
    Tier,
)
from rules.engine import Rule, RuleSet
from rules.schema import Example, RuleFile, ShownLogo
from rules.yamlfile import Path

ORGANISATION = Organisation(
    name="Wearside Vale NHS Foundation Trust",
    short="WVFT",
    aliases=(Alias(text="Wearside Vale Hospitals"),),
    hospitals=("Wearside Vale Hospital", "St Oswin's Hospital"),
    handles=("@WVFTNHS",),
    domains=("wvft.nhs.test",),
    places=("Wearside", "Oswinton"),
    postcodes=("ZZ99 9AA",),
    hospital_numbers=("WV######",),
    networks=("192.0.2.0/24", "2001:db8:abcd::/48"),
    internal=Internal(systems=("WardBoard",), hosts=("intranet.wvft.test",), embargoed=("Project Heron",)),
)
"""An invented trust: examples mean the same wherever the product is installed."""

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def failures(rule: Rule, file: RuleFile) -> Iterator[tuple[Path, str]]:
    """Every example that does not behave: the place in the file and what happened instead."""
    rules = RuleSet([rule], ORGANISATION)
    for side in ("match", "no_match", "downgrade"):
        for number, example in enumerate(getattr(file.tests, side)):
            if wrong := _wrong(rules, file, side, example):
                yield ("tests", side, number), f"example {number + 1} of tests.{side} {wrong}"


def _wrong(rules: RuleSet, file: RuleFile, side: str, example: str | Example) -> str | None:
    finding = next(iter(rules.evaluate(post_of(example, file))), None)
    if side == "no_match":
        return None if finding is None else f"is met, at severity {finding.severity}"
    if finding is None:
        return "is not met"
    if side == "downgrade" and finding.severity >= file.severity:
        return f"keeps its severity, {finding.severity}"
    return None


def post_of(example: str | Example, file: RuleFile) -> Post:
    """The post that an example stands for; what it leaves open comes from the rule's first subject."""
    given = Example(text=example) if isinstance(example, str) else example
    subject = file.subjects[0]
    kind = given.kind or (Kind.PAGE_EDIT if subject == "wikipedia" else Kind.POST)
    staff = Relation.AUTHORISED_STAFF if subject == "staff_account" else Relation.PUBLIC
    return Post(
        source="examples",
        platform=given.platform,
        external_id="1",
        observed_at=_MOMENT,
        kind=kind,
        title=given.title,
        text=given.text,
        author=Account(
            platform=given.platform,
            handle=given.handle,
            display_name=given.display_name,
            bio=given.bio,
            relation=given.relation or staff,
            registration=_registration(given),
            logo_until=given.logo_until,
            avatar=Picture(width=400, height=400, marks=_marks(given.avatar)) if given.avatar else None,
        ),
        media=tuple(_media(given)),
        change=_change(given) if kind is Kind.PAGE_EDIT else None,
    )


def _media(given: Example) -> Iterator[Media]:
    """A picture for each; one that only has a description was not looked at."""
    faces = [given.faces] if given.faces else []
    for alt, text, whose, count in zip_longest(given.media, given.shown, given.logos, faces):
        seen = None
        if (text, whose, count) != (None, None, None):
            seen = Picture(text=text or "", text_read=True, faces=count, width=1200, height=800)
            seen = replace(seen, marks=_marks(whose))
        yield Media(kind="image", url="https://example.test/1", alt_text=alt, picture=seen)


def _marks(whose: ShownLogo | None) -> tuple[Mark, ...]:
    tier = Tier.PROBABLE if whose == "seems ours" else Tier.CERTAIN
    mark = Mark(reference="mark", tier=tier, score=0.9, box=Box(20, 20, 250, 100), shared=True, altered=())
    match whose:
        case None:
            return ()
        case "ours" | "seems ours":
            return (replace(mark, ours=True, owner=ORGANISATION.name),)
        case "altered":
            return (replace(mark, ours=True, owner=ORGANISATION.name, altered=("colour",)),)
        case "other":
            return (replace(mark, ours=False, owner="Gateshead Health NHS Foundation Trust"),)
        case "unclear":
            return (mark,)


def _registration(given: Example) -> Registration | None:
    if given.name is None and given.left_on is None:
        return None
    return Registration(name=given.name, left_on=given.left_on)


def _change(given: Example) -> Change:
    return Change(
        page=given.page,
        page_id="1",
        revision="2",
        parent="1",
        hunks=(Hunk(old=given.before or "", new=given.after or "", section=given.section),),
        size_before=len((given.before or "").encode()),
        size_after=len((given.after or "").encode()),
        event=given.event,
        editor=_editor(given),
        sections_before=tuple(given.sections_before),
        sections_after=tuple(given.sections_after),
        reverts=given.reverts,
        reverted_by=given.reverted_by,
    )


def _editor(given: Example) -> Editor | None:
    return Editor(kind=EditorKind.ACCOUNT, declared=given.declared) if given.declared else None
