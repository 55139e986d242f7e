"""`monitor cases show`: what was seen in the pictures of a case, and its evidence as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.types import Account, Box, Likeness, Mark, Media, Picture, Tier
from tests.cli.installation import Installation
from tests.core.test_picture_evidence import list_picture

MARK = Mark(
    reference="mark", tier=Tier.CERTAIN, score=0.9, box=Box(0, 0, 9, 9), ours=True, altered=("shape",)
)
SEEN = list_picture(
    marks=(MARK,), likeness=Likeness("avatar", 7), codes=("https://a.test",), has_location=True
)


@pytest.fixture
def office(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Case 1 is of an account that looks like ours, and shows pictures, case 3 has none."""
    monkeypatch.setenv("LOGNAME", "jo")
    settings = (installation.folder / "monitor.toml").read_text("utf-8")
    with_login = settings.replace('role = "comms"', 'role = "comms"\nlogin = "jo"')
    (installation.folder / "monitor.toml").write_text(with_login, encoding="utf-8")
    installation.rule("OWN-002", "garden")
    media = (
        Media(kind="image", url="https://gazette.test/l.jpg", picture=SEEN),
        Media(kind="image", url="https://gazette.test/m.jpg", picture=Picture(not_read="it is gone")),
    )
    author = Account(platform="mastodon", handle="wvft_nhs", display_name="Wearside Vale NHS Trust")
    installation.store(*installation.posts("follow us", media=media, author=author))
    installation.store(*installation.posts("garden"))
    return installation


def test_it_lists_what_was_seen_and_writes_the_evidence_for_its_owner_alone(
    office: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    shown = office.run("cases", "show", "1", "--pictures", str(folder))
    assert shown.exit_code == 0, shown.output
    assert (
        "image 1: 960 x 720 pixels; our logo (certain), altered: drawn otherwise; "
        "a copy of avatar (7 of 256 bits differ); 1 QR code; its text was read; its metadata hold a location"
    ) in " ".join(shown.stdout.split())
    assert "    image 2: not analysed: it is gone\n" in shown.stdout
    assert "https://a.test" not in shown.stdout
    (file,) = folder.iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("CASE-1-1.png", 0o600)
    assert file.read_bytes().startswith(b"\x89PNG")
    told = json.loads(office.run("cases", "show", "1", "--json").stdout)["pictures"]
    assert [row.get("picture") for row in told] == ["image 1", "image 2", None]
    assert told[2]["caption"].startswith("The account beside what it comes nearest to: ")


def test_a_case_without_pictures_says_so_when_they_are_asked_for(
    office: Installation, tmp_path: Path
) -> None:
    shown = office.run("cases", "show", "3", "--pictures", str(tmp_path / "none"))
    assert shown.exit_code == 0, shown.output
    assert "It has no picture evidence." in shown.output
    assert "\n  Pictures" not in shown.stdout
