"""`monitor cases`: what people say of a case."""

from __future__ import annotations

import shlex
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.person import By, free_of_identifiers, whoever
from monitor.cli.replay import opened
from monitor.types import Verdict

if TYPE_CHECKING:
    from monitor.store.decisions import Suspect

app = typer.Typer(help="Say whether a case was rightly reported.", no_args_is_help=True)

_QUIET_FOR = "90d"


@app.command()
def mark(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The case, as the digest numbers it.")],
    verdict: Annotated[Verdict, typer.Argument(help="Was the rule right to point at it, or wrong?")],
    reason: Annotated[str, typer.Option(help="Why, in a few words. Name no person.")] = "",
    by: By = None,
) -> None:
    """Say whether a case was rightly reported, or a false alarm: `monitor rules precision` learns from it.

    The case stays as it is. Marked again, the last word counts.
    """
    from monitor.service import utc_now
    from monitor.store.decisions import mark as record

    settings = output.settings(context)
    free_of_identifiers(reason, "--reason", settings.organisation)
    with closing(opened(settings)) as store:
        suspects = record(store, number, verdict, whoever(by), reason.strip(), utc_now())
    if suspects is None:
        raise typer.BadParameter(f"there is no case {number}", param_hint="NUMBER")
    output.show(f"Case {number} is marked {verdict}.")
    if verdict is Verdict.WRONG:
        output.say(f"\nIf it will come again, hide it for {_QUIET_FOR} (look first with --dry-run):")
        for suspect in suspects:
            output.show(_command(suspect, number, reason))


def _command(suspect: Suspect, number: int, reason: str) -> str:
    """The filter to type, as narrow as the case allows."""
    words = ["monitor", "filters", "add", suspect.rule_id, *_scope(suspect)]
    words += ["--reason", reason.strip() or f"false alarm, case {number}", "--expires", _QUIET_FOR]
    return shlex.join(" ".join(output.plain(word).split()) for word in words)


def _scope(suspect: Suspect) -> list[str]:
    if suspect.page is not None:
        return ["--page", suspect.page]
    if suspect.author:
        return ["--platform", suspect.platform, "--author", suspect.author]
    return ["--source", suspect.source]
