"""Settings: TOML, environment and secret files, as frozen pydantic models."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from monitor.config import coherence, layers, problems, toml
from monitor.config.fields import (
    Contact,
    DatabaseAddress,
    Days,
    DigestTime,
    Duration,
    LocalPath,
    MailAddress,
    Network,
    NumberShape,
    Quiet,
    Role,
    RuleId,
    TimeZone,
)
from monitor.config.links import LinkSettings as LinkSettings
from monitor.config.mail import BounceSettings as BounceSettings
from monitor.config.mail import ChannelSettings as ChannelSettings
from monitor.config.mail import SmtpSettings as SmtpSettings
from monitor.config.pictures import LookalikeSettings as LookalikeSettings
from monitor.config.pictures import PictureSettings as PictureSettings
from monitor.config.section import Section as Section  # what other packages import from here
from monitor.config.sources import SourceSettings as SourceSettings
from monitor.config.sources import StricterTerms as StricterTerms
from monitor.config.sources import TermsBasis as TermsBasis
from monitor.config.toml import Key
from monitor.errors import ConfigError
from monitor.types import Edition, Severity

STANDARD_FILES = (Path("monitor.toml"), Path("/etc/trustwatch/monitor.toml"))

Options = TypeVar("Options", bound=BaseModel)


class Alias(Section):
    """A name of the organisation. Tier 1 is unique, 2 ambiguous, 3 useless without context."""

    text: str = Field(min_length=1)
    """The name as people write it."""
    tier: Literal[1, 2, 3] = 1
    """1 = nobody else is called that; 2 = others are too; 3 = counts only beside another name."""
    weight: float | None = Field(default=None, ge=0, le=1)
    """Overrides the score, 0 to 1, that the tier gives."""
    case: bool = False
    """true = without capitals it counts 0.2 less, of tier 1 nothing: for short forms that are also words."""
    requires: tuple[str, ...] = ()
    """Words of which one must stand in the post beside the name, else it does not count."""
    unless: tuple[str, ...] = ()
    """Words that show that somebody else of this name is meant."""


class People(Section):
    """How many people a vague description may fit: anchors of the estimate for indirect identification."""

    inpatients: int = Field(default=1000, ge=1)
    """Patients in a bed on a usual day."""
    attendances: int = Field(default=900, ge=1)
    """Patients seen on a usual day."""
    catchment: int = Field(default=600_000, ge=1)
    """People who live in the area served."""


class Internal(Section):
    """What the organisation keeps to itself, so that a post that gives it away is noticed."""

    systems: tuple[str, ...] = ()
    """Names of internal systems, for instance of the incident register."""
    hosts: tuple[str, ...] = ()
    """Hosts and domains of the intranet."""
    embargoed: tuple[str, ...] = ()
    """Code names of projects and titles of papers that are not public yet; take them out once they are."""


class Organisation(Section):
    """Who is being watched over, and every name it goes by."""

    name: str = Field(min_length=1)
    """The full name, as on the letterhead."""
    short: str = Field(min_length=1)
    """The abbreviation; it heads the digest."""
    ods_code: str | None = None
    """The organisation's code in the NHS Organisation Data Service."""
    time_zone: TimeZone = "Europe/London"
    """The digest goes out by this zone's wall clock."""
    aliases: tuple[Alias, ...] = ()
    """Other names, each with its tier."""
    hospitals: tuple[str, ...] = ()
    """Names of hospitals and sites."""
    handles: tuple[str, ...] = ()
    """The organisation's own accounts, with the @."""
    domains: tuple[str, ...] = ()
    """The organisation's own web domains."""
    hashtags: tuple[str, ...] = ()
    """Hashtags that belong to the organisation."""
    places: tuple[str, ...] = ()
    """Towns and areas it serves: they support an ambiguous name."""
    negative_context: tuple[str, ...] = ()
    """Words of other worlds, where an ambiguous name means somebody else: one world an entry, its words
    between commas ("Notre Dame, quarterback"). Each world met takes 0.5 from the score."""
    postcodes: tuple[str, ...] = ()
    """The organisation's own postcodes: they identify nobody."""
    hospital_numbers: tuple[NumberShape, ...] = ()
    """Shapes of its hospital numbers, # for a digit and ? for a letter: `WV#######`, `?######`."""
    networks: tuple[Network, ...] = ()
    """Its own addresses on the internet, `192.0.2.0/24`: an edit of a wiki page from one of them is told
    where the wiki shows an address, which Wikipedia has not done for new edits since 4 November 2025."""
    people: People = People()
    """How many people a description may fit."""
    internal: Internal = Internal()
    """What is not for the public."""

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone: digests go out by its wall clock."""
        return ZoneInfo(self.time_zone)

    def day(self, moment: datetime) -> date:
        """The day that `moment` (aware) falls on by the organisation's calendar."""
        return moment.astimezone(self.zone).date()


