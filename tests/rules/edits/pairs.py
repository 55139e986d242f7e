"""Labelled revision pairs: an article before and after an edit, and what a careful reader says the edit does.

A file of pairs is YAML, by id. A pair names its article and the steps that make the text before (`earlier`)
and the text after (`edit`, or `restore` for the article as it is). `expect` holds the effects that it has,
none for a harmless edit; `may` those on which careful readers differ, which count neither way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.parts.wiki.comparison import compare
from connectors.parts.wiki.editors import kind_of
from connectors.parts.wiki.reverts import is_tagged
from connectors.parts.wiki.revision import Revision, User
from monitor.types import Account, Change, Editor, Kind, Post
from rules import yamlfile
from rules.edits import EffectKind

HERE = Path(__file__).parent
DEVELOPMENT = HERE / "development.yaml"
UNSEEN = HERE / "unseen.yaml"
FRESH = HERE / "fresh.yaml"
ORDINARY = HERE / "ordinary.yaml"
ARTICLES = HERE / "articles"

LABELLED = frozenset(EffectKind) - {
    EffectKind.OWN_NETWORK,
    EffectKind.DECLARED_EDITOR,
    EffectKind.PAGE_MOVED,
    EffectKind.PAGE_DELETED,
    EffectKind.PAGE_RESTORED,
    EffectKind.PAGE_PROTECTED,
    EffectKind.FILE_REPLACED,
    EffectKind.CONTENT_HIDDEN,
}
"""The kinds that texts, summary and user name can show; the others want settings or the wiki's log."""

_MOMENT = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)

Stretch = str | tuple[str, str]
"""Words that stand once in a text, or the first and the last words of a longer stretch."""


class AnchorRefused(ValueError):
    """Words by which a step finds its place stand in the text not at all, or more than once."""


class PairRefused(ValueError):
    """A row that is no pair, or whose steps do not fit its article; the text says which row and why."""


