"""Wikitext as prose: markup is blanked, never cut, so that positions stay those of the raw text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.text.patterns import spans

# One pass over what opens and closes; RE2 and `re` alike cannot count braces.
_PAIRED = re.compile(r"\{\{|\}\}|<ref\b[^<>]*/>|<ref\b[^<>]*>|</ref\s*>|<!--|-->", re.IGNORECASE)
_CLOSES = {"}}": "{{", "</": "<r", "--": "<!"}
_MARKUP = (
    r"(?i)\[\[(?:file|image|category|datei|bild|kategorie|delwedd|categori):(?:[^\[\]]|\[\[[^\]]*\]\])*\]\]"
    r"|</?[a-z][^<>]*>|\[\[[^\]|\[\n]*\||\[\[|\]\]|\[(?:https?:)?//[^\s\]]*|https?://\S+|''+|&nbsp;"
    r"|__[a-z]+__"
    r"|(?m:^[ \t]*(?:\{\||\|\}|\|[-+}]).*$)|(?m:^[ \t]*[|!])|\|\|"
)
# A template that shows its text is prose; all others say something beside it.
_SHOWN = re.compile(
    r"\{\{\s*(?:block ?quote|quote(?: box| frame)?|cquote|rquote|nowrap|tq[qi]?|talk quote(?: inline)?"
    r"|small|big"
    r"|lang\s*\|\s*\w+|abbr|em|strong|nobr|text|quotation)\s*\|(?:\s*(?:text|quote|1)\s*=)?",
    re.IGNORECASE,
)
# What a line's context was cut out of ("|title=A}} and on") is no value: its braces do not pair.
_PARAMETER = re.compile(
    r"^[ \t]*\|[ \t]*([A-Za-z][\w .\-]{0,40}?)[ \t]*=[ \t]*"
    r"([^{}\n]*(?:\{\{(?:[^{}\n]|\{\{[^{}\n]*\}\})*\}\}[^{}\n]*)*)(?:\}\})?[ \t]*$",
    re.MULTILINE,
)
_STYLE = re.compile(r"(?:style|class|align|width|colspan|rowspan|scope|bgcolor|valign)$", re.IGNORECASE)
_HEADING = re.compile(r"^[ \t]*(={1,6})[^=\n].*?\1[ \t]*$", re.MULTILINE)


def prose(text: str) -> str:
    """The words of the article's own text; references, templates, comments and headings are blank."""
    shown = _PARAMETER.sub(_parameter_blank, text)
    shown = _HEADING.sub(lambda found: " " * len(found[0]), shown)
    shown = _blanked(shown, _enclosed(shown))
    return _blanked(shown, spans(_MARKUP, shown))


def parameters(text: str) -> Iterator[tuple[str, str]]:
    """The `| name = value` lines of a text, names in small letters."""
    for found in _PARAMETER.finditer(text):
        if not _STYLE.match(found[1]):
            yield found[1].strip().lower().replace("_", " "), found[2].strip()


def labels(text: str) -> Iterator[tuple[int, int]]:
    """Where headings stand, and the values of `| name = value` lines."""
    yield from (found.span() for found in _HEADING.finditer(text))
    yield from (found.span(2) for found in _PARAMETER.finditer(text) if not _STYLE.match(found[1]))


def headings_in(text: str) -> list[str]:
    """The headings whose lines stand in a text, small letters."""
    return [found[0].strip().strip("= \t").lower() for found in _HEADING.finditer(text)]


def _parameter_blank(found: re.Match[str]) -> str:
    return found[0] if _STYLE.match(found[1]) else " " * len(found[0])


def _enclosed(text: str) -> Iterator[tuple[int, int]]:
    """Templates, references and comments, outermost; what is cut at a line's end ends there."""
    opened: list[tuple[str, int]] = []
    done = 0
    for mark in _PAIRED.finditer(text):
        kind = mark[0][:2].lower()
        if mark[0].endswith("/>"):
            if not opened:
                yield mark.span()
        elif kind in _CLOSES:
            start = _opening(opened, _CLOSES[kind])
            if start is None:
                yield max(text.rfind("\n", 0, mark.start()) + 1, done), mark.end()
            elif not opened:
                yield from _template(text, start, mark.end())
            done = mark.end()
        else:
            opened.append((kind, mark.start()))
    if opened:
        yield opened[0][1], _line_end(text, opened[-1][1])


def _opening(opened: list[tuple[str, int]], kind: str) -> int | None:
    """Where what closes now was opened; what was opened inside it and never closed ends with it."""
    at = next((n for n in range(len(opened) - 1, -1, -1) if opened[n][0] == kind), None)
    if at is None:
        return None
    start = opened[at][1]
    del opened[at:]
    return start


def _template(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    shown = _SHOWN.match(text, start, end)
    if shown is None:
        yield start, end
    else:
        yield start, shown.end()
        yield end - 2, end


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _blanked(text: str, places: Iterator[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in places:
        if end > at:
            start = max(start, at)
            blank = (
                "".join("\n" if c == "\n" else " " for c in text[start:end])
                if "\n" in text[start:end]
                else " " * (end - start)
            )
            parts += [text[at:start], blank]
            at = end
    return "".join([*parts, text[at:]])
