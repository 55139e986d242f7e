"""What it costs to look at pictures, in the worker that the product uses. Never asserted."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from monitor import sandbox
from monitor.config import PictureSettings
from monitor.pictures.analysis import Analyst
from monitor.types import Depth
from tests.bench.figure import Figure
from tests.pictures.draw import letters, marks, optics, scenes
from tests.pictures.draw.fonts import Typesetter

LOOKED, READ = 40, 10
_SIZE = (1280, 960)


def run() -> list[Figure]:
    """Processor time a picture, cheap and with its text, and the most memory that a worker held."""
    with TemporaryDirectory() as folder:
        mark = Path(folder) / "mark.png"
        mark.write_bytes(optics.png(marks.mark()))
        settings = PictureSettings(shared_mark=mark)
        cheap = _each(settings, Depth.LOOK, [*_scenes(LOOKED)])
        reading = _each(settings, Depth.READ, [*_sheets(READ)])
    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # the other children are small
    return [
        Figure("cheap steps, a picture of 1280 px", 1000 * cheap, "ms", "<= 120"),
        Figure("with its text, a page by telephone", reading, "s", "<= 1"),
        Figure("the same, in cheap steps", reading / cheap, "x"),
        Figure("the most memory that a worker held", held, "MiB", "<= 800"),
    ]


def _each(settings: PictureSettings, depth: Depth, pictures: list[bytes]) -> float:
    """Seconds of processor time a picture, without the worker's start."""
    return (_spent(settings, depth, pictures) - _spent(settings, depth, [])) / len(pictures)


def _spent(settings: PictureSettings, depth: Depth, pictures: list[bytes]) -> float:
    """Seconds of processor time of one worker: its start, one small picture, and these."""
    sandbox.pictures.close()
    before, analyst = _children(), Analyst(settings)
    analyst.look(optics.png(scenes.wall((64, 64), Random(0), Typesetter(bare=True))), depth)
    for content in pictures:
        seen = analyst.look(content, depth)
        if seen.not_read:
            raise AssertionError(seen.not_read)
    sandbox.pictures.close()
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _scenes(count: int) -> Iterator[bytes]:
    """Ordinary pictures of four sorts; no mark is in them, as in most."""
    draws = list(scenes.SCENES.values())
    for number in range(count):
        yield optics.jpeg(draws[number % len(draws)](_SIZE, Random(number), Typesetter(bare=True)))


def _sheets(count: int) -> Iterator[bytes]:
    for number in range(count):
        rng = Random(number)
        sheet = letters.letter(rng, Typesetter(bare=True))
        yield optics.jpeg(optics.photographed(sheet.image, rng)[0], 80)
