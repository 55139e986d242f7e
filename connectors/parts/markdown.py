"""Markdown to plain text, by CommonMark (https://spec.commonmark.org)."""

from __future__ import annotations

from markdown_it import MarkdownIt

from connectors.parts import plain

_COMMONMARK = MarkdownIt("commonmark")


def to_text(markdown: str) -> str:
    """The text as people see it, a line per paragraph or item, without marks and HTML tags."""
    return plain.from_html(_COMMONMARK.render(markdown))
