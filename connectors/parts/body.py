"""An answer's body, read and unpacked within its caps."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.parts.network import Deadline
from monitor.errors import SourceChanged

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Caps:
    """The most bytes of one body: as it travels, and unpacked."""

    wire: int = 2_000_000
    body: int = 8_000_000

    def read(self, headers: Mapping[str, str], chunks: Iterable[bytes], deadline: Deadline) -> bytes:
        """The body of an answer with these headers; never more than a byte above the cap is unpacked.

        Raises SourceChanged for a body that is too large, cut off, or packed in a way that was not asked
        for, SourceUnavailable at the deadline, zlib.error for what cannot be unpacked.
        """
        too_large = SourceChanged(f"{deadline.host}: the answer is larger than {self.wire} bytes")
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self.wire:
            raise too_large
        packing = _packing(headers.get("content-encoding", ""), deadline.host)
        body, wire = bytearray(), 0
        for chunk in chunks:
            deadline.left()
            wire += len(chunk)
            body += packing.unpack(chunk, self.body + 1 - len(body))
            if wire > self.wire or len(body) > self.body:
                raise too_large
        if wire and not packing.is_complete:
            raise SourceChanged(f"{deadline.host}: the compressed answer is cut off")
        return bytes(body)


class _Plain:
    is_complete = True

    def unpack(self, chunk: bytes, most: int) -> bytes:
        return chunk[:most]


class _Gzip:
    """gzip, member after member (RFC 1952, 2.2); what follows the last one is padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self._is_padding = False

    @property
    def is_complete(self) -> bool:
        return self._member.eof

    def unpack(self, chunk: bytes, most: int) -> bytes:
        unpacked = bytearray()
        while chunk and not self._is_padding and len(unpacked) < most:
            if self._member.eof:
                self._is_padding = not _GZIP.startswith(chunk[:2])
                if self._is_padding:
                    break
                self._member = zlib.decompressobj(31)
            unpacked += self._member.decompress(chunk, most - len(unpacked))
            chunk = self._member.unused_data
        return bytes(unpacked)


def _packing(encoding: str, host: str) -> _Plain | _Gzip:
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
    raise SourceChanged(f"{host}: the answer is packed in a way that was not asked for")
