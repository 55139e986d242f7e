"""Links in mails: signed, for one case and one recipient, good until they expire.

What a link says is public in it (whoever has it may read the case's number); that we made it is what the
signature shows. That it works once is kept by `monitor/store/spentlinks.py`. The scheme is itsdangerous's
HMAC with SHA-256 under a key that is derived from the site key for this alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from monitor.config import LinkSettings
from monitor.store.sitekey import SiteKey
from monitor.types import Recipient

LONGEST = 300
"""Characters of a token; one of ours has about a hundred."""


class LinkForged(Exception):
    """What was handed in is no link of ours; that it was cut off or changed looks the same."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. `who` is the keyed hash of the recipient's address and role, `key` its own."""

    case: int
    who: str
    made_at: datetime
    expires_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links of one installation, and reads them."""

    settings: LinkSettings
    key: SiteKey

    def address(self, case: int, recipient: Recipient, made_at: datetime) -> str:
        """The address that a mail made at `made_at` gives `recipient` for a case.

        The same for the same three, so that a mail made again is the same mail.
        """
        made = int(made_at.timestamp())
        told = [case, self.who(recipient), made, made + int(self.settings.expires.total_seconds())]
        return f"{self.settings.base}/case/{self._signer().dumps(told)}"

    def act(self, recipient: Recipient, made_at: datetime) -> Callable[[int], str]:
        """Gives the addresses of one mail, by case."""
        return lambda case: self.address(case, recipient, made_at)

    def opened(self, token: str) -> Link:
        """What the token says, expired or not. Raises LinkForged for anything that we did not write so."""
        try:
            told = self._signer().loads(token) if token.isascii() and len(token) <= LONGEST else None
        except BadData:
            told = None
        # Base64 has several spellings of the same bytes; only ours counts.
        if told is None or not hmac.compare_digest(str(self._signer().dumps(told)), token):
            raise LinkForged
        case, who, made, expires = told
        return Link(case, who, _moment(made), _moment(expires), self.key.hash("link", *map(str, told)))

    def who(self, recipient: Recipient) -> str:
        """Who a link is for: an address in one role, as a keyed hash."""
        return self.key.hash("link recipient", recipient.address, recipient.role)[:16]

    def _signer(self) -> URLSafeSerializer:
        how: dict[str, Any] = {"key_derivation": "hmac", "digest_method": sha256}
        return URLSafeSerializer(self.key.derived("links in mails"), salt="case", signer_kwargs=how)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
