"""Markdown to plain text, by CommonMark (https://spec.commonmark.org)."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from connectors.parts import plain

_COMMONMARK = MarkdownIt("commonmark")
# What could be a mark anywhere, and what is one at the start of a line.
_MARK = re.compile(r"[*_`\[\]<>#&\\~]|^\s*(?:[-+=]|\d+[.)])|^(?: {4}|\t)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n\s*\n")


def to_text(markdown: str) -> str:
    """The text as people see it, a line per paragraph or item, without marks and HTML tags."""
    if _MARK.search(markdown):
        return plain.from_html(_COMMONMARK.render(markdown))
    # Most of what people write is paragraphs only, and read so in a tenth of the time.
    paragraphs = (" ".join(part.split()) for part in _BLANK_LINE.split(plain.clean(markdown)))
    return "\n".join(filter(None, paragraphs))
