"""Names without their disguise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lookalikes.skeleton import compact, disguised, leet, skeleton, turned, upright
from rules.lookalikes.wording import cut, cut_handle


@pytest.mark.parametrize(
    "name",
    ["WVFТ", "ＷＶＦＴ", "𝐖𝐕𝐅𝐓", "𝙒𝙑𝙁𝙏", "Ⓦⓥⓕⓣ", "🆆🆅🅵🆃", "ᴡᴠꜰᴛ", "W\u200bV\u2060F\u00adT", "Ẃv̇ḟẗ", "w.v-f_t"],
)
def test_a_disguised_name_is_seen_as_what_it_reads_as(name: str) -> None:
    assert compact(name) == "wvft"


@pytest.mark.parametrize(
    ("name", "as_read"), [("0sw1n", "Oswin"), ("oswln", "oswin"), ("rnarsh", "marsh"), ("$ea", "Sea")]
)
def test_digits_and_signs_stand_for_letters_in_names(name: str, as_read: str) -> None:
    assert leet(name) == leet(as_read)


def test_what_hides_is_told_from_what_is_only_foreign_or_cheerful() -> None:
    assert disguised("WVFТ")
    assert disguised("W\u200bVFT")
    assert not disguised("WVFT 🏥")
    assert not disguised("WVFT 👩\u200d⚕️")
    assert not disguised("WVFT")
    assert turned("\u202eTFVW")
    assert upright("\u202eTFVW") == "WVFT"


def test_short_forms_are_written_out_and_letters_joined() -> None:
    assert cut("St. Oswin's Hosp. & Co Durham") == ("st", "oswins", "hospital", "and", "county", "durham")
    assert cut("C D & D Foundation Trust N.H.S.") == ("cdd", "foundation", "trust", "nhs")
    assert cut_handle("NHSWearside_Vale2") == ("nhs", "wearside", "vale", "2")


@given(st.text(max_size=400))
def test_any_name_has_a_skeleton_and_its_letters_are_plain(name: str) -> None:
    assert compact(name).isascii()
    assert compact(compact(name)) == compact(name)
    assert compact(skeleton(name)) == compact(name)
    assert all(word.isascii() and word.isalnum() for word in cut(name))
