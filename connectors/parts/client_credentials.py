"""Signing in as an application, by OAuth 2's client credentials grant (RFC 6749, 4.4)."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from monitor.errors import SourceChanged, SourceRefused

_KEY = "token"
_LONGEST = 86_400  # seconds
_EARLIER = timedelta(minutes=1)  # than it expires, it is asked for anew


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An application's id and secret, and the `address` that gives a token for them.

    The token is kept in the source's memory until it expires, or is forgotten because it was not taken.
    """

    context: Context
    address: str
    client_id: str
    client_secret: SecretStr

    def bearer(self) -> dict[str, str]:
        """The header that signs a request. Raises SourceError where no token is given."""
        return {"Authorization": f"Bearer {self._kept() or self._fetched()}"}

    def forget(self) -> None:
        """The token is not taken any more."""
        self.context.memory.pop(_KEY, None)

    def _kept(self) -> str | None:
        try:
            kept = json.loads(self.context.memory.get(_KEY, "{}"))
            is_valid = self.context.now() < datetime.fromisoformat(kept["until"])
            return str(kept["token"]) if is_valid else None
        except (ValueError, KeyError, TypeError):
            return None

    def _fetched(self) -> str:
        pair = f"{self.client_id}:{self.client_secret.get_secret_value()}"
        answer = self.context.http.post(
            self.address,
            form={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {b64encode(pair.encode()).decode()}"},
            explain=self._explain,
        ).json()
        token = shape.name(answer, "access_token")
        if not token or not token.isascii():
            raise SourceChanged(f"{self._host}: gave no token")
        seconds = max(0, min(shape.number(answer, "expires_in") or 3600, _LONGEST))
        until = self.context.now() + timedelta(seconds=seconds) - _EARLIER
        self.context.memory[_KEY] = json.dumps({"token": token, "until": until.isoformat()})
        return token

    def _explain(self, answer: Response) -> None:
        if answer.status == 400:
            raise SourceRefused(f"{self._host}: does not take the client_id and client_secret of this source")

    @property
    def _host(self) -> str:
        return urlsplit(self.address).netloc
