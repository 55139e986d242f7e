"""A mail relay inside a test: aiosmtpd with STARTTLS, a login, and one fault of its own."""

from __future__ import annotations

import asyncio
import base64
import ssl
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as WIRE
from enum import Enum, auto
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "monitor@wvft.nhs.test", "correct horse"
TOKEN = "eyJ0.invented.token"


class Fault(Enum):
    """What goes wrong, at the step that it names."""

    NONE = auto()
    DROP_BEFORE_DATA = auto()
    DROP_AFTER_DOT = auto()
    STALL = auto()
    STALL_AT_QUIT = auto()
    DRIP = auto()
    CLOSED = auto()
    BUSY = auto()


class Handler:
    """Keeps what arrives. reject@ is unknown, slow@ is to try again later; `replies` are said instead.

    Keys of `replies` are MAIL, RCPT, DATA and AUTH.
    """

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.replies: dict[str, str] = {}
        self.senders: list[str] = []
        self.tokens: list[str] = []
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Sign in by a token, as Exchange Online does: a refusal comes with a challenge."""
        given = base64.b64decode(args[1]).decode()
        user, _, token = given.partition("\1auth=Bearer ")
        self.tokens.append(token.rstrip("\1"))
        if (user, self.tokens[-1]) == (f"user={USER}", TOKEN):
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, origin: str, ___: Any) -> str:  # noqa: N802
        envelope.mail_from = origin
        self.senders.append(origin)
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, to: str, ___: Any) -> str:  # noqa: N802
        if "RCPT" in self.replies:
            return self.replies["RCPT"]
        if to.startswith("reject@"):
            return f"550 5.1.1 <{to}>: Recipient address rejected"
        if to.startswith("slow@"):
            return f"450 4.2.0 <{to}>: Greylisted"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.replies:
            return self.replies["DATA"]
        if self.fault is Fault.BUSY:
            return "451 4.3.0 try again"
        if self.fault is Fault.STALL:
            await asyncio.sleep(5)
        content = envelope.content
        self.received.append(BytesParser(_class=EmailMessage, policy=WIRE).parsebytes(content))
        self.recipients += envelope.rcpt_tos
        if self.fault is Fault.DROP_AFTER_DOT:
            server.transport.abort()
        return "250 2.0.0 queued"

    async def handle_QUIT(self, *_: object) -> str:  # noqa: N802
        if self.fault is Fault.STALL_AT_QUIT:
            await asyncio.sleep(5)
        return "221 bye"


class Wire(SMTP):
    """The protocol with a line that can be cut before the message is read, and greetings of its own."""

    async def push(self, status: str) -> None:
        """Send a reply; a server that drips never comes to its end, one that is closed says so first."""
        if self.event_handler.fault is Fault.DRIP:
            await self._drip()
        if self.event_handler.fault is Fault.CLOSED and status.startswith("220"):
            status = "554 no service here"
        await super().push(status)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if reply := self.event_handler.replies.get("AUTH"):
            await self.push(reply)
            return
        await super().smtp_AUTH(arg)

    async def _drip(self) -> None:
        connection = self.transport
        try:
            while True:
                await super().push("220-one moment")
                await asyncio.sleep(0.05)
        finally:
            connection.abort()  # aiosmtpd leaves it open when the client hangs up

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.fault is Fault.DROP_BEFORE_DATA:
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Relay(Controller):
    """Listens on 127.0.0.1; offers STARTTLS, and a login once it is encrypted."""

    def __init__(
        self, fault: Fault, port: int, certificate: Path | None = None, *, tls: bool = True, **changes: Any
    ) -> None:
        self.kept = Handler(fault)
        context = None
        if certificate is not None and tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        self.settings = {"tls_context": context, "authenticator": _check} | changes
        super().__init__(self.kept, hostname="127.0.0.1", port=port)

    def factory(self) -> SMTP:
        return Wire(self.handler, hostname="relay.test", **self.settings)


def _check(_: SMTP, __: Session, ___: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.login == USER.encode()
    return AuthResult(success=right and given.password == PASSWORD.encode(), handled=False)
