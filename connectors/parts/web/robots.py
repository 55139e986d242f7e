"""robots.txt, obeyed: asked once for each host and poll, before anything else of that host."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from connectors.http import Http
from monitor import sandbox
from monitor.errors import SourceRefused, SourceUnavailable
from monitor.types import SourceState

AGENT = "trustwatch"
PARSER = "connectors.parts.web.robotstxt:judge"
_NO_RULES = frozenset(range(400, 500)) - {429}  # RFC 9309, 2.3.1.3: "unavailable" rules forbid nothing


@dataclass(slots=True)
class Robots:
    """The rules of the hosts that one poll asks. Make a new one for each poll.

    `delay` is the longest Crawl-delay met so far, in seconds.
    """

    http: Http
    delay: float = 0
    _rules: dict[str, bytes] = field(default_factory=dict)

    def check(self, url: str) -> None:
        """Raises SourceRefused where `url` may not be fetched.

        Raises SourceUnavailable (or SourceThrottled) where the rules cannot be read now: nothing may be
        fetched then (RFC 9309, 2.3.1.4).
        """
        parts = urlsplit(url)
        rules = self._of(f"{parts.scheme}://{parts.netloc}", parts.netloc)
        if not rules:
            return
        try:
            found = sandbox.run(PARSER, rules, AGENT, url)
        except sandbox.ParserError:
            raise SourceUnavailable(f"{parts.netloc}: its robots.txt cannot be understood") from None
        self.delay = max(self.delay, found["delay"] or 0)
        if not found["allowed"]:
            raise SourceRefused(
                f"{parts.netloc}: its robots.txt does not let {AGENT} read {parts.path or '/'}: "
                "ask the site's owner, or take it out of this source",
                state=SourceState.MISCONFIGURED,
            )

    def _of(self, origin: str, host: str) -> bytes:
        if origin not in self._rules:
            try:
                answer = self.http.get(f"{origin}/robots.txt", accept=_NO_RULES)
            except SourceUnavailable as error:
                why = f"{host}: its robots.txt cannot be read now, so nothing of it may be"
                raise SourceUnavailable(why, retry_after=error.retry_after) from None
            self._rules[origin] = b"" if answer.status in _NO_RULES else answer.body
        return self._rules[origin]
