"""Whose a mention is: that of a member of staff under a reference, or of a public account."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select

from monitor.store.sitekey import SiteKey
from monitor.store.tables import Mention, table_of

_mention = table_of(Mention)


def of_staff(person: str) -> ColumnElement[bool]:
    """The mentions that were read under the register's row of `person`."""
    return _mention.c.subject == f"staff:{person}"


def account_subjects(connection: Connection, key: SiteKey, platform: str, handle: str) -> set[str]:
    """What the posts of an account are grouped under; a platform's id outlives a change of name."""
    c, bare = _mention.c, handle.lstrip("@")
    own = f"{platform}:account:"
    query = select(c.subject).where(*_named(platform, handle), c.subject.startswith(own, autoescape=True))
    names = {handle, bare, f"@{bare}", bare.casefold(), f"@{bare.casefold()}"}
    return {own + key.hash("account", name) for name in names} | set(
        connection.execute(query.distinct()).scalars()
    )


def of_account(platform: str, handle: str, subjects: set[str]) -> ColumnElement[bool]:
    """The mentions that an account of `subjects` wrote, or that bear its name."""
    shown, platform_is = _named(platform, handle)[::-1]
    return platform_is & (shown | _mention.c.subject.in_(subjects))


def _named(platform: str, handle: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    bare = handle.lstrip("@").casefold()
    return _mention.c.platform == platform, func.lower(_mention.c.author).in_([bare, f"@{bare}"])
