"""Mail as files: complete or absent, for the owner's eyes, the same file for the same message."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from alerts.digest import compose
from alerts.outbox import Outbox
from alerts.rendering import render
from monitor.errors import DeliveryError
from tests.alerts import factory

MESSAGE = render(
    compose(factory.busy()), message_id="<digest.comms.20261120.r1@wvft.nhs.test>", list_id="comms.wvft"
)


def test_a_message_becomes_three_files_that_only_the_owner_reads(tmp_path: Path, now: Any) -> None:
    receipt = Outbox(tmp_path / "out", now).send(MESSAGE)
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == [f"2026-11-20-comms.r1.{kind}" for kind in ("eml", "html", "txt")]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert receipt.detail == str(files[1])
    assert files[1].read_text() == MESSAGE.html
    assert files[2].read_text() == MESSAGE.text
    assert message_from_bytes(files[0].read_bytes())["Message-ID"] == MESSAGE.message_id


def test_the_same_message_twice_is_one_file(tmp_path: Path, now: Any) -> None:
    outbox = Outbox(tmp_path, now)
    outbox.send(MESSAGE)
    outbox.send(replace(MESSAGE, text="again"))
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "2026-11-20-comms.r1.txt").read_text() == "again"


@pytest.mark.parametrize(
    ("message_id", "name"),
    [
        ("<digest.comms.20261120.r2@host>", "2026-11-20-comms.r2.html"),
        ("<digest.caldicott.20261120@host>", "2026-11-20-caldicott.html"),
        ("<urgent.214@host>", "urgent.214.html"),
        ("<../../etc/passwd@host>", "etc-passwd.html"),
        ("<...@host>", "message.html"),
    ],
)
def test_a_file_is_named_from_the_message_id_and_stays_in_its_folder(
    tmp_path: Path, now: Any, message_id: str, name: str
) -> None:
    receipt = Outbox(tmp_path, now).send(replace(MESSAGE, message_id=message_id))
    assert Path(receipt.detail) == tmp_path / name


def test_a_folder_that_cannot_be_written_is_named_and_tried_again(tmp_path: Path, now: Any) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match=r"outbox: cannot write to .*out: File exists") as caught:
        Outbox(tmp_path / "out", now).send(MESSAGE)
    assert caught.value.permanent is False


def test_half_a_file_is_never_left_behind(tmp_path: Path, now: Any) -> None:
    (tmp_path / "2026-11-20-comms.r1.html").mkdir()
    with pytest.raises(DeliveryError):
        Outbox(tmp_path, now).send(MESSAGE)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_message_that_is_taken_back_leaves_no_file_and_the_others_stay(tmp_path: Path, now: Any) -> None:
    outbox = Outbox(tmp_path, now)
    outbox.send(MESSAGE)
    outbox.send(replace(MESSAGE, message_id="<digest.comms.20261121.r1@wvft.nhs.test>"))
    assert outbox.take_back([MESSAGE.message_id, "<digest.comms.20260101.r1@wvft.nhs.test>"]) == 1
    assert {file.stem for file in tmp_path.iterdir()} == {"2026-11-21-comms.r1"}
    assert Outbox(tmp_path / "never made", now).take_back([MESSAGE.message_id]) == 0
