"""Avatars: copies of ours are found, and nobody else's picture is taken for one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from monitor.types import Box, Likeness, Mark, Tier
from rules.pictures import avatars, marks, perceptual
from rules.pictures.references import References
from tests.pictures.standins import WHITE, boxed, clutter, emblem, frame, lockup, png

PICTURE = clutter(7, (400, 400))


def square(logo: Image.Image) -> Image.Image:
    """As an account shows it: on white, in the middle."""
    ground = Image.new("RGB", (400, 400), WHITE)
    small = logo.resize((360, round(360 * logo.height / logo.width)))
    ground.paste(small, (20, (400 - small.height) // 2))
    return ground


OFFICIAL = {
    "picture.png": png(PICTURE),
    "lockup.png": png(square(lockup("Wearside Vale"))),
    "mark.png": png(square(boxed())),
}
ALL = References.load(png(boxed()), {}, OFFICIAL)


def like(image: Image.Image, quality: int = 85) -> Likeness | None:
    return avatars.likeness(frame(image, quality), ALL)


@pytest.mark.parametrize(
    "copy",
    [
        PICTURE,
        PICTURE.resize((96, 96)),
        PICTURE.convert("L"),
        ImageEnhance.Brightness(PICTURE).enhance(1.2),
        PICTURE.filter(ImageFilter.GaussianBlur(3)),
        ImageOps.mirror(PICTURE),
    ],
    ids=["same", "small", "grey", "bright", "blurred", "mirrored"],
)
def test_a_copy_is_found(copy: Image.Image) -> None:
    found = like(copy, 60)
    assert found is not None
    assert found.reference == "picture.png"
    assert found.distance <= avatars.NEAREST


@pytest.mark.parametrize("seed", range(10, 16))
def test_another_picture_is_no_copy(seed: int) -> None:
    assert like(clutter(seed, (400, 400))) is None


def test_a_plain_picture_is_no_copy_of_anything() -> None:
    plain = Image.new("RGB", (400, 400), WHITE)
    blank = References.load(None, {}, {"plain.png": png(plain)})
    assert avatars.likeness(frame(plain), blank) is None
    assert str(perceptual.hashed(frame(plain).pixels)) == ""


def test_a_tiny_picture_has_no_hash() -> None:
    assert str(perceptual.hashed(np.zeros((1, 1, 3), np.uint8))) == ""


def test_a_hash_is_64_hexadecimal_digits() -> None:
    written = str(perceptual.hashed(frame(PICTURE).pixels))
    assert len(written) == 64
    assert int(written, 16)


def read(ours: bool | None) -> Mark:
    return Mark(
        reference="shared mark", tier=Tier.CERTAIN, score=1, box=Box(0, 0, 9, 9), shared=True, ours=ours
    )


def test_a_copied_lockup_counts_only_with_our_name() -> None:
    found = like(square(lockup("Wearside Vale")))
    assert found is not None
    assert found.reference == "lockup.png"
    assert avatars.confirmed(found, [read(True)], ALL) == found
    assert avatars.confirmed(found, [read(False)], ALL) is None
    assert avatars.confirmed(found, [read(None)], ALL) is None


def test_the_bare_mark_is_evidence_against_nobody() -> None:
    picture = frame(square(boxed()))
    found = avatars.likeness(picture, ALL)
    assert found is not None
    assert avatars.confirmed(found, marks.find(picture, ALL), ALL) is None


def test_a_picture_of_ours_needs_no_name() -> None:
    found = like(PICTURE)
    assert found is not None
    assert avatars.confirmed(found, [], ALL) == found
    assert avatars.confirmed(replace(found, reference="of an emblem"), [], ALL) is not None


def test_a_cropped_copy_is_found_by_its_emblem() -> None:
    """A perceptual hash does not survive cropping; the emblem within is still found."""
    references = References.load(None, {"emblem.png": png(emblem())}, {"avatar.png": png(square(emblem()))})
    cropped = frame(square(emblem()).crop((30, 10, 400, 380)))
    assert avatars.likeness(cropped, references) is None
    assert [m.reference for m in marks.find(cropped, references, closely=True)] == ["emblem.png"]
