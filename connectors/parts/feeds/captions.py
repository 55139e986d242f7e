"""A transcript to plain text, as podcasts publish them: WebVTT, SRT, JSON, HTML or text. Runs in the sandbox.

The forms: https://github.com/Podcastindex-org/podcast-namespace, "transcripts".
"""

from __future__ import annotations

import json
import re

from connectors.parts import plain

LONGEST = 200_000  # characters: some three hours of talk
_TIMING = re.compile(r"\d{1,3}:\d\d(?::\d\d)?[.,]\d{1,3}\s*-->")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]*)>")


def read(document: bytes, kind: str) -> str:
    """The words of a transcript of media type `kind`, a line a cue. Raises ValueError where it is none."""
    text = plain.clean(document.decode("utf-8-sig", "replace")).strip()
    if text.startswith("<"):
        if kind and "html" not in kind:
            raise ValueError("a web page in place of a transcript")
        return plain.from_html(text)[:LONGEST]
    if text.startswith("{"):
        return "\n".join(_segments(json.loads(text)))[:LONGEST]
    return ("\n".join(_cues(text)) if _TIMING.search(text) else text)[:LONGEST]


def _segments(answer: object) -> list[str]:
    segments = answer.get("segments") if isinstance(answer, dict) else None
    if not isinstance(segments, list):
        raise ValueError("JSON without segments")
    lines, speaker = [], ""
    for segment in (each for each in segments if isinstance(each, dict)):
        said, by = str(segment.get("body") or "").strip(), str(segment.get("speaker") or "")
        lines.append(f"{by}: {said}" if by and by != speaker else said)
        speaker = by or speaker
    return [line for line in lines if line]


def _cues(text: str) -> list[str]:
    """The text below each timing; what rolls on from one cue into the next stands once."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        rows = block.split("\n")
        start = next((at for at, row in enumerate(rows) if _TIMING.match(row.strip())), None)
        for row in rows[start + 1 :] if start is not None else ():
            said = plain.one_line(_VOICE.sub(r"\1: ", row))
            if said and said not in lines[-2:]:
                lines.append(said)
    return lines
