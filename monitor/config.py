"""Settings: TOML, environment and secret files, as frozen pydantic models."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Section(BaseModel):
    """A table of the settings file: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Alias(Section):
    """A name of the organisation. Tier 1 is unique, 2 ambiguous, 3 useless without context."""

    text: str
    tier: Literal[1, 2, 3] = 1
    weight: float | None = Field(default=None, ge=0, le=1)
    case: bool = False


class Organisation(Section):
    """Who is being watched over, and every name it goes by."""

    name: str
    short: str
    ods_code: str | None = None
    time_zone: str = "Europe/London"
    aliases: tuple[Alias, ...] = ()
    hospitals: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    negative_context: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone: digests go out by its wall clock."""
        return ZoneInfo(self.time_zone)


class StoreSettings(Section):
    """Where what rests, rests. `url` empty = SQLite in `state_dir`."""

    state_dir: Path = Path("state")
    url: SecretStr | None = None


class DigestSettings(Section):
    """When the digest goes out, by the organisation's wall clock; `days` as cron names."""

    at: time = time(7, 30)
    days: str = "mon-fri"
    on_empty: Literal["send", "skip"] = "send"
    folder: Path | None = None


class SmtpSettings(Section):
    """The mail relay. The password comes from a file or the environment, never from this file."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretStr | None = None
    sender: str
    timeout: float = Field(default=20, gt=0)
    ca_file: Path | None = None


class RecipientSettings(Section):
    """Who is told: an address and the routing key of their role (facts: policy roles)."""

    address: str
    role: str = "comms"


class SourceSettings(BaseModel):
    """One source. Keys beyond these belong to its kind and are checked by its connector."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    name: str
    kind: str
    every: timedelta = timedelta(minutes=30)
    lookback: timedelta = timedelta(days=7)
    enabled: bool = True
    authorisation: str | None = None
    keep: Literal["references", "everything"] | None = None

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to the source's kind."""
        return dict(self.model_extra or {})


class Authorisation(Section):
    """A live row of the register that lets one staff account's public feed be read."""

    person: str
    notice_version: str
    notice_date: str
    lawful_basis: str
    dpia_reference: str
    starts: str
    expires: str


class PolicySettings(Section):
    """Which policy packs are in force."""

    packs: tuple[str, ...] = ("CDD",)
    folder: Path | None = None


class RuleSettings(Section):
    """Where the organisation keeps rules of its own; they replace shipped ones by id."""

    folder: Path | None = None


class NetworkSettings(Section):
    """How requests leave. `contact` names the operator to the sites we read."""

    contact: str | None = None
    private_hosts: tuple[str, ...] = ()
    proxy: str | None = None
    timeout: float = Field(default=30, gt=0, le=300)


class Settings(Section):
    """The whole file."""

    organisation: Organisation
    store: StoreSettings = StoreSettings()
    digest: DigestSettings = DigestSettings()
    smtp: SmtpSettings | None = None
    recipients: tuple[RecipientSettings, ...] = ()
    sources: Annotated[tuple[SourceSettings, ...], Field(default=())] = ()
    authorisations: tuple[Authorisation, ...] = ()
    policy: PolicySettings = PolicySettings()
    rules: RuleSettings = RuleSettings()
    network: NetworkSettings = NetworkSettings()
