"""A server that speaks Mastodon's interface: how it is asked, and what it says it shows to whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors.http import Http, Response
from connectors.parts import shape
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import SourceState


class Server:
    """The server at `base_url`, asked with `token` where there is one."""

    def __init__(self, http: Http, base_url: str, token: SecretStr | None) -> None:
        self._http, self._base, self._token = http, base_url, token
        self._host = urlsplit(base_url).netloc

    def ask(self, path: str, params: Mapping[str, str], accept: Collection[int] = ()) -> Response:
        """The answer for `path`. Raises SourceError, with what to do where the token is at fault."""
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"} if self._token else {}
        url = self._base + path
        return self._http.get(url, params=params, headers=headers, accept=accept, explain=self._explain)

    def has(self, path: str) -> bool:
        """False where the server itself says that there is no such thing.

        Raises SourceChanged where only the address leads nowhere: that says nothing of what once stood there.
        """
        answer = self.ask(path, {}, accept=(404, 410))
        if answer.status in (404, 410) and not shape.text(answer.json(), "error"):
            raise SourceChanged(f"{self._host}: its interface is not where it was")
        return answer.status not in (404, 410)

    def account(self, name: str) -> str:
        """The id of the account `name`. Raises SourceRefused where it is not there, or suspended."""
        answer = self.ask("/api/v1/accounts/lookup", {"acct": name}, accept=(404,))
        if answer.status == 404:
            told = f"{self._host} knows no such account: check `account`"
            raise SourceRefused(told, state=SourceState.MISCONFIGURED)
        found = answer.json()
        if shape.flag(found, "suspended"):
            raise SourceRefused(f"{self._host}: the account is suspended", state=SourceState.GONE)
        if number := shape.name(found, "id"):
            return number
        raise SourceChanged(f"{self._host}: the account has no id: its interface may have changed")

    def must_show_hashtags(self) -> None:
        """Raise SourceRefused where the server shows hashtags to nobody, or not to us.

        It may answer with an empty list then. Mastodon says so since 4.5 in `timelines_access`
        (https://docs.joinmastodon.org/entities/Instance); where a server does not say, it is taken as open.
        """
        answer = self.ask("/api/v2/instance", {}, accept=(401, 403, 404))
        if answer.status != 200:
            return
        access = shape.find(answer.json(), "configuration", "timelines_access", "hashtag_feeds")
        said = {shape.name(access, which) for which in ("local", "remote")}
        if said <= ({"disabled"} if self._token else {"disabled", "authenticated"}):
            how = "to nobody" if said == {"disabled"} else "only to those who sign in (`token`)"
            told = f"{self._host} shows hashtags {how}: watch the hashtag on another server, or accounts"
            raise SourceRefused(told, state=SourceState.MISCONFIGURED)

    def _explain(self, answer: Response) -> None:
        if answer.status == 403 and re.search(rb'"error"[^<>]*scope', answer.body):
            told = f"{self._host}: the token lacks the scope `read`: make one that has it"
            raise SourceRefused(told, state=SourceState.MISCONFIGURED)
        if answer.status in (401, 422):
            todo = "does not take the token: make a new one" if self._token else "wants a `token`"
            raise SourceRefused(f"{self._host} {todo}")
