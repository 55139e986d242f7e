"""A reading: one post laid out for matching, and the way from a match back to the raw text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.types import Kind, Post, Span
from rules.hostility.opinion import Opinion
from rules.names import Names
from rules.text.fold import Folded, fold

_SEPARATOR = "\n\n"
_READ = ("title", "text", "added")


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a post, and where its folded form starts in the joined text."""

    where: str
    folded: Folded
    offset: int = 0

    def span(self, start: int, end: int, label: str) -> Span:
        """The raw place of the folded stretch `start:end` of this part, cut at the part's end."""
        length = len(self.folded.text)
        first = min(start, length - 1)
        return Span(*self.folded.raw_span(first, min(max(end, first + 1), length)), label, self.where)


def scan_text(post: Post) -> str:
    """The folded text of every part, joined: what a prefilter looks at."""
    author, change = post.author, post.change
    text = fold(post.text).text
    if post.title:
        text = f"{fold(post.title).text}{_SEPARATOR}{text}"
    if change is not None and change.hunks:
        text = f"{text}{_SEPARATOR}{fold(change.added).text}"
    if author is not None and author.bio:
        text = f"{text}{_SEPARATOR}{fold(author.bio).text}"
    for _, picture in post.images:
        if picture.text:
            text = f"{text}{_SEPARATOR}{fold(picture.text).text}"
    return text


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule and its detector are given.

    `text` is the folded title, text and added text, joined, and on a profile its bio; `hits` are the
    places in it where the rule's own patterns matched; `opinion` is a language model to ask, if there is one.
    `shown` are the pictures whose recognised text is part of it, which nobody takes for the author's words.
    """

    post: Post
    names: Names
    text: str
    parts: Sequence[Part]
    hits: Sequence[tuple[int, int]] = ()
    opinion: Opinion | None = None
    shown: Sequence[str] = ()
    _known: dict[str, Sequence[Any]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, post: Post, names: Names, opinion: Opinion | None = None, *, shown: bool = False) -> Reading:
        """Lay out a post: its author's own words, and where `shown` those that its pictures show."""
        parts: list[Part] = []
        offset = 0
        pictures = tuple(where for where, picture in post.images if picture.text) if shown else ()
        own = _READ if post.kind is not Kind.PROFILE else (*_READ, "bio")
        for where in (*own, *pictures):
            if raw := post.part(where):
                parts.append(Part(where, fold(raw), offset))
                offset += len(parts[-1].folded.text) + len(_SEPARATOR)
        text = _SEPARATOR.join(part.folded.text for part in parts)
        return cls(post, names, text, tuple(parts), opinion=opinion, shown=pictures)

    def with_hits(self, hits: Sequence[tuple[int, int]]) -> Reading:
        """The same reading with the hits of a rule's patterns."""
        return Reading(self.post, self.names, self.text, self.parts, hits, self.opinion, self.shown)

    def once(self, what: str, find: Callable[[], Iterable[Any]]) -> Sequence[Any]:
        """What `find` gives, worked out when first asked for `what`: rules that share a detector do."""
        if what not in self._known:
            self._known[what] = tuple(find())
        return self._known[what]

    def folded(self, *wheres: str) -> Sequence[Part]:
        """Parts by name, each on its own; those without text are left out."""
        return [Part(where, fold(raw)) for where in wheres if (raw := self.post.part(where))]

    def span(self, start: int, end: int, label: str) -> Span:
        """The raw place of `text[start:end]`, cut at the end of the part in which it starts."""
        part = next(part for part in reversed(self.parts) if part.offset <= start)
        return part.span(start - part.offset, end - part.offset, label)
