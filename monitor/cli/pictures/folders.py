"""Folders of labelled pictures, as they are read.

A folder holds pictures and `labels.csv` or `labels.jsonl`, one line a picture, whose columns say what is
measured: `mark` and `condition` marks, `same_as` avatars, `lines` text, `url` codes, `expect` hostile files.
The organisation's own pictures stand in `refs` beside it: `mark.png`, which all bodies share, `emblem.png`,
which is its alone, and `avatar_*.png`. `drawn.json`, where there is one, notes how the pictures came
about (`seed`, `fonts`) and as whose they are judged (`ours`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

Labels = Mapping[str, Any]


class Kind(StrEnum):
    """What the pictures of a folder are there to measure."""

    MARKS = "marks"
    AVATARS = "avatars"
    TEXT = "text"
    CODES = "codes"
    HOSTILE = "hostile files"


_COLUMNS = {
    Kind.MARKS: {"mark", "condition"},
    Kind.AVATARS: {"same_as"},
    Kind.TEXT: {"lines", "nhs_numbers"},
    Kind.CODES: {"url"},
    Kind.HOSTILE: {"expect"},
}


class FolderRefused(Exception):
    """A folder that cannot be measured; the message says why and what would be right."""


@dataclass(frozen=True)
class Folder:
    """One folder, its labels read."""

    path: Path
    kind: Kind
    labels: Sequence[Labels]
    noted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.path.resolve().name

    def reference(self, name: str) -> Path | None:
        """One of the organisation's own pictures, None where the folder comes without it."""
        file = self.path.resolve().parent / "refs" / f"{name}.png"
        return file if file.is_file() else None

    def avatars(self) -> tuple[Path, ...]:
        """The organisation's avatars."""
        return tuple(sorted((self.path.resolve().parent / "refs").glob("avatar_*.png")))

    def pictures(self) -> Iterator[tuple[Labels, bytes]]:
        """Each picture's labels and bytes. Raises FolderRefused for one that is not there."""
        for labels in self.labels:
            file = self.path / Path(str(labels["file"])).name
            try:
                yield labels, file.read_bytes()
            except OSError as error:
                raise FolderRefused(f"{file}: {error.strerror}; its labels name it") from None


def folder(path: Path) -> Folder:
    """Read a folder's labels. Raises FolderRefused."""
    labels = _labels(path)
    known = set(labels[0]) if labels else set()
    for kind, columns in _COLUMNS.items():
        if "file" in known and columns <= known:
            return Folder(path, kind, labels, _noted(path))
    wanted = "; ".join(f"{', '.join(sorted(columns))} for {kind}" for kind, columns in _COLUMNS.items())
    raise FolderRefused(f"{path}: its labels need a column file, and: {wanted}")


def _labels(path: Path) -> Sequence[Labels]:
    try:
        if (lines := path / "labels.jsonl").is_file():
            return [json.loads(line) for line in lines.read_text("utf-8").splitlines() if line.strip()]
        with (path / "labels.csv").open(encoding="utf-8-sig", newline="") as table:
            return list(csv.DictReader(table))
    except OSError:
        raise FolderRefused(
            f"{path}: has neither labels.csv nor labels.jsonl, so nobody says what is right"
        ) from None
    except (ValueError, csv.Error):
        raise FolderRefused(f"{path}: its labels are neither a table nor JSON Lines") from None


def _noted(path: Path) -> Mapping[str, Any]:
    try:
        noted = json.loads((path / "drawn.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}