class Step(BaseModel):
    """One thing that an editor did. Exactly one of the first eight fields says what; the others say how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    find: Stretch | None = None
    every: str | None = None
    section: str | None = None
    move: Stretch | None = None
    move_section: str | None = None
    add: str | None = None
    append: str | None = None
    whole: str | None = None
    put: str = ""
    after: str | None = None
    before: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        done = self.model_fields_set - {"put", "after", "before"}
        if len(done) != 1:
            raise ValueError(f"a step does one thing, this one does {len(done)}")
        if done & {"move", "move_section", "add"} and (self.after is None) == (self.before is None):
            raise ValueError("what is added or moved stands either `after` or `before` something")
        return self

    def applied(self, text: str) -> str:
        """The text once this is done to it. Raises AnchorRefused."""
        if self.whole is not None:
            return self.whole
        if self.append is not None:
            return text + self.append
        if self.every is not None:
            if self.every not in text:
                raise AnchorRefused(f"{self.every!r} does not occur")
            return text.replace(self.every, self.put)
        if self.add is not None:
            return self._inserted(text, self.add)
        start, end = self._stretch(text)
        if self.move is not None or self.move_section is not None:
            return self._inserted(text[:start] + text[end:], text[start:end])
        return text[:start] + self.put + text[end:]

    def _stretch(self, text: str) -> tuple[int, int]:
        section = self.section or self.move_section
        if section is not None:
            return _section(text, section)
        anchor = self.find or self.move
        assert anchor is not None, "every step that comes here has a place"
        return _place(text, anchor)

    def _inserted(self, text: str, new: str) -> str:
        if self.after is not None:
            at = _place(text, self.after)[1]
        else:
            assert self.before is not None, "checked when the step was read"
            at = _place(text, self.before)[0]
        return text[:at] + new + text[at:]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    article: str
    earlier: tuple[Step, ...] = ()
    edit: Literal["restore"] | Annotated[tuple[Step, ...], Field(min_length=1)]
    summary: str = ""
    user: str = "Quillfeather"
    tags: tuple[str, ...] = ()
    minor: bool = False
    expect: tuple[EffectKind, ...]
    may: tuple[EffectKind, ...] = ()
    why: str = Field(min_length=10)


@dataclass(frozen=True, slots=True)
class Pair:
    """One edit: two texts of a page, who changed it with which summary, and what the edit does."""

    id: str
    article: str
    title: str
    old: str
    new: str
    summary: str
    user: str
    tags: tuple[str, ...]
    minor: bool
    expect: frozenset[EffectKind]
    may: frozenset[EffectKind]
    why: str


def pairs(path: Path) -> Sequence[Pair]:
    """The pairs of a file, in its order. Raises RuleError where it is no table, PairRefused for a row."""
    return _pairs(path)


@cache
def _pairs(path: Path) -> tuple[Pair, ...]:
    rows = yamlfile.parse(path.read_text("utf-8"), path.name).value
    return tuple(_pair(name, row) for name, row in rows.items())


def _pair(name: str, given: object) -> Pair:
    try:
        row = _Row.model_validate(given)
        old, new = _texts(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise PairRefused(f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except AnchorRefused as error:
        raise PairRefused(f"{name}: {error}") from None
    known = row.model_dump(include={"article", "summary", "user", "tags", "minor", "why"})
    return Pair(
        name,
        title=_titles()[row.article],
        old=old,
        new=new,
        expect=frozenset(row.expect),
        may=frozenset(row.may),
        **known,
    )


def _texts(row: _Row) -> tuple[str, str]:
    """The page before the edit and after it."""
    article = _article(row.article)
    old = _applied(article, row.earlier)
    return old, article if row.edit == "restore" else _applied(old, row.edit)


def post_of(pair: Pair) -> Post:
    """The edit as the connector would hand it on."""
    return Post(
        source="pairs",
        platform="wikipedia",
        external_id=f"wiki.test:{pair.id}",
        observed_at=_MOMENT,
        created_at=_MOMENT,
        kind=Kind.PAGE_EDIT,
        author=Account(platform="wikipedia", handle=pair.user),
        title=pair.title,
        text=pair.summary,
        change=_change(pair),
    )


def _change(pair: Pair) -> Change:
    change = Change(
        page=pair.title,
        page_id="1",
        revision="2",
        parent="1",
        tags=pair.tags,
        minor=pair.minor,
        reverts=is_tagged(Revision(revid=2, tags=pair.tags)),
        editor=Editor(kind=kind_of(pair.user, User(groups=_groups(pair.user)))),
    )
    return compare(pair.old, pair.new).within(change)


def _groups(user: str) -> tuple[str, ...]:
    """A wiki tells bots by their group; here they are called so."""
    return ("bot",) if user.lower().endswith("bot") else ()


def _applied(text: str, steps: Sequence[Step]) -> str:
    for step in steps:
        text = step.applied(text)
    return text


def _place(text: str, anchor: Stretch) -> tuple[int, int]:
    first, last = (anchor, None) if isinstance(anchor, str) else anchor
    if (count := text.count(first)) != 1:
        raise AnchorRefused(f"{first!r} occurs {count} times, not once")
    start = text.index(first)
    if last is None:
        return start, start + len(first)
    end = text.find(last, start)
    if end < 0:
        raise AnchorRefused(f"{last!r} does not occur after {first!r}")
    return start, end + len(last)


def _section(text: str, name: str) -> tuple[int, int]:
    """A section with its heading and all that stands below it, up to the next heading of its level."""
    found = [match for match in _headings(text) if match["name"].strip() == name]
    if len(found) != 1:
        raise AnchorRefused(f"{len(found)} sections are called {name!r}, not one")
    level, start = len(found[0]["level"]), found[0].start()
    later = (
        match.start() for match in _headings(text) if match.start() > start and len(match["level"]) <= level
    )
    return start, next(later, len(text))


def _headings(text: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"^(?P<level>={2,6})(?P<name>[^=\n].*?)(?P=level)[ \t]*$", text, re.MULTILINE)


@cache
def _article(name: str) -> str:
    return (ARTICLES / f"{name}.wiki").read_text("utf-8")


@cache
def _titles() -> Mapping[str, str]:
    titles: Mapping[str, str] = yaml.safe_load((ARTICLES / "titles.yaml").read_text("utf-8"))
    return titles
