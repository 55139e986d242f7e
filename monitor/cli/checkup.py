"""Checks of an installation, each a function that says what it found or raises what is wrong.

A check returns a sentence where all is well, raises Doubt where somebody should look, and any
MonitorError where the product cannot work like that.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from email.utils import parseaddr
from pathlib import Path

from monitor import authorisation, config, documents, installation, room
from monitor.cases import Directory
from monitor.cli.database import exists
from monitor.cli.staffing import the_authorisations, the_decisions
from monitor.cli.verdicts import Check, Doubt
from monitor.config import Settings, SourceSettings
from monitor.errors import ConfigError, DeliveryError, RuleError, SourceError, StoreError
from monitor.roles import GUARDIAN
from monitor.types import Recipient

WAL_RESET_FIXED = (3, 51, 3)
"""Before this version two connections can lose a commit (sqlite.org/wal.html#walresetbug)."""

NETWORK_DISKS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph", "glusterfs")


# -- what stands in files -----------------------------------------------------------------------------


def the_settings(settings: Settings) -> str:
    """What the settings file holds."""
    found = (_count(settings.sources, "source"), _count(settings.recipients, "recipient"))
    return f"{settings.origin.file} is right: {', '.join(found)}"


def the_doubts(settings: Settings) -> str:
    """What the settings file allows, but probably does not mean."""
    if doubts := config.warnings(settings):
        raise Doubt("\n".join(doubts))
    return "nothing to add"


def the_sources(settings: Settings) -> str:
    """Every source has a connector that takes its options."""
    problems = [str(error) for source in settings.sources if (error := _refusal(settings, source))]
    if problems:
        raise ConfigError("\n".join(problems))
    return ", ".join(f"{s.name} ({s.kind})" for s in settings.sources) or "none"


def _refusal(settings: Settings, source: SourceSettings) -> ConfigError | None:
    from monitor import service, sourcing

    try:
        sourcing.connector(settings, source, service.utc_now)
        if source.canary:
            sourcing.connector(settings, source, service.utc_now, canary=True)
    except ConfigError as error:
        return error
    return None


def the_terms(settings: Settings) -> str:
    """The basis in a platform's terms, where one was recorded, need not be looked at again soon."""
    resting = [(source, source.terms_basis) for source in _read(settings) if source.terms_basis]
    for source, _ in resting:
        authorisation.rest_on_basis(source, datetime.now(settings.organisation.zone).date())
    if ending := [f"{s.name} ({b.review:%d %b})" for s, b in resting if _ends_soon(b.review, settings)]:
        raise Doubt(f"sources whose terms basis is to be reviewed within 30 days: {', '.join(ending)}")
    return f"{_count(resting, 'source')} with a recorded basis"


def _read(settings: Settings) -> Iterator[SourceSettings]:
    return (source for source in settings.sources if source.enabled)


def _ends_soon(day: date, settings: Settings) -> bool:
    return (day - datetime.now(settings.organisation.zone).date()).days <= 30


def the_rules(settings: Settings) -> str:
    """All rules load, with the policy packs behind them and the language model that they may ask."""
    from rules import pack
    from rules.hostility import opinion

    wordings = documents.wordings(settings.store.state_dir)
    checked = pack.check(settings.policy, settings.rules, wordings=wordings)
    if checked.errors:
        raise RuleError("\n".join(map(str, checked.errors)))
    running = sum(rule.runs for rule in checked.rules)
    packs = ", ".join(policy.key for policy in checked.policies.active)
    asked = f", with the opinion of {settings.rules.opinion}" if opinion.load(settings.rules.opinion) else ""
    return f"{running} of {_count(checked.rules, 'rule')} in force, for {packs}{asked}"


def the_routes(settings: Settings) -> str:
    """Everybody whom a rule wants told can be told."""
    from rules import pack

    rules = [rule for rule in pack.check(settings.policy, settings.rules).rules if rule.runs]
    wanted = sorted({role for rule in rules for role in rule.file.route.to})
    told = Directory(tuple(Recipient(address=r.address, role=r.role) for r in settings.recipients))
    if unheld := told.unheld(wanted):
        raise Doubt(f"rules tell {', '.join(unheld)}, but no recipient has such a role: add [[recipients]]")
    return f"recipients for {', '.join(wanted)}"


def the_aliases(settings: Settings) -> str:
    """The organisation can be recognised."""
    if not settings.organisation.aliases:
        raise Doubt(f"{settings.where(('organisation', 'aliases'))}: organisation.aliases: is empty")
    return f"{_count(settings.organisation.aliases, 'name')} besides the full one"


def the_templates(settings: Settings) -> str:
    """The organisation's own templates can render every edition of the digest."""
    from alerts.rendering import tried

    folder = settings.digest.templates
    if folder is None:
        return "the layout is the one that comes with the product"
    return f"{_count(tried(folder), 'template')} of your own in {folder}"


def the_packages() -> str:
    """The four import names are ours alone: `rules` and others exist on PyPI as well."""
    installation.check()
    return f"{', '.join(installation.PACKAGES)} are ours"


def state_folder(settings: Settings) -> str:
    """The state folder is ours, writable and closed to others."""
    folder = settings.store.state_dir
    if not folder.exists():
        parent = next(p for p in folder.absolute().parents if p.exists())
        if not os.access(parent, os.W_OK):
            raise StoreError(f"{folder}: cannot be made: {parent} is not writable; check store.state_dir")
        return f"{folder} will be made at the first run"
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"{folder}: not writable for this user; check its owner")
    if folder.stat().st_mode & 0o077:
        raise Doubt(f"{folder} is open to other users: chmod 700 {folder}")
    return f"{folder} is writable and closed to others"


