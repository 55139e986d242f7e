"""Meta's Graph interfaces: how they are asked, and what their errors mean.

Errors: developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import Field

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.answers import LONGEST_WAIT
from connectors.parts.shape import Item
from monitor.errors import SourceChanged, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import SourceState, State

Version = Annotated[str, Field(pattern=r"^v\d+\.\d+$")]
"""A version of the interface; Meta keeps each for about two years and then answers with the next."""

HOUR = timedelta(hours=1)  # the window of Meta's limits
NEARLY_SPENT = 95  # per cent of a limit, as X-App-Usage counts
_THROTTLED = frozenset({4, 17, 18, 32, 613, *range(80000, 80015)})
_SIGN_IN = {
    458: "the application was removed from the account",
    460: "its owner changed the password",
    463: "the token has expired",
    467: "the token was withdrawn by a sign-out",
}


class Missing(SourceRefused):
    """The object asked for does not exist, or is not for this token to see: Meta does not say which."""


@dataclass
class Graph:
    """One interface with one token. `token` gives it, since some are renewed; it goes into a header."""

    context: Context
    base: str
    token: Callable[[], str]
    _rest_until: datetime | None = field(default=None, init=False)

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.base).netloc

    def ask(self, path: str, **params: str) -> Any:
        """The answer at `path`. Raises the SourceError that says what to do, `Missing` for no such object.

        Where the last answer said that a limit is nearly spent: SourceThrottled, and nothing is sent.
        """
        if self._rest_until and self.context.now() < self._rest_until:
            raise SourceThrottled(f"{self.host}: the limit is nearly spent", until=self._rest_until)
        headers = {"Authorization": f"Bearer {self.token()}"}
        response = self.context.http.get(
            f"{self.base}/{quote(path)}", params=params, headers=headers, explain=self._explain
        )
        self._rest_until = rest_until(response.headers, self.context.now())
        answer = response.json()
        self.complain(answer, response.headers)
        return answer

    def complain(self, answer: Any, headers: Mapping[str, str] | None = None) -> None:
        """Raise the SourceError that an answer is, if it is one; Meta gives some with status 200."""
        error = shape.find(answer, "error")
        if error is not None:
            self._raise(error, headers or {})
            raise SourceChanged(
                f"{self.host}: an error that is not known, code {shape.number(error, 'code')}"
            )

    def missing(self, ids: Sequence[str], witness: Callable[[], object]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that are no more. `witness` asks for what must be readable.

        It is called before the first is given up, and raises where a permission was withdrawn: that looks
        the same as a deletion.
        """
        has_witness = False
        for name in ids:
            try:
                self.ask(name, fields="id")
            except Missing:
                if not has_witness:
                    witness()
                    has_witness = True
                yield name, State.DELETED

    def _explain(self, response: Response) -> None:
        try:
            error = shape.find(response.json(), "error")
        except SourceChanged:
            return
        self._raise(error, response.headers)

    def _raise(self, error: Any, headers: Mapping[str, str]) -> None:
        code, detail = shape.number(error, "code") or 0, shape.number(error, "error_subcode")
        if code in (102, 190):
            why = _SIGN_IN.get(detail or 0, "the token is not valid")
            raise SourceRefused(f"{self.host}: {why}; sign in again and set a new `token`")
        if code in _THROTTLED:
            until = rest_until(headers, self.context.now()) or self.context.now() + HOUR
            raise SourceThrottled(f"{self.host}: too many requests (code {code})", until=until)
        if (code, detail) == (100, 33):
            raise Missing(
                f"{self.host}: there is no such object for this token; check the id and its permissions",
                state=SourceState.MISCONFIGURED,
            )
        if code in (10, 100) or 200 <= code <= 299:
            what = (
                "a permission is missing or a field unknown" if code == 100 else "a permission was withdrawn"
            )
            raise SourceRefused(
                f"{self.host}: {what} (code {code}); check what the application may read",
                state=SourceState.MISCONFIGURED,
            )
        if code in (1, 2) or shape.flag(error, "is_transient"):
            raise SourceUnavailable(f"{self.host}: a fault of its own (code {code})")


def rest_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when to leave the interface alone, by its usage headers; None while there is room."""
    usages = list(_usages(headers))
    if max((_percent(usage) for usage in usages), default=0) < NEARLY_SPENT:
        return None
    minutes = max(shape.number(usage, "estimated_time_to_regain_access") or 0 for usage in usages)
    return now + (min(timedelta(minutes=min(minutes, 10_000)), LONGEST_WAIT) if minutes > 0 else HOUR)


def _usages(headers: Mapping[str, str]) -> Iterator[Item]:
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            usage = json.loads(headers.get(name, "{}"))
        except (ValueError, RecursionError):
            continue
        if isinstance(usage, dict):
            yield usage
            yield from (row for rows in usage for row in shape.some(usage, rows))


def _percent(usage: Item) -> int:
    return max(shape.number(usage, name) or 0 for name in ("call_count", "total_time", "total_cputime"))
