"""The structure of a wiki page's source: its headings, templates and lines. Positions are characters.

Each is found in one linear scan, whatever a vandal wrote: docs/decisions/0027. What stands in an HTML
comment or in <nowiki> is text and no markup: https://www.mediawiki.org/wiki/Help:Formatting.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, count, islice
from operator import add

from monitor.types import CONTEXT

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LITERAL = re.compile(r"<!--.*?(?:-->|\Z)|<nowiki>.*?(?:</nowiki>|\Z)", re.DOTALL)
_NOWIKI_END = "</nowiki>"
_HEADING = re.compile(r"^=[= \t]*([^= \t\n][^\n]*)=[ \t]*$", re.MULTILINE)
_BRACES = re.compile(r"\{\{|\}\}")
_PARTS = re.compile(r"\{\{|\}\}|\[\[|\]\]|[|\n]")
_NAME = re.compile(r"\s*([^|{}\[\]<>\n]{1,255})")  # https://www.mediawiki.org/wiki/Manual:Page_title
_PARAMETER = re.compile(r"\s*([^\s|={}\[\]<>](?:[^|={}\[\]<>\n]{0,98}[^\s|={}\[\]<>])?)\s*=")
_LINE_OF_TEMPLATE = re.compile(r"[ \t]*\|" + _PARAMETER.pattern)
# A cell of a table begins with a bar too: https://www.mediawiki.org/wiki/Help:Tables
_OF_TABLE = re.compile(
    r"(?:col|row)span|style|class|align|valign|scope|width|height|bgcolor|data-[\w-]+|id|lang"
)
_MOST_HEADINGS = 2_000  # that are looked at, as each makes a hunk; no article has so many
_MOST_MARKS = 40_000  # the same for braces, and for the bars and links in one template
_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading and where its line begins."""

    start: int
    name: str


@dataclass(frozen=True)
class Template:
    """A template that no other encloses, from its first brace to behind its last one.

    `name` is as the wiki shows it: "cite_news" is "Cite news".
    """

    start: int
    end: int
    name: str
    markup: str

    def parameter(self, position: int) -> str | None:
        """The name of the parameter whose name or value stands at `position`; None where it has none."""
        at = bisect_right(self._parameters, position, key=lambda parameter: parameter[0])
        return self._parameters[at - 1][1] if at else None

    @cached_property
    def _parameters(self) -> list[tuple[int, str | None]]:
        """Where each parameter begins, and its name."""
        found = ((start, _PARAMETER.match(self.markup, start + 1)) for start in self._bars())
        return [(start, name[1] if name else None) for start, name in found]

    def _bars(self) -> Iterator[int]:
        """The bars of the template itself: not those of a template or link inside it."""
        templates = links = 0
        inside = _PARTS.finditer(self.markup, self.start + 2, self.end - 2)
        for part in islice(inside, _MOST_MARKS):
            match part[0]:
                case "{{":
                    templates += 1
                case "}}":
                    templates -= 1
                case "[[":
                    links += 1
                case "]]":
                    links = max(links - 1, 0)
                case "\n":
                    links = 0  # an open link ends with its line
                case "|" if not (templates or links):
                    yield part.start()


@dataclass(frozen=True)
class Wikitext:
    """The source of a page, or a `part` of it that begins at line `first` under the heading `above`."""

    text: str
    above: str | None = None
    first: int = 1
    part: bool = False

    @cached_property
    def headings(self) -> list[Heading]:
        """The section headings in page order."""
        found = islice(_HEADING.finditer(self._markup), _MOST_HEADINGS)
        return [Heading(heading.start(), heading[1].strip("= \t")) for heading in found]

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of the sections in page order."""
        return tuple(heading.name for heading in self.headings)

    def section(self, position: int) -> str | None:
        """The heading that the character at `position` stands under, or is part of."""
        above = bisect_right(self.headings, position, key=lambda heading: heading.start)
        return self.headings[above - 1].name if above else self.above

    def line(self, position: int) -> int:
        """The number of the line that holds `position`."""
        return self.first + bisect_right(self._lines, position) - 1

    def left(self, position: int, limit: int) -> str:
        """What stands before `position` on its line and not before `limit`, cut at CONTEXT characters."""
        start = max(self._lines[bisect_right(self._lines, position) - 1], limit)
        cut = max(start, position - CONTEXT)
        while start < cut < position and _continues(self.text, cut):
            cut += 1
        return self.text[cut:position]

    def right(self, position: int, limit: int) -> str:
        """What stands from `position` on, on its line and before `limit`, cut at CONTEXT characters."""
        end = self.text.find("\n", position, limit)
        end = limit if end < 0 else end
        cut = min(end, position + CONTEXT)
        while position < cut < end and _continues(self.text, cut):
            cut -= 1
        return self.text[position:cut]

    def value(self, position: int) -> tuple[str | None, str | None]:
        """The outermost template around the character at `position`, and its parameter there, by name.

        In a part of a page the template may have begun above it; its parameter is known where a line of
        its own names it.
        """
        template, start = self._template(position), self._lines[self.line(position) - self.first]
        if self.part and not (template and template.start < start):
            named = _LINE_OF_TEMPLATE.match(self.text, start)
            if named and not _OF_TABLE.fullmatch(named[1]):
                return None, named[1]
        return (template.name, template.parameter(position)) if template else (None, None)

    def _template(self, position: int) -> Template | None:
        before = bisect_right(self._templates, position, key=lambda template: template.start)
        last = self._templates[before - 1] if before else None
        return last if last and position < last.end else None

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        ends = accumulate(map(len, self.text.split("\n")))
        return [0, *map(add, ends, count(1))][:-1]  # a vandal writes a million lines

    @cached_property
    def _templates(self) -> list[Template]:
        """The outermost templates in page order. Braces that nobody closed are no template."""
        found: list[Template] = []
        opened: list[int] = []
        for brace in islice(_BRACES.finditer(self._markup), _MOST_MARKS):
            if brace[0] == "{{":
                opened.append(brace.start())
            elif opened and (name := self._name(start := opened.pop())):
                while found and found[-1].start > start:
                    found.pop()
                found.append(Template(start, brace.end(), name, self._markup))
        return found

    def _name(self, start: int) -> str | None:
        """The name of the template that opens at `start`, None where that cannot be one."""
        written = _NAME.match(self._markup, start + 2)
        name = " ".join(written[1].replace("_", " ").split()) if written else ""
        return name[:1].upper() + name[1:] or None

    @cached_property
    def _markup(self) -> str:
        """The text with blanks for what is no markup: positions stay what they are."""
        if "<!--" not in self.text and _NOWIKI_END not in self.text:
            return self.text
        # A <nowiki> that nobody closes is text, and looking for its end each time would take for ever.
        end = self.text.rfind(_NOWIKI_END) + len(_NOWIKI_END) if _NOWIKI_END in self.text else 0
        return _LITERAL.sub(_blanks, self.text[:end]) + _COMMENT.sub(_blanks, self.text[end:])


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _continues(text: str, position: int) -> bool:
    """True where the character at `position` belongs to the one before it: an accent, half an emoji."""
    mark = (
        unicodedata.category(text[position]).startswith("M") or "\U0001f3fb" <= text[position] <= "\U0001f3ff"
    )
    return mark or _ZERO_WIDTH_JOINER in text[position - 1 : position + 1]
