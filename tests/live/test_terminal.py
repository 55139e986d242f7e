"""An edit as the terminal shows it, in colours, pictured in a real browser.

TRUSTWATCH_PICTURES names a folder for the picture; edit.png stands in docs/pictures.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from monitor.cli.wiki.explained import Explainer
from monitor.cli.wiki.versions import Versions
from monitor.config import Organisation, Settings
from tests.live.servers.browser import Browser, View
from tests.live.servers.history import ARTICLE, CRITICISM, TITLE
from tests.live.servers.packages import unavailable

pytestmark = pytest.mark.live

WIDTH = 104  # characters
WIDE = 1300  # CSS pixels
TRUST = Settings(organisation=Organisation(name=TITLE, short="WVFT"))
AFTER = (
    ARTICLE.replace(CRITICISM, "")
    .replace("an [[NHS foundation trust]]", "a world-class [[NHS foundation trust]]")
    .replace('trust as "good"', 'trust as "outstanding"')
)


@pytest.fixture
def browser() -> Iterator[Browser]:
    if obstacle := Browser.obstacle():
        unavailable(obstacle)
    with Browser() as started:
        yield started


def shown() -> Console:
    """A terminal on which the edit was explained."""
    versions = Versions(
        old=ARTICLE, new=AFTER, old_name="1182", new_name="1183", page=TITLE, user="WVFT Comms Desk",
        summary="Tidy up the introduction",
    )  # fmt: skip
    explainer = Explainer(TRUST)
    console = Console(
        record=True, width=WIDTH, force_terminal=True, color_system="truecolor", file=io.StringIO(),
        highlight=False,
    )  # fmt: skip
    explainer.print_text(explainer.explained(versions.as_post(datetime.now(UTC))), console)
    return console


def test_the_difference_is_seen_whole_and_fetches_nothing(browser: Browser, tmp_path: Path) -> None:
    console = shown()
    svg = console.export_svg(title="monitor wiki explain prev 1183", clear=False)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # its fonts are on somebody's server
    page = f'<html lang="en"><title>An edit</title><body style="margin:0"><main>{svg}</main></body></html>'
    wide, high = map(float, re.findall(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)[0])
    view = View("dark", WIDE, round(WIDE * high / wide))
    folder = Path(os.environ.get("TRUSTWATCH_PICTURES") or tmp_path)
    [look] = browser.look([(page, view, folder / "edit.png")])
    assert look["asked"] == []
    assert look["width"] <= WIDE
    assert (folder / "edit.png").stat().st_size > 20_000
    text = console.export_text()
    assert "Complaints waited a year" in text
    assert "WIK-001" in text
    assert "[-" not in text, "with colours, there are no signs"
