"""The small wiki in memory, served over HTTP on loopback as a command finds a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.connectors.fakewiki import FakePage, FakeWiki
from tests.serving import serving

HOSPITAL = FakePage(["A hospital."], title="St Oswin's Hospital", page_id=9, base=500)
CRITICAL = (
    "In 2019 inspectors rated the maternity unit inadequate after several avoidable deaths."
    "<ref>{{cite news|title=Unit failing|work=The Vale Courier}}</ref> The unit failed to answer complaints."
)
OLD = f"""'''Wearside Vale''' is a hospital trust in [[Wearside]].

== History ==
The hospital opened in 1921.

== Criticism ==
{CRITICAL}
"""
NEW = OLD.replace(CRITICAL, "The unit faced challenges in answering complaints.").replace(
    "a hospital", "an NHS"
)

TOML = """\
# Our settings. Ask Jo before you change them.
[organisation]
name = "Wearside Vale NHS Foundation Trust"  # as on the letterhead
short = "WVFT"
networks = ["192.0.2.0/24"]

[network]
contact = "comms@wvft.nhs.test"
private_hosts = ["127.0.0.1"]
{sources}
# Who is told.
[[recipients]]
address = "comms@wvft.nhs.test"
role = "comms"
"""
WIKI_SOURCE = """
[[sources]]
name = "our wiki"  # the intranet's
kind = "wikipedia"
base_url = "{url}"
pages = [
    "Wearside Vale NHS Foundation Trust",  # ours
    # more to come
]
"""


@dataclass
class ServedWiki(FakeWiki):
    """Answers besides what a command asks: a search, and a title with its newest revision.

    Only the path `api` is answered. `url` is where it is served.
    """

    api: str = "/w/api.php"
    url: str = ""

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked.get("meta") == "siteinfo":
            return {"batchcomplete": True, "query": {"general": {"generator": "MediaWiki 1.45.0"}}}
        if "gsrsearch" in asked:
            words = asked["gsrsearch"].casefold().split()
            hits = [p for p in self.everything if any(word in p.title.casefold() for word in words)]
            return self.answered([self.info(page) for page in hits])
        return super().answer(asked)

    def info(self, page: FakePage) -> dict[str, Any]:
        newest = [page.revision(page.numbers[-1])] if page.numbers else []
        return super().info(page) | {"revisions": newest}

    @contextmanager
    def served(self) -> Iterator[ServedWiki]:
        """The wiki on a free port, with a thread that answers."""
        wiki = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                request = httpx.Request("GET", f"http://wiki{self.path}", headers=dict(self.headers))
                found = request.url.path == wiki.api
                answer = wiki.handle_request(request) if found else httpx.Response(404, text="<html>")
                self.send_response(answer.status_code)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        with serving(ThreadingHTTPServer(("127.0.0.1", 0), Answering)) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def written(folder: Path, sources: str = "") -> Path:
    file = folder / "monitor.toml"
    file.write_text(TOML.format(sources=sources), "utf-8")
    return file
