"""A small IMAP server on loopback: one user, one folder of mails, and faults on request."""

from __future__ import annotations

import base64
import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.serving import serving

USER, PASSWORD = "reports@wvft.nhs.test", 'grüne "Tür"'
TOKEN = "eyJ0.invented.token"
_FETCH = re.compile(r"(\d+) \(INTERNALDATE BODY\.PEEK\[\]<0\.(\d+)>\)")


@dataclass
class Imap:
    """What the server has and what it was told. `faults` answers a command's first word with a line."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    folder: str = "INBOX"
    capabilities: str = "IMAP4rev1 AUTH=PLAIN"
    faults: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    hang_up_at: int | None = None
    oversized: bool = False
    port: int = 0

    def add(self, *mails: bytes) -> None:
        """Put mails into the folder."""
        for mail in mails:
            self.mails[max(self.mails, default=0) + 1] = mail

    @contextmanager
    def served(self) -> Iterator[Imap]:
        """Answer on a free port."""
        state = self

        class Handler(_Handler):
            imap = state

        with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as self.port:
            yield self


class _Handler(socketserver.StreamRequestHandler):
    imap: Imap
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().rstrip("\r\n").partition(" ")
            self.imap.commands.append(command)
            words = command.removeprefix("UID ").split(" ", 1)
            if (fault := self.imap.faults.get(words[0])) is not None:
                self.say(f"{tag} {fault}")
                continue
            if not getattr(self, words[0].lower())(tag, words[-1]):
                return

    def say(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def capability(self, tag: str, _rest: str) -> bool:
        return self.say(f"* CAPABILITY {self.imap.capabilities}") and self.say(f"{tag} OK done")

    def authenticate(self, tag: str, rest: str) -> bool:
        self.say("+ ")
        if rest == "XOAUTH2":
            return self._by_token(tag)
        given = base64.b64decode(self.rfile.readline()).decode()
        return self._signed_in(tag, given == f"\0{USER}\0{PASSWORD}")

    def _by_token(self, tag: str) -> bool:
        """As Exchange Online and Dovecot do: a refusal comes with its reason, which wants an empty answer."""
        given = base64.b64decode(self.rfile.readline()).decode()
        right = given == f"user={USER}\1auth=Bearer {TOKEN}\1\1"
        if not right:
            self.say("+ " + base64.b64encode(b'{"status":"401"}').decode())
            assert self.rfile.readline() == b"\r\n"
        return self._signed_in(tag, right)

    def login(self, tag: str, rest: str) -> bool:
        return self._signed_in(tag, rest == f'"{USER}" "plain"')

    def _signed_in(self, tag: str, right: bool) -> bool:
        return self.say(f"{tag} OK in" if right else f"{tag} NO [AUTHENTICATIONFAILED] {USER} is wrong")

    def examine(self, tag: str, rest: str) -> bool:
        if rest != f'"{self.imap.folder}"':
            return self.say(f"{tag} NO [NONEXISTENT] no such mailbox")
        self.say(f"* {len(self.imap.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.imap.validity}] ok")
        self.say(f"* OK [UIDNEXT {max(self.imap.mails, default=0) + 1}] ok")
        return self.say(f"{tag} OK [READ-ONLY] done")

    def search(self, tag: str, rest: str) -> bool:
        start = int(rest[4:].partition(":")[0]) if rest.startswith("UID ") else 0
        last = sorted(self.imap.mails)[-1:]  # n:* has the last mail in it, whatever n is
        found = sorted({n for n in self.imap.mails if n >= start} | set(last))
        return self.say(f"* SEARCH {' '.join(map(str, found))}") and self.say(f"{tag} OK done")

    def fetch(self, tag: str, rest: str) -> bool:
        match = _FETCH.fullmatch(rest)
        assert match, rest
        number, most = int(match[1]), int(match[2])
        if number == self.imap.hang_up_at:
            return False
        if number in self.imap.mails:
            mail = self.imap.mails[number][:most]
            date = 'INTERNALDATE "20-Nov-2026 09:00:00 +0100"'
            length = 2**40 if self.imap.oversized else len(mail)
            self.say(f"* 1 FETCH (UID {number} {date} BODY[]<0> {{{length}}}")
            self.wfile.write(mail + b")\r\n")
        return self.say(f"{tag} OK done")

    def logout(self, tag: str, _rest: str) -> bool:
        self.say("* BYE")
        self.say(f"{tag} OK bye")
        return False
