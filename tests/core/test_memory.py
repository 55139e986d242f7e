"""A source's memory outlives the process and is nobody else's to read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.errors import StoreError
from monitor.memory import Memory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tokens"


def test_what_is_remembered_is_there_for_the_next_process(folder: Path) -> None:
    memory = Memory(folder, "Nurse's blog")
    memory["session"] = "s3cret"
    memory["refresh"] = "again"
    del memory["refresh"]
    assert dict(Memory(folder, "Nurse's blog")) == {"session": "s3cret"}
    assert dict(Memory(folder, "other")) == {}


def test_two_readers_of_a_source_see_the_same_token(folder: Path) -> None:
    one, other = Memory(folder, "a"), Memory(folder, "a")
    one["token"] = "first"
    assert other["token"] == "first"
    other["token"] = "renewed"
    assert one["token"] == "renewed"


def test_nobody_else_may_read_it(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    Memory(folder, "a")["token"] = "x"
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "é" * 300, "..", "x" * 500, "a\x00b"])
def test_any_name_of_a_source_is_a_file_of_its_own_in_the_folder(folder: Path, name: str) -> None:
    Memory(folder, name)["token"] = "x"
    Memory(folder, name + " ")["token"] = "y"
    assert Memory(folder, name)["token"] == "x"
    assert sorted(path.parent for path in folder.parent.rglob("*.json")) == [folder, folder]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"token": 3}', b"\xff\xfe", b'"x"', b"[" * 100_000])
def test_a_damaged_file_is_empty_and_said_without_its_content(folder: Path, content: bytes) -> None:
    Memory(folder, "a")["token"] = "x"
    (file,) = folder.iterdir()
    file.write_bytes(content + b"hunter2" if content == b"{" else content)
    with capture_logs() as logs:
        assert dict(Memory(folder, "a")) == {}
    assert {entry["event"] for entry in logs} == {"memory damaged, signing in anew"}
    assert "hunter2" not in repr(logs)
    Memory(folder, "a")["token"] = "y"
    assert Memory(folder, "a")["token"] == "y"


def test_a_name_that_is_not_there_is_a_key_error_and_what_is_there_is_not_shown(folder: Path) -> None:
    memory = Memory(folder, "a")
    memory["token"] = "s3cret"
    with pytest.raises(KeyError):
        memory["other"]
    with pytest.raises(KeyError):
        del memory["other"]
    assert "s3cret" not in repr(memory)


def test_a_file_that_is_not_ours_to_read_is_a_store_error(folder: Path) -> None:
    Memory(folder, "a")["token"] = "x"
    (file,) = folder.iterdir()
    file.unlink()
    file.mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        dict(Memory(folder, "a"))


def test_a_folder_in_which_nothing_can_be_written_is_a_store_error(folder: Path) -> None:
    folder.parent.mkdir()
    folder.symlink_to(folder.parent / "gone")
    with pytest.raises(StoreError, match="cannot be written"):
        Memory(folder, "a")["token"] = "x"
