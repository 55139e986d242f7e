"""An invented digest that has everything a template may meet: own templates are tried on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.types import (
    Briefing,
    Clause,
    Coverage,
    Due,
    Edition,
    Editor,
    EditorKind,
    Item,
    Lane,
    Look,
    MentionLine,
    Numbers,
    Passage,
    Piece,
    Recipient,
    RuleWeek,
    Severity,
    SourceState,
    Trend,
    Update,
)

_DAY = date(2026, 11, 20)
_MADE = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
_SEEN = _MADE - timedelta(hours=12)
_EDIT = (
    Passage("Criticism", (Piece("In 2019 ", "same"), Piece("seven", "removed"), Piece("some", "added"))),
    Passage(None, (Piece("It was criticised.", "removed"),), more=2),
)
_EDITOR = Editor(kind=EditorKind.ACCOUNT, edits=12, age_days=3, declared="communications officer")
_CLAUSE = Clause(
    id="CDD-4.4.2-a",
    policy="Social media policy",
    section="4.4.2",
    paraphrase="Nothing that could identify a patient is published.",
    category="patient-identifier",
    overdue_since="Sept 2021",
)


def editions() -> list[Briefing]:
    """A briefing of each edition, and one of a day on which there is nothing to say."""
    quiet = Briefing(
        organisation="WVFT",
        recipient=Recipient(address="comms@wvft.test", role="comms"),
        day=_DAY,
        made_at=_MADE,
        time_zone="Europe/London",
        audit_head="row 12, 3fa9c1d27be01f55",
        coverage=(_source(SourceState.EMPTY),),
    )
    return [quiet, *(replace(_full(quiet), edition=edition) for edition in Edition)]


def _full(quiet: Briefing) -> Briefing:
    down = _source(SourceState.DEGRADED, note="Timeout after 30 s.", strikes=3, alarmed_at=_SEEN)
    return replace(
        quiet,
        items=tuple(_items()),
        mentions=(MentionLine(platform="rss", source="Wearside Echo", headline="A day unit opens",
                              url="https://echo.test/day-unit", seen_at=_SEEN),),
        mentions_total=20,
        coverage=(_source(SourceState.OK, covered_from=_SEEN), down),
        failed_deliveries=("The digest of 18 November was refused: 550", "So was that of 17 November"),
        numbers=Numbers(seen=1840, kept=16, folded=4, found=5, hidden=2),
        late=True,
        since=_SEEN - timedelta(hours=9),
        due=(Due(on=_DAY - timedelta(days=1), words="Answer request DSR-12"),),
        looks=(Look(at=_SEEN, who="gale", role="comms", object="case:3", reason="to answer"),),
        updates=(Update(at=_SEEN, words="Case 188 was closed: taken down.", case=188),),
        trends=(Trend(words="mentions", now=213, before=190, usual=(180, 240)),),
        rules=(RuleWeek(rule_id="NHS-001", title="NHS number", now=4, before=2, decided=3, wrong=1),),
        figures=(("Findings about staff accounts", "12"), ("Hours of training", "")),
        policies=("CDD 2019",),
        versions=("rules 3fa9c1d2",),
        notice="https://wvft.test/privacy",
    )  # fmt: skip


def _source(state: SourceState, **more: object) -> Coverage:
    return replace(
        Coverage(source=f"Source {state}", kind="rss", state=state, since=_SEEN, last_ok_at=_SEEN),
        **more,  # type: ignore[arg-type]
    )


def _items() -> list[Item]:
    """A case of each severity and lane, new and old, with and without what an item may have."""
    bare = Item(
        number=214, lane=Lane.CONFIDENTIAL, severity=Severity.CRITICAL, title="NHS number", reason="One.",
        rule_id="NHS-001", platform="web", author="", excerpt="", url=None, clauses=(), counter_clauses=(),
        confidence=0.97, status="new", owner="Caldicott Guardian", opened_at=_SEEN, seen_at=_SEEN,
    )  # fmt: skip
    told = replace(
        bare, clauses=(_CLAUSE,) * 5, counter_clauses=(_CLAUSE,), clock="72 hours end Fri 14:05",
        clock_ends=_SEEN, told_at=_SEEN, acknowledged_by="B. Guardian", held_by="gale", posted_at=_SEEN,
        url="https://gazette.test/1", author="@reader", excerpt="NHS number [redacted]", places=3, findings=2,
        misrouted="patient_confidentiality", told=("Caldicott Guardian",), fingerprint="3fa9c1d2",
        pictures=("Image 1: one line of text; found in it: NHS number. Its words are painted over.",) * 2,
    )  # fmt: skip
    shapes = [
        bare, told, replace(told, mailable=False), replace(told, purged_for="deleted"),
        replace(bare, is_new=False, step="Was the platform asked to take it down?"),
        replace(bare, lane=Lane.COMMS, category="wiki-edit", page="WVFT", passages=_EDIT, editor=_EDITOR),
        replace(bare, lane=Lane.COMMS, category="copyright"), replace(bare, lane=Lane.CONDUCT),
    ]  # fmt: skip
    return [
        replace(shape, number=number, severity=severity)
        for severity in (Severity.CRITICAL, Severity.LOW)
        for number, shape in enumerate(shapes, 200)
    ]
