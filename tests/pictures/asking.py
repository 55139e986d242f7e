"""The worker is asked as the product asks it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from monitor import sandbox
from monitor.types import Picture

WORKER = "rules.pictures.looking:look"
NOTHING: dict[str, Any] = {
    "references": {"shared": None, "logos": [], "avatars": []},
    "ours": ["Wearside Vale NHS Foundation Trust"],
    "bodies": [],
    "count_people": False,
}


def asked(content: bytes, *, worker: sandbox.Sandbox = sandbox.pictures, **changes: Any) -> Any:
    """The worker's answer as it comes."""
    return worker.run(WORKER, content, json.dumps(NOTHING | {"depth": "read"} | changes))


def saw(content: bytes, **changes: Any) -> Picture:
    """The answer as a Picture."""
    return TypeAdapter(Picture).validate_python(asked(content, **changes))
