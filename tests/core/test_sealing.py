"""Sealing: what is locked opens with its own key, in its own place, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import SealError
from monitor.sealing import ORIGINALS, PROTECTED, Keyring, Sealed, make_key

WORDS = {"text": "patient 999 200 1135 \u2013 bay 3", "author": "@nurse"}


def test_the_key_opens_what_was_sealed_to_it(tmp_path: Path) -> None:
    key = make_key(ORIGINALS, tmp_path)
    sealed = key.seal(WORDS, "sealed_original:k1")
    assert b"999" not in sealed.data
    assert Keyring(ORIGINALS, [tmp_path]).open(sealed, "sealed_original:k1").decode() == (
        '{"text": "patient 999 200 1135 \u2013 bay 3", "author": "@nurse"}'
    )


def test_a_value_that_was_moved_or_changed_does_not_open(tmp_path: Path) -> None:
    sealed = make_key(ORIGINALS, tmp_path).seal(b"words", "sealed_original:k1")
    ring = Keyring(ORIGINALS, [tmp_path])
    changed = Sealed(sealed.key_id, sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    for value, place in ((sealed, "sealed_original:k2"), (changed, "sealed_original:k1")):
        with pytest.raises(SealError, match="does not open"):
            ring.open(value, place)


def test_a_wrong_key_and_a_lost_key_each_say_so(tmp_path: Path) -> None:
    sealed = make_key(ORIGINALS, tmp_path / "a").seal(b"words", "p")
    other = make_key(ORIGINALS, tmp_path / "b")
    with pytest.raises(SealError, match="not at hand"):
        Keyring(ORIGINALS, [tmp_path / "b"]).open(sealed, "p")
    wrong = tmp_path / "b" / f"sealing-originals-{other.id}"
    wrong.rename(wrong.with_name(f"sealing-originals-{sealed.key_id}"))
    with pytest.raises(SealError, match="does not open"):
        Keyring(ORIGINALS, [tmp_path / "b"]).open(sealed, "p")


def test_the_key_of_one_purpose_is_not_loaded_for_the_other(tmp_path: Path) -> None:
    key = make_key(PROTECTED, tmp_path)
    assert key.id in Keyring(PROTECTED, [tmp_path])
    assert key.id not in Keyring(ORIGINALS, [tmp_path])


def test_a_private_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    make_key(ORIGINALS, tmp_path / "keys")
    assert [file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()] == [0o600]


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    sealed = make_key(ORIGINALS, tmp_path).seal(b"words", "p")
    (tmp_path / f"sealing-originals-{sealed.key_id}").write_text("nonsense!")
    with pytest.raises(SealError, match="is no sealing key"):
        Keyring(ORIGINALS, [tmp_path]).open(sealed, "p")
