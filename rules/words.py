"""Word lists that detectors share: data, so that a list can be read and disputed without reading code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from pydantic import RootModel, ValidationError

from monitor.errors import RuleError
from rules.schema import Pattern
from rules.yamlfile import parse


class _Lists(RootModel[dict[str, list[Pattern]]]):
    """name -> entries, each a word or an RE2 pattern over folded text."""


@cache
def words(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of rules/catalogue/words/NAME.yaml by their keys. Raises RuleError ("file:line: reason")."""
    shown = f"rules/catalogue/words/{name}.yaml"
    source = parse((files("rules") / "catalogue" / "words" / f"{name}.yaml").read_text("utf-8"), shown)
    try:
        lists = _Lists.model_validate(source.value).root
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise source.error(tuple(first["loc"]), first["msg"]) from None
    return {key: tuple(entries) for key, entries in lists.items()}


def any_of(entries: Iterable[str]) -> str:
    """One pattern for whole words: any of the entries."""
    listed = tuple(entries)
    if not listed:
        raise RuleError("a pattern of no words would match nothing: the list is empty")
    return rf"\b(?:{'|'.join(listed)})\b"
