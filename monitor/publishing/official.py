"""The public list of official accounts: a page for people, and the same as JSON for programs.

The JSON is one object: `format` (this shape, "official-accounts/1"), `organisation`, `ods_code`, `as_of`,
`contact`, `sha256` and `accounts`. Each account has `platform`, `account`, `url`, `purpose`, `since` (the day
from which it is listed) and `approved_on`; days by ISO 8601. `sha256` is that of `accounts` as JSON with
sorted keys, without blanks, in UTF-8: what `jq -cSj .accounts` prints. Who owns an account and who can win it
back is for nobody outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from monitor.config import Settings
from monitor.publishing.names import kind_name
from monitor.publishing.pages import rendered
from monitor.registers import OfficialAccount

FORMAT = "official-accounts/1"


def files(
    settings: Settings, accounts: Iterable[tuple[OfficialAccount, datetime]], day: date
) -> Mapping[str, str]:
    """The published files by name: the same register gives the same bytes but for the day."""
    listed = sorted((_shown(entry, at, settings) for entry, at in accounts), key=_order)
    data = {
        "format": FORMAT,
        "organisation": settings.organisation.name,
        "ods_code": settings.organisation.ods_code,
        "as_of": day.isoformat(),
        "contact": settings.governance.contact,
        "sha256": fingerprint(listed),
        "accounts": listed,
    }
    words = {"data": data, "day": day, "on": date.fromisoformat, "name": kind_name}
    return {
        "official-accounts.html": rendered("official.html.j2", settings=settings, **words),
        "official-accounts.json": json.dumps(data, ensure_ascii=False, indent=2) + "\n",
    }


def fingerprint(accounts: list[dict[str, Any]]) -> str:
    """The SHA-256 of the list, as the page prints it."""
    text = json.dumps(accounts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _shown(entry: OfficialAccount, listed_at: datetime, settings: Settings) -> dict[str, str]:
    """What anyone may know of an account."""
    return {
        "platform": entry.platform,
        "account": entry.account,
        "url": entry.url,
        "purpose": entry.purpose,
        "since": settings.organisation.day(listed_at).isoformat(),
        "approved_on": entry.approved_on.isoformat(),
    }


def _order(account: dict[str, str]) -> tuple[str, str]:
    return account["platform"], account["account"].lstrip("@").casefold()