class StoreSettings(Section):
    """Where what rests, rests. `url` empty = SQLite in `state_dir`."""

    state_dir: LocalPath = Path("state")
    """Folder of the database and of digests written as files. systemd's STATE_DIRECTORY is the default."""
    url: DatabaseAddress | None = None
    """PostgreSQL instead: `postgresql://user@host/database`. With a password: from a secret file."""

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in force, password included: never log or print it."""
        return self.url.get_secret_value() if self.url else f"sqlite:///{self.state_dir / 'trustwatch.db'}"


class DigestSettings(Section):
    """When the digest goes out, by the organisation's wall clock; `days` as cron names."""

    at: DigestTime = time(7, 30)
    """Local time; not between 01:00 and 01:59, when the clocks change."""
    days: Days = "mon-fri"
    """Day names: `mon-fri`, `mon-sun`, `mon,wed,fri`. Monday covers the weekend."""
    on_empty: Literal["send", "skip", "weekly"] = "send"
    """On a quiet day: `send` (then no mail means that something is broken), `skip`, or one mail a week."""
    folder: LocalPath | None = None
    """Folder for digests as files, where there is no [smtp]; else `digests` in `state_dir`."""
    templates: LocalPath | None = None
    """Folder with your own templates of the digest; `monitor templates copy` writes copies to start from."""


class UrgentSettings(Section):
    """Messages that cannot wait for the digest: until when they are answered, and when they do not ring."""

    acknowledge_within: Duration = timedelta(minutes=30)
    """Not acknowledged for so long after the mail server took it, an alert goes to deputies, then further."""
    gather: Duration = timedelta(minutes=5)
    """The pause after a message to somebody: what is raised meanwhile travels in their next one."""
    weekends: bool = True
    """false = Saturday and Sunday are quiet for every role."""
    quiet: dict[Role, Quiet] = Field(default={})
    """Quiet hours by role and the organisation's wall clock, `comms = "20:00-07:00"`: a message waits until
    they end; deputies and the next roles that have none are told instead."""


class RecipientSettings(Section):
    """Who is told: an address and the routing key of their role."""

    address: MailAddress
    """Where the digest goes."""
    role: Role = "comms"
    """What they may see: the routing key that policy packs use."""
    login: str | None = Field(default=None, min_length=1)
    """Their account on this computer: who works at the terminal under it acts in this role."""
    deputy: MailAddress | None = None
    """Who is told instead while they are away (`monitor roles away`)."""
    edition: Edition | None = None
    """How often they get it; else as the role has it: `comms_director` weekly, `oversight` monthly."""
    min_severity: Severity = Severity.INFO
    """Cases below it are left out of their digest, and counted there. The Caldicott Guardian hears of every
    confidential one."""
    categories: tuple[str, ...] = ()
    """Only cases of these categories; empty for all. What is left out is counted, as above."""


class Governance(Section):
    """What the organisation has decided before people's posts are read; `monitor doctor` lists gaps."""

    dpia_reference: str | None = Field(default=None, min_length=1)
    """The data protection impact assessment of this monitoring; without one no staff account is read."""
    dpia_reviewed: date | None = None
    """The day it was last looked at; a year later the digest asks for the next look."""
    special_category_condition: str | None = Field(default=None, min_length=1)
    """The condition for special-category data met by the way (Article 9), in the DPIA's words."""
    consultation: str | None = Field(default=None, min_length=1)
    """How staff or their representatives were asked: a reference and date."""
    retention_approved: str | None = Field(default=None, min_length=1)
    """Who confirmed the periods under [retention], and when."""
    contact: str | None = Field(default=None, min_length=3)
    """Whom the public may write to about this monitoring; stands on the published pages."""
    privacy_notice: str | None = Field(default=None, min_length=8)
    """Address of the organisation's privacy notice."""
    signpost: str = (
        "If you work here and are worried about something, the Freedom to Speak Up Guardian will listen."
    )
    """What is shown where a post may be a concern: where staff can turn to, in your own words."""


