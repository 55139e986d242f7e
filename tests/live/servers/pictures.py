"""Pictures that need no library: what a wiki takes for a logo."""

from __future__ import annotations

import struct
import zlib

SIDE = 8


def grey(shade: int) -> bytes:
    """A small PNG of one grey, from 0 (black) to 255."""
    header = struct.pack(">2I5B", SIDE, SIDE, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes([0, *[shade] * SIDE]) * SIDE)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