def local_disk(settings: Settings) -> str:
    """SQLite needs working locks, which network disks do not give."""
    if settings.store.url is not None:
        return "not needed: the database is a server"
    place = settings.store.state_dir.absolute()
    mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    kind = max((m for m in mounts if place.is_relative_to(m[1])), key=lambda m: len(m[1]))[2]
    if kind in NETWORK_DISKS:
        raise StoreError(f"{place} is on a network disk ({kind}): choose a local store.state_dir")
    return f"local ({kind})"


def free_room(settings: Settings) -> str:
    """On a full disk nothing can be stored, nor deleted."""
    folder = settings.store.state_dir.absolute()
    place = next(p for p in (folder, *folder.parents) if p.exists())
    room.require(place)
    free = shutil.disk_usage(place).free
    return f"{free / 2**30:.1f} GiB free"


def sqlite_version(settings: Settings) -> str:
    """Old versions can lose a commit when two processes write; we take turns there."""
    if settings.store.url is not None:
        return "not used: the database is a server"
    if sqlite3.sqlite_version_info < WAL_RESET_FIXED:
        return f"SQLite {sqlite3.sqlite_version}, which has the WAL-reset race: our processes take turns"
    return f"SQLite {sqlite3.sqlite_version}"


def database(settings: Settings) -> str:
    """The database opens and has today's tables; nothing is made or changed."""
    from sqlalchemy.exc import SQLAlchemyError

    from monitor.store import migrations
    from monitor.store.engine import reader_engine

    if not exists(settings):
        return "not there yet: the first run makes it"
    engine = reader_engine(settings.store.database_url)
    try:
        with engine.connect() as connection:
            version = migrations.current(connection)
    except SQLAlchemyError as error:  # its words may hold the address with the password
        raise StoreError(f"does not open ({type(error).__name__}): check [store] and its backup") from None
    finally:
        engine.dispose()
    if version is not None and version > migrations.HEAD:
        raise StoreError(f"is of a newer trustwatch (schema {version}): install that one")
    return f"opens, schema {version}" + ("" if version == migrations.HEAD else ": the next run upgrades it")


def the_guardian(settings: Settings) -> str:
    """The Freedom to Speak Up Guardian can be told; never whether there is anything to tell."""
    if all(recipient.role != GUARDIAN for recipient in settings.recipients):
        raise Doubt(f"nobody has the role {GUARDIAN}: possible protected disclosures stay sealed, unread")
    if settings.smtp is None:
        raise Doubt(
            "no [smtp]: files are open to whoever runs the monitor, so nothing is written for the Guardian"
        )
    if error := _guardians_mail(settings):
        raise Doubt(f"mail to the Guardian does not arrive: {error}")
    return "a Guardian is set, and told by mail alone"


def _guardians_mail(settings: Settings) -> str | None:
    """Why the Guardian's latest digest has not arrived, None where nothing is wrong with it.

    The digest that they get whatever happens: how a mail of the protected lane fared would tell that there
    was one.
    """
    from sqlalchemy import inspect, select

    from monitor.store.engine import reader_engine
    from monitor.store.tables import Delivery, table_of

    table = table_of(Delivery)
    addresses = [recipient.address for recipient in settings.recipients if recipient.role == GUARDIAN]
    if not exists(settings):
        return None
    engine = reader_engine(settings.store.database_url)
    try:
        if not inspect(engine).has_table(table.name):
            return None
        with engine.connect() as connection:
            query = select(table.c.error).where(table.c.recipient.in_(addresses)).order_by(table.c.id.desc())
            return connection.execute(query.limit(1)).scalar()
    finally:
        engine.dispose()


