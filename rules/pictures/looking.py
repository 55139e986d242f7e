"""Looking: the worker's entry. All that is done with one picture or document, in the order of its cost.

A step that fails is said in plain words and the others go on; the worker itself may be killed at any of them
(`monitor/sandbox.py`), which its caller says.
"""

from __future__ import annotations

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before anything can import onnxruntime

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import cv2

from monitor.types.pictures import Depth, Likeness, Line, Mark, Picture
from rules import bodies
from rules.pictures import avatars, decode, document, marks, owner, perceptual, text
from rules.pictures.decode import Frame, NotRead, Pixels
from rules.pictures.owner import Names
from rules.pictures.references import References

_MOST_OWNERS = 5
"""Marks of a picture, the surest first: to read whose one is takes a quarter of a second."""
_UNLIKE, _CHANGED = 40, 0.0003
"""Of 255, and of all pixels: an animation's frame that differs less has the text of the one before it."""
_SECONDS = 20.0  # for a document; the worker has 30 (monitor/sandbox.py)
_STEPS = ("0", "1", "2-5", "6+")  # of faces, in their order

cv2.setNumThreads(1)


def look(content: bytes, request: str) -> dict[str, Any]:
    """What is seen in a picture or PDF: the fields of a Picture, as JSON has them.

    `request` is JSON: `depth`; `references`, paths of the `shared` mark or null, of `logos` and of `avatars`;
    `ours`, `bodies` and `not_bodies`, names to read beside a mark besides the shipped ones, and to leave out
    of these; `count_people`. What cannot be opened at all has a `not_read` and no size. Raises MemoryError.
    """
    seen = _Seen(json.loads(request))
    try:
        if document.is_one(content):
            seen.document(content)
        else:
            seen.picture(content)
    except NotRead as refusal:
        seen.notes.append(str(refusal))
    return asdict(replace(seen.told(), digest=decode.digest(content)))


@dataclass
class _Seen:
    """What was seen so far of one picture or document."""

    asked: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    first: Frame | None = None
    pages: int = 1
    pdq: str = ""
    located: bool | None = None
    words: str = ""
    lines: list[Line] = field(default_factory=list)
    read: bool = False
    marks: list[Mark] = field(default_factory=list)
    likeness: Likeness | None = None
    codes: list[str] = field(default_factory=list)
    faces: str | None = None
    last: Pixels | None = None

    @property
    def closely(self) -> bool:
        """Whether the costly steps are asked for."""
        return bool(self.asked["depth"] == Depth.READ)

    def picture(self, content: bytes) -> None:
        """A picture, or some frames of an animation. Raises NotRead."""
        self.located = decode.has_location(content)
        for frame in decode.frames(content):
            self._look_at(frame, page=1)
            if self.closely and self._differs(frame.pixels):
                self._recognise(frame, page=1)

    def document(self, content: bytes) -> None:
        """The pages of a document: their own text, or that of a scan. Raises NotRead."""
        opened, until, last = document.Document(content), monotonic() + _SECONDS, 0
        self.pages = opened.count
        for page in opened.pages():
            last = page.number
            self._look_at(page.frame, page.number)
            if page.text:
                self._keep(page.text, page.lines)
            elif self.closely:
                self._recognise(page.frame, page.number)
            if monotonic() > until:  # what was read is worth more than the worker's end
                break
        if opened.count > last:
            self.notes.append(f"after page {last} of {opened.count} it was not read")

    def told(self) -> Picture:
        """All of it."""
        return Picture(
            width=self.first.width if self.first else 0,
            height=self.first.height if self.first else 0,
            pdq=self.pdq,
            pages=self.pages,
            text=self.words,
            lines=tuple(self.lines),
            text_read=self.read,
            marks=tuple(dict.fromkeys(self.marks)),
            likeness=self.likeness,
            codes=tuple(dict.fromkeys(self.codes)),
            faces=self.faces,
            has_location=self.located,
            not_read="; ".join(dict.fromkeys(self.notes)),
        )

    def _look_at(self, frame: Frame, page: int) -> None:
        """The cheap steps."""
        if self.first is None:
            self.first, self.pdq = frame, str(perceptual.hashed(frame.pixels))
        with self._step("logos were not looked for"):
            self._find_marks(frame, page)
        with self._step("codes were not looked for"):
            from rules.pictures import codes

            self.codes += codes.codes(frame)
        if self.asked["count_people"]:
            with self._step("people were not counted"):
                self._count(frame)

    def _find_marks(self, frame: Frame, page: int) -> None:
        references = _references(json.dumps(self.asked["references"]))
        found = marks.search(frame, references, closely=self.closely)
        if found.cut:
            self.notes.append(found.cut)
        near = avatars.likeness(frame, references) if page == 1 else None
        named = [self._owned(frame, mark) for mark in found.marks[:_MOST_OWNERS]]
        named += found.marks[_MOST_OWNERS:]
        self.marks += named
        self.likeness = self.likeness or avatars.confirmed(near, named, references)

    def _owned(self, frame: Frame, mark: Mark) -> Mark:
        with self._step("whose a logo is was not read"):
            return owner.owner(frame, mark, text.recognise, _names(json.dumps(self._named())))
        return mark

    def _named(self) -> list[list[str]]:
        return [list(self.asked.get(key, ())) for key in ("ours", "bodies", "not_bodies")]

    def _count(self, frame: Frame) -> None:
        from rules.pictures import faces

        self.faces = max(filter(None, (self.faces, faces.count(frame))), key=_STEPS.index)

    def _recognise(self, frame: Frame, page: int) -> None:
        with self._step("its text was not read"):
            self._keep(*text.read(frame, page))

    def _keep(self, words: str, lines: tuple[Line, ...]) -> None:
        """Add a page's or frame's text to what was read."""
        self.read = True
        if not words:
            return
        by = len(self.words) + bool(self.words)
        self.words = f"{self.words}\n{words}" if self.words else words
        self.lines += (replace(line, start=line.start + by, end=line.end + by) for line in lines)

    def _differs(self, pixels: Pixels) -> bool:
        """Whether a frame shows something else than the one whose text was read last."""
        before, self.last = self.last, pixels
        if before is None or before.shape != pixels.shape:
            return True
        return bool((cv2.absdiff(before, pixels) > _UNLIKE).mean() > _CHANGED)

    @contextmanager
    def _step(self, failed: str) -> Iterator[None]:
        """A step that may fail alone; too little memory is the worker's end."""
        try:
            yield
        except MemoryError:
            raise
        except NotRead as refusal:
            self.notes.append(f"{failed}: {refusal}")
        except ImportError as missing:
            self.notes.append(f"{failed}: {missing.name} is not installed")
        except Exception:  # whatever a library raises on a stranger's picture
            self.notes.append(f"{failed}: what does it failed")


@cache
def _references(paths: str) -> References:
    """The organisation's pictures, by their files' names; made once in a worker. Raises NotRead."""
    asked = json.loads(paths)
    files = {key: {Path(path).name: _content(path) for path in asked[key]} for key in ("logos", "avatars")}
    return References.load(_content(asked["shared"]) if asked["shared"] else None, **files)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        raise NotRead(f"the file {Path(path).name} of [pictures] cannot be read") from None


@cache
def _names(listed: str) -> Names:
    """The names that may stand beside a mark; made once in a worker."""
    ours, more, struck = json.loads(listed)
    others = (body.name for body in bodies.shipped() if body.name not in struck)
    return Names.of(ours, (*others, *more))
