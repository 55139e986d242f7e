"""Wikitext as people read it: links by their words, templates by their values, citations in a few words.

Its patterns are RE2's, whose time grows with the length alone: a parser of all of wikitext takes half a
minute over 40 kB of "{{a|", and anybody may write that into a page.
"""

from __future__ import annotations

import html
from typing import Any

import re2

SOURCE = "[source: {}]"
"""How a citation is shown, by who published what."""

_LONGEST_SOURCE = 90
_NESTED = 4  # templates within templates, from the inside out

_COMMENT = re2.compile(r"(?s)<!--.*?-->")
_FILE = re2.compile(r"(?i)\[\[(?:file|image|datei|fichier|archivo|delwedd):([^\[\]|]+)[^\[\]]*\]\]")
_LINK = re2.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_WEB_LINK = re2.compile(r"\[(?:https?:)?//([^\s\[\]/]+)[^\s\[\]]*(?:[ \t]+([^\[\]\n]*))?\]")
_TEMPLATE = re2.compile(r"\{\{([^{}]*)\}\}")
_REF_AGAIN = re2.compile(r"""(?i)<ref\s+name\s*=\s*["']?([^<>"'/]*)["']?\s*/>""")
_REF = re2.compile(r"(?is)<ref(?:\s[^<>]*)?>(.*?)</ref>")
_BREAK = re2.compile(r"(?i)<br\s*/?>")
_TAG = re2.compile(r"</?[A-Za-z][^<>]*>")
_HEADING = re2.compile(r"(?m)^={1,6}[ \t]*([^=\n].*?)[ \t]*={1,6}[ \t]*$")
_TABLE_EDGE = re2.compile(r"(?m)^[ \t]*(?:\{\||\|-|\|\}).*$")
_PARAMETER = re2.compile(r"(?m)(?:^|\s)\|[ \t]*([\w -]+?)[ \t]*=[ \t]*")
_MARKER = re2.compile(r"(?m)^[ \t]*(?:[*#:;]+|[|!])[ \t]*")
_LEFT_OVER = re2.compile(r"''+|\{\{|\}\}|\[\[|\]\]|\|\||!!|__[A-Z]+__")

_TITLES = ("title", "titre", "titel", "título", "teitl", "titolo")
_PUBLISHERS = (
    *("publisher", "newspaper", "work", "website", "journal", "agency"),
    *("éditeur", "périodique", "site", "herausgeber", "hrsg", "zeitung", "werk"),
    *("editorial", "periódico", "cyhoeddwr"),
)


def readable(wikitext: str) -> str:
    """`wikitext` in plain words on one line. Markup that is cut in two loses its signs and keeps its words.

    A citation is `[source: who, what]`; a picture `[picture: name]`.
    """
    text = _COMMENT.sub("", wikitext)
    for _ in ("links in captions of pictures", "pictures and all other links"):
        text = _LINK.sub(r"\1", _FILE.sub(r"[picture: \1]", text))
    text = _WEB_LINK.sub(lambda link: link[2] or link[1], text)
    for _ in range(_NESTED):
        if "{{" not in text:
            break
        text = _TEMPLATE.sub(_values, text)
    text = _REF_AGAIN.sub(_source, _REF.sub(_source, text))
    return " ".join(html.unescape(_of_lines(_TAG.sub("", _BREAK.sub(" ", text)))).split())


def _values(template: Any) -> str:
    """What a template says: of a citation who and what, of others each value."""
    _, *parameters = template[1].split("|")
    named = [(name.strip().lower(), value.strip()) for name, _, value in map(_parted, parameters)]
    title = _first(named, _TITLES)
    if title:
        return ", ".join(filter(None, (_first(named, _PUBLISHERS), title)))
    return ", ".join(value for _, value in named if value)


def _parted(parameter: str) -> tuple[str, str, str]:
    name, equals, value = parameter.partition("=")
    return (name, equals, value) if equals else ("", "", name)


def _first(named: list[tuple[str, str]], wanted: tuple[str, ...]) -> str:
    return next((value for name, value in named if name in wanted and value), "")


def _source(reference: Any) -> str:
    """A citation in a few words; what it says is free of brackets, so that it stays one word of a diff."""
    words = " ".join(
        _LEFT_OVER.sub(" ", _TAG.sub("", reference[1])).replace("[", "(").replace("]", ")").split()
    )
    if len(words) > _LONGEST_SOURCE:
        words = words[:_LONGEST_SOURCE].rsplit(" ", 1)[0] + "…"
    return " " + SOURCE.format(words or "?")


def _of_lines(text: str) -> str:
    """Without what stands at the beginnings of lines: headings, lists, tables, parameters."""
    text = _TABLE_EDGE.sub("", _HEADING.sub(lambda heading: f"heading “{heading[1]}”:", text))
    text = _MARKER.sub("", _PARAMETER.sub(r" \1: ", text))
    return str(_LEFT_OVER.sub(" ", text))
