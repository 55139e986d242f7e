"""Duties: what the policies ask of the organisation itself, and how each is carried."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rules.files import read
from rules.schema import Line, Table

DUTIES = 24
"""So many duties the five policies lay on an organisation between them."""


class Duty(Table):
    """One duty in our words, the clauses that it comes from, and the commands that carry it."""

    number: Annotated[int, Field(ge=1, le=DUTIES)]
    duty: Line
    clauses: list[str] = Field(min_length=1)
    carried: Literal["yes", "in part", "planned"]
    does: Line
    commands: list[Line] = Field(default_factory=list)


class Duties(Table):
    """The file of duties: every one of them, in order."""

    duties: list[Duty]

    @model_validator(mode="after")
    def _complete(self) -> Duties:
        if [duty.number for duty in self.duties] != list(range(1, DUTIES + 1)):
            raise ValueError(f"the duties are not those from 1 to {DUTIES} in order")
        return self


def duties() -> Sequence[Duty]:
    """Every duty. Raises RuleError where the file leaves one out."""
    return read(files("rules") / "catalogue" / "duties.yaml", "rules/catalogue/duties.yaml", Duties).duties
