"""What an error of X means, by its status and the problem in its body.

Source: https://docs.x.com/x-api/fundamentals/response-codes-and-errors and answers as they really come.
"""

from __future__ import annotations

import json
from typing import Any

from connectors.http import Response
from connectors.parts import shape
from monitor.errors import BudgetSpent, SourceChanged, SourceError, SourceRefused
from monitor.types import SourceState


def explain(answer: Response) -> None:
    """Raise the SourceError that the body of an error gives away, nothing where its status says it."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    problem = _problem(body)
    if answer.status == 402:
        raise BudgetSpent("X: the account's credits are used up: buy more in the developer console")
    if answer.status == 429 and ("usage-capped" in problem or "usagecapexceeded" in problem):
        raise BudgetSpent("X: the month's cap of posts is reached")
    if answer.status == 403 and ("client-not-enrolled" in problem or "client-forbidden" in problem):
        raise SourceRefused(
            "X: the application is not enrolled for this: attach it to a project with access",
            state=SourceState.MISCONFIGURED,
        )
    if answer.status == 400 and problem:
        raise SourceRefused(
            "X: does not accept the question: check the query or handle, and `fields`",
            state=SourceState.MISCONFIGURED,
        )


def refusal(answer: Any) -> SourceError:
    """What an answer means that came with status 200 and holds errors only."""
    error = next(shape.some(answer, "errors"), None)
    problem = _problem(error)
    if "not-authorized" in problem:
        return SourceRefused("X: the account is protected: it is not read", state=SourceState.MISCONFIGURED)
    if "suspended" in problem or "forbidden" in problem:
        return SourceRefused("X: the account is suspended", state=SourceState.GONE)
    if "resource-not-found" in problem:
        return SourceRefused("X: there is no such account: check the handle", state=SourceState.MISCONFIGURED)
    return SourceChanged("X: the answer holds no posts: its interface may have changed")


def _problem(body: Any) -> str:
    """The words by which a problem is known."""
    names = ("type", "title", "reason", "detail")
    return " ".join(shape.text(body, name) for name in names).casefold().strip()
