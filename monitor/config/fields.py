"""The sorts of value a setting can have: durations, addresses, roles, days, paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    SecretStr,
    ValidationInfo,
    WithJsonSchema,
)

from monitor import roles
from monitor.config.problems import did_you_mean

ROLES = tuple(roles.ROLES)
"""The routing keys that policy packs use; `welfare`, whom a person's own distress reaches; `conduct`, the
named reviewers of staff accounts; `auditor`, who reads the audit log and nothing else."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

WEEKEND = ("sat", "sun")

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_N = "[0-9]{1,9}"
_SHORT = f"({_N}[smhdw])+"
_ISO = f"P({_N}W)?({_N}D)?(T(?=[0-9])({_N}H)?({_N}M)?({_N}S)?)?"
_LONGEST = timedelta(days=3660)


def duration(value: object) -> timedelta:
    """`30m`, `2h`, `7d`, `1h30m` or ISO 8601 (`PT30M`), of more than nothing and at most ten years."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(f"{_SHORT}|{_ISO}", value):
        raise ValueError('must be a duration such as "30m", "2h", "7d" or "PT30M"')
    parts = re.findall(f"({_N})([smhdw])", value.lower())
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise ValueError("must be longer than nothing and at most ten years")
    return timedelta(seconds=seconds)


def short_duration(length: timedelta) -> str:
    """The shortest way to write it: `7d`, `90m`."""
    seconds = int(length.total_seconds())
    unit, size = next((u, s) for u, s in _SECONDS.items() if u != "w" and seconds % s == 0)
    return f"{seconds // size}{unit}"


def at_weekend(day: date) -> bool:
    """Whether it is a Saturday or a Sunday."""
    return DAYS[day.weekday()] in WEEKEND


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one local time to another, over midnight where the second is the earlier."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def cover(self, at: time) -> bool:
        """Whether this time of the wall clock lies in them."""
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


def quiet_hours(value: object) -> QuietHours:
    """`20:00-07:00`. Neither end lies in the hour in which clocks change: it would come twice, or never."""
    if isinstance(value, QuietHours):
        return value
    clock = "([01][0-9]|2[0-3]):([0-5][0-9])"
    found = re.fullmatch(f"{clock}-{clock}", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be local times from and to, such as "20:00-07:00"')
    hour, minute, last, minutes = map(int, found.groups())
    begin, end = _digest_time(time(hour, minute)), _digest_time(time(last, minutes))
    if begin == end:
        raise ValueError("must begin and end at different times: nobody is never told")
    return QuietHours(begin, end)


def address(value: str) -> str:
    """One mail address. With a line break in it, a header could be smuggled into every mail."""
    try:
        host = Address(addr_spec=value).domain
    except Exception:  # the header parser raises IndexError and others of its own on odd text
        host = ""
    if not value.isprintable() or " " in value or not ("." in host.strip(".") or host == "localhost"):
        raise ValueError("must be one mail address such as comms@trust.nhs.uk")
    return value


def _sender(value: str) -> str:
    address(parseaddr(value)[1])
    if not value.isprintable():
        raise ValueError("must be on one line")
    return value


def _contact(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("must be plain ASCII characters on one line: it is sent with each request")
    return value


def _database(value: SecretStr) -> SecretStr:
    if not re.match(r"(postgresql(\+psycopg)?|sqlite)://", value.get_secret_value()):
        raise ValueError("must be a database address such as postgresql://user@host/database")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise ValueError('must be a network such as "192.0.2.0/24", or one address') from None


def _role(value: str) -> str:
    if value not in ROLES:
        raise ValueError(f"is not a role: {did_you_mean(value, ROLES)}")
    return value


def _zone(value: str) -> str:
    zones = available_timezones()
    if value not in zones:
        hint = did_you_mean(value, sorted(zones)) if value else ""
        raise ValueError(f"is not a time zone such as Europe/London: {hint}".rstrip(": "))
    return value


def _digest_time(value: time) -> time:
    # The clocks change in that hour: such a time comes twice in autumn and in spring not at all.
    if value.hour == 1:
        raise ValueError("must lie outside 01:00 to 01:59, when the clocks change")
    if value.tzinfo is not None:
        raise ValueError('must be local time without an offset, such as "07:30"')
    return value


def _days(value: str) -> str:
    # Names only: APScheduler counts days from Monday = 0, cron from Sunday = 0.
    for part in value.split(","):
        first, _, last = part.partition("-")
        ends = (first, last or first)
        if not set(ends) <= set(DAYS) or DAYS.index(ends[0]) > DAYS.index(ends[1]):
            raise ValueError('must be day names such as "mon-fri", "mon-sun" or "mon,wed,fri"')
    return value


def _beside_the_file(value: Path, info: ValidationInfo) -> Path:
    folder: Path | None = (info.context or {}).get("folder")
    return folder / value.expanduser() if folder else value


def _number_shape(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9#?/ \-]{4,24}", value) or value.count("#") < 4:
        raise ValueError('must be a shape such as "WV#######" or "?######": # is a digit, ? a letter')
    return value


def _rule_id(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2,5}-\d{3}", value):
        raise ValueError('must be the id of a rule, such as "GRV-001"')
    return value


Quiet = Annotated[
    QuietHours,
    BeforeValidator(quiet_hours),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"}),
]
Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(short_duration, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^({_SHORT}|{_ISO})$", "examples": ["30m", "2h", "7d"]}),
]
MailAddress = Annotated[str, AfterValidator(address)]
Sender = Annotated[str, AfterValidator(_sender)]
Contact = Annotated[str, AfterValidator(_contact)]


def resolver_place(server: str) -> tuple[str, int]:
    """The address and the port of a resolver, 53 where none is said. Raises ValueError."""
    host, colon, port = server.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.startswith("[")):
        return str(ip_address(host.strip("[]"))), int(port)
    return str(ip_address(server.strip("[]"))), 53


def _resolver(server: str) -> str:
    try:
        resolver_place(server)
    except ValueError:
        raise ValueError("must be an address such as 192.0.2.53 or 127.0.0.1:5353") from None
    return server


Resolver = Annotated[str, AfterValidator(_resolver)]
Network = Annotated[str, AfterValidator(_network)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
Role = Annotated[str, AfterValidator(_role), WithJsonSchema({"type": "string", "enum": list(ROLES)})]
NumberShape = Annotated[str, AfterValidator(_number_shape)]
RuleId = Annotated[str, AfterValidator(_rule_id)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Days = Annotated[str, AfterValidator(_days)]
DigestTime = Annotated[
    time,
    AfterValidator(_digest_time),
    PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"}),
]
LocalPath = Annotated[Path, AfterValidator(_beside_the_file)]
"""A relative path means beside the settings file, wherever the command is run from."""
