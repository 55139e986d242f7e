"""YAML with places: the value of a file, and the line on which each key of it stands."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from monitor.errors import RuleError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LIMIT = 512_000  # characters; the largest shipped file has 20,000

Path = tuple[Hashable, ...]


@dataclass(frozen=True)
class YamlFile:
    """A parsed file. `name` is what errors call it."""

    name: str
    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a key, or of the nearest key above it that exists; 1 for the whole file."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path, reason: str) -> RuleError:
        """The refusal of this file at that key."""
        return RuleError(f"{self.name}:{self.line(path)}: {reason}")


@lru_cache(maxsize=256)
def parse(text: str, name: str) -> YamlFile:
    """Read one document; what it gives is shared, so nobody changes it.

    Raises RuleError for broken YAML, a key used twice, an alias, another type.
    """
    if len(text) > _LIMIT:
        raise RuleError(f"{name}:1: the file is longer than {_LIMIT:,} characters")
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        lines = dict(_walk(root, (), name, set())) if root is not None else {}
        value = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{name}:{line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RuleError(f"{name}:1: not YAML: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise RuleError(f"{name}:1: the file must be a table of keys and values")
    return YamlFile(name, value, lines)


def _walk(node: Any, path: Path, name: str, seen: set[int]) -> Iterator[tuple[Path, int]]:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise RuleError(f"{name}:{line}: anchors and aliases are not used in rule files")
    seen.add(id(node))
    if not path:
        yield path, line
    if isinstance(node, yaml.SequenceNode):
        for position, child in enumerate(node.value):
            yield (*path, position), child.start_mark.line + 1
            yield from _walk(child, (*path, position), name, seen)
    if isinstance(node, yaml.MappingNode):
        yield from _walk_mapping(node, path, name, seen)


def _walk_mapping(node: Any, path: Path, name: str, seen: set[int]) -> Iterator[tuple[Path, int]]:
    used: set[str] = set()
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise RuleError(f"{name}:{line}: a key must be a plain word")
        if key.value in used:
            raise RuleError(f"{name}:{line}: the key {key.value!r} is used twice")
        used.add(key.value)
        yield (*path, key.value), line
        yield from _walk(child, (*path, key.value), name, seen)
