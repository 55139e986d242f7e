"""Picture evidence of findings: which places of which picture are shown, and what is said of them in words.

The worker draws (`rules/pictures/crops.py`, `cards.py`). A picture that cannot be drawn again leaves its
finding without evidence, and is never a reason to lose it.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from monitor.sandbox import ParserError
from monitor.types import (
    AVATAR,
    IMAGE,
    Account,
    Box,
    Crop,
    Finding,
    Line,
    Mark,
    Picture,
    Post,
    Resemblance,
    Span,
    Standing,
)

log = structlog.get_logger("monitor.pictures.evidence")

LOGO, LOOKALIKE = frozenset({"logo-misuse"}), frozenset({"lookalike-account"})
"""Categories of rules whose evidence is a mark, and those whose evidence is a card."""

STANDINGS = {
    Standing.REGISTERED: "registered account",
    Standing.PROBABLE: "probable lookalike",
    Standing.POSSIBLE: "possible lookalike",
    Standing.PARODY: "labelled parody",
    Standing.TEAM: "unregistered team or charity account",
    Standing.OTHER_BODY: "another body of the NHS",
    Standing.PERSON: "a person",
    Standing.UNRELATED: "unrelated",
}

Run = Callable[..., Any]
"""(function, document, request) -> the worker's answer. Raises ParserError."""

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = frozenset({"nhs", "foundation", "trust", "and", "hospital", "hospitals", "university", "the", "of"})
_LETTERS_OF_A_MARK = 8


