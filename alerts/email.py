"""Mail by SMTP: encrypted and logged in, or not at all."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from threading import Timer
from typing import Any

from alerts.envelope import address, envelope
from monitor.checkpoints import checkpoint
from monitor.config import SmtpSettings
from monitor.errors import ConfigError, DeliveryError
from monitor.ports import Clock
from monitor.types import Message, Receipt

_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463, the part of a reply that holds no names

CONVERSATION = 240.0
"""Seconds that handing one message over may take as a whole: less than a claim on it holds."""


class Smtp:
    """Sends one message a connection through the relay of the settings.

    Raises ConfigError for settings that would send a password in the clear, or none.
    """

    private = True

    def __init__(self, settings: SmtpSettings, now: Clock, limit: float = CONVERSATION) -> None:
        if settings.user and settings.security == "none":
            raise ConfigError(
                'smtp.security: a login needs encryption; set "starttls" or "tls", or drop smtp.user'
            )
        if settings.user and settings.password is None:
            raise ConfigError("smtp.password: missing; give it by a secret file or the environment")
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise ConfigError(f"smtp.ca_file: no certificates in it: {error.strerror or error}") from None
        self._settings = settings
        self._now = now
        self._limit = limit
        self._where = f"{settings.host}:{settings.port}"

    def send(self, message: Message) -> Receipt:
        """Hand `message` over; a receipt says that the relay took it, not that it arrived.

        Raises DeliveryError: permanent for a 5xx reply, a login or certificate refused and missing
        encryption (a person has to look), otherwise to be tried again under the same Message-ID.
        """
        mail = envelope(message, self._settings.sender, self._now())
        checkpoint("mail.before_connect")
        try:
            connection = self._connect()
            try:
                self._hand_over(connection, mail, message.to)
            finally:
                _leave(connection)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Without the cause: replies quote addresses, and exceptions quote replies.
            raise self._explained(error, message.to) from None
        return Receipt(accepted_at=self._now(), detail=f"accepted by {self._where}")

    def check(self) -> str:
        """Greet the relay, encrypt and log in, but send nothing; says how it went. Raises DeliveryError."""
        try:
            connection = self._connect()
            try:
                self._enter(connection)
                connection.noop()
            finally:
                _leave(connection)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise self._explained(error, "") from None
        return f"{self._where} answers" + (" and lets us sign in" if self._settings.user else "")

    def _connect(self) -> smtplib.SMTP:
        host, port, timeout = self._settings.host, self._settings.port, self._settings.timeout
        # Our own name is the sender's domain: asking the resolver for one can take longer than the mail.
        name = address(self._settings.sender).domain
        if self._settings.security == "tls":
            return _TlsConversation(self._limit, host, port, name, timeout=timeout, context=self._tls)
        return _Conversation(self._limit, host, port, name, timeout=timeout)

    def _hand_over(self, connection: smtplib.SMTP, mail: EmailMessage, recipient: str) -> None:
        self._enter(connection)
        connection.send_message(mail, address(self._settings.sender).addr_spec, [recipient])

    def _enter(self, connection: smtplib.SMTP) -> None:
        if self._settings.security == "starttls":
            connection.starttls(context=self._tls)
        if self._settings.user and self._settings.password:
            connection.login(self._settings.user, self._settings.password.get_secret_value())

    def _explained(self, error: Exception, recipient: str) -> DeliveryError:
        match error:
            case smtplib.SMTPRecipientsRefused(recipients=refused):
                code, reply = next(iter(refused.values()))
                domain = recipient.rpartition("@")[2]
                return self._refused(f"refused a recipient at {domain}", code, reply)
            case smtplib.SMTPConnectError(smtp_code=code, smtp_error=reply):
                # It is closed to everybody just now; the message was not even looked at.
                return self._error(f"does not take mail at the moment ({code})", permanent=False)
            case smtplib.SMTPAuthenticationError(smtp_code=code, smtp_error=reply):
                return self._refused("refused the login; check smtp.user and the password", code, reply)
            case smtplib.SMTPResponseException(smtp_code=code, smtp_error=reply):
                return self._refused("refused the message", code, reply)
            case smtplib.SMTPNotSupportedError():
                return self._error("does not offer what smtp.security and smtp.user ask for", permanent=True)
            case ssl.SSLCertVerificationError(verify_message=reason):
                return self._error(
                    f"shows a certificate that fails: {reason}; check smtp.ca_file", permanent=True
                )
            case UnicodeError():
                return self._error("cannot be told a host, user or password beyond ASCII", permanent=True)
            case TimeoutError(args=("overdue",)):
                return self._error(f"took longer than {self._limit:g} s", permanent=False)
            case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
                return self._error(f"did not answer within {self._settings.timeout:g} s", permanent=False)
        return self._error(f"could not be reached or hung up ({type(error).__name__})", permanent=False)

    def _refused(self, what: str, code: int, reply: bytes | str) -> DeliveryError:
        found = _ENHANCED.search(reply if isinstance(reply, bytes) else reply.encode(errors="replace"))
        status = f"{code} {found[0].decode()}" if found else str(code)
        return self._error(f"{what} ({status})", permanent=code >= 500)

    def _error(self, what: str, *, permanent: bool) -> DeliveryError:
        return DeliveryError(f"mail: {self._where} {what}", permanent=permanent)


class _Conversation(smtplib.SMTP):
    """A connection that is cut after `limit` seconds: timeouts of single reads add up to no limit."""

    def __init__(self, limit: float, *arguments: Any, **named: Any) -> None:
        self._overdue = False
        self._alarm = Timer(limit, self._cut)
        self._alarm.daemon = True
        self._alarm.start()
        try:
            super().__init__(*arguments, **named)
        except BaseException:
            self._alarm.cancel()
            raise

    def getreply(self) -> tuple[int, bytes]:
        """The server's reply. Raises TimeoutError where the whole conversation took too long."""
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected:
            if self._overdue:
                raise TimeoutError("overdue") from None
            raise

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the message over; the server's answer to it."""
        checkpoint("mail.before_data")
        return super().data(msg)

    def close(self) -> None:
        """End the connection."""
        self._alarm.cancel()
        super().close()

    def _cut(self) -> None:
        self._overdue = True
        if self.sock is not None:
            with suppress(OSError):  # closed meanwhile
                self.sock.shutdown(socket.SHUT_RDWR)


class _TlsConversation(_Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def _leave(connection: smtplib.SMTP) -> None:
    # What was accepted stays accepted, however the server takes the goodbye.
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()
