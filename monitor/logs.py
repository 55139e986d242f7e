"""Logs: one JSON object a line on stderr, UTC, event names and ids; never a post's words."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

SECRET_PAIR = re.compile(
    r"(?i)(?<![a-z0-9])((?:[a-z0-9]{1,20}[_-]){0,3}(?:api)?(?:token|key|secret|password|authorization|signature))"
    r"(\s*[=:]\s*)(?:(?:bearer|basic)\s+)?\S+"
)
USER_INFO = re.compile(r"(?i)(://)[^/\s@]+@")
OURS = frozenset({"timestamp", "message_id"})
"""Made by us alone, and full of digits that a mail must be found again by."""
LONG_DIGITS = re.compile(r"\d(?:[ .\-/]?\d){9,}")
ONLY_ERRORS = logging.ERROR
"""For commands that report to a person themselves."""
QUIET = ("httpx", "httpcore", "tweepy", "apscheduler", "urllib3", "alembic")
"""The first three print whole addresses, tokens included, at INFO or DEBUG; the others chat."""


def redacted(value: Any) -> Any:
    """`value` without what may not be logged: secrets, user names in addresses, ten digits in a row."""
    if not isinstance(value, str):
        return value
    value = SECRET_PAIR.sub(r"\1\2[redacted]", value)
    value = USER_INFO.sub(r"\1[redacted]@", value)
    return LONG_DIGITS.sub("[number redacted]", value)


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value if name in OURS else redacted(value) for name, value in event.items()}


def place_of(error: BaseException) -> str:
    """Where `error` was raised, as file:line. Its words may quote a post, so they are not logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"


class _Stderr(logging.StreamHandler[Any]):
    """Writes to whatever stderr is by then: a test or a terminal may have replaced it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """The stderr of this moment."""
        return sys.stderr


def configure(level: int = logging.INFO) -> None:
    """Set logging up for a process: structlog and the standard library's loggers alike."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Whichever stderr it is by then; a line goes out whole, so that a kill leaves none without its end.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
