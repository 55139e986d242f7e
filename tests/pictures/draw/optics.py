"""What happens to a picture on its way: turned, seen from the side, blurred, dimmed, compressed."""

from __future__ import annotations

import io
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

Quad = NDArray[np.float32]
"""Four corners, clockwise from top left."""


def corners(width: float, height: float) -> Quad:
    """Those of an upright rectangle at the origin."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def turned(quad: Quad, degrees: float) -> Quad:
    """The quad turned clockwise about its middle."""
    angle, middle = np.radians(degrees), quad.mean(axis=0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return ((quad - middle) @ turn + middle).astype(np.float32)


def slanted(quad: Quad, share: float, rng: Random) -> Quad:
    """Each corner moved by up to `share` of the quad's width."""
    width = float(np.linalg.norm(quad[1] - quad[0]))
    moves = [[rng.uniform(-share, share) * width for _ in range(2)] for _ in range(4)]
    return (quad + np.array(moves)).astype(np.float32)


def bounds(quad: Quad) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a quad."""
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return round(float(left)), round(float(top)), round(float(right)), round(float(bottom))


def laid(scene: Image.Image, piece: Image.Image, quad: Quad) -> Image.Image:
    """The scene with `piece` (RGBA) laid on it, its corners at `quad`.

    A piece that is made smaller is first reduced with care: warping alone leaves jagged letters.
    """
    width = max(float(np.linalg.norm(quad[1] - quad[0])), 1)
    height = max(float(np.linalg.norm(quad[3] - quad[0])), 1)
    fit = piece.resize((max(round(width), 1), max(round(height), 1)), Image.Resampling.LANCZOS)
    matrix = cv2.getPerspectiveTransform(corners(*fit.size), quad)
    warped = cv2.warpPerspective(np.asarray(fit), matrix, scene.size, flags=cv2.INTER_LINEAR)
    flat = scene.convert("RGBA")
    flat.alpha_composite(Image.fromarray(warped))
    return flat.convert("RGB")


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(radius))


def lit(image: Image.Image, share: float) -> Image.Image:
    """Darker below 1, lighter above."""
    return ImageEnhance.Brightness(image).enhance(share)


def shadowed(image: Image.Image, rng: Random, depth: float = 0.45) -> Image.Image:
    """With a soft shadow across it, as of the hand that holds the telephone."""
    width, height = image.size
    shade = Image.new("L", image.size, 0)
    middle, reach = rng.uniform(0.2, 0.8) * width, rng.uniform(0.15, 0.35) * width
    band = [(middle, 0), (middle + reach, 0), (middle, height), (middle - reach, height)]
    ImageDraw.Draw(shade).polygon(band, fill=round(255 * depth))
    soft = shade.filter(ImageFilter.GaussianBlur(width / 25))
    return Image.composite(Image.new("RGB", image.size, "black"), image, soft)


def grainy(image: Image.Image, rng: Random, strength: float = 6) -> Image.Image:
    """With the noise of a small sensor."""
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, strength, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image, np.float32) + noise, 0, 255).astype(np.uint8))


def photographed(
    image: Image.Image,
    rng: Random,
    *,
    slant: float = 0.04,
    turn: float = 4,
    size: tuple[int, int] = (1200, 1600),
) -> tuple[Image.Image, NDArray[np.float64]]:
    """By telephone: on a table, with a shadow and grain. Also the matrix of where things went."""
    table = Image.new("RGB", size, tuple(rng.randint(60, 190) for _ in range(3)))
    room = min(size[0] * 0.86 / image.width, size[1] * 0.86 / image.height)
    flat = corners(image.width * room, image.height * room)
    flat += np.float32([(size[0] - image.width * room) / 2, (size[1] - image.height * room) / 2])
    quad = slanted(turned(flat, rng.uniform(-turn, turn)), slant, rng)
    seen = laid(grainy(table, rng, 12), image.convert("RGBA"), quad)
    matrix = cv2.getPerspectiveTransform(corners(*image.size), quad)
    return grainy(shadowed(seen, rng), rng), matrix


def moved(quad: Quad, matrix: NDArray[np.float64]) -> Quad:
    """Where the corners went."""
    return np.asarray(cv2.perspectiveTransform(quad[None].astype(np.float64), matrix)[0], np.float32)


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """As a JPEG file."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def png(image: Image.Image) -> bytes:
    """As a PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
