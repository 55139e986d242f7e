"""What a person reports by hand: a link, words, screenshots."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from connectors.intake import Arrival
from connectors.intake.screenshot import Screenshot
from connectors.parts import plain
from monitor.types import Account, Kind, Origin, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was said. `account` is whose post it is about, `by` who reports it, None for nobody."""

    link: str | None = None
    words: str = ""
    screenshots: tuple[Screenshot, ...] = ()
    platform: str | None = None
    account: str | None = None
    posted: datetime | None = None
    by: str | None = None

    def post(self, arrival: Arrival) -> Post:
        """The report as a post by the account that it is about.

        Who reports it stands in its last line: masked, sealed and purged as its other words are, and in no
        place of its own.
        """
        where = (self.platform or "").casefold() or _host(self.link) or "report"
        handle = plain.one_line(self.account) if self.account else None
        return Post(
            source=arrival.source,
            platform=where,
            external_id=f"report/{self._digest()}",
            observed_at=arrival.now(),
            kind=Kind.REPORT,
            origin=Origin.MANUAL,
            url=self.link,
            author=Account(platform=where, handle=handle) if handle else None,
            text=self._text(),
            created_at=self.posted,
            links=(self.link,) if self.link else (),
            media=tuple(shot.media for shot in self.screenshots),
        )

    def _text(self) -> str:
        lines = [plain.clean(self.words).strip()]
        lines += [f"Screenshot kept as {shot.short}" for shot in self.screenshots]
        lines += [f"Reported by {' '.join(plain.clean(self.by).split())}"] if self.by else []
        return "\n".join(line for line in lines if line)

    def _digest(self) -> str:
        shots = sorted(shot.digest for shot in self.screenshots)
        said = [self.link, " ".join(self.words.split()), shots, self.platform, self.account, self.by]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _host(link: str | None) -> str | None:
    host = urlsplit(link).hostname if link else None
    return host.removeprefix("www.").removeprefix("m.") if host else None
