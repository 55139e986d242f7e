"""Links in mails that lead to a page of our own: the [links] table."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from monitor.config.fields import Duration
from monitor.config.section import Section

LOOPBACK = "127.0.0.1:8750"


class LinkSettings(Section):
    """Links by which a recipient acts on a case from the mail. Without `public_url` mails have none."""

    public_url: str | None = None
    """Where the recipients reach `monitor web serve`: `https://monitor.trust.nhs.uk`, a path may follow."""
    listen: str = LOOPBACK
    """Address and port of `monitor web serve`, where the reverse proxy with the certificate asks."""
    behind_proxy: bool = False
    """true = `listen` may be another address than this machine's own, because only a proxy can reach it."""
    expires: Duration = timedelta(hours=72)
    """How long a link works, from when its mail was made."""

    @property
    def base(self) -> str:
        """`public_url` without a slash at its end; empty where mails have no links."""
        return (self.public_url or "").rstrip("/")

    @property
    def host(self) -> str:
        """Host and port as a browser names them to us, in lower case."""
        return urlsplit(self.base).netloc.lower()

    @property
    def path(self) -> str:
        """The path of `public_url`, under which the proxy has us; mostly empty."""
        return urlsplit(self.base).path

    @property
    def place(self) -> tuple[str, int]:
        """Address and port of `listen`."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        if value is not None and not _is_public(value):
            raise ValueError("must be an address such as https://monitor.trust.nhs.uk, without ? or #")
        return value

    @field_validator("listen")
    @classmethod
    def _place(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not (_is_address(host.strip("[]")) and port.isdecimal() and 0 <= int(port) <= 65535):
            raise ValueError(f"must be an address with a port, such as {LOOPBACK}")
        return value

    @model_validator(mode="after")
    def _shut_in(self) -> LinkSettings:
        if not self.behind_proxy and not ip_address(self.place[0]).is_loopback:
            what = "listen must be this machine's own, such as {own}: a reverse proxy brings the certificate"
            hint = "; where it stands on another machine, say behind_proxy = true"
            raise PydanticCustomError("listen", what + hint, {"own": LOOPBACK})
        return self


def _is_public(value: str) -> bool:
    """An https address that a mail can carry; http only on this machine, for a trial."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = value.isascii() and value.isprintable() and not set(value) & set(' "<>\\?#@')
    trial = parts.scheme == "http" and (host == "localhost" or _is_loopback(host))
    return plain and bool(host) and (parts.scheme == "https" or trial)


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
