"""Which posts of a source are kept: its kind or its options say, and the operator has the last word."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import config
from monitor.service import opened

SETTINGS = """
secrets_dir = "."
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
time_zone = "Europe/London"
aliases = [{{ text = "Wearside Vale", tier = 1 }}]
[[recipients]]
address = "comms@wvft.nhs.test"
role = "comms"
[[sources]]
name = "threads"
kind = "threads"
account = "wvftnhs"
{options}
terms_basis = {{ reference = "IG-12", approved_by = "SIRO", on = 2026-10-01, review = 2027-10-01 }}
"""


@pytest.mark.parametrize(
    ("options", "everything"),
    [
        ('reads = "mentions"', True),
        ('query = "Wearside Vale"', False),
        ('query = "Wearside Vale"\nkeep = "everything"', True),
        ('reads = "mentions"\nkeep = "references"', False),
    ],
)
def test_what_a_search_finds_is_filtered_and_what_concerns_us_is_kept(
    tmp_path: Path, options: str, everything: bool
) -> None:
    (tmp_path / "sources-threads-token").write_text("invented-token")
    (tmp_path / "sources-threads-token").chmod(0o600)
    (tmp_path / "monitor.toml").write_text(SETTINGS.format(options=options))
    settings = config.load(tmp_path / "monitor.toml")
    with opened(settings) as app:
        (source,) = app.sources()
        assert app.task(source).keeps_everything is everything
