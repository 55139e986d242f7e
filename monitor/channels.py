"""The ways out as the settings have them: mail or a folder, its tokens, chats, the bounce mailbox."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alerts.chat import Chat
from alerts.email import Smtp, Token
from alerts.outbox import Outbox
from connectors import Context
from connectors.parts.tokens import ClientCredentials
from monitor import imap
from monitor.announcing import Channel
from monitor.cases import Directory
from monitor.config import BounceSettings, ChannelSettings, Settings, SmtpSettings, error_at, layers
from monitor.errors import ConfigError, DeliveryError, FailureKind, SourceError, SourceRefused
from monitor.memory import Memory
from monitor.ports import Clock, Notifier
from monitor.store import Store
from monitor.store.evidence import evidence_of

if TYPE_CHECKING:
    from connectors.http import Http

LONGEST_TOKEN = 16_384


def mail(settings: Settings, now: Clock, http: Http, store: Store) -> Notifier:
    """SMTP where it is set up, else a folder of files. Raises ConfigError where it cannot work."""
    if settings.smtp is None:
        return outbox(settings, now, store)
    return Smtp(settings.smtp, now, token=token(settings, now, http))


def outbox(settings: Settings, now: Clock, store: Store) -> Outbox:
    """The folder where digests are files as long as no mail server is set up."""
    folder = settings.digest.folder or settings.store.state_dir / "digests"
    return Outbox(folder, now, partial(pictures_of, store))


def pictures_of(store: Store, case: int) -> list[bytes]:
    """The picture evidence of a case, PNG, in the order in which its item tells of it."""
    with store.reading() as connection:
        return [kept.crop.png for kept in evidence_of(connection, case)]


def mail_host(settings: Settings) -> str:
    """The host in Message-IDs: the sender's domain, so that an installation keeps it when it moves."""
    if settings.smtp is not None:
        return settings.smtp.sender.rpartition("@")[2].rstrip(">")
    return socket.gethostname()


def fingerprint(settings: Settings, store: Store) -> str:
    """A keyed hash of all that sending mail depends on, passwords included."""
    smtp = settings.smtp
    secrets = [each.get_secret_value() for each in (smtp.password, smtp.oauth_secret) if each] if smtp else []
    return store.key.hash("mail settings", smtp.model_dump_json() if smtp else "", *secrets)


# -- tokens ---------------------------------------------------------------------------------------------


def token(settings: Settings, now: Clock, http: Http) -> Token | None:
    """What gives tokens for XOAUTH2, None where a password signs in."""
    smtp = settings.smtp
    if smtp is None or smtp.auth != "xoauth2":
        return None
    if smtp.token_file is not None:
        return FileToken(smtp.token_file)
    return AppToken(_credentials(smtp, settings, now, http))


def _credentials(smtp: SmtpSettings, settings: Settings, now: Clock, http: Http) -> ClientCredentials:
    if smtp.oauth is None or smtp.oauth_secret is None:
        raise error_at(settings, ("smtp", "oauth"), layers.ABSENT.format(name="smtp-oauth-secret"))
    memory = Memory(settings.store.state_dir / "tokens", "smtp")
    context = Context(source="smtp", http=http, now=now, memory=memory)
    oauth = smtp.oauth
    return ClientCredentials(context, oauth.token_url, oauth.client_id, smtp.oauth_secret, oauth.scope)


@dataclass(frozen=True, slots=True)
class AppToken:
    """The token of an application, kept until shortly before its end."""

    credentials: ClientCredentials

    def __call__(self, *, anew: bool = False) -> str:
        """The token to sign in with. Raises DeliveryError with the setting to check."""
        if anew:
            self.credentials.forget()
        host = urlsplit(self.credentials.address).hostname
        try:
            return self.credentials.token()
        except SourceRefused as error:
            hint = "check smtp.oauth.client_id, smtp.oauth.scope and the secret smtp-oauth-secret"
            raise DeliveryError(f"mail: {host} gives no token ({error}); {hint}", kind=_SETTINGS) from None
        except SourceError as error:
            raise DeliveryError(f"mail: no token for now: {error}", kind=FailureKind.TEMPORARY) from None


@dataclass(frozen=True, slots=True)
class FileToken:
    """A token that another program keeps fresh in a file."""

    file: Path

    def __call__(self, *, anew: bool = False) -> str:
        """The token in the file now. Raises DeliveryError where there is none, or it was just refused."""
        try:
            found = self.file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise DeliveryError(f"mail: smtp.token_file cannot be read: {reason}", kind=_SETTINGS) from None
        if anew or not found.isascii() or not found.isprintable() or not 0 < len(found) <= LONGEST_TOKEN:
            raise DeliveryError(
                "mail: the token in smtp.token_file is refused, or is none: renew it", kind=_SETTINGS
            )
        return found


_SETTINGS = FailureKind.SETTINGS


# -- what comes back, and what is told besides ----------------------------------------------------------


def bounce_access(
    settings: Settings, bounces: BounceSettings, token: Token | None
) -> Callable[[], imap.Access]:
    """How the bounce mailbox is opened, a token asked for each time; what it gives raises DeliveryError.

    Raises ConfigError where there is no password.
    """
    if bounces.auth == "password" and bounces.password is None:
        raise error_at(settings, ("bounces", "password"), layers.ABSENT.format(name="bounces-password"))
    password = bounces.password.get_secret_value() if bounces.password else ""

    def access() -> imap.Access:
        return imap.Access(
            host=bounces.host,
            port=bounces.port,
            security=bounces.security,
            user=bounces.user,
            password=password,
            folder=bounces.folder,
            ca_file=bounces.ca_file,
            token=token() if token and bounces.auth == "xoauth2" else None,
        )

    return access


def chats(settings: Settings, directory: Directory, now: Clock, store: Store) -> tuple[Channel, ...]:
    """The channels beside the mail. Raises ConfigError where one has no address that is allowed."""
    return tuple(_channel(settings, index, directory, now, store) for index in range(len(settings.channels)))


def _channel(settings: Settings, index: int, directory: Directory, now: Clock, store: Store) -> Channel:
    row = settings.channels[index]
    chat, address = chat_at(settings, index, now)
    holders = directory.holders(row.role)
    return Channel(
        name=row.name,
        role=row.role,
        sends=frozenset(row.sends),
        follows=frozenset(a for each in holders for a in (each.address, each.deputy) if a),
        organisation=settings.organisation.short,
        notifier=lambda: chat,
        link=row.link,
        settings=store.key.hash("channel", address),
    )


def chat_at(settings: Settings, index: int, now: Clock) -> tuple[Chat, str]:
    """The channel of this place in the settings, and its address. Raises ConfigError at that place."""
    row = settings.channels[index]
    address = _address(settings, index, row)
    try:
        return Chat(row.name, address, now), address
    except ConfigError as error:
        raise error_at(settings, ("channels", index, "name"), f"channel-{row.name}: {error}") from None


def _address(settings: Settings, index: int, row: ChannelSettings) -> str:
    name = f"channel-{row.name}"
    files = (folder / name for folder in settings.secret_folders)
    if (file := next((each for each in files if each.is_file()), None)) is None:
        raise error_at(settings, ("channels", index, "name"), layers.ABSENT.format(name=name))
    return layers.secret(file)
