"""The pages of links as people see them, in Chromium: light, dark, on a desk, on a phone, judged by axe."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.config import StoreSettings
from monitor.service import utc_now
from monitor.store import open_store
from monitor.types import Actor
from tests.cli.installation import TOML, Installation
from tests.cli.test_web import LINK, free_port, sent, serving, set_up
from tests.core.office import desk
from tests.core.test_picture_evidence import polled, shows_list
from tests.core.world import CALDICOTT, COMMS, World
from tests.live.servers import browser as seeing
from tests.live.servers.packages import unavailable
from tests.live.servers.process import environment
from tests.live.servers.server import SETTINGS
from tests.web.visiting import Office

pytestmark = pytest.mark.live

LINKED = '<link rel="stylesheet" href="/style.css">'


@pytest.fixture(scope="module")
def browser() -> Iterator[seeing.Browser]:
    if obstacle := seeing.Browser.obstacle():
        unavailable(obstacle)
    with seeing.Browser() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each kind of page, with its style inside."""
    store = open_store(StoreSettings(state_dir=tmp_path_factory.mktemp("state")))
    office = Office(World(store, recipients=(COMMS, CALDICOTT)))
    path, made = office.link(), {}
    made["case"] = office.get(path)
    made["to do"] = office.post(path, "handled", "taken down")
    office.world.at += timedelta(minutes=1)
    desk(office.world).claim(office.case(), Actor("sam", "information"))
    made["changed"] = office.get(path)
    made["done"] = office.post(path, "wrong", "a rehearsal")
    made["used"] = office.get(path)
    made["unknown"] = office.get(path + "x")
    made["pictures"] = _with_pictures(tmp_path_factory.mktemp("pictures"))
    store.close()
    style = (files("monitor.web") / "style.css").read_text("utf-8")
    assert all(LINKED in page.text for page in made.values())
    return {name: page.text.replace(LINKED, f"<style>{style}</style>") for name, page in made.items()}


def _with_pictures(folder: Path) -> httpx.Response:
    """The page of a case with picture evidence; the picture stands in it, so that nothing is fetched."""
    store = open_store(StoreSettings(state_dir=folder))
    world = polled(store, shows_list())
    number = world.item().number
    office = Office(world)
    path = office.link(number)
    page, png = office.get(path), office.get(f"{path}/1.png").content
    store.close()
    address = f'src="{path.rpartition("/")[2]}/1.png"'
    assert page.text.count(address) == 1
    inside = f'src="data:image/png;base64,{b64encode(png).decode()}"'
    return httpx.Response(200, text=page.text.replace(address, inside))


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("case", "LIGHT"), ("case", "DARK"), ("case", "PHONE"), ("case", "DARK_PHONE"),
        ("to do", "PHONE"), ("to do", "DARK"), ("changed", "LIGHT"), ("changed", "DARK_PHONE"),
        ("pictures", "LIGHT"), ("pictures", "DARK"), ("pictures", "DARK_PHONE"),
        ("done", "DARK"), ("used", "LIGHT"), ("unknown", "PHONE"),
    ],
)  # fmt: skip
def test_a_page_is_fit_for_everybody(
    browser: seeing.Browser, pages: dict[str, str], tmp_path: Path, name: str, view: str
) -> None:
    how = getattr(seeing, view)
    picture = tmp_path / f"{name.replace(' ', '-')}-{view.lower()}.png"
    (seen,) = browser.look([(pages[name], how, picture)])
    assert seen["violations"] == []
    assert seen["width"] <= how.width
    assert seen["asked"] == []
    assert picture.stat().st_size > 5_000


def test_a_recipient_confirms_in_a_browser_without_javascript(
    browser: seeing.Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    (tmp_path / "monitor.toml").write_text(TOML, encoding="utf-8")
    installation, port = Installation(tmp_path, utc_now()), free_port()
    set_up(installation, port)
    installation.run("digest", "--send")
    (link,) = set(LINK.findall(sent(installation)["information"]))
    with serving(installation, port):
        answer = confirm(browser, link, "wrong", "a rehearsal")
        assert httpx.get(link).status_code == 410
    assert (answer["status"], answer["title"]) == (200, "Case 1: done - WVFT monitor")
    assert answer["ground"] == "rgb(255, 255, 255)", "the style was not loaded"
    assert answer["said"] == [], "the browser refused something"
    assert [tuple(row) for row in installation.rows("SELECT verdict, reason FROM decision")] == [
        ("wrong", "a rehearsal")
    ]


def confirm(browser: seeing.Browser, link: str, *words: str) -> dict[str, Any]:
    """What the browser saw when the form was sent."""
    shutil.copy(SETTINGS / "confirm.mjs", browser.folder)
    done = subprocess.run(
        [browser.ENVIRONMENT.node, browser.folder / "confirm.mjs", link, *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env=environment({"TMPDIR": str(browser.folder)}),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
