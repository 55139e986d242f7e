"""Sources, and why the platform of each may be read: the [[sources]] tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from monitor.config.fields import Duration
from monitor.config.section import Section
from monitor.types import Depth


class TermsBasis(Section):
    """Why the organisation may read a platform whose terms do not simply allow it."""

    reference: str = Field(min_length=1)
    """The contract, plan or letter, as the organisation files it."""
    approved_by: str = Field(min_length=1)
    """Who decided it: a name or a role."""
    on: date
    """The day of the decision."""
    review: date
    """The day from which it no longer holds, unless it is looked at again."""


class StricterTerms(Section):
    """What of a platform's terms the organisation tightens for one source; nothing can be loosened."""

    may_store_text: Literal[False] | None = None
    """false = keep no words, only that there was a mention."""
    may_mail_excerpt: Literal[False] | None = None
    """false = a mail shows the link only."""
    max_age_days: int | None = Field(default=None, ge=1)
    """Days after which words are purged, counted from when they were last seen to be public."""
    recheck_hours: int | None = Field(default=None, ge=1)
    """Hours after which stored items are asked about again."""


class SourceSettings(BaseModel):
    """One source. Keys beyond these belong to its kind and are checked by its connector."""

    model_config = ConfigDict(
        extra="allow", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    name: str = Field(min_length=1)
    """What the digest and the commands call it."""
    kind: str
    """`rss`, `wikipedia`, ...; `monitor sources list --all` shows them."""
    purpose: str = Field(default="what is said in public of the organisation", min_length=8)
    """What it is read for, as the DPIA has it; stands on the published page."""
    every: Duration = timedelta(minutes=30)
    """Time from one reading to the next."""
    lookback: Duration = timedelta(days=7)
    """How far back the first reading goes."""
    enabled: bool = True
    """false = never read, but still listed."""
    authorisation: str | None = None
    """The reference, such as S-014, whose row of the register lets this staff account be read."""
    keep: Literal["references", "everything"] | None = None
    """`references` keeps what speaks of the organisation; left out, the source's kind decides."""
    terms_basis: TermsBasis | None = None
    """Why the platform may be read; needed where `monitor sources list --all` says so."""
    terms: StricterTerms = StricterTerms()
    """What of the platform's terms to tighten."""
    pictures: Depth | None = None
    """How closely its pictures are looked at: `off`, `look` (logos, codes) or `read` (their text, too). Left
    out: `read` for staff accounts, `look` for the others."""
    canary: dict[str, Any] = {}
    """Other options with which something must come through where nothing did: `{query = "NHS"}`."""
    alarm_after: int = Field(default=3, ge=1)
    """Failures in a row before an alarm; what a person must mend is told at once."""

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to the source's kind."""
        return dict(self.model_extra or {})

    @property
    def account(self) -> str | None:
        """The one account whose posts it reads, None where it reads no such thing."""
        named = self.options.get("account")
        return None if named is None else str(named)

    @property
    def as_canary(self) -> SourceSettings:
        """The same source asked what must come through."""
        return self.model_copy(update=self.canary)

    @field_validator("canary")
    @classmethod
    def _only_options(cls, canary: dict[str, Any]) -> dict[str, Any]:
        if others := sorted(canary.keys() & cls.model_fields.keys()):
            raise ValueError(f"may hold options of the source's kind only, not {', '.join(others)}")
        return canary
