"""How messages leave and come back: the tables [smtp], [bounces] and [[channels]]."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from monitor.config.fields import LocalPath, MailAddress, Role, Sender
from monitor.config.section import Section

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _token_address(value: str) -> str:
    parts = urlsplit(value)
    if not (parts.scheme == "https" and parts.hostname) and parts.hostname not in LOOPBACK:
        raise ValueError("must be an https address, such as https://login.microsoftonline.com/...")
    return value


class OAuthSettings(Section):
    """The application that is given access tokens for the mailbox (RFC 6749, 4.4: client credentials)."""

    token_url: Annotated[str, AfterValidator(_token_address)]
    """Where a token is asked for: `https://login.microsoftonline.com/TENANT/oauth2/v2.0/token`."""
    client_id: str = Field(min_length=1)
    """The application's id."""
    scope: str = "https://outlook.office365.com/.default"
    """What the token is for; the default is Exchange Online's."""


class SmtpSettings(Section):
    """The mail relay. What signs in comes from a file or the environment, never from this file."""

    host: str = Field(min_length=1)
    """Name of the mail server."""
    port: int = Field(default=587, ge=1, le=65535)
    """587 for STARTTLS, 465 for TLS from the first byte, 25 for a relay."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only for a relay on this machine."""
    user: str | None = None
    """Account to sign in with; leave out for a relay that needs none."""
    auth: Literal["password", "xoauth2"] = "password"
    """How `user` signs in; `xoauth2` with a token, as Exchange Online wants it."""
    password: SecretStr | None = None
    """Only from the secret file `smtp-password` or the environment."""
    oauth: OAuthSettings | None = None
    """Where tokens for `xoauth2` come from."""
    oauth_secret: SecretStr | None = None
    """The application's secret; only from the secret file `smtp-oauth-secret` or the environment."""
    token_file: LocalPath | None = None
    """Instead of `oauth`: a file in which another program keeps a fresh token, read for each mail."""
    sender: Sender
    """The From address. NHSmail demands that it is the account signed in with."""
    bounce_address: MailAddress | None = None
    """Where delivery reports go: the mailbox that [bounces] reads. Else to `sender`."""
    timeout: float = Field(default=20, gt=0, le=300)
    """Seconds to wait for the server."""
    ca_file: LocalPath | None = None
    """Certificate authority of a server whose certificate no public one signed."""


class BounceSettings(Section):
    """The mailbox that delivery reports come back to: it is read, and nothing in it is changed."""

    host: str = Field(min_length=1)
    """Name of the IMAP server."""
    port: int = Field(default=993, ge=1, le=65535)
    """993 for TLS from the first byte, 143 for STARTTLS."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """`none` only for a server on this machine."""
    user: str = Field(min_length=1)
    """Account to sign in with; best one that may only read."""
    auth: Literal["password", "xoauth2"] = "password"
    """`xoauth2` takes the token that [smtp] gets."""
    password: SecretStr | None = None
    """Only from the secret file `bounces-password` or the environment."""
    folder: str = Field(default="INBOX", min_length=1, max_length=255)
    """Folder to read."""
    ca_file: LocalPath | None = None
    """Certificate authority of a server whose certificate no public one signed."""

    @model_validator(mode="after")
    def _encrypted(self) -> BounceSettings:
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("`security` may be none only for a mail server on this machine")
        return self


class ChannelSettings(Section):
    """A chat or webhook that is told that a mail left; the secret file `channel-NAME` holds its address."""

    name: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$")
    """What it is called here, in small letters, digits and hyphens: `teams`."""
    role: Role = "comms"
    """Whose mails it follows."""
    sends: tuple[Literal["urgent", "digest"], ...] = Field(default=("urgent",), min_length=1)
    """What it hears of: `urgent` messages, `digest` once that role's digest was sent."""
    link: Annotated[str, Field(pattern=r"^https?://[!-~]+$")] | None = None
    """Address of the console, which is sent along; nothing else but the subject is."""
