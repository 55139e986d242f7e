"""What cuts the picture evidence of one installation: its worker, its own avatars, the lookalike score."""

from __future__ import annotations

from functools import partial

from monitor import sandbox
from monitor.config import PictureSettings
from monitor.pictures.analysis import installed
from monitor.pictures.evidence import PictureEvidence
from monitor.pictures.stage import Fetched
from monitor.ports import Clock
from monitor.types import Account
from rules.names import Names


def picture_evidence(
    settings: PictureSettings, names: Names, fetched: Fetched, now: Clock
) -> PictureEvidence | None:
    """What cuts evidence; None where pictures are not analysed. `fetched` holds the pictures of accounts."""
    if not installed():
        return None
    return PictureEvidence(
        run=sandbox.pictures.run,
        avatar=partial(_held, fetched),
        resembles=lambda account: names.sieve.resemblance(account, now().date()),
        ours={path.name: path for path in settings.avatars},
    )


def _held(fetched: Fetched, account: Account) -> bytes | None:
    return fetched.held(account.avatar_url) if account.avatar_url else None
