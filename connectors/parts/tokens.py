"""Tokens that a platform renews, or gives to an application: the newest one, in the memory of its source."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.cursors import digest
from monitor.errors import SourceChanged, SourceError, SourceRefused
from monitor.types import SourceState

_KEY = "tokens"
_LONGEST = 86_400  # seconds; no token of an application is kept for longer
RENEW_AGAIN = timedelta(days=7)
"""Meta's long-lived tokens last 60 days and can be renewed once they are a day old."""
TRY_AGAIN = timedelta(days=1)
EARLY = timedelta(minutes=5)
"""So long before its end a token of hours is taken for ended."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered beside the token of the settings; forgotten once that is another one."""

    memory: MutableMapping[str, str]
    configured: str

    def recall(self) -> dict[str, str]:
        """What was kept last; empty where that is nothing, or belongs to another token."""
        try:
            kept = json.loads(self.memory.get(_KEY, "{}"))
            return dict(kept["facts"]) if kept["of"] == digest(self.configured) else {}
        except (ValueError, KeyError, TypeError):
            return {}

    def keep(self, **facts: str) -> None:
        """Replace what was kept."""
        self.memory[_KEY] = json.dumps({"of": digest(self.configured), "facts": facts})

    def moment(self, name: str) -> datetime | None:
        """One of the facts as a time."""
        try:
            return datetime.fromisoformat(self.recall()[name])
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class LongLived:
    """A token of Instagram's or Threads' own sign-in, renewed every week.

    Where a renewal fails, the token at hand goes on serving and is tried again the next day. That call is the
    only one that Meta documents with the token in the query (Threads API, "Long-lived tokens").
    """

    context: Context
    base_url: str
    grant: str
    configured: str

    def __call__(self) -> str:
        """The token to send now."""
        kept, now = Kept(self.context.memory, self.configured), self.context.now()
        token, again = kept.recall().get("token", self.configured), kept.moment("again")
        if again is not None and now < again:
            return token
        renewed = self._renew(token)
        wait = RENEW_AGAIN if renewed else TRY_AGAIN
        kept.keep(token=renewed or token, again=(now + wait).isoformat())
        return renewed or token

    def _renew(self, token: str) -> str | None:
        asked = {"grant_type": self.grant, "access_token": token}
        try:
            answer: Any = self.context.http.get(f"{self.base_url}/refresh_access_token", params=asked).json()
        except SourceError:
            return None
        return shape.name(answer, "access_token")


@dataclass(frozen=True, slots=True)
class Rotating:
    """Access tokens of hours, got for a refresh token that every use replaces (RFC 6749, section 6).

    `client` are the application's credentials, by the names that the platform has for them.
    """

    context: Context
    address: str
    client: Mapping[str, str]
    configured: str

    def __call__(self, *, anew: bool = False) -> str:
        """The token to send now; `anew` where the one at hand was refused. Raises SourceError."""
        kept, now = Kept(self.context.memory, self.configured), self.context.now()
        facts, until = kept.recall(), kept.moment("until")
        if not anew and until is not None and now < until:
            return facts["access"]
        refresh = facts.get("refresh", self.configured)
        answer = self._ask(refresh)
        access = shape.name(answer, "access_token")
        if access is None:
            self._refuse(answer)
            raise SourceChanged(f"{self._host}: the answer has no token")
        lasts = timedelta(seconds=min(shape.number(answer, "expires_in") or 0, 86_400 * 60))
        # Kept before it is used: the refresh token that was sent is worth nothing any more.
        kept.keep(
            access=access,
            refresh=shape.name(answer, "refresh_token") or refresh,
            until=(now + max(lasts - EARLY, timedelta())).isoformat(),
        )
        return access

    @property
    def _host(self) -> str:
        return urlsplit(self.address).netloc

    def _ask(self, refresh: str) -> Any:
        form = dict(self.client) | {"grant_type": "refresh_token", "refresh_token": refresh}
        return self.context.http.post(self.address, form=form, explain=self._explain).json()

    def _explain(self, response: Response) -> None:
        try:
            self._refuse(response.json())
        except SourceChanged:
            return

    def _refuse(self, answer: Any) -> None:
        match shape.text(answer, "error"):
            case "invalid_grant" | "access_denied":
                raise SourceRefused(f"{self._host}: the sign-in has ended; sign in again and set a new token")
            case "invalid_client" | "unauthorized_client" | "invalid_scope":
                raise SourceRefused(
                    f"{self._host}: does not know the application; check its key and secret",
                    state=SourceState.MISCONFIGURED,
                )


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An application's id and secret, and the `address` that gives a token for them.

    The token is kept in the source's memory until it expires, is refused, or belongs to another secret. With
    a `scope` the credentials stand in the form, as Microsoft documents it, else in a header (RFC 6749, 2.3).
    """

    context: Context
    address: str
    client_id: str
    client_secret: SecretStr
    scope: str = ""

    def bearer(self) -> dict[str, str]:
        """The header that signs a request. Raises SourceError where no token is given."""
        return {"Authorization": f"Bearer {self.token()}"}

    def token(self) -> str:
        """The token itself. Raises SourceError where none is given."""
        return self._at_hand() or self._fetched()

    def forget(self) -> None:
        """The token is not taken any more."""
        self._kept.keep()

    @property
    def _kept(self) -> Kept:
        return Kept(self.context.memory, f"{self._credentials}{self.scope}")

    @property
    def _credentials(self) -> str:
        return f"{self.client_id}:{self.client_secret.get_secret_value()}"

    def _at_hand(self) -> str | None:
        until = self._kept.moment("until")
        return self._kept.recall().get("token") if until and self.context.now() < until else None

    def _fetched(self) -> str:
        answer = self.context.http.post(
            self.address,
            form={"grant_type": "client_credentials"} | (self._in_form() if self.scope else {}),
            headers={} if self.scope else self._in_header(),
            explain=self._explain,
        ).json()
        token = shape.name(answer, "access_token")
        if not token or not (token.isascii() and token.isprintable()):
            raise SourceChanged(f"{self._host}: gave no token")
        seconds = max(0, min(shape.number(answer, "expires_in") or 3600, _LONGEST))
        until = self.context.now() + timedelta(seconds=seconds) - EARLY
        self._kept.keep(token=token, until=until.isoformat())
        return token

    def _in_form(self) -> dict[str, str]:
        secret = self.client_secret.get_secret_value()
        return {"client_id": self.client_id, "client_secret": secret, "scope": self.scope}

    def _in_header(self) -> dict[str, str]:
        return {"Authorization": f"Basic {b64encode(self._credentials.encode()).decode()}"}

    def _explain(self, answer: Response) -> None:
        if answer.status == 400:
            raise SourceRefused(f"{self._host}: does not take the client_id and client_secret of this source")

    @property
    def _host(self) -> str:
        return urlsplit(self.address).netloc
