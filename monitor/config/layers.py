"""The layers that settings are made of: the TOML file, secret files, the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from monitor.config.toml import Key
from monitor.errors import ConfigError

Tree = dict[str, Any]

PREFIX = "MONITOR_"

SECRETS: tuple[tuple[str, str], ...] = (
    ("smtp", "password"),
    ("smtp", "oauth_secret"),
    ("bounces", "password"),
    ("store", "url"),
    ("network", "proxy"),
)
"""What a file in a secrets folder may hold: `smtp-password` or `MONITOR_SMTP__PASSWORD`, and so on."""

_ADDRESSES = ("url", "proxy")
"""Secrets only where there is a password in them."""


_INTO_A_FILE = (
    "put it into a file named {name} in the folder that `secrets_dir` names, readable by the service only"
)
MISPLACED = f"holds a secret, which does not belong in this file: {_INTO_A_FILE}"
PSEUDONYM = "[A-Z]{1,4}-[0-9]{1,6}"
"""How a person is called in the register of staff accounts: S-014."""
MOVED = (
    "the register of staff accounts is in the database: take this table out and type "
    "`monitor accounts add {person} --platform ... --account ... --notice-version ... --notice-date ... "
    "--lawful-basis ... --dpia ... --starts ... --expires ...`"
)
ABSENT = f"is missing: {_INTO_A_FILE}"


def file_text(path: Path) -> str:
    """The text of a settings file, a byte-order mark removed. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file: `monitor init` writes one") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}:1: is not UTF-8 text: save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def parsed(text: str, path: Path) -> Tree:
    """The tables of a TOML text. Raises ConfigError with line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        numbers = re.findall("[0-9]+", place) or [str(text.count("\n") + 1), "1"]
        raise ConfigError(f"{path}:{':'.join(numbers)}: not TOML: {message}") from None


def misplaced(data: Tree) -> Iterator[tuple[Key, str]]:
    """The secrets in a settings file: their keys and what to do."""
    for section, key in SECRETS:
        table = data.get(section)
        value = table.get(key) if isinstance(table, dict) else None
        if isinstance(value, str) and (key not in _ADDRESSES or _has_password(value)):
            yield (section, key), MISPLACED.format(name=_file_name(section, key))


def moved(tree: Tree) -> Iterator[tuple[Key, str]]:
    """Take out of `tree` the tables that stand elsewhere by now: their places and what to type instead."""
    rows = tree.pop("authorisations", [])
    for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
        named = str(row.get("person")) if isinstance(row, dict) else ""
        person = named if re.fullmatch(PSEUDONYM, named) else "S-014"
        yield ("authorisations", index), MOVED.format(person=person)


def _has_password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None
    except ValueError:
        return False


def environment(model: type[BaseModel]) -> Tree:
    """What MONITOR_SECTION__KEY variables set. Raises ConfigError for a list that is not JSON."""
    layered = type("Environment", (model, BaseSettings), {})
    try:
        found = EnvSettingsSource(
            layered, env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True
        )()
    except SettingsError as error:
        name = re.search('field "([^"]+)"', str(error))
        variable = PREFIX + (name[1].upper() if name else "")
        raise ConfigError(f"environment {variable}: must be JSON, such as [{{...}}]") from None
    return dict(found)


def variable(path: Key) -> str | None:
    """The environment variable that sets `path` or the table around it."""
    for end in range(len(path), 0, -1):
        name = PREFIX + "__".join(map(str, path[:end])).upper()
        if any(name == known.upper() for known in os.environ):
            return name
    return None


def unknown_variables(model: type[BaseModel], other: Iterable[str]) -> list[str]:
    """Variables that look like settings but name no table; `other` are names with the prefix that we read."""
    known = {name.upper() for name in (*model.model_fields, *other)}
    tables = {
        name: name[len(PREFIX) :].upper().split("__")[0] for name in os.environ if name.startswith(PREFIX)
    }
    return sorted(name for name, table in tables.items() if table not in known)


def secret_files(folders: Iterable[Path]) -> Iterator[tuple[tuple[str, str], Path]]:
    """(key, file) of each secret that is there; the first folder wins."""
    folders = list(folders)
    for section, key in SECRETS:
        names = (_file_name(section, key), f"{PREFIX}{section}__{key}".upper())
        candidates = (folder / name for folder in folders for name in names)
        if found := next(filter(Path.is_file, candidates), None):
            yield (section, key), found


def _file_name(section: str, key: str) -> str:
    return f"{section}-{key}".replace("_", "-")


def secret_fields(model: type[BaseModel]) -> list[str]:
    """The options of a kind of source that are secrets."""
    return [name for name, field in model.model_fields.items() if "SecretStr" in str(field.annotation)]


def secret_name(source: str, option: str) -> str:
    """The file that holds a source's secret: `sources-nurse-blog-api_key` of the source "Nurse blog"."""
    return f"sources-{re.sub('[^a-z0-9]+', '-', source.casefold()).strip('-')}-{option}"


def secret(path: Path) -> str:
    """A secret file's text without its last line break. Raises ConfigError."""
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"{path}: cannot be read: {reason}") from None


def leaves(tree: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Every value below tables, with its path; a list is one value."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def merged(low: Any, high: Any) -> Any:
    """`high` over `low`: tables key by key, everything else as a whole."""
    if not (isinstance(low, dict) and isinstance(high, dict)):
        return high
    return low | {key: merged(low.get(key), value) for key, value in high.items()}
