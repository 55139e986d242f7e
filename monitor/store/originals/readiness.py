"""What a start does before anything is read: keys are there, and nothing that must be sealed lies open."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from monitor.sealing import ORIGINALS, PROTECTED, PublicKey
from monitor.store.originals import sealed
from monitor.store.originals.sealingkeys import current_keys, ensure_keys
from monitor.store.protected import place_of as protected_place
from monitor.store.protected import seal_what_waits
from monitor.store.tables import Mention, ProtectedPost, table_of

if TYPE_CHECKING:
    from monitor.store.store import Store

REPORTS = "reports"
"""The source of what people report, and the folder in which older versions kept its pictures as they were."""

_mention = table_of(Mention)
_post = table_of(ProtectedPost)

FOUND = (
    "A picture that somebody handed in before pictures were sealed. It belongs to no report that others may "
    "read, so it is with you; see whether it belongs to another item here."
)


def make_ready(store: Store, secrets: Sequence[Path], now: datetime) -> None:
    """Make the keys where there are none, and seal what an older version left in clear.

    Raises SealError where a private key cannot be written.
    """
    ensure_keys(store, secrets, now)
    seal_what_waits(store)
    folder = store.folder / REPORTS
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not file.name.startswith("."):
            _seal_picture(store, file, now)
        file.unlink()


def _seal_picture(store: Store, file: Path, now: datetime) -> None:
    """One picture that lies open: with the reports that name it, else with the Guardian, else nowhere.

    A report whose words are in no table is purged, and its picture goes too, or it is in the protected lane.
    """
    named = f"Screenshot kept as {file.stem[:8]}*{file.suffix}"
    here = (_mention.c.source == REPORTS) & _mention.c.text.contains(named, autoescape=True)
    with store.reading() as connection:
        keys = current_keys(connection)
        reports = list(connection.execute(select(_mention.c.id, _mention.c.key).where(here)))
        guarded = connection.execute(select(_post.c.id).where(_post.c.source == REPORTS)).first()
    content, name = file.read_bytes(), f"{file.stem[:8]}{file.suffix}"
    version = store.key.hash("picture", f"urn:sha256:{file.stem}")
    with store.transaction() as tx:
        for report in reports:
            part = f"{sealed.SCREENSHOT}{name}"
            place = sealed.place_of(report.key, part, version)
            locked = sealed.Locked.to(keys[ORIGINALS], part, version, place, content)
            sealed.keep(tx.connection, tx.insert, [(locked, report.id)], now)
        if guarded and not reports:
            value = {"reason": FOUND, "pictures": {name: base64.b64encode(content).decode()}}
            tx.connection.execute(
                tx.insert(_post).on_conflict_do_nothing(),
                _row(store.key.hash("id", REPORTS, version), keys[PROTECTED], value, now.date()),
            )


def _row(key: str, to: PublicKey, value: dict[str, Any], today: date) -> dict[str, Any]:
    """A row of the protected lane that stands for no post."""
    told = to.seal(value, protected_place(REPORTS, key))
    hashes = {"source": REPORTS, "key": key, "platform_key": "", "content_hash": "", "judged_by": ""}
    days = {"first_seen_on": today, "seen_on": today}
    return {**hashes, **days, "changes": 0, "again": False, "key_id": told.key_id, "sealed": told.data}
