"""What a file is, is told by its name and its beginning, or asked."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import get_args

import pytest

from connectors.intake.exports import READERS, Export, kind_of
from monitor.cli import imports
from monitor.errors import SourceChanged


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("tweets.js", "window.YTD.tweets.part0 = []", Export.X_ARCHIVE),
        ("data.txt", "window.YTD.tweets.part0 = []", Export.X_ARCHIVE),
        ("chat.txt", "hello\n09/05/2026, 16:00 - Jo: words", Export.WHATSAPP),
        ("table.CSV", "text\nwords", Export.CSV),
        ("feeds.opml", "<opml/>", Export.OPML),
        ("feeds.xml", '<?xml version="1.0"?><OPML/>', Export.OPML),
    ],
)
def test_a_file_is_told_by_name_or_beginning(tmp_path: Path, name: str, content: str, kind: Export) -> None:
    (tmp_path / name).write_text(content)
    assert kind_of(tmp_path / name) is kind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("data/tweets.js", "data/readme.txt"), Export.X_ARCHIVE),
        (("_chat.txt", "IMG-1.jpg"), Export.WHATSAPP),
        (("posts.csv",), Export.CSV),
    ],
)
def test_an_archive_is_told_by_what_is_in_it(tmp_path: Path, names: tuple[str, ...], kind: Export) -> None:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    assert kind_of(path) is kind


@pytest.mark.parametrize("content", [b"", b"words", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_what_cannot_be_told_is_asked(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.bin").write_bytes(content)
    with pytest.raises(SourceChanged, match="say it with --kind"):
        kind_of(tmp_path / "file.bin")


def test_the_command_offers_every_kind() -> None:
    assert get_args(imports.Kind) == tuple(Export)
    assert set(READERS) == set(Export) - {Export.AUTO, Export.OPML}
