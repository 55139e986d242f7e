"""One visitor of the wiki, speaking the Action API with a cookie jar of their own."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.parse
import urllib.request
from typing import Any


class Session:
    """Anonymous from `address` until `log_in`. Every method raises RuntimeError where the API says error."""

    def __init__(self, api: str, address: str = "127.0.0.1") -> None:
        self._api, self._address = api, address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, action: str, **fields: Any) -> dict[str, Any]:
        return self._call(f"{self._api}?{encode(action, fields)}", None)

    def post(self, action: str, **fields: Any) -> dict[str, Any]:
        return self._call(self._api, encode(action, fields).encode())

    def act(self, action: str, *, token: str = "csrf", **fields: Any) -> dict[str, Any]:
        """`post` with a token of this kind, which the API asks of everything that changes something."""
        return self.post(action, token=self._token(token), **fields)

    def log_in(self, user: str, password: str) -> None:
        answer = self.post("login", lgname=user, lgpassword=password, lgtoken=self._token("login"))
        if answer["login"]["result"] != "Success":
            raise RuntimeError(f"{user} cannot log in: {answer}")

    def create_account(self, user: str, password: str, groups: str) -> None:
        """Make an account, and give it `groups` where any are named. For administrators."""
        fields = {"username": user, "password": password, "retype": password}
        answer = self.post(
            "createaccount",
            createtoken=self._token("createaccount"),
            createreturnurl=self._api,
            **fields,
        )
        if answer["createaccount"]["status"] != "PASS":
            raise RuntimeError(f"no account for {user}: {answer}")
        if groups:
            self.act("userrights", token="userrights", user=user, add=groups)

    def _token(self, kind: str) -> str:
        return str(self.get("query", meta="tokens", type=kind)["query"]["tokens"][f"{kind}token"])

    def _call(self, address: str, body: bytes | None) -> dict[str, Any]:
        request = urllib.request.Request(address, body, {"X-Forwarded-For": self._address})
        with self._opener.open(request, timeout=60) as reply:
            answer: dict[str, Any] = json.load(reply)
        if "error" in answer:
            raise RuntimeError(f"the wiki answered {answer['error']}")
        return answer


def encode(action: str, fields: dict[str, Any]) -> str:
    return urllib.parse.urlencode({"action": action, "format": "json", "formatversion": 2, **fields})
