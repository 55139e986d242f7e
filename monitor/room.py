"""Room on the disk of the state folder: with too little nothing new is read, and all else goes on.

What is stored can still be mailed, decided and purged then; on a disk that is full not even that.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor.errors import DiskLow

NEEDED = 256 * 2**20
"""Bytes; below it polls pause."""


def require(folder: Path) -> None:
    """Raises DiskLow where the disk of `folder` has too little room."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        raise DiskLow(
            f"disk: only {free // 2**20} MiB free at {folder}: make room, reading pauses until then"
        )
