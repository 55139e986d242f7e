"""Files that only their owner reads: put in place whole or not at all, or new and never over another."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO


def replace(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Put `content` at `path`: a reader sees the old file or the new one, never half. Raises OSError."""
    return _put(path, content, mode)


def rewrite(path: Path, content: bytes, check: Callable[[Path], None]) -> Path:
    """`replace` for a file that is there: its owner, group and mode stay. Raises OSError where they cannot.

    `check` is shown the new file first, in the same folder; what it raises leaves the old one in place.
    """
    file = path.resolve(strict=True)
    if not os.access(file, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
    was = file.stat()
    return _put(file, content, stat.S_IMODE(was.st_mode), (was.st_uid, was.st_gid), check)


def _put(
    path: Path,
    content: bytes,
    mode: int,
    owner: tuple[int, int] | None = None,
    check: Callable[[Path], None] = lambda file: None,
) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        check(Path(name))
        if owner is not None:
            os.chown(name, *owner)
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
