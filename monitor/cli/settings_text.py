"""Settings in words: the values in force, the JSON schema, the reference of every key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from monitor.config import Settings, SourceSettings
from monitor.config.fields import short_duration
from monitor.config.problems import dotted, model_in

if TYPE_CHECKING:
    from monitor.config.toml import Key

HIDDEN = "**********"

_SECRET_KEY = re.compile(r"token|secret|passw|credential|(^|_)key$", re.IGNORECASE)


def effective(settings: Settings) -> Iterator[tuple[str, Any, str]]:
    """(key, value, origin) of every setting; secrets hidden."""
    for path, value in _flat(settings.model_dump(mode="json")):
        yield dotted(path), _public(path, value), settings.origin.exact(path)


def _flat(value: Any, path: Key = ()) -> Iterator[tuple[Key, Any]]:
    if isinstance(value, dict) and value:
        children: Iterator[tuple[str | int, Any]] = iter(value.items())
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        children = iter(enumerate(value))
    else:
        yield path, value
        return
    for key, child in children:
        yield from _flat(child, (*path, key))


def _public(path: Key, value: Any) -> Any:
    if isinstance(value, str) and _SECRET_KEY.search(str(path[-1])):
        return HIDDEN
    return _public_address(value) if isinstance(value, str) and "://" in value else value


def _public_address(url: str) -> str:
    """An address without what may sign somebody in: feed addresses carry keys in path and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    host = f"{HIDDEN}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    path = f"/{HIDDEN}" if "/alerts/feeds/" in parts.path else parts.path
    query = f"?{HIDDEN}" if parts.query else ""
    return f"{parts.scheme}://{host}{path}{query}"


def schema() -> dict[str, Any]:
    """The JSON schema of the settings file."""
    found = Settings.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "monitor.toml"}


def reference(kinds: Iterable[str] | None = None) -> str:
    """Every key as Markdown: one table for each table of the file and each of `kinds` (None = all)."""
    parts = [_section("Above the first table", Settings, lambda field: model_in(field.annotation) is None)]
    for name, field in Settings.model_fields.items():
        if model := model_in(field.annotation):
            parts.append(_section(f"`{_heading(name, field)}`", model))
            parts += _nested(name, model)
            parts += _kinds(kinds) if model is SourceSettings else []
    return "\n\n".join(parts)


def _nested(name: str, model: type[BaseModel]) -> list[str]:
    below = ((key, field, model_in(field.annotation)) for key, field in model.model_fields.items())
    return [_section(f"`{_heading(f'{name}.{key}', field)}`", child) for key, field, child in below if child]


def _heading(name: str, field: FieldInfo) -> str:
    return f"[[{name}]]" if get_origin(field.annotation) is tuple else f"[{name}]"


def _kinds(kinds: Iterable[str] | None) -> list[str]:
    from connectors import CONNECTORS, load

    wanted = CONNECTORS if kinds is None else kinds
    return [_section(f'`[[sources]]` with `kind = "{kind}"`', load(kind).Options) for kind in wanted]


def _section(heading: str, model: type[BaseModel], wanted: Any = lambda _: True) -> str:
    fields = ((key, field) for key, field in model.model_fields.items() if wanted(field))
    rows = [
        f"| `{key}` | {_kind(field)} | {_default(field)} | {_cell(field.description)} |"
        for key, field in fields
    ]
    about = (model.__doc__ or "").strip().splitlines()[0]
    head = ["| Key | Value | Default | Meaning |", "|---|---|---|---|"]
    return "\n".join((f"### {heading}", "", about, "", *head, *rows))


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


_KINDS: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path", SecretStr: "text",
    date: "date", time: "time", timedelta: "duration",
}  # fmt: skip


def _kind(field: FieldInfo) -> str:
    annotation = field.annotation
    while True:  # X of `X | None` and of Annotated[X, ...]
        inner = [option for option in get_args(annotation) if option is not type(None)]
        if get_origin(annotation) not in (Union, UnionType, Annotated):
            break
        annotation = inner[0]
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{option}`" for option in inner)
    if get_origin(annotation) is dict:
        return "table"
    return "list" if get_origin(annotation) is tuple else _KINDS.get(annotation, "text")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True) if field.default_factory is None else None
    match value:
        case _ if field.is_required():
            return "**required**"
        case None | ():
            return "none"
        case dict() if not value:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case timedelta():
            return f"`{short_duration(value)}`"
        case time():
            return f"`{value:%H:%M}`"
        case tuple():
            return f"`{list(value)}`".replace("'", '"')
    return f"`{value}`"
