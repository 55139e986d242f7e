"""The examples of a rule file, made into posts and run: a rule that fails its own is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from monitor.config import Alias, Internal, Organisation
from monitor.types import Account, Change, Editor, EditorKind, Hunk, Kind, Media, Post, Registration, Relation
from rules.engine import Rule, RuleSet
from rules.schema import Example, RuleFile
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
        ),
        media=tuple(Media(kind="image", url="https://example.test/1", alt_text=alt) for alt in given.media),
        change=_change(given) if kind is Kind.PAGE_EDIT else None,
    )


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