def secret_modes(settings: Settings) -> str:
    """Secret files are for the service's user only."""
    places = settings.origin.outside.values()
    files = [Path(place) for place in places if not place.startswith("environment ")]
    chats = (
        folder / f"channel-{each.name}" for folder in settings.secret_folders for each in settings.channels
    )
    files += filter(Path.exists, [settings.store.state_dir / "site.key", *chats])
    if loose := [str(file) for file in files if file.stat().st_mode & 0o077]:
        raise Doubt(f"other users can read {', '.join(loose)}: chmod 600")
    if any(place.startswith("environment ") for place in places):
        return f"{_count(files, 'secret file')}; some settings come from the environment"
    return _count(files, "secret file")


def mail_sender(settings: Settings) -> str:
    """NHSmail takes mail only from the account that signed in."""
    if (smtp := settings.smtp) is None:
        return "no mail server set up"
    user, sender = smtp.user or "", parseaddr(smtp.sender)[1]
    other = "@" in user and user.casefold() != sender.casefold()
    if other and f".{smtp.host}".endswith(".nhs.net"):
        raise ConfigError(f"smtp.sender {sender} is not the account that signs in: NHSmail refuses such mail")
    if other:
        raise Doubt(
            f"smtp.sender {sender} is not the account that signs in: NHSmail refuses such mail, and Exchange"
            " unless the account may send as that address"
        )
    if not user and f".{smtp.host}".endswith(".nhs.uk"):
        return f"from {sender}, without a login: NHS relays are for mail without patient data, as digests are"
    return f"from {sender}"


def mail_server(settings: Settings) -> str:
    """The mail server answers, encrypts and lets us in; nothing is sent."""
    from alerts.email import Smtp
    from monitor import channels, service, sourcing

    if settings.smtp is None:
        return "no mail server set up: digests are written to files"
    token = channels.token(settings, service.utc_now, sourcing.way_out(settings, service.utc_now))
    try:
        return Smtp(settings.smtp, service.utc_now, token=token).check()
    except DeliveryError as error:
        raise ConfigError(str(error)) from None


def the_bounces(settings: Settings) -> str:
    """The mailbox for delivery reports can be read; nothing in it is changed."""
    from monitor import channels, imap, service, sourcing

    if settings.bounces is None:
        if settings.smtp is None:
            return "no mail server set up"
        raise Doubt("no [bounces]: a mail that is taken and comes back later is not noticed")
    token = channels.token(settings, service.utc_now, sourcing.way_out(settings, service.utc_now))
    try:
        with imap.opened(channels.bounce_access(settings, settings.bounces, token)()):
            return f"{settings.bounces.host} lets us read {settings.bounces.folder}"
    except (SourceError, DeliveryError) as error:
        raise ConfigError(str(error)) from None


def the_channels(settings: Settings) -> str:
    """Every channel beside the mail has an address that is allowed; nothing is sent."""
    from monitor import channels, service

    for index in range(len(settings.channels)):
        channels.chat_at(settings, index, service.utc_now)
    return ", ".join(channel.name for channel in settings.channels) or "none"


def time_zone(settings: Settings) -> str:
    """What the organisation's clocks show now."""
    now = datetime.now(settings.organisation.zone)
    return f"it is {now:%H:%M} in {settings.organisation.time_zone}"


def clock() -> str:
    """The machine's clock is not obviously wrong."""
    installed = datetime.fromtimestamp(Path(config.__file__).stat().st_mtime, UTC)
    if datetime.now(UTC) < installed:
        raise ConfigError(f"the clock is before this product's installation ({installed:%Y-%m-%d}): set it")
    timesync = Path("/run/systemd/timesync")
    if timesync.exists() and not (timesync / "synchronized").exists():
        raise Doubt("the clock is not synchronised: timedatectl set-ntp true")
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def python() -> str:
    """The Python that runs us."""
    return f"Python {'.'.join(map(str, sys.version_info[:3]))}"


def _count(things: Iterable[object], noun: str) -> str:
    number = len(list(things))
    return f"{number} {noun}{'' if number == 1 else 's'}"


FILES: tuple[Check, ...] = (
    ("settings", the_settings),
    ("advice", the_doubts),
    ("sources", the_sources),
    ("governance", the_decisions),
    ("terms", the_terms),
    ("names", the_aliases),
    ("rules", the_rules),
    ("routes", the_routes),
    ("templates", the_templates),
)
SURROUNDINGS: tuple[Check, ...] = (
    ("state folder", state_folder),
    ("disk", local_disk),
    ("room", free_room),
    ("secret files", secret_modes),
    ("mail sender", mail_sender),
    ("mail server", mail_server),
    ("bounces", the_bounces),
    ("channels", the_channels),
)
INSTALLATION: tuple[Check, ...] = (
    ("sqlite", sqlite_version),
    ("database", database),
    ("authorisations", the_authorisations),
    ("guardian", the_guardian),
    ("time zone", time_zone),
)
MACHINE: tuple[tuple[str, Callable[[], str]], ...] = (
    ("packages", the_packages),
    ("python", python),
    ("clock", clock),
)
"""What can be checked without settings."""
