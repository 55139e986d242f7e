"""How Reddit is asked: as an approved application, or with the token of a private feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts.answers import waiting_until
from connectors.parts.tokens import ClientCredentials
from monitor.errors import SourceRefused, SourceThrottled
from monitor.types import SourceState


@dataclass(slots=True)
class Application:
    """The interface at `base_url`; a token that is not taken is renewed once."""

    context: Context
    base_url: str
    credentials: ClientCredentials
    _rests_until: datetime | None = field(default=None, init=False)

    def ask(self, path: str, params: Mapping[str, str]) -> Response:
        """Raises SourceThrottled before a request that Reddit said it would refuse; SourceError."""
        if self._rests_until and self.context.now() < self._rests_until:
            raise SourceThrottled(f"{_host(self.base_url)}: asks to wait", until=self._rests_until)
        answer = self._get(path, params, renews=True)
        if answer.status == 401:
            self.credentials.forget()
            answer = self._get(path, params, renews=False)
        if answer.headers.get("x-ratelimit-remaining", "").split(".")[0] == "0":
            self._rests_until = waiting_until(answer.headers, self.context.now())
        return answer

    def _get(self, path: str, params: Mapping[str, str], *, renews: bool) -> Response:
        return self.context.http.get(
            f"{self.base_url}{path}",
            params={**params, "raw_json": "1"},  # else text comes with HTML entities
            headers=self.credentials.bearer(),
            accept=(401,) if renews else (),
            explain=_explain,
        )


@dataclass(frozen=True, slots=True)
class PrivateFeed:
    """The feeds at `base_url` that a signed-in reader has; the token can only be sent in the query."""

    context: Context
    base_url: str
    user: str
    token: SecretStr

    def ask(self, path: str, params: Mapping[str, str]) -> Response:
        """The feed of a page of the site. Raises SourceError."""
        signed = {**params, "user": self.user, "feed": self.token.get_secret_value()}
        return self.context.http.get(f"{self.base_url}{path}.rss", params=signed, explain=_explain)


def _explain(answer: Response) -> None:
    said = f"{_host(answer.url)} answered {answer.status}"
    if answer.status == 403 and "insufficient_scope" in answer.headers.get("www-authenticate", ""):
        why = f"{said}: the application was not approved for this"
        raise SourceRefused(why, state=SourceState.MISCONFIGURED)
    if answer.status == 451:
        raise SourceRefused(f"{said}: not shown here for legal reasons", state=SourceState.GONE)


def _host(address: str) -> str:
    return urlsplit(address).netloc
