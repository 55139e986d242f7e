"""Picture evidence beside digests that are files: a page links to it, and it goes when no page does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from monitor import files

FOLDER = "evidence"
_ADDRESS = re.compile(rf"{FOLDER}/CASE-(\d+)-(\d+)\.png")
_LINK = re.compile(rf'href="({_ADDRESS.pattern})"')

Pictures = Callable[[int], Sequence[bytes]]
"""Gives the picture evidence of the case of that number, PNG, in the order in which its item tells of it."""


def address(case: int, number: int) -> str:
    """What a page beside the folder calls the case's picture of that number, from 1."""
    return f"{FOLDER}/CASE-{case}-{number}.png"


def is_address(text: str) -> bool:
    """Whether `text` is what `address` gives: it leads nowhere else."""
    return _ADDRESS.fullmatch(text) is not None


def put(folder: Path, html: str, pictures: Pictures) -> list[Path]:
    """Write the pictures that a page in `folder` links to, for their owner only. Raises OSError."""
    wanted = {(int(case), int(number)) for _, case, number in _LINK.findall(html)}
    cut = {case: pictures(case) for case, _ in wanted}
    there = [(case, number) for case, number in sorted(wanted) if 0 < number <= len(cut[case])]
    if there:
        (folder / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    return [files.replace(folder / address(case, n), cut[case][n - 1]) for case, n in there]


def sweep(folder: Path) -> None:
    """Delete the pictures that no page in `folder` links to any more. Raises OSError."""
    pages = (page.read_text("utf-8", "replace") for page in folder.glob("*.html"))
    linked = {folder / name for page in pages for name, _, _ in _LINK.findall(page)}
    for file in folder.glob(f"{FOLDER}/CASE-*.png"):
        if file not in linked:
            file.unlink(missing_ok=True)
