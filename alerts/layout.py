"""The templates of a mail: those that come with the product, and before them the organisation's own.

Own templates are written by administrators, so they run where they can do no harm: in Jinja's sandbox, for
a limited time and up to a limited size. What is wrong with one is said with its file and line.
"""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from alerts import edits, wording
from alerts.evidence import is_address
from alerts.text import defang, shorten
from monitor.errors import ConfigError

SECONDS = 5.0
"""Of the processor, for one part of a mail by own templates; the shipped ones take some milliseconds."""

CHARACTERS = 2_000_000
"""An own template may write that much before it is stopped."""

WIDEST = 1_000
"""Characters of anything printed, whatever a template forgets to shorten."""

_ACTIVE = frozenset({"applet", "base", "embed", "form", "frame", "iframe", "link", "object", "script", "svg"})
_FETCHES = frozenset({"action", "background", "poster", "src", "srcset"})


def shipped() -> list[str]:
    """The names of the templates that an organisation may replace: those of the digest and of its items."""
    names = (file.name for file in (files("alerts") / "templates").iterdir())
    return sorted(name for name in names if name.startswith(("digest", "item")))


def replaced(folder: Path) -> list[str]:
    """The shipped templates that `folder` has files for.

    Raises ConfigError where the folder is none, or has templates that no mail uses: a name mistyped.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; write one by: monitor templates copy {folder}")
    found = sorted(file.name for file in folder.glob("*.j2"))
    if unknown := sorted({*found} - {*shipped()}):
        raise ConfigError(
            f"{folder / unknown[0]}: no template is called that; there are: {', '.join(shipped())}"
        )
    return found


@cache
def environment(folder: Path | None = None) -> Environment:
    """The templates, and the words and filters that they may use. A name that is not there is an error.

    With `folder` the templates there come first, in a sandbox.
    """
    kind = Environment if folder is None else ImmutableSandboxedEnvironment
    made = kind(
        loader=_loader(folder),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(columns=_columns, defang=defang, shorten=shorten, wrapped=_wrapped)
    made.globals.update(
        calendar=wording.calendar,
        command=wording.command,
        day=wording.day,
        false_alarms=wording.false_alarms,
        link_only=wording.LINK_ONLY,
        marked=edits.marked,
        more_places=edits.more,
        told_passage=edits.told,
        purged=wording.purged,
        standing=wording.standing,
        symbols=wording.SYMBOLS,
        trend=wording.trend,
    )
    return made


def _loader(folder: Path | None) -> BaseLoader:
    ours = PackageLoader("alerts")
    return ours if folder is None else ChoiceLoader([FileSystemLoader(folder), ours])


def filled(folder: Path, name: str, words: Mapping[str, Any]) -> str:
    """The organisation's template `name` with these words.

    Raises ConfigError with file and line where it fails, does not end, or writes too much.
    """
    try:
        with _deadline():
            return _within(environment(folder).get_template(name).generate(words))
    except Exception as error:
        raise ConfigError(f"{_place(error, folder)}: {_what(error)}") from None


def inspect(folder: Path, text: str, html: str, wanted: Sequence[str]) -> None:
    """Refuse a mail that lacks one of `wanted`, fetches something, or holds what could run.

    Raises ConfigError. A mail client would block most of it, and some readers would be tracked.
    """
    page = _Page(html)
    if page.refused:
        raise ConfigError(f"{folder}: the HTML part has {page.refused}, which no mail may have")
    for part, said in (("text", text), ("HTML", " ".join(page.words))):
        flat = " ".join(said.split())
        for sentence in wanted:
            if " ".join(sentence.split()) not in flat:
                raise ConfigError(f"{folder}: the {part} part lacks {shorten(sentence, 60)!r}")


class _Page(HTMLParser):
    """The words of a page, and the first thing in it that fetches or runs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.refused = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self.refused = self.refused or f"<{tag}>"
        for name, value in attrs:
            scheme = (value or "").strip().casefold().partition(":")[0]
            leads = name != "href" or scheme in ("http", "https", "mailto") or is_address(value or "")
            if name.startswith("on") or name in _FETCHES or not leads:
                self.refused = self.refused or f"{name}= at <{tag}>"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class _Endless(Exception):
    """A template that takes too long or writes too much."""


def _within(pieces: Iterator[str]) -> str:
    kept, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > CHARACTERS:
            raise _Endless(f"writes more than {CHARACTERS:,} characters")
        kept.append(piece)
    return "".join(kept)


@contextmanager
def _deadline() -> Iterator[None]:
    # A loop inside a template yields nothing while it turns: only a trace function can end it.
    until = time.thread_time() + SECONDS

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.endswith(".j2"):
            return None
        if time.thread_time() > until:
            raise _Endless(f"takes more than {SECONDS:g} s")
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)


def _place(error: Exception, folder: Path) -> str:
    """The line of the organisation's file that was being worked on."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    lines = ((frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__))
    own = [f"{file}:{line}" for file, line in lines if Path(file).is_relative_to(folder)]
    return own[-1] if own else str(folder)


def _what(error: Exception) -> str:
    """What is wrong, without the words of a post: of other errors only the kind."""
    if isinstance(error, RecursionError):
        return "includes itself without end"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {shorten(str(error.name), 60)!r}"
    if isinstance(error, TemplateError | _Endless):
        return shorten(str(error), 200)
    return type(error).__name__


def _columns(cells: Sequence[object], *widths: int) -> Markup:
    """A row of a text table: the first column to the left, the others to the right, each cut to its width."""
    first, *others = (shorten(str(cell), width) for cell, width in zip(cells, widths, strict=True))
    right = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
    # Marked as printable already: what is printed otherwise has its runs of blanks closed up.
    return Markup("  ".join((first.ljust(widths[0]), *right)))  # noqa: S704


def _wrapped(text: str, indent: str = "", hanging: str | None = None) -> str:
    # Break at blanks only: a link or a command that is cut in two is of no use.
    later = indent if hanging is None else hanging
    lines = textwrap.wrap(
        text,
        78,
        initial_indent=indent,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join([*lines, ""])


def _printable(value: Any) -> Any:
    # Every expression of every template passes here, so that none can forget to.
    return shorten(value, WIDEST) if type(value) is str else value
