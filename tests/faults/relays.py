"""A mail relay that refuses, stalls and hangs up as a test's script says, and keeps what it took."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as WIRE
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.alerts.reports import MARK, headers, report
from tests.live.servers.process import free_port

TAKEN = "250 2.0.0 queued"
CUT = "cut"
"""Instead of an answer: the connection is cut."""

Answer = Callable[[], str]


class Postbox:
    """What a relay does and has: each answer may be replaced, `taken` is all that it said yes to."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """As it was at first: empty, and it takes everything."""
        self.taken: list[EmailMessage] = []
        self.reports: dict[int, bytes] = {}
        self._returned: dict[str, str] = {}
        self._returning: tuple[str, tuple[str, ...]] = ("", ())
        self.greeting: Callable[[], str | None] = lambda: None
        self.recipient: Callable[[str], str] = lambda to: "250 OK"
        self.command: Callable[[], str | None] = lambda: None
        self.message: Callable[[], str | None] = lambda: None
        self.reply: Callable[[], str] = lambda: TAKEN

    def greylist(self, addresses: set[str]) -> None:
        """Refuse the first mail to each of these for now."""
        unknown = set(addresses)

        def answer(to: str) -> str:
            if to in unknown:
                unknown.remove(to)
                return "450 4.2.0 greylisted, try again later"
            return "250 OK"

        self.recipient = answer

    def give_back(self, address: str, kinds: tuple[str, ...]) -> None:
        """The first mail of each of these kinds to `address` comes back, each time that it is sent."""
        self._returning = address, kinds

    def keep(self, mail: EmailMessage) -> None:
        """Take a mail."""
        self.taken.append(mail)
        address, kinds = self._returning
        kind, message_id = str(mail["List-ID"]).strip("<").partition(".")[0], str(mail["Message-ID"]).strip()
        if (
            mail["To"] == address
            and kind in kinds
            and self._returned.setdefault(kind, message_id) == message_id
        ):
            self.reports[len(self.reports) + 1] = report(original=headers(message_id, str(mail[MARK])))

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, to: str, ___: Any) -> str:  # noqa: N802
        answer = self.recipient(to)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(to)
        return answer

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        if refusal := self.message():
            return refusal
        self.keep(BytesParser(_class=EmailMessage, policy=WIRE).parsebytes(envelope.content))
        reply = self.reply()
        if reply == CUT:
            server.transport.abort()
            return TAKEN
        if reply == "":
            await asyncio.sleep(3)
        return reply or TAKEN


class _Wire(SMTP):
    async def push(self, status: str) -> None:
        if status.startswith("220 ") and (other := self.event_handler.greeting()):
            await super().push(other)
            self.transport.close()
            return
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.command() == CUT:
            await super().push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Relay(Controller):
    def factory(self) -> SMTP:
        return _Wire(self.handler, hostname="relay.test")


@contextmanager
def relay() -> Iterator[tuple[Postbox, int]]:
    """A relay on loopback, and its port."""
    box, port = Postbox(), free_port()
    controller = _Relay(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()
