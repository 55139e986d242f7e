"""Treatments: what is done about the clauses of each category, as the catalogue says it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field, model_validator

from rules.categories import GROUP
from rules.files import read
from rules.schema import Category, LaneName, Line, RoutingKey, Table


class Treatment(Table):
    """What is done about the clauses of a category; `never` is why some of them are not monitored.

    `built` says how far the product is where no rule answers: None for a category that rules should cover.
    """

    lane: LaneName | None = None
    told: list[RoutingKey] = Field(default_factory=list)
    does: Line | None = None
    built: Literal["today", "planned", "by hand"] | None = None
    never: Line | None = None


class Categories(Table):
    """The file of categories: every one of them, once."""

    categories: dict[Category, Treatment]

    @model_validator(mode="after")
    def _complete(self) -> Categories:
        if missing := [category for category in GROUP if category not in self.categories]:
            raise ValueError(f"the category {missing[0]!r} is missing")
        return self


@cache
def categories() -> Mapping[str, Treatment]:
    """What is done about each category. Raises RuleError where the file leaves one out."""
    file = files("rules") / "catalogue" / "categories.yaml"
    return read(file, "rules/catalogue/categories.yaml", Categories).categories
