"""Recorded answers of sources, invented from their shapes: what the demo and the contract tests read.

A folder per kind of source: `source.toml` with the settings of a source that the recordings answer,
and `*.json`, each one recording or a list of them:

    {"method": "GET", "host": "gazette.test", "path": "/feed/", "params": {"paged": "2"},
     "status": 200, "headers": {"content-type": "application/rss+xml"}, "body_file": "gazette.xml"}

Only host and path are required. `params` are those that must be there; others don't matter. `sent` is the
same of a request's body where that is JSON. A body is
`body` (text), `json` (written out) or `body_file`; a picture (`body_file` ending in .png or .jpg) is given as
it is. A time is written `{{T-3h}}`, `{{T-1d2h|rfc822}}`,
`{{T-3h|epoch}}` (a number: the quotes around it go) or `{{T-3h|ms}}`: that long before now, in days, hours,
minutes and seconds. They may stand in `params` as well.
`connectors.parts.replay` answers from them.
"""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

Recording = dict[str, Any]

_PICTURES = (".png", ".jpg")


def load(kind: str) -> list[Recording]:
    """Every recording of one kind of source, bodies included; empty where there is none."""
    folder = files(__name__) / kind
    if not folder.is_dir():
        return []
    documents = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    return [recording for document in documents for recording in _recordings(document, folder)]


def source(kind: str) -> dict[str, Any]:
    """The settings of the source that `kind`'s recordings answer, as `[[sources]]` would hold them."""
    return tomllib.loads((files(__name__) / kind / "source.toml").read_text("utf-8"))


def _recordings(document: Traversable, folder: Traversable) -> list[Recording]:
    found = json.loads(document.read_text("utf-8"))
    recordings: list[Recording] = found if isinstance(found, list) else [found]
    return [_whole(recording, folder) for recording in recordings]


def _whole(recording: Recording, folder: Traversable) -> Recording:
    if "json" in recording:
        return recording | {"body": json.dumps(recording["json"])}
    if "body_file" not in recording:
        return recording
    file = folder / recording["body_file"]
    if file.name.endswith(_PICTURES):
        return recording | {"content": file.read_bytes()}
    return recording | {"body": file.read_text("utf-8")}
