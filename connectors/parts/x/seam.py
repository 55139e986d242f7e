"""tweepy, with its one way out replaced by ours: its knowledge of the interface, none of its network.

Its own request has no time limit, a fixed host, and waits and logs as it likes (tweepy 4.17, `client.py`).
It takes long to import; only a source that is read needs it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import tweepy
from pydantic import SecretStr

from connectors.http import Explain, Http, Response
from monitor.errors import SourceChanged

logging.getLogger("tweepy").setLevel(logging.WARNING)  # at DEBUG it would log the bearer token


class Client(tweepy.Client):  # type: ignore[misc]  # it ships no types
    """Asks `base_url` through `http`; every method gives the decoded answer and raises SourceError.

    `family` is "tweet" or "post": the names of fields that are sent. X renamed them in August 2026.
    """

    def __init__(self, http: Http, base_url: str, bearer: SecretStr, family: str, explain: Explain) -> None:
        super().__init__(bearer.get_secret_value(), return_type=dict, wait_on_rate_limit=False)
        self._http, self._base_url, self._family, self._explain = http, base_url, family, explain

    def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        user_auth: bool = False,
    ) -> Response:
        """The answer, of which tweepy then takes the JSON. Only reads, and only with the bearer token."""
        if method != "GET" or json is not None or user_auth:
            raise NotImplementedError("this seam only reads")
        answer = self._http.get(
            self._base_url + route,
            params=dict(self._named(name, str(value)) for name, value in (params or {}).items()),
            headers={"Authorization": f"Bearer {self.bearer_token}"},
            explain=self._explain,
        )
        if not isinstance(answer.json(), dict):
            raise SourceChanged("X: the answer is no object: its interface may have changed")
        return answer

    def _named(self, name: str, value: str) -> tuple[str, str]:
        if self._family == "tweet" or not (name.endswith(".fields") or name == "expansions"):
            return name, value
        return name.replace("tweet", "post"), value.replace("tweet", "post")
