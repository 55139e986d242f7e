"""A picture that somebody hands in, kept as it is in a private folder under the digest of its bytes."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

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
        """The name it is kept under."""
        return f"{self.digest}.{self.kind}"

    @property
    def short(self) -> str:
        """The same for people; a whole digest has runs of digits that look like somebody's number."""
        return f"{self.digest[:8]}*.{self.kind}"

    def keep(self, folder: Path) -> bool:
        """Put it into `folder`, readable by the service's account alone; False where it was there already."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        half, whole = folder / f".{self.name}.{os.getpid()}", folder / self.name
        if whole.exists():
            return False
        try:
            with open(
                os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb"
            ) as file:
                file.write(self.content)
            half.rename(whole)
        finally:
            half.unlink(missing_ok=True)
        return True


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
