"""Word lists that detectors share: data, so that a list can be read and disputed without reading code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, RootModel, ValidationError

from monitor.errors import RuleError
from rules.text.patterns import PatternRefused, check
from rules.yamlfile import parse

_CALL = re.compile(r"\(\?&(\w+)\.(\w+)\)")


def _entry(value: str) -> str:
    pattern = written_out(value)
    check(pattern)
    return pattern


def _sound(value: object) -> dict[str, list[str]] | None:
    """The lists written out, where all of it is sound: one check a list, not one an entry. Else None."""
    try:
        lists = {key: [written_out(entry) for entry in entries] for key, entries in value.items()}  # type: ignore[attr-defined]
        for entries in lists.values():
            check("|".join(f"(?:{entry})" for entry in entries))
    except (AttributeError, TypeError, PatternRefused):
        return None
    return lists


class _Lists(RootModel[dict[str, list[Annotated[str, AfterValidator(_entry)]]]]):
    """name -> entries, each a word, an RE2 pattern over folded text or a call of another list."""


@cache
def words(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of rules/catalogue/words/NAME.yaml by their keys. Raises RuleError ("file:line: reason")."""
    shown = f"rules/catalogue/words/{name}.yaml"
    source = parse((files("rules") / "catalogue" / "words" / f"{name}.yaml").read_text("utf-8"), shown)
    try:
        lists = _sound(source.value) or _Lists.model_validate(source.value).root
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


def written_out(pattern: str) -> str:
    """A pattern with every `(?&file.list)` replaced by the words of that list.

    RE2 has no such group, so it cannot mean anything else. A list may call one of another file. Raises
    PatternRefused for an unknown list.
    """
    return _CALL.sub(_called, pattern)


def _called(call: re.Match[str]) -> str:
    try:
        return any_of(words(call[1])[call[2]])
    except (FileNotFoundError, KeyError):
        raise PatternRefused(f"there is no word list {call[1]}.{call[2]}") from None
