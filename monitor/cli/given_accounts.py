"""Accounts given by hand: one JSON object a line, and the answer to each by the lookalike score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from monitor.cli.answering import Answer, answered
from monitor.cli.given import GivenRefused, checked, plain
from monitor.types import Account, Box, Likeness, Mark, Picture, Resemblance, Tier
from rules.lookalikes import Index, resembles

_EDITED = 60
"""Bits that differ, where a label says "ours with changes"."""
_AVATARS: Mapping[str, Picture | None] = {
    "official": Picture(likeness=Likeness("official", 0)),
    "official_edit": Picture(likeness=Likeness("official", _EDITED)),
    "nhs_lozenge": Picture(
        marks=(Mark(reference="nhs", tier=Tier.CERTAIN, score=1.0, box=Box(0, 0, 1, 1), shared=True),)
    ),
    "other": None,
    "none": None,
}
"""What a comparison of pictures said -> the picture that it stands for."""


def _blank(value: object) -> object:
    """Tables have an empty cell where JSON has null."""
    return None if isinstance(value, str) and not value.strip() else value


Days = Annotated[float | None, Field(ge=0, le=700_000, allow_inf_nan=False), BeforeValidator(_blank)]
Moment = Annotated[datetime | None, BeforeValidator(_blank)]
Flag = Annotated[bool | None, BeforeValidator(_blank)]
Count = Annotated[int | None, Field(ge=0), BeforeValidator(_blank)]


class GivenAccount(BaseModel):
    """One account as a profile shows it. `display` and `display_name` are the same.

    `avatar` is what a comparison of pictures said: official, official_edit, nhs_lozenge, other or none.
    Anything else names a picture file.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    id: JsonValue = None
    handle: str | None = None
    display: str | None = None
    display_name: str | None = None
    bio: str | None = None
    url: str | None = None
    avatar: str | None = None
    age_days: Days = None
    created_at: Moment = None
    followers: Count = None
    verified: Flag = None
    platform: str | None = None
    external_id: str | int | None = None
    parody: Flag = None

    @property
    def picture_file(self) -> str | None:
        """The name of a picture file; None where the avatar was already compared."""
        return self.avatar if self.avatar and self.avatar not in _AVATARS else None

    def account(self, now: datetime) -> Account:
        """As a connector would give it. Raises GivenRefused where it has no name at all."""
        shown = self.display_name or self.display
        if not self.handle and not shown:
            raise GivenRefused("an account needs a handle or a display name")
        return Account(
            platform=self.platform or "",
            external_id=None if self.external_id in (None, "") else str(self.external_id),
            handle=plain(self.handle),
            display_name=plain(shown),
            bio=plain(self.bio),
            url=self.url or None,
            verified=self.verified,
            is_parody=self.parody,
            created_at=self._created(now),
            followers=self.followers,
            avatar=_AVATARS.get(self.avatar or "none"),
        )

    def _created(self, now: datetime) -> datetime | None:
        if self.created_at is not None:
            return self.created_at if self.created_at.tzinfo else self.created_at.replace(tzinfo=UTC)
        return None if self.age_days is None else now - timedelta(days=self.age_days)


class AccountJudge:
    """Scores accounts given by hand. `unused` counts what was given and cannot be heeded, by key.

    `look` says what is in a picture file.
    """

    def __init__(self, index: Index, look: Callable[[Path], Picture]) -> None:
        self._index = index
        self._look = look
        self._now = datetime.now(UTC)
        self.unused: Counter[str] = Counter()

    def answer(self, line: bytes | None, number: int) -> Answer:
        """The answer to line `number`; one that is no account is answered with its error."""
        return answered(line, number, self._answer)

    def _answer(self, value: dict[str, Any]) -> tuple[dict[str, Any], None]:
        given = checked(GivenAccount, value)
        account, picture = given.account(self._now), self._avatar(given)
        seen = resembles(replace(account, avatar=picture or account.avatar), self._index, self._now)
        self.unused.update(key for key in value if key not in GivenAccount.model_fields)
        told = as_json(seen)
        if picture is not None and picture.not_read:
            told |= {"not_analysed": ["avatar"], "not_read": picture.not_read}
        return told, None

    def _avatar(self, given: GivenAccount) -> Picture | None:
        """What is seen in the picture file that an account names; None where it names none."""
        return self._look(Path(given.picture_file)) if given.picture_file else None


def as_json(seen: Resemblance) -> dict[str, Any]:
    """A resemblance as the JSON that `monitor check --accounts` writes."""
    return {
        "score": seen.score,
        "class": seen.standing,
        "reasons": seen.reasons,
        "mitigations": seen.mitigations,
        "nearest": seen.nearest,
        "asks": seen.asks,
    }
