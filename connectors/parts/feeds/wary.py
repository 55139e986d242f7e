"""Documents of strangers made harmless before a parser sees them."""

from __future__ import annotations

import re
import zlib
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

# NUL and surrogates written as references: parsers give up on the whole document for one of them.
_UNCHARACTER = re.compile(
    rb"&#(?:[xX]0*(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0)"
    rb"|0*(?:0|5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));"
)
_GZIP = b"\x1f\x8b"
_LARGEST = 32 * 2**20  # bytes; https://www.sitemaps.org/protocol.html allows 50 MB, nobody needs them
_LONGEST_ENTITY = 1000  # characters; a document type declares abbreviations, not content


def inflated(document: bytes) -> bytes:
    """The document itself where it is a gzip file. Raises ValueError where it is large, or cut off."""
    if not document.startswith(_GZIP):
        return document
    inflate = zlib.decompressobj(31)
    try:
        inside = inflate.decompress(document, _LARGEST)
    except zlib.error as error:
        raise ValueError("not gzip") from error
    if not inflate.eof:
        raise ValueError("a gzip file that is cut off or too large")
    return inside


def characters(document: bytes) -> bytes:
    """The document with references to what is no character replaced."""
    return _UNCHARACTER.sub(b"&#xFFFD;", document)


class _Wary(DefusedXMLParser):
    def defused_entity_decl(
        self,
        name: str,
        is_parameter_entity: bool,
        value: str | None,
        base: str | None,
        sysid: str,
        pubid: str | None,
        notation_name: str | None,
    ) -> None:
        # RSS 1.0 boilerplate declares external parameter entities; nothing here ever fetches them.
        harmless = (
            is_parameter_entity if value is None else "&" not in value and len(value) <= _LONGEST_ENTITY
        )
        if not harmless:
            super().defused_entity_decl(name, is_parameter_entity, value, base, sysid, pubid, notation_name)


def refuse_entity_tricks(document: bytes) -> None:
    """Raises DefusedXmlException for entities that nest, reach out or are large; broken XML passes."""
    parser = _Wary(forbid_entities=True, forbid_external=True)
    try:
        parser.feed(document)
        parser.close()
    except DefusedXmlException:
        raise
    except (ParseError, ValueError, LookupError):
        return  # broken XML and encodings that expat does not know: the parser proper copes, or not
