"""One user of the Bluesky network, who speaks XRPC with the PDS that holds the account."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from typing import Any

POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
PASSWORD = "throw-away-passphrase"


def xrpc(
    service: str,
    method: str,
    *,
    token: str | None = None,
    body: dict[str, Any] | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    """Ask a service (its address); with a `body`, tell it. Raises RuntimeError where it refuses."""
    request = urllib.request.Request(
        f"{service}/xrpc/{method}?{urllib.parse.urlencode(parameters, doseq=True)}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"} if body is not None else {},
    )
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            result: dict[str, Any] = json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as refusal:
        with refusal:
            said = refusal.read().decode()
        raise RuntimeError(f"{method} answered {refusal.code} {said}") from None
    return result


class Account:
    """Made when constructed; `app_password` signs in beside `password`, as a program should.

    A record is named by its `uri`; what a reply needs to know of it is a dict of `uri` and `cid`.
    """

    def __init__(self, pds: str, handle: str) -> None:
        self._pds, self.handle, self.password = pds, handle, PASSWORD
        fields = {"handle": handle, "password": PASSWORD, "email": f"{handle.replace('.', '-')}@vale.test"}
        made = xrpc(pds, "com.atproto.server.createAccount", body=fields)
        self.did: str = made["did"]
        self._token: str = made["accessJwt"]
        self.app_password: str = self.tell("com.atproto.server.createAppPassword", name="tests")["password"]

    def sign_in(self) -> dict[str, Any]:
        """A new session by the app password, with its `accessJwt` and `refreshJwt`."""
        fields = {"identifier": self.handle, "password": self.app_password}
        return xrpc(self._pds, "com.atproto.server.createSession", body=fields)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A query, signed in; the PDS hands on to the AppView what is not its own."""
        return xrpc(self._pds, method, token=self._token, **parameters)

    def tell(self, method: str, **fields: Any) -> dict[str, Any]:
        """A procedure, signed in."""
        return xrpc(self._pds, method, token=self._token, body=fields)

    def introduce(self, display_name: str, description: str) -> None:
        """Write the profile."""
        record = {"displayName": display_name, "description": description}
        self.tell("com.atproto.repo.putRecord", repo=self.did, collection=PROFILE, rkey="self", record=record)

    def post(self, text: str, created_at: datetime, **fields: Any) -> dict[str, str]:
        """Write a post that says it is of `created_at` (aware), which nobody checks; gives `uri`, `cid`.

        `fields` are more of the record, by the names of the lexicon app.bsky.feed.post.
        """
        record = {"$type": POST, "text": text, "createdAt": utc(created_at), "langs": ["en"], **fields}
        made = self.tell("com.atproto.repo.createRecord", repo=self.did, collection=POST, record=record)
        return {"uri": made["uri"], "cid": made["cid"]}

    def rewrite(self, uri: str, text: str, created_at: datetime) -> None:
        """Put another post under the key of this one, which no app of the network offers."""
        record = {"$type": POST, "text": text, "createdAt": utc(created_at)}
        key = uri.rpartition("/")[2]
        self.tell("com.atproto.repo.putRecord", repo=self.did, collection=POST, rkey=key, record=record)

    def delete(self, uri: str) -> None:
        key = uri.rpartition("/")[2]
        self.tell("com.atproto.repo.deleteRecord", repo=self.did, collection=POST, rkey=key)

    def records(self) -> list[dict[str, Any]]:
        """The newest 100 posts in the repository as anybody may read them, last written first."""
        answer = xrpc(self._pds, "com.atproto.repo.listRecords", repo=self.did, collection=POST, limit=100)
        return list(answer["records"])


def utc(moment: datetime) -> str:
    """As the network's own programs write a date."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
