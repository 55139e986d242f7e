"""The Debian packages that the real servers come from: what is absent, and installing it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from typing import NoReturn

import pytest


def required() -> bool:
    """Whether an absent server is a failure (.ci/run, make live in CI) and not a reason to skip."""
    return os.environ.get("TRUSTWATCH_LIVE") == "required"


def unavailable(reason: str) -> NoReturn:
    """Skip with the reason; where the servers are required, fail with it."""
    if required():
        pytest.fail(reason)
    pytest.skip(reason)


def absent(packages: Iterable[str]) -> list[str]:
    """Those of `packages` that dpkg does not know as installed; all of them where there is no dpkg."""
    wanted = list(packages)
    try:
        found = subprocess.run(
            ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *wanted],
            capture_output=True,
            text=True,
        ).stdout.splitlines()
    except FileNotFoundError:
        return wanted
    return [name for name in wanted if f"installed {name}" not in found]
