"""Other bodies of the NHS: their names, and those of their hospitals (rules/catalogue/bodies.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rules.yamlfile import parse


@dataclass(frozen=True, slots=True)
class Body:
    """A body by name, and the hospitals that it runs."""

    name: str
    hospitals: tuple[str, ...] = ()


@cache
def shipped() -> tuple[Body, ...]:
    """Every body that is listed."""
    file = files("rules") / "catalogue" / "bodies.yaml"
    listed: dict[str, list[str]] = parse(file.read_text("utf-8"), file.name).value["bodies"]
    return tuple(Body(name, tuple(hospitals)) for name, hospitals in listed.items())
