"""One folder of pictures with its labels, as they are written down."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Folder:
    """Takes pictures one by one and writes their labels at the end."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        self._labels: list[Mapping[str, Any]] = []

    def add(self, content: bytes, ending: str, name: str = "", **labels: Any) -> None:
        """Keep one file and what is true of it."""
        file = f"{name or f'{len(self._labels):05}'}.{ending}"
        (self.place / file).write_bytes(content)
        self._labels.append({"file": file, **labels})

    def write_csv(self, columns: str) -> int:
        """Labels as a table; gives how many there are."""
        with (self.place / "labels.csv").open("w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, ["file", *columns.split()], restval="", lineterminator="\n")
            table.writeheader()
            table.writerows(self._labels)
        return len(self._labels)

    def write_jsonl(self) -> int:
        """Labels as JSON Lines; gives how many there are."""
        lines = (json.dumps(labels, ensure_ascii=False) + "\n" for labels in self._labels)
        (self.place / "labels.jsonl").write_text("".join(lines), "utf-8")
        return len(self._labels)
