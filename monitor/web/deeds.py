"""What the page of a link offers to do about a case: one deed, one transaction of casework each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from monitor.casework import Casework
from monitor.errors import CaseRefused
from monitor.store.casework.casefiles import CaseFile
from monitor.store.casework.decisions import mark
from monitor.types import Actor, Verdict

LATER = timedelta(days=7)

Do = Callable[[Casework, CaseFile, Actor, str], None]
"""(desk, case, by, reason) -> what is done. Raises CaseRefused, and then nothing is."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One choice on the page, what is said once it is done, and the commands that go on from there or back.

    `{case}` in a command stands for the case's number.
    """

    key: str
    label: str
    hint: str
    do: Do
    done: str
    commands: tuple[tuple[str, str], ...]
    needs_reason: bool = False


def _wrong(desk: Casework, case: CaseFile, by: Actor, reason: str) -> None:
    if mark(desk.store, case.number, Verdict.WRONG, by, reason, desk.now()) is None:
        raise CaseRefused(f"nothing of what case {case.number} found is kept")


def _handled(desk: Casework, case: CaseFile, by: Actor, reason: str) -> None:
    desk.close(case, by, reason)


def _later(desk: Casework, case: CaseFile, by: Actor, reason: str) -> None:
    day = desk.now().astimezone(desk.zone).date() + LATER
    desk.remind(case, f"Look at case {case.number} again{': ' if reason else ''}{reason}", day, by)


DEEDS = (
    Deed(
        "seen", "I have seen it", "It is noted that you know. The case stays as it is.",
        Casework.seen,
        "It is noted that you have seen this case.",
        (("Take it on", "monitor cases claim {case}"),),
    ),
    Deed(
        "mine", "Assign it to me", "The others see that you are at work on it.",
        Casework.claim,
        "The case is yours. After four hours without a change it is free again.",
        (("Work on it", "monitor cases show {case}"), ("Let go of it again", "monitor cases release {case}")),
    ),
    Deed(
        "wrong", "Not a problem", "The rule was wrong to point at it. Say why below.",
        _wrong,
        "The case is marked as a false alarm. It is still open.",
        (
            ("Close it", "monitor cases close {case}"),
            ("Take the verdict back", 'monitor cases mark {case} right --reason "..."'),
        ),
        needs_reason=True,
    ),
    Deed(
        "handled", "Already handled", "Closes the case. Say below what was done.",
        _handled,
        "The case is closed.",
        (("Open it again", 'monitor cases reopen {case} --reason "..."'),),
        needs_reason=True,
    ),
    Deed(
        "later", "Remind me in 7 days", "Your role is reminded of it in the digest.",
        _later,
        "A reminder is set for a week from now.",
        (
            ("Find its number", "monitor reminders list"),
            ("Take it out again", "monitor reminders done NUMBER"),
        ),
    ),
)  # fmt: skip
"""In the order in which the page offers them."""

NAMED = {deed.key: deed for deed in DEEDS}
