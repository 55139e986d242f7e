"""The AT Protocol: signing in to a server, finding an account's server, reading keys and errors.

A session is kept and renewed, never made anew for a reading: a server takes 30 sign-ins in five minutes
and 300 a day (https://docs.bsky.app/docs/advanced-guides/rate-limits).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors import Context
from connectors.http import Http, Response
from connectors.parts import plain, shape
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import SourceState

_SESSION_OVER = {"ExpiredToken", "InvalidToken", "AuthMissing"}
_CLOSED = {
    "AccountTakedown",
    "AccountDeactivated",
    "RepoNotFound",
    "RepoTakendown",
    "RepoSuspended",
    "RepoDeactivated",
}
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+")
_WEB = re.compile(r"did:web:([A-Za-z0-9.-]+)(?:%3[Aa](\d+))?")
_KEY = re.compile("[2-7a-j][2-7a-z]{12}")
_DIGITS = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")


class SessionOver(SourceRefused):
    """A token that the server does not take, or not any more."""


@dataclass(frozen=True, slots=True)
class _Tokens:
    access: str
    refresh: str
    home: str


class Session:
    """One account's sign-in; `memory` of the context keeps its tokens between readings."""

    def __init__(self, context: Context, base_url: str, identifier: str, password: SecretStr) -> None:
        self._http, self._memory = context.http, context.memory
        self._base, self._identifier, self._password = base_url, identifier, password
        self._host, self._key = urlsplit(base_url).netloc, f"{base_url} {identifier}"

    def get(self, method: str, params: Mapping[str, str]) -> Any:
        """The answer of the account's own server. A token that is over is renewed once, then signed in anew.

        Raises SourceRefused (NEEDS_REAUTH) where even that is not taken.
        """
        for tokens in self._each():
            headers = {"Authorization": f"Bearer {tokens.access}"}
            url = f"{tokens.home}/xrpc/{method}"
            try:
                return self._http.get(url, params=params, headers=headers, explain=explain).json()
            except SessionOver:
                continue
        self._memory.pop(self._key, None)
        raise SourceRefused(f"{self._host}: takes the sign-in but not its token: make a new app password")

    def _each(self) -> Iterator[_Tokens]:
        if kept := self._kept():
            yield kept
            if renewed := self._renewed(kept):
                yield renewed
        yield self._begun()

    def _kept(self) -> _Tokens | None:
        try:
            return _Tokens(**json.loads(self._memory.get(self._key, "")))
        except (ValueError, TypeError):
            return None

    def _renewed(self, old: _Tokens) -> _Tokens | None:
        headers = {"Authorization": f"Bearer {old.refresh}"}
        url = f"{self._base}/xrpc/com.atproto.server.refreshSession"
        try:  # an empty form is an empty body: the server refuses any other
            return self._keep(self._http.post(url, form={}, headers=headers, explain=explain), old.home)
        except SourceRefused:
            return None

    def _begun(self) -> _Tokens:
        given = {"identifier": self._identifier, "password": self._password.get_secret_value()}
        url = f"{self._base}/xrpc/com.atproto.server.createSession"
        return self._keep(self._http.post(url, json=given, explain=self._not_begun), self._base)

    def _keep(self, answer: Response, home: str) -> _Tokens:
        found = answer.json()
        access, refresh = shape.name(found, "accessJwt"), shape.name(found, "refreshJwt")
        if not (access and refresh):
            raise SourceChanged(f"{self._host}: the sign-in gave no session: its interface may have changed")
        own = _home(shape.find(found, "didDoc")) or home
        tokens = _Tokens(access, refresh, own if own.startswith(urlsplit(self._base).scheme) else home)
        self._memory[self._key] = json.dumps(asdict(tokens))
        return tokens

    def _not_begun(self, answer: Response) -> None:
        if said(answer) == "AuthFactorTokenRequired":
            raise SourceRefused(f"{self._host} wants a second factor: make an app password and use that")
        if answer.status in (400, 401):
            raise SourceRefused(f"{self._host} refuses the sign-in: check `identifier` and the app password")


def said(answer: Response, what: str = "error") -> str:
    """The name of the error that an answer carries, or its `message`; empty where it has none."""
    try:
        return shape.name(answer.json(), what) or ""
    except SourceChanged:
        return ""


def explain(answer: Response) -> None:
    """Raise what an error says better than its status: a token that is over comes as a 400."""
    error, told, host = said(answer), said(answer, "message"), urlsplit(answer.url).netloc
    if told == "Profile not found":
        unknown = f"{host} knows no such account: check `account`"
        raise SourceRefused(unknown, state=SourceState.MISCONFIGURED)
    if error in _SESSION_OVER:
        raise SessionOver(f"{host}: the session is over: sign in")
    if answer.status == 403:
        raise SourceRefused(f"{host} does not allow this: sign in through the account's own server")
    if error in _CLOSED or told.startswith("Could not find repo"):
        raise SourceRefused(f"{host}: the account is closed or suspended", state=SourceState.GONE)


def home_of(http: Http, directory: str, did: str) -> str:
    """The server that holds an account's records, by the document of its DID.

    `directory` knows those of did:plc (https://web.plc.directory); a did:web names its own host. Raises
    SourceChanged where no server is named.
    """
    if not _DID.fullmatch(did):
        raise SourceChanged("the account's profile has no DID: the interface may have changed")
    web = _WEB.fullmatch(did)
    own = f"https://{web[1]}{':' + web[2] if web[2] else ''}/.well-known/did.json" if web else ""
    url = own or f"{directory}/{did}"
    if home := _home(http.get(url, explain=explain).json()):
        return home
    raise SourceChanged(f"{urlsplit(url).netloc}: names no server for the account")


def _home(document: Any) -> str | None:
    for service in shape.some(document, "service"):
        address = shape.address(service, "serviceEndpoint")
        if address and (shape.name(service, "id") or "").endswith("#atproto_pds"):
            parts = urlsplit(address)
            return f"{parts.scheme}://{parts.netloc}"
    return None


def written_at(uri: str, now: datetime) -> datetime | None:
    """When the key of a record was made: the first 53 bits of a TID are microseconds since 1970.

    None for a key that is no TID, or one of a time that cannot be (https://atproto.com/specs/tid).
    """
    key = uri.rpartition("/")[2]
    if not _KEY.fullmatch(key):
        return None
    seconds = (int(key.translate(_DIGITS), 32) >> 10) / 1e6
    try:
        return plain.believable(datetime.fromtimestamp(seconds, UTC), now)
    except (ValueError, OverflowError):
        return None
