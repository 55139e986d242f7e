"""LinkedIn's "little text" (learn.microsoft.com/linkedin: little Text Format) as people read it."""

from __future__ import annotations

import re

# @[Name](urn), {hashtag|\\#|word}, and a backslash before what would otherwise mean something.
_ELEMENT = re.compile(
    r"@\[(?P<name>(?:[^\]\\]|\\.){0,300})\]\s?\([^)]{0,100}\)"
    r"|\{hashtag\|\\?(?P<sign>.)\|(?P<word>[^}]{0,300})\}"
    r"|\\(?P<escaped>.)",
    re.DOTALL,
)


def plain(text: str) -> str:
    """Mentions as their names, hashtags with their sign, nothing escaped."""
    return _ELEMENT.sub(_shown, text)


def _shown(element: re.Match[str]) -> str:
    if element["name"] is not None:
        return plain(element["name"])
    return element["escaped"] or f"{element['sign']}{plain(element['word'])}"
