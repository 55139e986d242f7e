"""Where each key of a TOML text stands: tomllib gives values, this gives their lines and columns."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

Key = tuple[str | int, ...]
"""A key's way through the file, with the index of each array item: `("sources", 1, "every")`."""

_BLANK = re.compile(r"(?:[\s,]|#[^\n]*)*")
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[A-Za-z0-9_-]+')
_SPACE = re.compile(r"[ \t]*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!")' r"|'''.*?'''(?!')" r'|"(?:[^"\\]|\\.)*"' r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\r\n#]+")


def positions(text: str) -> Mapping[Key, tuple[int, int]]:
    """Key of every table, key and array item -> (line, column), both from 1.

    `text` must already have been accepted by tomllib. A key stands where its name begins, a table
    where its header begins, an array item where its value begins.
    """
    lines = [0, *(m.end() for m in re.finditer("\n", text))]
    offsets = _Scanner(text).document()
    return {path: _line_and_column(lines, offset) for path, offset in offsets.items()}


def nearest(table: Mapping[Key, tuple[int, int]], path: Key) -> tuple[int, int]:
    """The position of `path`, or of the closest table around it that is in the file; else (1, 1)."""
    while path and path not in table:
        path = path[:-1]
    return table.get(path, (1, 1))


def _line_and_column(lines: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.offsets: dict[Key, int] = {}
        self.last_item: dict[Key, int] = {}

    def document(self) -> dict[Key, int]:
        table: Key = ()
        while self._skip_blank() < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.offsets

    def _header(self) -> Key:
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        *parents, last = self._names()
        path: Key = ()
        for name in parents:
            path = self._into((*path, name))
            self.offsets.setdefault(path, start)
        path = (*path, last)
        if is_array:
            self.last_item[path] = self.last_item.get(path, -1) + 1
            self.offsets.setdefault(path, start)
        path = self._into(path)
        self.offsets[path] = start
        self.at = self.text.index("]", self.at) + (2 if is_array else 1)
        return path

    def _into(self, path: Key) -> Key:
        """A header that goes on below an array of tables means its newest item."""
        return (*path, self.last_item[path]) if path in self.last_item else path

    def _names(self) -> list[str]:
        self._match(_SPACE)
        names = [self._name()]
        while self._match(_DOT):
            names.append(self._name())
        return names

    def _name(self) -> str:
        written = self._match(_NAME)
        return str(tomllib.loads(f"name = {written}")["name"]) if written[0] in "\"'" else written

    def _pair(self, table: Key) -> None:
        start = self.at
        path = table
        for name in self._names():
            path = (*path, name)
            self.offsets.setdefault(path, start)
        self._match(_EQUALS)
        self._value(path)

    def _value(self, path: Key) -> None:
        match self.text[self.at]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._match(_STRING)
            case _:
                self._match(_SCALAR)

    def _array(self, path: Key) -> None:
        self.at += 1
        index = 0
        while self.text[self._skip_blank()] != "]":
            self.offsets[(*path, index)] = self.at
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Key) -> None:
        self.at += 1
        while self.text[self._skip_blank()] != "}":
            self._pair(path)
        self.at += 1

    def _skip_blank(self) -> int:
        self._match(_BLANK)
        return self.at

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]
