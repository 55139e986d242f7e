"""A web page to its main text: runs in the sandbox, on bytes of strangers."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from typing import Any

from connectors.parts import plain

LONGEST = 200_000  # characters
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
_AROUND = ["//nav", "//footer", "//aside", "//*[@role='navigation']"]  # of a short page all that is left
_DOOR = re.compile(
    r"(sign|log)[ -]?(in|on)\b|just a moment|attention required|access denied|are you (a )?(human|robot)",
    re.IGNORECASE,
)
_BEHIND_A_DOOR = 500  # characters; a page with more to say than that is no door


def read(document: bytes, url: str, content_type: str) -> dict[str, Any] | None:
    """title, text, author and created (a day, ISO 8601, or None) of a page; None where there is none.

    What asks to sign in, or to prove that one is human, is no page. Of a file without words there is its
    name, type and size. Raises whatever the parsers raise.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("", "text/html", "application/xhtml+xml"):
        return _page(document, url, content_type)
    name = plain.one_line(url.partition("?")[0].rpartition("/")[2]) or "file"
    return _found(name, _file_text(document, kind, content_type))


def _page(document: bytes, url: str, content_type: str) -> dict[str, Any] | None:
    import trafilatura  # heavy, and this module is imported before it is known what the document is

    markup = _decoded(document, content_type) if _CHARSET.search(content_type) else document
    clear = markup.replace("\0", "") if isinstance(markup, str) else markup.replace(b"\0", b"")
    found = trafilatura.bare_extraction(
        clear, url=url, include_comments=False, with_metadata=True, prune_xpath=_AROUND
    )
    if found is None or isinstance(found, dict):
        return None
    title, text = plain.one_line(found.title or ""), plain.clean(found.text or "").strip()
    is_door = len(text) < _BEHIND_A_DOOR and (_DOOR.search(title) or b'type="password"' in document)
    if not text or is_door:
        return None
    text = text.removeprefix(title).lstrip() or text  # the headline, which many pages repeat
    return _found(title, text, plain.one_line(found.author or ""), found.date)


def _file_text(document: bytes, kind: str, content_type: str) -> str:
    if kind.startswith("text/"):
        return plain.clean(_decoded(document, content_type))
    if kind == "application/pdf":
        with suppress(ImportError):  # pypdf comes with the extra `documents`
            from pypdf import PdfReader

            return plain.clean(
                "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)
            )
    return f"{kind}, {len(document)} bytes"


def _decoded(document: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type)
    try:
        return document.decode(declared[1] if declared else "utf-8", "replace")
    except LookupError:
        return document.decode("utf-8", "replace")


def _found(title: str, text: str, author: str = "", created: str | None = None) -> dict[str, Any]:
    return {"title": title, "text": text[:LONGEST], "author": author, "created": created}
