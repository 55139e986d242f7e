"""A watched page in the text of a settings file: its comments and its layout stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import tomlkit
from tomlkit.items import Array

from monitor.config.toml import positions


def with_pages(text: str, source: str, titles: Sequence[str]) -> str:
    """`text` with more `pages` of the source of that name. Raises LookupError where the text has it not."""
    document = tomlkit.parse(text)
    for table in cast("Sequence[dict[str, Any]]", document.get("sources", ())):
        if table.get("name") == source and isinstance(table.get("pages"), Array):
            table["pages"].extend(titles)
            return _ended_alike(tomlkit.dumps(document), text)
    raise LookupError(source)


def with_source(text: str, table: Mapping[str, Any]) -> str:
    """`text` with one more source: below the last one, else at the end.

    Raises LookupError where the sources stand in one array: that is for a person to extend.
    """
    document = tomlkit.parse(text)
    if isinstance(document.get("sources"), Array):
        raise LookupError("sources")
    lines = text.splitlines()
    at = _below_the_sources(text, lines)
    new = ["", *source_text(table).splitlines()] if at else source_text(table).splitlines()
    rest = lines[at:] if not lines[at:] or not lines[at].strip() else ["", *lines[at:]]
    return _ended_alike("\n".join([*lines[:at], *new, *rest]) + "\n", text)


def source_text(table: Mapping[str, Any]) -> str:
    """A source as it is written into the settings."""
    return tomlkit.dumps({"sources": [dict(table)]})


def pages_text(titles: Sequence[str]) -> str:
    """Titles as they are written into `pages`."""
    return ", ".join(tomlkit.item(title).as_string() for title in titles)


def _below_the_sources(text: str, lines: Sequence[str]) -> int:
    """How many lines end with the last source; a comment above the next table belongs to that one."""
    places = positions(text)
    last = max((line for key, (line, _) in places.items() if key[0] == "sources"), default=len(lines))
    tables = (line for key, (line, _) in places.items() if key[0] != "sources" and line > last)
    at = min(tables, default=len(lines) + 1) - 1
    while at and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
        at -= 1
    return at


def _ended_alike(text: str, like: str) -> str:
    """`text` with the line ends of the file it comes from."""
    plain = text.replace("\r\n", "\n")
    return plain.replace("\n", "\r\n") if "\r\n" in like else plain
