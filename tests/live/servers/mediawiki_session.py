"""One visitor of the wiki, speaking the Action API with a cookie jar of their own."""

from __future__ import annotations

import html
import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
from typing import Any

_FIELD = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'(name|value|type)="([^"]*)"')


class Session:
    """Anonymous from `address` until `log_in`. Every method raises RuntimeError where the API says error.

    If `temporary`, the first edit by `fill_in` makes a temporary account, which this visitor keeps.
    """

    def __init__(self, api: str, address: str = "127.0.0.1", *, temporary: bool = False) -> None:
        self._api = api
        self._headers = {"X-Forwarded-For": address} | ({"X-Temporary-Account": "1"} if temporary else {})
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

    def fill_in(self, title: str, text: str, summary: str) -> None:
        """Edit a page by its web form, as people do."""
        address = f"{self._api.removesuffix('api.php')}index.php?{urllib.parse.urlencode({'title': title})}"
        page = self._fetch(f"{address}&action=edit", None).decode()
        fields = hidden_fields(page.partition('id="editform"')[2].partition("</form>")[0])
        fields |= {"wpTextbox1": text, "wpSummary": summary, "wpSave": "Save"}
        self._fetch(f"{address}&action=submit", urllib.parse.urlencode(fields).encode())

    def _token(self, kind: str) -> str:
        return str(self.get("query", meta="tokens", type=kind)["query"]["tokens"][f"{kind}token"])

    def _call(self, address: str, body: bytes | None) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._fetch(address, body))
        if "error" in answer:
            raise RuntimeError(f"the wiki answered {answer['error']}")
        return answer

    def _fetch(self, address: str, body: bytes | None) -> bytes:
        request = urllib.request.Request(address, body, self._headers)
        with self._opener.open(request, timeout=60) as reply:
            found: bytes = reply.read()
        return found


def hidden_fields(form: str) -> dict[str, str]:
    """The fields of a form that people do not see, and what stands in them."""
    inputs = [dict(_ATTRIBUTE.findall(field)) for field in _FIELD.findall(form)]
    hidden = (each for each in inputs if each.get("type") == "hidden" and "name" in each)
    return {each["name"]: html.unescape(each.get("value", "")) for each in hidden}


def encode(action: str, fields: dict[str, Any]) -> str:
    return urllib.parse.urlencode({"action": action, "format": "json", "formatversion": 2, **fields})
