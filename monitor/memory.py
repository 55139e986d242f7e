"""The memory of a source: sessions and renewed tokens, in a file that nobody else may read.

Never a post. Each look reads the file, so that two readers of one source see the same tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, MutableMapping
from hashlib import blake2b
from pathlib import Path

import structlog

from monitor import files
from monitor.errors import StoreError

log = structlog.get_logger("monitor.memory")


class Memory(MutableMapping[str, str]):
    """Short texts by name, kept in `folder` under the name of `source`; a change is on disk at once.

    A damaged file counts as empty: whoever reads the source signs in anew. Raises StoreError where the file
    or its folder is not ours to read and write.
    """

    def __init__(self, folder: Path, source: str) -> None:
        self._source, self._file = source, folder / f"{_safe(source)}.json"

    def __getitem__(self, name: str) -> str:
        return self._read()[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._write(self._read() | {name: value})

    def __delitem__(self, name: str) -> None:
        kept = self._read()
        del kept[name]
        self._write(kept)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return f"Memory({self._source!r})"  # what it holds is secret

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"{self._file}: cannot be read ({error.strerror}); check its owner") from None
        except (ValueError, RecursionError):
            kept = None
        if isinstance(kept, dict) and all(isinstance(value, str) for value in kept.values()):
            return kept
        log.warning("memory damaged, signing in anew", source=self._source, file=str(self._file))
        return {}

    def _write(self, kept: dict[str, str]) -> None:
        folder = self._file.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            files.replace(self._file, json.dumps(kept).encode())
        except OSError as error:
            raise StoreError(f"{folder}: cannot be written ({error.strerror}); check its owner") from None


def _safe(source: str) -> str:
    """The source's name as the name of a file; the digest tells apart what looks alike as one."""
    plain = re.sub("[^a-z0-9]+", "-", source.casefold()).strip("-")[:60]
    return f"{plain}-{blake2b(source.encode(), digest_size=4).hexdigest()}"