Cutting = Callable[[], Crop | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture whose bytes are there, its name among the post's parts, and what is masked of its text."""

    where: str
    picture: Picture
    content: bytes
    masked: Sequence[Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureEvidence:
    """What cuts evidence.

    `run` asks the worker, `avatar` gives the picture of an account as it was fetched (None where it was not
    kept), `resembles` what the lookalike score says of an account, `ours` where our own avatars are by name.
    """

    run: Run
    avatar: Callable[[Account], bytes | None]
    resembles: Callable[[Account], Resemblance | None]
    ours: Mapping[str, Path] = field(default_factory=dict)

    def crops(self, post: Post, findings: Sequence[Finding], masked: Sequence[Span]) -> list[Crop]:
        """What shows the findings, one crop of a picture for each rule, in the findings' order.

        The spans of `findings` and `masked` are those of `post`, before anything of it is masked.
        """
        made: dict[tuple[str, str], Crop] = {}
        for finding in findings:
            for where, cutting in self._of(post, finding, masked):
                if (finding.rule_id, where) not in made and (crop := cutting()) is not None:
                    made[finding.rule_id, where] = crop
        return [*made.values()]

    def _of(self, post: Post, finding: Finding, masked: Sequence[Span]) -> Iterator[tuple[str, Cutting]]:
        """The pictures that could show the finding, and what cuts its evidence from each."""
        author = post.author
        for where, picture in post.images:
            content = post.media[int(where.removeprefix(IMAGE)) - 1].content
            if content is None or not any(span.where == where for span in finding.spans):
                continue
            seen = Seen(where, picture, content, [span for span in masked if span.where == where])
            yield where, partial(self._mark if finding.category in LOGO else self._page, finding, seen)
        if author and finding.category in LOOKALIKE:
            yield AVATAR, partial(self._card, finding, author, masked)
        elif author and author.avatar and any(span.where == AVATAR for span in finding.spans):
            content = self.avatar(author)
            if content is not None:
                yield AVATAR, partial(self._mark, finding, Seen(AVATAR, author.avatar, content, ()))

    def _page(self, finding: Finding, seen: Seen) -> Crop | None:
        """The layout of the page on which most of the finding stands."""
        spans = [span for span in finding.spans if span.where == seen.where]
        pages = Counter(line.page for line, _, _ in _places(seen.picture, spans))
        if not pages:
            return None
        page = pages.most_common(1)[0][0]
        places = [*_places(seen.picture, _joined(spans, seen.masked))]
        found = [(box, label) for line, box, label in places if line.page == page]
        lines = [line for line in seen.picture.lines if line.page == page]
        crop = {"kind": "page", "found": [{"box": _edges(box), "label": label} for box, label in found]}
        caption = _said_of_page(seen.where, len(lines), [label for _, label in found])
        return self._cut(finding, seen, {"lines": _all(lines), "page": page, "crops": [crop]}, caption)

    def _mark(self, finding: Finding, seen: Seen) -> Crop | None:
        """The most telling logo, with nothing around it."""
        if not seen.picture.marks:
            return None
        mark = min(seen.picture.marks, key=_telling)
        keep, hide = _sorted_out(seen.picture, mark, seen.masked)
        said = _said_of_mark(mark)
        foot = f"{said}. All around it is reduced."
        crop = {"kind": "mark", "box": _edges(mark.box), "keep": _all(keep), "hide": _all(hide), "foot": foot}
        caption = f"{seen.where.capitalize()}: {said}. Nothing else of the picture is shown."
        return self._cut(finding, seen, {"lines": _all(seen.picture.lines), "crops": [crop]}, caption)

    def _cut(self, finding: Finding, seen: Seen, request: Mapping[str, Any], caption: str) -> Crop | None:
        drawn = self._asked("rules.pictures.crops:cut", seen.content, request)
        return _crop(finding, seen.where, seen.picture.digest, caption, drawn[0]) if drawn else None

    def _card(self, finding: Finding, account: Account, masked: Sequence[Span]) -> Crop | None:
        """What the account is called beside what it resembles; its picture where that copies ours."""
        found = self.resembles(account)
        if found is None or not found.nearest:
            return None
        copied = account.avatar.likeness if account.avatar else None
        theirs = (self.avatar(account) or b"") if copied else b""
        ours = self._ours(copied.reference) if copied and theirs else b""
        standing = f"{STANDINGS[found.standing]}, {found.score:g} points"
        standing += "; its picture is a copy of ours" if copied else ""
        request = {
            "handle": _handle(account.handle or "", masked),
            "name": _hidden(account.display_name or "", "display_name", masked),
            "nearest": found.nearest,
            "standing": f"{standing[:1].upper()}{standing[1:]}.",
            "ours": base64.b64encode(ours).decode("ascii"),
        }
        caption = f"The account beside what it comes nearest to: {standing}."
        drawn = self._asked("rules.pictures.cards:card", theirs, request)
        digest = account.avatar.digest if account.avatar else ""
        return _crop(finding, AVATAR, digest, caption, drawn) if drawn else None

    def _ours(self, name: str) -> bytes:
        try:
            return self.ours[name].read_bytes()
        except (KeyError, OSError):
            return b""

    def _asked(self, function: str, content: bytes, request: Mapping[str, Any]) -> Any:
        try:
            return self.run(function, content, json.dumps(request))
        except ParserError as error:
            log.warning("no picture evidence", reason=str(error))
            return None


def _crop(finding: Finding, where: str, digest: str, caption: str, png: str) -> Crop:
    return Crop(
        rule_id=finding.rule_id, where=where, digest=digest, caption=caption, png=base64.b64decode(png)
    )


# -- places ---------------------------------------------------------------------------------------------


def _joined(spans: Sequence[Span], masked: Sequence[Span]) -> list[Span]:
    """The finding's own spans, and of what is masked that which they do not cover."""
    return [*spans, *(m for m in masked if not any(m.start < s.end and s.start < m.end for s in spans))]


def _places(picture: Picture, spans: Iterable[Span]) -> Iterator[tuple[Line, Box, str]]:
    """Where spans of its text stand: the line, what of its box they take, and their label."""
    for span in spans:
        for line in picture.lines:
            if span.start < line.end and line.start < span.end:
                yield line, _share(line, span), span.label


def _share(line: Line, span: Span) -> Box:
    """The part of a line's box that a span takes, letters counted as equally wide."""
    long = max(line.end - line.start, 1)
    start, end = max(span.start - line.start, 0) / long, min(span.end - line.start, long) / long
    box = line.box
    if box.height > 2 * box.width:  # written upwards or downwards: which of them is not known
        return box
    return Box(
        box.left + round(start * box.width), box.top, max(round((end - start) * box.width), 1), box.height
    )


def _all(lines: Iterable[Line]) -> list[list[int]]:
    return [_edges(line.box) for line in lines]


def _edges(box: Box) -> list[int]:
    return [box.left, box.top, box.width, box.height]


def _sorted_out(picture: Picture, mark: Mark, masked: Sequence[Span]) -> tuple[list[Line], list[Line]]:
    """The lines beside a mark that name its owner and may be read, and those within it that may not."""
    keep: list[Line] = []
    hide: list[Line] = []
    for line in picture.lines:
        inside = _overlap(line.box, mark.box)
        identifies = any(span.start < line.end and line.start < span.end for span in masked)
        named = _only_names(picture.text[line.start : line.end], mark.owner)
        if identifies or (inside and not named and line.end - line.start > _LETTERS_OF_A_MARK):
            hide.append(line)
        elif named and not inside and _near(line.box, mark.box):
            keep.append(line)
    return keep, hide


def _only_names(text: str, owner: str) -> bool:
    """Whether a line says nothing but the owner's name."""
    words = {word.lower() for word in _WORD.findall(text)}
    name = {word.lower() for word in _WORD.findall(owner)}
    return bool(words & name) and words <= name | _COMMON and not any(letter.isdigit() for letter in text)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def _near(line: Box, mark: Box) -> bool:
    """Whether a line stands within the mark's height of it, or twice its width to the side."""
    high, wide = mark.height, 2 * mark.width
    grown = Box(mark.left - wide, mark.top - high, mark.width + 2 * wide, mark.height + 2 * high)
    return _overlap(line, grown)


# -- words ----------------------------------------------------------------------------------------------


def _said_of_page(where: str, lines: int, labels: Sequence[str]) -> str:
    counts = Counter(labels)
    found = ", ".join(f"{label} ({n})" if n > 1 else label for label, n in counts.items())
    text = "one line of text" if lines == 1 else f"{lines} lines of text"
    return f"{where.capitalize()}: {text}; found in it: {found}. Its words are painted over."


def _said_of_mark(mark: Mark) -> str:
    said = ", ".join((mark.whose, mark.tier, *mark.alterations))
    return f"{said[:1].upper()}{said[1:]}"


def _telling(mark: Mark) -> tuple[bool, bool, float]:
    return (mark.ours is not True, mark.ours is False, -mark.score)


def _hidden(text: str, part: str, masked: Sequence[Span]) -> str:
    """A name with an asterisk for each letter that must be masked."""
    places = {at for span in masked if span.where == part for at in range(span.start, span.end)}
    return "".join("*" if at in places else letter for at, letter in enumerate(text))


def _handle(handle: str, masked: Sequence[Span]) -> str:
    """A handle without its server: `name@server` would be masked as the e-mail address that it looks like."""
    name = handle.lstrip("@").partition("@")[0]
    end = handle.find(name) + len(name)
    within = [span for span in masked if span.where == "handle" and span.end <= end]
    return f"@{_hidden(handle[:end], 'handle', within).lstrip('@')}" if name else ""
