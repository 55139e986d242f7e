"""References: the organisation's own files, made ready to be compared. None is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rules.pictures import boxes, features, perceptual, templates
from rules.pictures.decode import NotRead, Pixels, frames
from rules.pictures.features import Features
from rules.pictures.perceptual import Hash
from rules.pictures.templates import Template

SHARED = "shared mark"
"""What `Mark.reference` says of the mark that every body has."""

_WHITE = 250  # what is lighter is margin
_BOXED = (1.15, 4.6)  # width by height of a reference that is its own box
_CONTAINED = 0.8  # score from which a reference shows the shared mark


@dataclass(frozen=True, slots=True, eq=False)
class Emblem:
    """A logo without a box of its own."""

    template: Template
    features: Features


@dataclass(frozen=True, slots=True, eq=False)
class Avatar:
    """An official account's picture. `lockup`: the shared mark is in it, so that others' look alike."""

    name: str
    hash: Hash
    mirrored: Hash
    lockup: bool


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """What pictures are compared with. `boxed` are templates, with the features of each beside it."""

    boxed: tuple[Emblem, ...] = ()
    emblems: tuple[Emblem, ...] = ()
    avatars: tuple[Avatar, ...] = ()

    @classmethod
    def load(
        cls, shared: bytes | None, logos: Mapping[str, bytes], avatars: Mapping[str, bytes]
    ) -> References:
        """The references of files by name. Raises NotRead naming the file that is no picture.

        A logo that shows the shared mark is left out: whose such a lockup is, its name says (`owner`), and by
        its other features it is everybody's.
        """
        common = _emblem(SHARED, _trimmed(_pixels(SHARED, shared)), shared=True) if shared else None
        own = {name: _trimmed(_pixels(name, content)) for name, content in logos.items()}
        own = {name: pixels for name, pixels in own.items() if not _shows(pixels, common)}
        made = [(_emblem(name, pixels, shared=False), _is_box(pixels)) for name, pixels in own.items()]
        return cls(
            boxed=(*((common,) if common else ()), *(logo for logo, is_box in made if is_box)),
            emblems=tuple(logo for logo, is_box in made if not is_box),
            avatars=tuple(_avatar(name, _pixels(name, content), common) for name, content in avatars.items()),
        )


def _pixels(name: str, content: bytes) -> Pixels:
    try:
        return next(frames(content)).pixels
    except NotRead as error:
        raise NotRead(f"{name}: {error}") from None


def _trimmed(pixels: Pixels) -> Pixels:
    """Without a white margin."""
    dark = pixels.min(axis=2) < _WHITE
    if not dark.any():
        return pixels
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _emblem(name: str, pixels: Pixels, *, shared: bool) -> Emblem:
    return Emblem(templates.template(name, pixels, shared=shared), features.of_reference(pixels))


def _is_box(pixels: Pixels) -> bool:
    """Whether the reference fills its rectangle to the edges, in the shape that `boxes` looks for."""
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    aspect = pixels.shape[1] / pixels.shape[0]
    return bool(np.mean(edges.min(axis=1) < _WHITE) > 0.95) and _BOXED[0] <= aspect <= _BOXED[1]


def _shows(pixels: Pixels, common: Emblem | None) -> bool:
    if common is None:
        return False
    padded = np.pad(pixels, ((8, 8), (8, 8), (0, 0)), constant_values=255)  # a box is not at the very edge
    grey = templates.grey(padded)
    found = (templates.match(grey, quad, common.template).score for quad in boxes.boxes(padded).quads)
    return max(found, default=0.0) >= _CONTAINED


def _avatar(name: str, pixels: Pixels, common: Emblem | None) -> Avatar:
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    return Avatar(name, perceptual.hashed(pixels), perceptual.hashed(mirrored), lockup=_shows(pixels, common))
