"""The site key: identities are stored as keyed hashes.

A plain hash of a text whose masked copy is known gives an NHS number away in minutes (there are
about 9e8 of them), so every hash this store keeps is keyed. The key is a file of its own beside the
database, readable by the service alone; a database copied without it gives nothing away.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from monitor.errors import StoreError

KEY_BYTES = 32


class SiteKey:
    """Makes the keyed hashes of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def at(cls, path: Path) -> SiteKey:
        """The key in the file at `path`, made there with mode 0600 if there is none.

        Raises StoreError where the file holds something else: a short key would hide nothing.
        """
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
        if len(secret) != KEY_BYTES:
            raise StoreError(f"{path} is damaged: it must hold {KEY_BYTES} bytes; restore it from a backup")
        return cls(secret)

    def hash(self, *parts: str) -> str:
        """32 hex digits that stand for `parts`; the unit separator keeps ("ab", "c") from ("a", "bc")."""
        data = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._secret, digest_size=16).hexdigest()

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose: whoever learns it learns neither this key nor another one."""
        return blake2b(purpose.encode(), key=self._secret, digest_size=32, person=b"derived key").digest()


def _make(path: Path) -> None:
    """Whole or not at all, whoever else is making it: written beside, then linked into place."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".site.key-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # somebody was faster, and theirs counts
            os.link(name, path)
    finally:
        os.unlink(name)
