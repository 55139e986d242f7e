"""What the commands' tests share: an installation, once on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import service
from tests.cli.installation import TOML, Installation
from tests.cli.servedwiki import HOSPITAL, NEW, OLD, ServedWiki


@pytest.fixture
def installation(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An empty installation with a folder for rules of its own."""
    if not database_url.startswith("sqlite"):
        monkeypatch.setenv("MONITOR_STORE__URL", database_url)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "monitor.toml").write_text(TOML, encoding="utf-8")
    return Installation(tmp_path, service.utc_now())


@pytest.fixture
def wiki() -> Iterator[ServedWiki]:
    """A small wiki on loopback, whose page loses its criticism."""
    served = ServedWiki(["one", OLD, NEW], beside=[HOSPITAL], talk=8)
    with served.served():
        yield served
