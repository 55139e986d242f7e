"""Long histories, written straight into a wiki's tables: by its interface they would take minutes.

Tables as https://www.mediawiki.org/wiki/Manual:Database_layout has them for MediaWiki 1.39.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TEXT = "INSERT INTO text (old_text, old_flags) VALUES (?, 'utf-8')"
_CONTENT = (
    "INSERT INTO content (content_size, content_sha1, content_model, content_address) "
    "VALUES (?, ?, (SELECT content_model FROM content LIMIT 1), ?)"
)
_REVISION = (
    "INSERT INTO revision (rev_page, rev_actor, rev_timestamp, rev_len, rev_parent_id, rev_sha1) "
    "SELECT rev_page, rev_actor, ?, ?, rev_id, ? FROM revision WHERE rev_id = ?"
)
_COMMENT = (
    "INSERT INTO revision_comment_temp (revcomment_rev, revcomment_comment_id) "
    "SELECT ?, revcomment_comment_id FROM revision_comment_temp WHERE revcomment_rev = ?"
)
_SLOT = (
    "INSERT INTO slots (slot_revision_id, slot_role_id, slot_content_id, slot_origin) "
    "SELECT ?, slot_role_id, ?, ? FROM slots WHERE slot_revision_id = ?"
)
_LATEST = "UPDATE page SET page_latest = ?, page_len = ? WHERE page_latest = ?"


class Version(NamedTuple):
    """What a page was at a moment (aware)."""

    saved_at: datetime
    wikitext: str


def append(database: sqlite3.Connection, latest: int, versions: Iterable[Version]) -> list[int]:
    """Give a page whose newest revision is `latest` one more for each version; gives their numbers.

    They are of the same user, with the same summary.
    """
    made: list[int] = []
    for version in versions:
        made.append(_save(database, made[-1] if made else latest, version))
    if made:
        size = database.execute("SELECT rev_len FROM revision WHERE rev_id = ?", made[-1:]).fetchone()[0]
        database.execute(_LATEST, (made[-1], size, latest))
    return made


def _save(database: sqlite3.Connection, parent: int, version: Version) -> int:
    text = version.wikitext.strip().encode()  # as the wiki saves it
    stamp = version.saved_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    digest = _base36(hashlib.sha1(text).hexdigest())

    def insert(statement: str, *values: object) -> int:
        return int(database.execute(statement, values).lastrowid or 0)

    kept = insert(_TEXT, text.decode())
    content = insert(_CONTENT, len(text), digest, f"tt:{kept}")
    revision = insert(_REVISION, stamp, len(text), digest, parent)
    insert(_COMMENT, revision, parent)
    insert(_SLOT, revision, content, revision, parent)
    return revision


def _base36(hexadecimal: str) -> str:
    """A digest as the wiki writes it: 31 digits and letters."""
    number, digits = int(hexadecimal, 16), ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(31, "0")