class Retention(Section):
    """How long words are kept, by what became of them; afterwards a keyed hash stays. A platform's terms or a
    source's `terms` can only shorten it. Proposals: your information governance owns the figures."""

    mentions: Duration = timedelta(days=30)
    """Mentions without a finding."""
    unreviewed: Duration = timedelta(days=90)
    """Findings that nobody has decided, counted from when their case was opened."""
    dismissed: Duration = timedelta(days=90)
    """Cases closed as a false alarm or without action."""
    acted_on: Duration = timedelta(days=2190)
    """Cases in which something was done."""
    audit: Duration = timedelta(days=2190)
    """The audit log, and rows of the registers that have ended."""
    protected: Duration = timedelta(days=30)
    """The protected lane: from when its Guardian has taken an item over, or else from when it came."""
    mails: Duration = timedelta(days=90)
    """Our copies of the mails that were sent."""


class PolicySettings(Section):
    """Which policy packs are in force."""

    packs: tuple[str, ...] = ("CDD",)
    """Ids of packs, most important first."""
    folder: LocalPath | None = None
    """Folder of the organisation's own packs."""


class RuleSettings(Section):
    """Where the organisation keeps rules of its own; they replace shipped ones by id."""

    folder: LocalPath | None = None
    """Folder of YAML rules."""
    enabled: tuple[RuleId, ...] = ()
    """Ids of optional rules to switch on; `monitor rules list` shows which are optional."""
    opinion: Literal["wordllama"] | None = None
    """A language model, run on this machine, that is shown hostile remarks too; the extra `ml` brings it."""
    rehearsal: bool = False
    """true = treat synthetic NHS numbers (999...) as issued, to rehearse an incident."""


class NetworkSettings(Section):
    """How requests leave. `contact` names the operator to the sites we read."""

    contact: Contact | None = Field(default=None, min_length=3)
    """Mail address or web page, sent with each request; Wikipedia demands one."""
    private_hosts: tuple[str, ...] = ()
    """Hosts on the internal network that may be read; all others there are refused."""
    proxy: str | None = None
    """Web proxy, `http://host:port`. With a password: from a secret file."""
    timeout: float = Field(default=30, gt=0, le=300)
    """Seconds to wait for a site."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where each value came from: its place in the file, an environment variable or a secret file."""

    file: str = "settings"
    positions: Mapping[Key, tuple[int, int]] | None = None
    outside: Mapping[Key, str] = field(default_factory=dict)

    def exact(self, path: Key) -> str:
        """The place that set `path`, or `default`."""
        for above in (path[:n] for n in range(len(path), 0, -1)):
            if above in self.outside:
                return self.outside[above]
        return self.where(path) if path in (self.positions or ()) else "default"

    def where(self, path: Key) -> str:
        """The place that set `path`, or where in the file one would set it."""
        for above in (path[:n] for n in range(len(path), 0, -1)):
            if above in self.outside:
                return self.outside[above]
        if self.positions is None:
            return self.file
        line, column = toml.nearest(self.positions, path)
        return f"{self.file}:{line}:{column}"


