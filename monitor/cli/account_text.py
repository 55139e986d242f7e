"""How rows of the register are shown, and the source that reads an account."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monitor.cli import output
from monitor.refusals import WEB

if TYPE_CHECKING:
    from monitor.store.people.register import Authorisation


def as_data(row: Authorisation, today: date) -> dict[str, Any]:
    """A row without what names anybody."""
    return {
        "person": row.person, "group": row.staff_group, "platform": row.platform, "scope": row.scope,
        "state": row.state(today), "starts": row.starts.isoformat(), "expires": row.expires.isoformat(),
        "notice": f"{row.notice_version} on {row.notice_date:%d %b %Y}", "lawful_basis": row.lawful_basis,
        "dpia": row.dpia_reference, "opt_in": row.platform_opt_in and row.platform_opt_in.isoformat(),
        "addendum": row.addendum_on and row.addendum_on.isoformat(), "ended_at": row.ended_at,
    }  # fmt: skip


def naming(row: Authorisation) -> dict[str, Any]:
    """What of a row names somebody."""
    return {"account": row.account, "name": row.name, "left_on": row.left_on and row.left_on.isoformat()}


def cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d %b %Y %H:%M} UTC"
    return "-" if value in (None, "") else output.plain(str(value))


def source_table(row: Authorisation) -> str:
    """The [[sources]] table that reads the account of a row."""
    read = ("rss", "url") if row.platform == WEB else (row.platform, "account")
    values = {"name": row.person, "kind": read[0], read[1]: row.account, "authorisation": row.person}
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return "\n".join(("[[sources]]", *lines))


def counted(item: tuple[str, int]) -> str:
    """`3 posts` of ("posts", 3)."""
    noun, number = item
    return f"{number} {noun if number != 1 else noun[:-1]}"
