"""Files of rules, packs and catalogues as checked tables: the only part of the rules that reads files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from monitor.config.problems import did_you_mean
from monitor.errors import RuleError
from rules.schema import Table
from rules.yamlfile import YamlFile, parse

_T = TypeVar("_T", bound=Table)


def texts(folder: Traversable | Path | None, shown: str) -> Iterator[tuple[str, str]]:
    """Name and text of every YAML file of a folder, by name; `folder` may also be one file."""
    if folder is None:
        return
    if folder.is_file():
        yield shown, _text(folder, shown)
    elif folder.is_dir():
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith((".yaml", ".yml")):
                yield f"{shown}/{entry.name}", _text(entry, f"{shown}/{entry.name}")
    else:
        raise RuleError(f"{shown}:1: the folder does not exist")


def _text(file: Traversable | Path, shown: str) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise RuleError(f"{shown}:1: cannot be read: {type(error).__name__}") from None


def read(file: Traversable | Path, shown: str, model: type[_T]) -> _T:
    """One YAML file as `model`. Raises RuleError ("file:line: reason")."""
    return validated(parse(_text(file, shown), shown), model)


def validated(source: YamlFile, model: type[_T]) -> _T:
    """What was parsed, as `model`. Raises RuleError ("file:line: reason")."""
    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        raise _refusal(source, error) from None


_TELLING = ("extra_forbidden", "value_error", "missing")
_SHAPE = frozenset({"string_type", "model_type", "dict_type", "literal_error"})


def _refusal(source: YamlFile, error: ValidationError) -> RuleError:
    """The most telling of pydantic's errors.

    A misspelt key is reported as a missing one, too, and a union reports the branches nobody meant.
    """
    detail = min(error.errors(include_url=False), key=lambda entry: _rank(entry["type"]))
    path: tuple[int | str, ...] = ()
    for step in detail["loc"]:
        if (*path, step) in source.lines:
            path = (*path, step)
    key = ".".join(str(step) for step in path)
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return source.error(path, f"unknown key {last!r}: {did_you_mean(last, sorted(_keys()))}")
    if detail["type"] == "missing":
        return source.error(path, f"the key {last!r} is missing")
    reason = detail["msg"].removeprefix("Value error, ")
    return source.error(path, f"{key}: {reason}" if key else reason)


def _rank(kind: str) -> int:
    if kind in _TELLING:
        return _TELLING.index(kind)
    return len(_TELLING) + (kind in _SHAPE)


def _keys() -> set[str]:
    return {name for model in _tables(Table) for name in model.model_fields}


def _tables(model: type[Table]) -> Iterable[type[Table]]:
    for child in model.__subclasses__():
        yield child
        yield from _tables(child)
