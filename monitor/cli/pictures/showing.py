"""One picture in words, for whoever is about to post it, and as JSON. What is given is masked already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from monitor.cli.casework.picturing import facts
from monitor.types import Picture

_LONGEST = 4_000  # characters of text that are shown


def told(picture: Picture) -> Iterator[str]:
    """What was seen, a line each; the text last."""
    for fact in facts(picture):
        yield f"  {fact[:1].upper()}{fact[1:]}"
    if picture.has_location:
        yield "  Remove the location before posting: save the picture anew without its metadata."
    for code in picture.codes:
        yield f"  QR code: {code}"
    if picture.text_read and not picture.text:
        yield "  No text in it"
    if picture.text:
        yield "  Text:"
        yield from (f"    {line}" for line in picture.text[:_LONGEST].splitlines() if line.strip())
        if len(picture.text) > _LONGEST:
            yield f"    … and {len(picture.text) - _LONGEST:,} characters more"


def as_data(picture: Picture) -> dict[str, Any]:
    """The fields of a Picture; without its perceptual hash, by which it could be searched for."""
    return {key: value for key, value in asdict(picture).items() if key != "pdq"}
