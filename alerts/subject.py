"""What is held of one person, as a page that they can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.layout import environment


def page(told: Mapping[str, Any]) -> str:
    """The export as HTML: a file of its own, without scripts, pictures or anything to fetch."""
    return environment().get_template("subject.html.j2").render(told=told)