class Settings(Section):
    """The whole file."""

    organisation: Organisation
    store: StoreSettings = StoreSettings()
    digest: DigestSettings = DigestSettings()
    urgent: UrgentSettings = UrgentSettings()
    smtp: SmtpSettings | None = None
    bounces: BounceSettings | None = None
    channels: tuple[ChannelSettings, ...] = ()
    links: LinkSettings = LinkSettings()
    recipients: tuple[RecipientSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = ()
    policy: PolicySettings = PolicySettings()
    rules: RuleSettings = RuleSettings()
    network: NetworkSettings = NetworkSettings()
    governance: Governance = Governance()
    retention: Retention = Retention()
    pictures: PictureSettings = PictureSettings()
    lookalikes: LookalikeSettings = LookalikeSettings()
    secrets_dir: LocalPath | None = None
    """Folder of secret files, besides systemd's CREDENTIALS_DIRECTORY. Stands above the first table."""

    _origin: Origin = PrivateAttr(default=Origin())

    @property
    def origin(self) -> Origin:
        """Where the values came from."""
        return self._origin

    @property
    def secret_folders(self) -> list[Path]:
        """Where the files with secrets are, best first."""
        return _secret_folders(self.secrets_dir, self.folder)

    @property
    def folder(self) -> Path:
        """Where the settings file is: paths in it are relative to there."""
        return Path(self._origin.file).absolute().parent

    def where(self, path: Key) -> str:
        """`monitor.toml:7:1` of the key at `path`, or of what is nearest to it."""
        return self._origin.where(path)

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if found := [_line_error(path, what) for path, what in coherence.contradictions(self)]:
            raise ValidationError.from_exception_data("Settings", found)
        return self


def load(path: Path | None = None) -> Settings:
    """The settings in force.

    The file: `path`, $MONITOR_CONFIG, ./monitor.toml, /etc/trustwatch/monitor.toml, whichever is first.
    Over it lie secret files, and over these the environment. Raises ConfigError, one line a problem.
    """
    file = path or _standard_file()
    text = layers.file_text(file)
    data = layers.parsed(text, file)
    environment = layers.environment(Settings)
    folder = file.absolute().parent
    secrets = _secrets(data, environment, folder)
    origin = Origin(
        file=str(file),
        positions=toml.positions(text),
        outside={key: str(place) for key, place in secrets.items()}
        | {key: f"environment {layers.variable(key)}" for key, _ in layers.leaves(environment)},
    )
    tree: layers.Tree = {"store": {"state_dir": os.environ.get("STATE_DIRECTORY", "state").split(":")[0]}}
    for layer in (data, *({s: {k: layers.secret(p)}} for (s, k), p in secrets.items()), environment):
        tree = layers.merged(tree, layer)
    elsewhere = (*layers.misplaced(data), *layers.moved(tree))
    found = [f"{origin.where(key)}: {problems.dotted(key)}: {what}" for key, what in elsewhere]
    try:
        settings = Settings.model_validate(tree, context={"folder": folder})
    except ValidationError as error:
        found += problems.lines(error, Settings, origin.where)
    if found:
        raise ConfigError("\n".join(found))
    settings._origin = origin
    return settings


def _standard_file() -> Path:
    if named := os.environ.get("MONITOR_CONFIG"):
        return Path(named)
    found = next(filter(Path.exists, STANDARD_FILES), None)
    if found is None:
        places = " or ".join(map(str, STANDARD_FILES))
        raise ConfigError(f"no settings file in {places}: `monitor init` writes one, --config names one")
    return found


def _secrets(data: layers.Tree, environment: layers.Tree, folder: Path) -> dict[tuple[str, str], Path]:
    """The secret files that count. One for a table that nobody has set up is left alone."""
    folders = _secret_folders(environment.get("secrets_dir") or data.get("secrets_dir"), folder)
    used = {"store", "network"} | data.keys() | environment.keys()
    return {key: file for key, file in layers.secret_files(folders) if key[0] in used}


def _secret_folders(named: object, folder: Path) -> list[Path]:
    """Where secret files are looked for; systemd's folder comes first."""
    places = [os.environ.get("CREDENTIALS_DIRECTORY"), str(named or "")]
    return [folder / Path(place).expanduser() for place in places if place]


def check_options(settings: Settings, index: int, model: type[Options], *, canary: bool = False) -> Options:
    """The options of source `index`, or of its canary, as its connector's `model`; secrets from their files.

    Raises ConfigError, one line a problem, each at the option's place in the file.
    """
    source, place = settings.sources[index], ("sources", index, *(("canary",) if canary else ()))
    options = source.as_canary.options if canary else source.options
    options = options | _option_secrets(settings, index, model)
    try:
        return model.model_validate(options, context={"folder": settings.folder})
    except ValidationError as error:
        found = problems.lines(error, model, settings.where, place, tuple(SourceSettings.model_fields))
        raise ConfigError("\n".join(found)) from None


def _option_secrets(settings: Settings, index: int, model: type[BaseModel]) -> dict[str, str]:
    """The secret options of source `index`, from their files.

    Raises ConfigError for one that stands in the settings, or that is needed and has no file.
    """
    source, found = settings.sources[index], {}
    for option in layers.secret_fields(model):
        path, name = ("sources", index, option), layers.secret_name(source.name, option)
        if option in source.options:
            raise error_at(settings, path, layers.MISPLACED.format(name=name))
        if file := next((f for folder in settings.secret_folders if (f := folder / name).is_file()), None):
            found[option] = layers.secret(file)
        elif model.model_fields[option].is_required():
            raise error_at(settings, path, layers.ABSENT.format(name=name))
    return found


def _line_error(path: Key, what: str) -> InitErrorDetails:
    return {
        "type": PydanticCustomError("contradiction", "{what}", {"what": what}),
        "loc": path,
        "input": None,
    }


def error_at(settings: Settings, path: Key, what: str) -> ConfigError:
    """The ConfigError that points at the key `path`."""
    return ConfigError(f"{settings.where(path)}: {problems.dotted(path)}: {what}")


def warnings(settings: Settings) -> list[str]:
    """What is allowed but probably not meant, one line each, with its place in the file."""
    unknown = layers.unknown_variables(Settings, ("CONFIG",))
    return [
        *(
            f"{settings.where(path)}: {problems.dotted(path)}: {what}"
            for path, what in coherence.doubts(settings)
        ),
        *(f"environment {name}: no such setting" for name in unknown),
    ]
