"""Files that only their owner reads: put in place whole or not at all, or new and never over another."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO


def replace(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Put `content` at `path`: a reader sees the old file or the new one, never half. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path


def new(path: Path) -> IO[bytes]:
    """A new file for its owner alone, open for writing. Raises FileExistsError or OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")


def create(path: Path, content: bytes) -> Path:
    """Write a new file for its owner alone, its folder made where there is none.

    Raises FileExistsError or OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new(path) as file:
        file.write(content)
    return path
