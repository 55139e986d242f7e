"""A sitemap to its entries: runs in the sandbox, on bytes of strangers.

https://www.sitemaps.org/protocol.html; news: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from connectors.parts import plain
from connectors.parts.feeds import wary

MOST = 50_000  # entries; the protocol allows no more in one file


def read(document: bytes, url: str) -> dict[str, Any] | None:
    """The entries of a sitemap, or of an index of sitemaps (`index`); None where the document is neither.

    An entry is [address, lastmod, title]; lastmod as it is written, or the date of a news entry; empty
    where there is none. Raises whatever the parsers raise; a gzip file is inflated as far as is sensible.
    """
    document = wary.characters(wary.inflated(document)).replace(b"\0", b"").strip()
    root = fromstring(document, forbid_dtd=False)
    kind = _name(root)
    if kind not in ("urlset", "sitemapindex"):
        return None
    found = (_entry(child, url) for child in root if _name(child) in ("url", "sitemap"))
    return {"index": kind == "sitemapindex", "entries": [entry for entry in found if entry][:MOST]}


def _entry(element: Element, url: str) -> list[str] | None:
    values: dict[str, str] = {}
    for each in element.iter():
        values.setdefault(_name(each), plain.clean(each.text or "").strip())
    address = plain.web_address(values.get("loc"), url)
    written = values.get("lastmod") or values.get("publication_date") or ""
    return [address, written, plain.one_line(values.get("title", ""))] if address else None


def _name(element: Element) -> str:
    """The tag without its namespace: sites declare it in several ways, or not at all."""
    return str(element.tag).rpartition("}")[2]
