"""Mail by SMTP: encrypted and logged in, or not at all."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, Protocol

from alerts.envelope import address, envelope
from alerts.replies import Replies
from monitor.checkpoints import checkpoint
from monitor.config import SmtpSettings
from monitor.errors import ConfigError
from monitor.ports import Clock
from monitor.types import Message, Receipt

CONVERSATION = 200.0
"""Seconds that handing one message over may take as a whole: less than a claim on it holds."""

_BAD_CREDENTIALS = 535


class Token(Protocol):
    """Gives an access token; `anew` where the one before was refused. Raises DeliveryError."""

    def __call__(self, *, anew: bool = False) -> str: ...


class Smtp:
    """Sends one message a connection through the relay of the settings; `token` signs in by XOAUTH2.

    Raises ConfigError for settings that would send a password in the clear, or none.
    """

    private = True

    def __init__(
        self, settings: SmtpSettings, now: Clock, limit: float = CONVERSATION, token: Token | None = None
    ) -> None:
        if settings.user and settings.security == "none":
            raise ConfigError(
                'smtp.security: a login needs encryption; set "starttls" or "tls", or drop smtp.user'
            )
        if settings.user and settings.password is None and token is None:
            raise ConfigError("smtp.password: missing; give it by a secret file or the environment")
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise ConfigError(f"smtp.ca_file: no certificates in it: {error.strerror or error}") from None
        self._settings, self._now, self._limit, self._token = settings, now, limit, token
        self._where = f"{settings.host}:{settings.port}"
        self._replies = Replies(settings, self._where, limit)

    def send(self, message: Message) -> Receipt:
        """Hand `message` over; a receipt says that the relay took it, not that it arrived.

        Raises DeliveryError with the kind of failure that the reply stands for; what is tried again goes
        under the same Message-ID.
        """
        mail = envelope(message, self._settings.sender, self._now())
        origin = self._settings.bounce_address or address(self._settings.sender).addr_spec
        checkpoint("mail.before_connect")
        self._converse(lambda line: line.send_message(mail, origin, [message.to]), message.to)
        return Receipt(accepted_at=self._now(), detail=f"accepted by {self._where}")

    def check(self) -> str:
        """Greet the relay, encrypt and log in, but send nothing; says how it went. Raises DeliveryError."""
        self._converse(lambda line: line.noop())
        return f"{self._where} answers" + (" and lets us sign in" if self._settings.user else "")

    def _converse(self, work: Callable[[smtplib.SMTP], object], recipient: str = "") -> None:
        """Do `work` on a line that is signed in, all of it within the limit."""
        end = time.monotonic() + self._limit
        try:
            try:
                self._talk(work, end)
            except smtplib.SMTPAuthenticationError as error:
                if self._token is None or error.smtp_code != _BAD_CREDENTIALS:
                    raise
                self._talk(work, end, anew=True)  # a token can be withdrawn before its time
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Without the cause: replies quote addresses, and exceptions quote replies.
            raise self._replies.explained(error, recipient) from None

    def _talk(self, work: Callable[[smtplib.SMTP], object], end: float, *, anew: bool = False) -> None:
        token = self._token(anew=anew) if self._token else None
        line = self._connect(max(end - time.monotonic(), 0))
        try:
            self._enter(line, token)
            work(line)
        finally:
            _leave(line)

    def _connect(self, limit: float) -> smtplib.SMTP:
        host, port, timeout = self._settings.host, self._settings.port, self._settings.timeout
        # Our own name is the sender's domain: asking the resolver for one can take longer than the mail.
        name = address(self._settings.sender).domain
        context = self._tls if self._settings.security == "tls" else None
        return _Conversation(limit, context, host, port, name, timeout=timeout)

    def _enter(self, line: smtplib.SMTP, token: str | None) -> None:
        user, password = self._settings.user, self._settings.password
        if self._settings.security == "starttls":
            line.starttls(context=self._tls)
        if user and token:
            _bear(line, user, token)
        elif user and password:
            line.login(user, password.get_secret_value())


def _bear(line: smtplib.SMTP, user: str, token: str) -> None:
    """Sign in by XOAUTH2. A challenge is the server's reason for a refusal: it is answered empty."""
    line.ehlo_or_helo_if_needed()
    if "XOAUTH2" not in line.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("no XOAUTH2")
    given = f"user={user}\1auth=Bearer {token}\1\1"
    line.auth("XOAUTH2", lambda challenge=None: "" if challenge else given)


class _Conversation(smtplib.SMTP):
    """A connection that is cut after `limit` seconds: timeouts of single reads add up to no limit.

    Encrypted from the first byte where a `context` is given.
    """

    def __init__(self, limit: float, context: ssl.SSLContext | None, *arguments: Any, **named: Any) -> None:
        self._context = context
        self._raw: socket.socket | None = None
        self._overdue = False
        self._alarm = Timer(limit, self._cut)
        self._alarm.daemon = True
        self._alarm.start()
        try:
            super().__init__(*arguments, **named)
        except BaseException as error:
            self._end()
            if self._overdue and not isinstance(error, TimeoutError):
                raise TimeoutError("overdue") from None
            raise

    def getreply(self) -> tuple[int, bytes]:
        """The server's reply. Raises TimeoutError where the whole conversation took too long."""
        with self._in_time():
            return super().getreply()

    def starttls(self, **named: Any) -> tuple[int, bytes]:  # type: ignore[override]
        """Encrypt. Raises TimeoutError where the whole conversation took too long."""
        with self._in_time():
            return super().starttls(**named)

    def close(self) -> None:
        """End the connection."""
        self._end()
        super().close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        # A second handle on the line: while a handshake runs, the first one is nobody's.
        self._raw = plain.dup()
        return self._context.wrap_socket(plain, server_hostname=host) if self._context else plain

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPServerDisconnected, OSError):
            if self._overdue:
                raise TimeoutError("overdue") from None
            raise

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the message over; the server's answer to it."""
        checkpoint("mail.before_data")
        return super().data(msg)

    def _end(self) -> None:
        self._alarm.cancel()
        if self._raw is not None:
            self._raw.close()

    def _cut(self) -> None:
        self._overdue = True
        if self._raw is not None:
            with suppress(OSError):  # closed meanwhile
                self._raw.shutdown(socket.SHUT_RDWR)


def _leave(connection: smtplib.SMTP) -> None:
    # What was accepted stays accepted, however the server takes the goodbye.
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()
