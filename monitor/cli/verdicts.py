"""Verdicts of checks: what each found, whatever became of those before it, and how that is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from monitor.cli import output
from monitor.config import Settings
from monitor.errors import MonitorError

Check = tuple[str, Callable[[Settings], str]]
"""The name of a check, and what returns a sentence where all is well."""


class Outcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    DOUBT = "doubt"
    FAILURE = "failure"


class Doubt(Exception):
    """It works, but somebody should look."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found."""

    check: str
    outcome: Outcome
    detail: str

    @property
    def failed(self) -> bool:
        """True where the product cannot work like that."""
        return self.outcome is Outcome.FAILURE


def run(checks: Iterable[Check], settings: Settings) -> Iterator[Verdict]:
    """Run each check, whatever became of those before it."""
    for name, check in checks:
        yield judged(name, lambda check=check: check(settings))  # type: ignore[misc]


def judged(name: str, check: Callable[[], str]) -> Verdict:
    """The verdict of one check."""
    try:
        return Verdict(name, Outcome.OK, check())
    except Doubt as doubt:
        return Verdict(name, Outcome.DOUBT, str(doubt))
    except MonitorError as error:
        return Verdict(name, Outcome.FAILURE, str(error))
    except Exception as error:  # a broken check is a finding as well; its words might hold a secret
        return Verdict(name, Outcome.FAILURE, f"the check itself failed ({type(error).__name__})")


def report(verdicts: list[Verdict], *, as_json: bool) -> None:
    """Print verdicts on stdout."""
    if as_json:
        output.print_json([asdict(verdict) for verdict in verdicts])
        return
    signs = {
        Outcome.OK: "[green]ok     [/]",
        Outcome.DOUBT: "[yellow]look   [/]",
        Outcome.FAILURE: "[red]FAILED [/]",
    }
    console = output.stdout()
    for verdict in verdicts:
        for line in verdict.detail.splitlines():
            console.print(f"{signs[verdict.outcome]} {verdict.check}: {output.clean(line)}", soft_wrap=True)
