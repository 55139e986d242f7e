"""`monitor cases mark`: whether a case was rightly reported."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.casework.work import Number, at_work
from monitor.cli.person import By
from monitor.types import Verdict

if TYPE_CHECKING:
    from monitor.store.casework.decisions import Suspect

_QUIET_FOR = "90d"


def mark(
    context: typer.Context,
    number: Number,
    verdict: Annotated[Verdict, typer.Argument(help="Was the rule right to point at it, or wrong?")],
    reason: Annotated[str, typer.Option(help="Why, in a few words. Name no person.")] = "",
    by: By = None,
) -> None:
    """Say whether a case was rightly reported, or a false alarm: `monitor rules precision` learns from it.

    The case stays open, but one that is marked wrong may be closed as it is. The last word counts.
    """
    from monitor.errors import CaseRefused
    from monitor.service import utc_now
    from monitor.store.casework.decisions import mark as record

    with at_work(context) as work:
        text = work.words(reason, "--reason")
        _, actor = work.case(number)
        suspects = record(work.store, number, verdict, actor, text, utc_now(), by)
    if suspects is None:
        raise CaseRefused(f"nothing of what case {number} found is kept")
    output.show(f"Case {number} is marked {verdict}.")
    if verdict is Verdict.WRONG:
        output.say(f"\nIf it will come again, hide it for {_QUIET_FOR} (look first with --dry-run):")
        for suspect in suspects:
            output.show(_command(suspect, number, text))


def _command(suspect: Suspect, number: int, reason: str) -> str:
    """The filter to type, as narrow as the case allows."""
    words = ["monitor", "filters", "add", suspect.rule_id, *_scope(suspect)]
    words += ["--reason", reason or f"false alarm, case {number}", "--expires", _QUIET_FOR]
    return shlex.join(" ".join(output.plain(word).split()) for word in words)


def _scope(suspect: Suspect) -> list[str]:
    if suspect.page is not None:
        return ["--page", suspect.page]
    if suspect.author:
        return ["--platform", suspect.platform, "--author", suspect.author]
    return ["--source", suspect.source]
