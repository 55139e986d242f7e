"""What cuts the picture evidence of one installation: its worker, its own avatars, the lookalike score."""

from __future__ import annotations

from functools import partial

from monitor import sandbox
from monitor.config import LookalikeSettings, Organisation, Settings
from monitor.pictures.analysis import installed
from monitor.pictures.evidence import PictureEvidence
from monitor.pictures.stage import Fetched
from monitor.ports import Clock
from monitor.types import Account, Resemblance
from rules.lookalikes.index import Index
from rules.lookalikes.scoring import resembles


def picture_evidence(
    settings: Settings, organisation: Organisation, fetched: Fetched, now: Clock
) -> PictureEvidence | None:
    """What cuts evidence; None where pictures are not analysed. `fetched` holds the pictures of accounts."""
    if not installed():
        return None
    score = Score(organisation, settings.lookalikes, now)
    return PictureEvidence(
        run=sandbox.pictures.run,
        avatar=partial(_held, fetched),
        resembles=score.of,
        ours={path.name: path for path in settings.pictures.avatars},
    )


class Score:
    """The lookalike score of an organisation; its index is made when the first account is asked about."""

    def __init__(self, organisation: Organisation, settings: LookalikeSettings, now: Clock) -> None:
        self._organisation, self._settings, self._now = organisation, settings, now
        self._index: Index | None = None

    def of(self, account: Account) -> Resemblance:
        """How the account resembles the organisation."""
        if self._index is None:
            self._index = Index(self._organisation, settings=self._settings)
        return resembles(account, self._index, self._now())


def _held(fetched: Fetched, account: Account) -> bytes | None:
    return fetched.held(account.avatar_url) if account.avatar_url else None
