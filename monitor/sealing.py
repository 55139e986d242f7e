"""Sealing: originals are encrypted to a public key, so that what runs every day can lock and never unlock.

One scheme, HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM). The public half of a key is a row of the store;
the private half is a file, a credential of those who may reveal. A sealed value names the place it belongs
to, and opens nowhere else. There are two purposes: `originals`, and `protected` for the protected lane alone.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from monitor import files
from monitor.errors import SealError

ORIGINALS, PROTECTED = "originals", "protected"
PREFIX = "sealing-"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What seals: the id of a key, what it is for, and its public half (32 bytes)."""

    id: str
    purpose: str
    public: bytes

    def seal(self, value: Mapping[str, Any] | bytes, place: str) -> Sealed:
        """`value` locked for `place`, such as `sealed_original:KEY`; a mapping travels as JSON."""
        data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        key = X25519PublicKey.from_public_bytes(self.public)
        return Sealed(self.id, _SUITE.encrypt(data, key, info=place.encode()))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A locked value and the id of the key that opens it."""

    key_id: str
    data: bytes


class Keyring:
    """The private keys of one purpose that are at hand, by id."""

    def __init__(self, purpose: str, folders: Iterable[Path]) -> None:
        self.purpose = purpose
        self._files = {_id(file): file for folder in folders for file in private_keys(purpose, folder)}

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def place(self, key_id: str) -> Path | None:
        """The file of a private key, None where it is not at hand."""
        return self._files.get(key_id)

    def add(self, key_id: str, file: Path) -> None:
        """Take the private key in `file` for `key_id`, whatever the file is called."""
        self._files[key_id] = file

    def public(self, key_id: str) -> PublicKey:
        """The public half of a private key that is at hand. Raises SealError where the file holds none."""
        return PublicKey(key_id, self.purpose, public_half(self._files[key_id]))

    def open(self, sealed: Sealed, place: str) -> bytes:
        """What was sealed. Raises SealError: the key is absent or another one, or the value was moved."""
        file = self._files.get(sealed.key_id)
        if file is None:
            raise SealError(
                f"the key that opens this original is not at hand: put {_name(self.purpose, sealed.key_id)} "
                "back into the folder of secrets. Without it it stays closed; all else is untouched"
            )
        try:
            return _SUITE.decrypt(sealed.data, _private(file), info=place.encode())
        except (InvalidTag, ValueError):
            raise SealError(
                f"{file.name} does not open this original: another key, or the value was changed or moved"
            ) from None


def make_key(purpose: str, folder: Path) -> PublicKey:
    """A new key of `purpose`; its private half goes into a file in `folder` that only its owner reads.

    Raises SealError where the folder cannot be written.
    """
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = PublicKey(os.urandom(4).hex(), purpose, public)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(folder / _name(purpose, key.id), base64.b64encode(private.private_bytes_raw()) + b"\n")
    except OSError as error:
        raise SealError(f"{folder}: the key cannot be written there: {error.strerror}") from None
    return key


def public_half(file: Path) -> bytes:
    """The public half (32 bytes) of the private key in `file`. Raises SealError where it holds none."""
    return _private(file).public_key().public_bytes_raw()


def move_keys(purpose: str, source: Path, target: Path) -> list[Path]:
    """Move the private keys of `purpose` from one folder to another; where they are now.

    Each is there whole before it goes here. Raises SealError where a folder cannot be written.
    """
    moved = []
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in private_keys(purpose, source):
            files.replace(target / file.name, file.read_bytes())
            file.unlink()
            moved.append(target / file.name)
    except OSError as error:
        raise SealError(f"{error.filename or target}: the key cannot be moved: {error.strerror}") from None
    return moved


def _name(purpose: str, key_id: str) -> str:
    return f"{PREFIX}{purpose}-{key_id}"


def _id(file: Path) -> str:
    return file.name.rpartition("-")[2]


def private_keys(purpose: str, folder: Path) -> list[Path]:
    """The files in `folder` that hold private keys of `purpose`."""
    # systemd puts the credential's name before the file's where it hands over a folder.
    return sorted(folder.glob(f"*{PREFIX}{purpose}-*")) if folder.is_dir() else []


def _private(file: Path) -> X25519PrivateKey:
    try:
        return X25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes().strip(), validate=True))
    except OSError as error:
        raise SealError(f"{file}: the key cannot be read: {error.strerror}") from None
    except ValueError:
        raise SealError(f"{file}: is no sealing key") from None
