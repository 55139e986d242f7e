"""The site key: identities are stored as keyed hashes.

A plain hash of a text whose masked copy is known gives an NHS number away in minutes (there are
about 9e8 of them), so every hash this store keeps is keyed. The key is a file of its own beside the
database, readable by the service alone; a database copied without it gives nothing away.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

KEY_BYTES = 32


class SiteKey:
    """Makes the keyed hashes of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def at(cls, path: Path) -> SiteKey:
        """The key in the file at `path`, made there with mode 0600 if there is none."""
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return cls(path.read_bytes())
        secret = os.urandom(KEY_BYTES)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        return cls(secret)

    def hash(self, *parts: str) -> str:
        """32 hex digits that stand for `parts`; the unit separator keeps ("ab", "c") from ("a", "bc")."""
        data = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._secret, digest_size=16).hexdigest()
