"""Passages: a post's title and text as names are looked for in them, and the way back to the raw text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.types import Post, Span
from rules.reading import Part
from rules.text.fold import fold
from rules.text.patterns import found, spans

_OWN = ("text", "title")
_HASHTAG = re.compile(r"[#＃]\w*[A-Z_]\w*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_|(?<=[A-Za-z])(?=[0-9])")
_CAPITALS_FIRST = re.compile(r"(?<=[A-Z]{2})(?=[a-z])|(?<=[a-z])(?=[A-Z])|_")


@dataclass(frozen=True)
class Passage:
    """A post and its `text_of`, worked out once."""

    post: Post
    text: str

    def place(self, find: Callable[[str], tuple[int, int] | None]) -> Span | None:
        """The raw place of what `find` finds in folded text; in a hashtag that had to be split, the tag."""
        for where in _wheres(self.post):
            if raw := self.post.part(where):
                part = Part(where, fold(raw))
                if (place := find(part.folded.text)) is not None:
                    return part.span(*trimmed(part.folded.text, *place), "alias")
        text, starts, tags = self._tags
        if (place := find(text)) is None:
            return None
        return tags[bisect_right(starts, trimmed(text, *place)[0]) - 1]

    def in_capitals(self, pattern: str) -> bool:
        """True where one match stands in capitals in the raw text; hashtags were split at theirs."""
        for where in _wheres(self.post):
            raw = self.post.part(where)
            part = Part(where, fold(raw))
            for place in spans(pattern, part.folded.text):
                span = part.span(*trimmed(part.folded.text, *place), "alias")
                if raw[span.start : span.end].isupper():
                    return True
        return found(pattern, self._tags[0])

    @cached_property
    def _tags(self) -> tuple[str, Sequence[int], Sequence[Span]]:
        """Hashtags in words, one a line, where each line begins, and the tag that it is of."""
        lines, starts, tags, at = [], [], [], 0
        for where in _OWN:
            for tag in _HASHTAG.finditer(self.post.part(where)):
                for line in _split(tag[0]):
                    lines.append(line)
                    starts.append(at)
                    tags.append(Span(*tag.span(), "alias", where))
                    at += len(line) + 1
        return "\n".join(lines), starts, tags


def text_of(post: Post) -> str:
    """The folded title, text and text in pictures, and hashtags once more, split into their words."""
    text = fold(post.text).text
    if post.title:
        text = f"{fold(post.title).text}\n\n{text}"
    for where in _wheres(post)[len(_OWN) :]:
        text = f"{text}\n\n{fold(post.part(where)).text}"
    if "#" in text:
        tags = _HASHTAG.findall(f"{post.title}\n{post.text}")
        text = "\n".join([text, *(words for tag in tags for words in _split(tag))])
    return text


def _wheres(post: Post) -> tuple[str, ...]:
    """The parts in which names are looked for; a picture may be all that names the organisation."""
    return (*_OWN, *(where for where, picture in post.images if picture.text)) if post.media else _OWN


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The match without what only bounds it on either side."""
    while start < end and not (text[start].isalnum() or text[start] in "@#"):
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _split(tag: str) -> Iterable[str]:
    """A hashtag in folded words: `#WVFTJobs` is "wvft jobs", and `#WVFTjobs` "wvf tjobs" or "wvft jobs"."""
    return {fold(split.sub(" ", tag[1:])).text: None for split in (_CAMEL, _CAPITALS_FIRST)}
