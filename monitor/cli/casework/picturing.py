"""What was seen in the pictures of a case, in words: facts, never what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.cli.casework.work import Work
    from monitor.types import Mark, Picture


def seen_in_pictures(work: Work, number: int) -> Iterator[str]:
    """A line for each picture of the case, below a heading; nothing where it has none."""
    seen = _seen(work, number)
    if seen:
        yield "\n  Pictures"
        yield from (f"    {where}: {'; '.join(facts(picture))}" for where, picture in seen)


def pictures_as_data(work: Work, number: int) -> list[dict[str, Any]]:
    """The same for programs, and what its picture evidence shows, in words."""
    from monitor.store.evidence import captions

    with work.store.reading() as connection:
        told = captions(connection, [number]).get(number, ())
    seen = [{"picture": where, "seen": [*facts(picture)]} for where, picture in _seen(work, number)]
    return [*seen, *({"evidence": n, "caption": caption} for n, caption in enumerate(told, 1))]


def facts(picture: Picture) -> Iterator[str]:
    """What is known of a picture, one sentence each: never its words, and no place."""
    if picture.seen:
        pages = f", {picture.pages} pages" if picture.pages > 1 else ""
        yield f"{picture.width} x {picture.height} pixels{pages}"
    yield from map(_mark, picture.marks)
    if picture.likeness:
        yield f"a copy of {picture.likeness.reference} ({picture.likeness.distance} of 256 bits differ)"
    if picture.codes:
        yield f"{len(picture.codes)} QR code{'s' if len(picture.codes) > 1 else ''}"
    if picture.text_read:
        yield "its text was read"
    if picture.faces is not None:
        yield f"faces: {picture.faces}"
    if picture.has_location:
        yield "its metadata hold a location"
    if picture.not_read:
        yield f"not analysed: {picture.not_read}"


def _mark(mark: Mark) -> str:
    altered = f", altered: {', '.join(mark.alterations)}" if mark.altered else ""
    return f"{mark.whose} ({mark.tier}){altered}"


def _seen(work: Work, number: int) -> list[tuple[str, Picture]]:
    from monitor.store.evidence import pictures_seen

    with work.store.reading() as connection:
        return pictures_seen(connection, number)
