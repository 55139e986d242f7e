"""The worker's entry: what is asked is done, one step's failure leaves the others, and it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from monitor.types import Picture
from rules.pictures import looking
from tests.pictures import drawing
from tests.pictures.asking import NOTHING, asked, saw

PAGE = drawing.encoded(drawing.page())


def test_an_answer_has_the_fields_of_a_picture_and_is_json() -> None:
    answer = asked(PAGE, depth="look")
    assert set(answer) == set(Picture.__dataclass_fields__)
    assert json.loads(json.dumps(answer)) == answer
    assert (len(answer["digest"]), len(answer["pdq"])) == (64, 64)


def test_the_text_of_an_animation_is_that_of_its_frames_once_each() -> None:
    frames = [drawing.page([line]) for line in ("Ward seven", "Ward eight")]
    film = [frames[0], frames[0], frames[1], frames[1]]
    seen = saw(drawing.encoded(film[0], "GIF", save_all=True, append_images=film[1:], duration=500))
    assert seen.text == "Ward seven\nWard eight"
    assert [seen.text[line.start : line.end] for line in seen.lines] == ["Ward seven", "Ward eight"]


def test_a_reference_that_is_gone_is_said_and_the_text_is_read_all_the_same(tmp_path: Path) -> None:
    references = {"shared": str(tmp_path / "gone.png"), "logos": [], "avatars": []}
    seen = saw(PAGE, references=references)
    assert seen.not_read == "logos were not looked for: the file gone.png of [pictures] cannot be read"
    assert drawing.NUMBER in seen.text


def test_a_copy_of_our_avatar_is_known(tmp_path: Path) -> None:
    ours = drawing.people(1)
    (tmp_path / "avatar.png").write_bytes(drawing.encoded(ours))
    references = {"shared": None, "logos": [], "avatars": [str(tmp_path / "avatar.png")]}
    copy = drawing.encoded(ours.resize((180, 171)), "JPEG", quality=60)
    likeness = saw(copy, depth="look", references=references).likeness
    assert likeness is not None
    assert likeness.reference == "avatar.png"
    assert saw(PAGE, depth="look", references=references).likeness is None


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_telephone_held_another_way_takes_the_same_picture(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = {3: 180, 6: 90, 8: 270}[orientation]
    stored = drawing.page().rotate(turned, expand=True)
    seen = saw(drawing.encoded(stored, "JPEG", exif=exif), depth="look")
    assert (seen.width, seen.height) == (900, 420)


def test_a_document_that_takes_long_is_read_as_far_as_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_SECONDS", 0.0)
    pages = [drawing.page()] * 4
    content = drawing.encoded(pages[0], "PDF", save_all=True, append_images=pages[1:])
    answer = looking.look(content, json.dumps(NOTHING | {"depth": "look"}))
    assert answer["not_read"] == "after page 1 of 4 it was not read"
