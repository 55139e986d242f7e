"""A picture that somebody hands in: it travels with its report, and is sealed where that is stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from monitor.types import Media

LARGEST = 20 * 2**20
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", 0, "png"),
    (b"\xff\xd8\xff", 0, "jpg"),
    (b"GIF87a", 0, "gif"),
    (b"GIF89a", 0, "gif"),
    (b"WEBP", 8, "webp"),
)


class NoPicture(ValueError):
    """A file that cannot be kept as a screenshot, and why."""


@dataclass(frozen=True, slots=True)
class Screenshot:
    """One picture. It is not decoded: its kind is told by its first bytes."""

    digest: str
    kind: str
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name it is kept under; a whole digest has runs of digits that look like somebody's number."""
        return f"{self.digest[:8]}.{self.kind}"

    @property
    def short(self) -> str:
        """The same for people."""
        return f"{self.digest[:8]}*.{self.kind}"

    @property
    def media(self) -> Media:
        """The picture as a part of its report."""
        return Media(kind="image", url=f"urn:sha256:{self.digest}", name=self.name, content=self.content)


def taken(path: Path) -> Screenshot:
    """The picture in a file. Raises NoPicture, or OSError where the file cannot be read."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise NoPicture(f"is larger than {LARGEST >> 20} MB: make it smaller")
    kind = next((kind for sign, at, kind in _SIGNS if content[at : at + len(sign)] == sign), None)
    if kind is None or (kind == "webp" and not content.startswith(b"RIFF")):
        raise NoPicture("is no picture: PNG, JPEG, GIF and WebP are taken")
    return Screenshot(hashlib.sha256(content).hexdigest(), kind, content)
