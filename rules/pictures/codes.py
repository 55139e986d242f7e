"""QR codes and their kin: what they say. Nothing that they name is ever opened."""

from __future__ import annotations

import zxingcpp

from rules.pictures.decode import Frame

MOST = 10
LONGEST = 2_000  # letters; more than an address needs, less than a QR code can hold (4,296)
_FORMATS = zxingcpp.barcode_formats_from_str("QRCode,MicroQRCode,DataMatrix")


def codes(frame: Frame) -> tuple[str, ...]:
    """What the codes of a frame say, each once, without control characters; at most MOST, cut at LONGEST."""
    read = zxingcpp.read_barcodes(frame.pixels, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain)
    said = (_plain(code.text) for code in read if code.valid)
    return tuple(dict.fromkeys(text for text in said if text))[:MOST]


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST]).strip()
