"""What the settings were: a change of who, what or how long is told in the audit log."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import blake2b
from typing import Any

from monitor.config import Settings
from monitor.store.casework.reminders import Reminding, remind
from monitor.store.store import Store
from monitor.types import SERVICE

NOTED = ("recipients", "sources", "policy", "rules", "governance", "retention")
"""The parts of the settings whose changes the audit log tells."""

PURPOSEFUL = frozenset({"sources", "policy", "rules"})
"""A change of these may change what people are watched for (ICO, monitoring workers: no creeping purpose)."""


def note_settings(store: Store, settings: Settings, rules: str, now: datetime) -> None:
    """Write into the audit log which parts of the settings changed: roles, sources, terms, rules, periods.

    The settings are a file that somebody edits: this is where such a change becomes known. A change of what
    is read, or what is looked for, is put before those who answer for it: the purpose may not creep.
    """
    parts = {name: _fingerprint(getattr(settings, name)) for name in NOTED} | {"rules_in_force": rules}
    noted = json.loads(store.meta("settings_noted") or "{}")
    changed = sorted(name for name, print_ in parts.items() if noted.get(name) != print_)
    if not changed:
        return
    with store.transaction() as tx:
        tx.set_meta("settings_noted", json.dumps(parts), replace=True)
        tx.audit(
            SERVICE, "settings.changed" if noted else "settings.recorded", "settings", now, parts=changed
        )
        if noted and PURPOSEFUL.intersection(changed):
            words = (
                f"Settings changed ({', '.join(changed)}): is the purpose still the one that was assessed?"
            )
            remind(tx, Reminding("information", words, now.date(), "settings"), SERVICE, now)


def _fingerprint(part: Any) -> str:
    values = part if isinstance(part, tuple) else (part,)
    text = "\n".join(value.model_dump_json() for value in values)
    return blake2b(text.encode(), digest_size=8).hexdigest()
