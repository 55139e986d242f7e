"""Files that are meant to harm whoever opens them: each is refused, bounded or read, and that is said."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    RectangleObject,
    TextStringObject,
)

from monitor import sandbox
from tests.pictures import drawing
from tests.pictures.asking import saw

SMALL = Image.new("RGB", (300, 300), (40, 90, 160))
NOISE = Image.fromarray(np.random.default_rng(8).integers(0, 255, (480, 640, 3), np.uint8))
SHADES = [Image.new("RGB", (120, 120), (shade, 0, 0)) for shade in range(0, 250, 5)]
NO_FORMAT = "it is not a PNG, JPEG, GIF or WebP picture, or it is broken"
TOO_LARGE = "it has more than 40 million pixels"


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("picture.png", drawing.encoded(SMALL))
    return file.getvalue()


def pdf(change: Callable[[PdfWriter], None], pages: int = 1) -> bytes:
    """A PDF of empty pages that something was done to."""
    writer, file = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    change(writer)
    writer.write(file)
    return file.getvalue()


def letter() -> bytes:
    """A PDF with a text layer."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=14)
    for line in drawing.LETTER:
        document.cell(0, 12, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def drawn_without_end(writer: PdfWriter) -> None:
    """A page that takes minutes to draw: a shape filled over and over, packed into a few kilobytes."""
    content = DecodedStreamObject()
    content.set_data(b"0 0 595 842 re f\n" * 3_000_000)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(content.flate_encode())


def with_a_program(writer: PdfWriter) -> None:
    """A document that wants to run something as soon as it is opened."""
    program = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("while(1){}")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(program)


def enormous(writer: PdfWriter) -> None:
    writer.pages[0].mediabox = RectangleObject((0, 0, 14_000_000, 9_000))


def animation(kind: str, frames: int) -> bytes:
    shades = (SHADES * (frames // len(SHADES) + 1))[:frames]
    return drawing.encoded(shades[0], kind, save_all=True, append_images=shades[1:], duration=20)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "20,000 pixels a side": (lambda: drawing.bomb(20_000), TOO_LARGE),
    "30,000 pixels a side": (lambda: drawing.bomb(30_000), TOO_LARGE),
    "12,000 pixels, of which Pillow only warns": (lambda: drawing.bomb(12_000), TOO_LARGE),
    "half a JPEG": (lambda: drawing.encoded(NOISE, "JPEG")[:60_000], "it is damaged or cut short"),
    "half a small PNG": (lambda: drawing.encoded(NOISE)[:3_000], "it is damaged or cut short"),
    "nothing": (lambda: b"", "it is empty"),
    "a page that says 404": (lambda: b"<html><body>404 not found</body></html>", NO_FORMAT),
    "SVG that fetches": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:9/x.png"/></svg>',
        "SVG is not opened: it can hold a program or fetch something",
    ),
    "SVG with an entity": (
        lambda: b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<svg>&x;</svg>',
        "SVG is not opened: it can hold a program or fetch something",
    ),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n", "the format PostScript is not read"),
    "TIFF": (lambda: drawing.encoded(SMALL, "TIFF"), "the format TIFF is not read"),
    "AVIF": (lambda: drawing.encoded(SMALL, "AVIF"), "the format AVIF is not read"),
    "HEIC": (heic, "the format HEIC is not read"),
    "ZIP": (archive, "the format ZIP is not read"),
    "a locked PDF": (lambda: pdf(lambda writer: writer.encrypt("secret")), "it is locked by a password"),
    "a broken PDF": (
        lambda: b"%PDF-1.7\n" + b"1 0 obj << /Length 99999999999 >> stream" * 50,
        "it is no PDF that opens",
    ),
}  # fmt: skip

READ: dict[str, tuple[Callable[[], bytes], tuple[int, int, int], str]] = {
    "two thousand frames": (lambda: animation("GIF", 2_000), (120, 120, 1), ""),
    "animated WebP": (lambda: animation("WEBP", 40), (120, 120, 1), ""),
    "inks instead of colours": (lambda: drawing.encoded(NOISE.convert("CMYK"), "JPEG"), (640, 480, 1), ""),
    "16 bits of grey": (
        lambda: drawing.encoded(Image.fromarray(np.arange(40_000, dtype=np.uint16).reshape(200, 200))),
        (200, 200, 1),
        "",
    ),
    "a palette with a hole": (
        lambda: drawing.encoded(SMALL.convert("P"), "PNG", transparency=0),
        (300, 300, 1),
        "",
    ),
    "one pixel": (lambda: drawing.encoded(Image.new("RGB", (1, 1))), (1, 1, 1), ""),
    "one row": (lambda: drawing.encoded(Image.new("RGB", (5_000, 1))), (5_000, 1, 1), ""),
    "a JPEG that is called PNG": (lambda: drawing.encoded(NOISE, "JPEG"), (640, 480, 1), ""),
    "a PDF with a program": (
        lambda: pdf(with_a_program),
        (905, 1280, 1),
        "",
    ),
    "a page of four kilometres": (
        lambda: pdf(enormous),
        (1280, 1, 1),
        "",
    ),
    "three hundred pages": (
        lambda: pdf(lambda writer: None, pages=300),
        (905, 1280, 300),
        "after page 10 of 300 it was not read",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_opened_says_why(name: str) -> None:
    make, why = REFUSED[name]
    seen = saw(make())
    assert (seen.not_read, seen.seen, seen.text_read) == (why, False, False)


@pytest.mark.parametrize("name", READ)
def test_what_can_be_opened_is_looked_at_within_bounds(name: str) -> None:
    make, size, note = READ[name]
    seen = saw(make(), depth="look")
    assert ((seen.width, seen.height, seen.pages), seen.not_read) == (size, note)


def test_the_text_layer_of_a_document_is_read_with_its_places() -> None:
    seen = saw(letter())
    assert [seen.text[line.start : line.end] for line in seen.lines] == list(drawing.LETTER)
    assert [line.box.top for line in seen.lines] == sorted(line.box.top for line in seen.lines)
    assert all(0 < line.box.left < 200 and 15 < line.box.height < 40 for line in seen.lines)


def test_a_scanned_document_is_read_as_a_picture_is() -> None:
    seen = saw(drawing.encoded(drawing.page(), "PDF"))
    assert drawing.NUMBER in seen.text


def test_a_position_in_the_metadata_is_a_yes_and_never_the_position() -> None:
    seen = saw(drawing.located(NOISE), depth="look")
    assert seen.has_location is True
    assert "54" not in json.dumps([seen.text, seen.codes, seen.not_read])
    assert saw(drawing.encoded(NOISE, "JPEG"), depth="look").has_location is False


@pytest.fixture
def short() -> Iterator[sandbox.Sandbox]:
    """The worker, with a second for a picture."""
    worker = sandbox.Sandbox(replace(sandbox.PICTURES, deadline=1.5))
    yield worker
    worker.close()


def test_a_worker_at_its_limit_is_ended_and_the_next_picture_has_another(short: sandbox.Sandbox) -> None:
    good = drawing.encoded(SMALL)
    assert saw(good, worker=short, depth="look").seen
    before = short.idle[0]
    with pytest.raises(sandbox.ParserError, match="took too long"):
        saw(pdf(drawn_without_end), worker=short)
    assert not before.alive
    assert saw(good, worker=short, depth="look").seen
    assert short.idle[0] is not before


def test_what_hostile_files_take_is_not_the_memory_of_who_asks(tmp_path: Path) -> None:
    files = [
        drawing.bomb(30_000),
        drawing.encoded(NOISE.resize((5_000, 5_000)), "JPEG"),
        animation("GIF", 900),
    ]
    for number, content in enumerate(files):
        (tmp_path / str(number)).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    )
    rise, answers = json.loads(done.stdout)
    assert len(answers) == len(files)
    assert rise < 64 * 1024


MEASURED = """
import json, resource, sys
from pathlib import Path
from tests.pictures.asking import asked

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
answers = [asked(Path(file).read_bytes(), depth="look") for file in sys.argv[1:]]
print(json.dumps([peak() - before, answers]))
"""
