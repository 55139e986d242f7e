"""Analysis: a picture's bytes become what was seen in it, in a worker process that may be killed.

The worker is a child with limits and without a network (`monitor/sandbox.py`); whatever happens to it, the
answer is a Picture that says what was not analysed. The same bytes are not looked at twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor import sandbox
from monitor.config import PictureSettings
from monitor.pictures.shelf import Shelf
from monitor.types import Depth, Picture

WORKER = "rules.pictures.looking:look"
REMEMBERED = 2_000
"""Pictures of which it is remembered what was seen in them, a few kilobytes each."""

NOT_INSTALLED = "pictures are not analysed here: pip install 'trustwatch[images]'"
_NEEDED = ("PIL", "cv2", "numpy", "onnxruntime", "pdqhash", "pypdfium2", "rapidocr", "zxingcpp")
_SEEN = TypeAdapter(Picture)


@cache
def installed() -> bool:
    """Whether the extra `images` is there."""
    return all(find_spec(name) for name in _NEEDED)


class Analyst:
    """Looks at pictures for one installation.

    `ours` and `bodies` are names that may stand beside a mark; of the shipped list `not_bodies` may not.
    """

    def __init__(
        self,
        settings: PictureSettings,
        ours: Iterable[str] = (),
        bodies: Iterable[str] = (),
        not_bodies: Iterable[str] = (),
    ) -> None:
        shared = settings.shared_mark
        self._asked: dict[str, Any] = {
            "references": {
                "shared": str(shared) if shared else None,
                "logos": [str(path) for path in settings.logos],
                "avatars": [str(path) for path in settings.avatars],
            },
            "ours": list(ours),
            "bodies": list(bodies),
            "not_bodies": list(not_bodies),
            "count_people": settings.count_people,
        }
        self._seen: Shelf[tuple[str, Depth], Picture] = Shelf(REMEMBERED)

    def look(self, content: bytes, depth: Depth) -> Picture:
        """What is in a picture or document. Raises nothing: `not_read` says what was not seen, and why."""
        digest = hashlib.sha256(content).hexdigest()
        if not installed():
            return Picture(digest=digest, not_read=NOT_INSTALLED)
        for enough in (depth, Depth.READ):
            if known := self._seen.get((digest, enough)):
                return known
        picture, lasting = self._ask(content, depth)
        picture = replace(picture, digest=digest)
        if lasting:
            self._seen.put((digest, depth), picture)
        return picture

    def _ask(self, content: bytes, depth: Depth) -> tuple[Picture, bool]:
        """What the worker saw, and whether it would see the same again."""
        request = json.dumps(self._asked | {"depth": depth.value})
        try:
            return _SEEN.validate_python(sandbox.pictures.run(WORKER, content, request)), True
        except sandbox.ParserError as error:
            return Picture(not_read=str(error)), False
        except ValidationError:
            return Picture(not_read=sandbox.CRASHED), False
