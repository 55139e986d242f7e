"""Every key of a TOML text is found where it stands."""

from __future__ import annotations

import string
import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.config.toml import Key, nearest, positions

TEXT = '''\
title = "x"  # [not.a.table]
many = """
[digest]
at = "\\""" """
raw = \'\'\'
a = 1\'\'\'\'\'
"quoted \\u0041.b" . plain = 1979-05-27 07:32:32

[organisation]
name = 'it''s' # comment
'''.replace("'it''s'", "'its'")


def test_multi_line_strings_and_comments_hold_no_keys() -> None:
    assert positions(TEXT) == {
        ("title",): (1, 1),
        ("many",): (2, 1),
        ("raw",): (5, 1),
        ("quoted A.b",): (7, 1),
        ("quoted A.b", "plain"): (7, 1),
        ("organisation",): (9, 1),
        ("organisation", "name"): (10, 1),
    }


def test_inline_tables_and_lists_give_the_place_of_each_item() -> None:
    found = positions(
        'aliases = [\n  { text = "}", tier = 1 }, # ]\n  {text="B"},\n]\nlist = [1, [2], "3"]\n'
    )
    assert found[("aliases", 0)] == (2, 3)
    assert found[("aliases", 0, "tier")] == (2, 17)
    assert found[("aliases", 1, "text")] == (3, 4)
    assert found[("list", 1, 0)] == (5, 13)
    assert found[("list", 2)] == (5, 17)


def test_a_table_below_an_array_of_tables_belongs_to_its_newest_item() -> None:
    found = positions("[[s]]\nn=1\n[[s]]\n[s.o]\np=1\n[[s.i]]\nv=1\n  [[s.i]]\n  v=2\n")
    assert found[("s", 1, "o", "p")] == (5, 1)
    assert found[("s", 1, "i", 1, "v")] == (9, 3)


def test_windows_line_ends_do_not_move_the_place() -> None:
    assert positions("a = 1\r\n[b]\r\nc = 2\r\n")[("b", "c")] == (3, 1)


def test_a_missing_key_is_looked_for_in_the_table_around_it() -> None:
    found = positions("[a]\nb = 1\n[[c]]\n")
    assert nearest(found, ("a", "missing")) == (1, 1)
    assert nearest(found, ("c", 0, "missing")) == (3, 1)
    assert nearest(found, ("elsewhere",)) == (1, 1)


KEYS = st.text(string.ascii_letters + "_-", min_size=1, max_size=5) | st.text(
    string.printable.replace("\r", "") + "äß€", max_size=5
)
SCALARS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.text(string.printable.replace("\r", "") + "#[]{}'\"\\=é", max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
FILES = st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=4)


def _quoted(text: str) -> str:
    escaped = "".join(f"\\u{ord(c):04x}" if c in '"\\' or ord(c) < 32 or ord(c) == 127 else c for c in text)
    return f'"{escaped}"'


def _key(text: str) -> str:
    plain = text and set(text) <= set(string.ascii_letters + string.digits + "_-")
    return text if plain else _quoted(text)


def _text(value: str) -> str:
    if "\n" in value and "\\" not in value and '"' not in value and value.isprintable() is False:
        body = "".join(c for c in value if c == "\n" or c == "\t" or c.isprintable())
        return f'"""\n{body}"""'
    return f"'{value}'" if value.isprintable() and "'" not in value else _quoted(value)


class Writer:
    """Writes TOML and notes where it put each key: the opposite of what is tested."""

    def __init__(self) -> None:
        self.text = ""
        self.at: dict[Key, tuple[int, int]] = {}

    def note(self, path: Key) -> None:
        before = self.text
        self.at[path] = (before.count("\n") + 1, len(before) - before.rfind("\n"))

    def value(self, value: Any, path: Key) -> None:
        match value:
            case list():
                self.text += "[ # ]}\n"
                for index, item in enumerate(value):
                    self.note((*path, index))
                    self.value(item, (*path, index))
                    self.text += " ,\n\t"
                self.text += "]"
            case dict():
                self.text += "{ "
                for index, (key, item) in enumerate(value.items()):
                    self.text += ", " if index else ""
                    self.pair(key, item, path)
                self.text += " }"
            case bool():
                self.text += str(value).lower()
            case str():
                self.text += _text(value)
            case _:
                self.text += str(value)

    def pair(self, key: str, item: Any, path: Key) -> None:
        self.note((*path, key))
        self.text += f"{_key(key)} = "
        self.value(item, (*path, key))

    def file(self, tree: dict[str, Any]) -> None:
        tables = {key: value for key, value in tree.items() if isinstance(value, dict)}
        for key, value in tree.items():
            if key not in tables:
                self.pair(key, value, ())
                self.text += " # x = [\n"
        for key, value in tables.items():
            self.text += "\n"
            self.note((key,))
            self.text += f"[ {_key(key)} ] # ]]\n"
            for name, item in value.items():
                self.text += "  "
                self.pair(name, item, (key,))
                self.text += "\n"


@given(FILES)
def test_every_key_of_any_file_is_found_where_it_was_written(tree: dict[str, Any]) -> None:
    writer = Writer()
    writer.file(tree)
    tomllib.loads(writer.text)
    assert positions(writer.text) == writer.at
