"""Files and archives: bounded, opened again, and refused in words that help."""

from __future__ import annotations

import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.intake import Arrival
from connectors.intake.document import SMALL, Document, lines, named, within
from connectors.intake.whatsapp import WhatsApp
from monitor.errors import SourceChanged

ZEROS = b"\0" * 2**20


def everything(name: str) -> bool:
    return True


def archive(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("_chat.txt", "w") as member:
        for _ in range(megabytes):
            member.write(ZEROS)
    return path


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.zip", 200)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SourceChanged, match="200 MB when unpacked, which looks like a trap"):
        within(path, everything)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_what_is_below_the_bound_is_read_in_pieces(tmp_path: Path, arrival: Arrival) -> None:
    path = archive(tmp_path / "chat.zip", SMALL // 2**20)
    with pytest.raises(SourceChanged, match="no chat"):
        list(WhatsApp(path, arrival).posts())


def damaged(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("_chat.txt", "".join(f"{n} words\n" for n in range(10_000)))
    raw = bytearray(path.read_bytes())
    raw[100:200] = b"\xff" * 100
    path.write_bytes(raw)
    return path


def locked(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("_chat.txt", "words")
    raw = path.read_bytes()
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the bit that says: encrypted
        at = raw.index(sign) + flags
        raw = raw[:at] + bytes([raw[at] | 1]) + raw[at + 1 :]
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("spoil", "why"), [(damaged, "damaged or not whole"), (locked, "locked with")])
def test_an_archive_that_cannot_be_read_says_why(
    tmp_path: Path, arrival: Arrival, spoil: Callable[[Path], Path], why: str
) -> None:
    with pytest.raises(SourceChanged, match=why):
        list(WhatsApp(spoil(tmp_path / "chat.zip"), arrival).posts())


def test_a_file_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(b"PK words")
    assert named(path) == []
    assert within(path, everything) == [Document(path, None, 8)]


def test_how_far_a_file_was_read_is_known(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text("words\n" * 1000)
    (document,) = within(path, everything)
    with document.text() as text:
        assert sum(1 for _ in lines(text)) == 1000
    assert document.at == document.size


def test_a_very_long_line_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text("x" * 200_000)
    with within(path, everything)[0].text() as text:
        assert max(map(len, lines(text))) <= 2**16
