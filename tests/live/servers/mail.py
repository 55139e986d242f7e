"""Postfix and Dovecot: a relay with STARTTLS and a login, and mailboxes that are read over IMAP."""

from __future__ import annotations

import email
import email.policy
import imaplib
import shutil
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from string import Template
from typing import Any

from tests.live.servers.process import Process, free_port, run, wait_until
from tests.live.servers.server import SETTINGS, Server

DOMAIN = "trust.test"
PASSWORD = "throw-away-passphrase"
MAILBOXES = ("comms", "caldicott", "dpo", "speakup", "monitor", "bounces", "full")
# Mailboxes with no room left: their mail is taken, and comes back.
OVER_QUOTA = ("full",)
# Recipients whose mail is not taken, and how the relay says so.
REFUSALS = {
    "reject": "550 5.1.1 no such mailbox",
    "slow": "450 4.2.0 greylisted, try again later",
}


class Mail(Server):
    """Addresses are NAME@trust.test for each of MAILBOXES; `user` and `password` log in to the relay.

    reject@ is refused with 550, slow@ with 450, a mail above 2,000,000 bytes
    with 552; a mail to full@ is taken and bounces. Nothing leaves the machine.
    """

    NAME = "mail"
    PACKAGES = ("postfix", "dovecot-imapd", "dovecot-lmtpd", "openssl")
    NEEDS_ROOT = True

    host = "127.0.0.1"
    user = f"monitor@{DOMAIN}"
    password = PASSWORD

    def __init__(self) -> None:
        super().__init__()
        self.smtp_port, self.imap_port = free_port(), free_port()
        self._lmtp_port, self._sasl_port = free_port(), free_port()

    @property
    def address(self) -> str:
        return f"{self.host}, SMTP {self.smtp_port}, IMAP {self.imap_port}, {self.user} {self.password}"

    @property
    def ca_file(self) -> Path:
        """The certificate to trust: it is valid for 127.0.0.1 and localhost."""
        return self.folder / "cert.pem"

    def launch(self) -> None:
        self._write_settings()
        self._make_certificate()
        dovecot = Process(f"dovecot -F -c {self.folder}/dovecot.conf", log=self.folder / "dovecot.out")
        self.run_daemon(dovecot, [self.imap_port, self._lmtp_port, self._sasl_port])
        # `check` makes the queue's folders; the master then runs without the start script around it.
        log = self.folder / "postfix.out"
        run(f"postfix -c {self.folder}/postfix check", log)
        master = Process(f"/usr/lib/postfix/sbin/master -c {self.folder}/postfix -s", log=log)
        self.run_daemon(master, [self.smtp_port])

    def read(self, mailbox: str) -> list[EmailMessage]:
        """The mails in `mailbox` (an address or its local part), oldest first, fetched over IMAP.

        Lines end in LF, as a mail program shows them.
        """
        with self._inbox(mailbox) as inbox:
            numbers = inbox.search(None, "ALL")[1][0].split()
            return [parse(inbox.fetch(number, "(RFC822)")[1]) for number in numbers]

    def clear(self, mailbox: str) -> None:
        """Delete what is in `mailbox`, so that a test begins with an empty one."""
        with self._inbox(mailbox) as inbox:
            for number in inbox.search(None, "ALL")[1][0].split():
                inbox.store(number, "+FLAGS", r"\Deleted")
            inbox.expunge()

    def wait_for(self, mailbox: str, count: int = 1, timeout: float = 20) -> list[EmailMessage]:
        """`read`, once `count` mails are there. Raises TimeoutError after `timeout` seconds."""
        wait_until(lambda: len(self.read(mailbox)) >= count, f"{count} mails to {mailbox}", timeout)
        return self.read(mailbox)

    def refuse(self, *names: str) -> None:
        """Refuse mail to these mailboxes from now on, besides those of REFUSALS; to none without names."""
        refused = REFUSALS | dict.fromkeys(names, "550 5.1.1 no such mailbox")
        self._write_table("recipients", [f"{name}@{DOMAIN} {why}" for name, why in refused.items()])
        run(f"postfix -c {self.folder}/postfix reload", self.folder / "postfix.out")
        for name in MAILBOXES:
            wait_until(lambda name=name: self._takes(name) is (name not in names), f"{name} to be told")

    def _takes(self, name: str) -> bool:
        """Whether a mail to this mailbox would be taken now."""
        with smtplib.SMTP(self.host, self.smtp_port, timeout=20) as session:
            session.starttls(context=ssl.create_default_context(cafile=self.ca_file))
            session.login(self.user, self.password)
            session.mail(self.user)
            return session.rcpt(f"{name}@{DOMAIN}")[0] == 250

    @contextmanager
    def _inbox(self, mailbox: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(self.host, self.imap_port, timeout=20) as session:
            session.starttls(ssl.create_default_context(cafile=self.ca_file))
            session.login(f"{mailbox.partition('@')[0]}@{DOMAIN}", self.password)
            session.select("INBOX")
            yield session

    def _write_settings(self) -> None:
        for name in ("postfix", "queue", "state", "mail", "run"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "state", "postfix")
        shutil.chown(self.folder / "mail", "mail", "mail")
        ports = {
            "smtp_port": self.smtp_port,
            "imap_port": self.imap_port,
            "lmtp_port": self._lmtp_port,
            "sasl_port": self._sasl_port,
        }
        for name, target in (("dovecot.conf", "."), ("main.cf", "postfix"), ("master.cf", "postfix")):
            text = Template((SETTINGS / name).read_text()).substitute(ports, folder=self.folder)
            (self.folder / target / name).write_text(text)
        quota = {name: "userdb_quota_rule=*:bytes=1" for name in OVER_QUOTA}
        users = [f"{name}@{DOMAIN}:{PASSWORD}::::::{quota.get(name, '')}" for name in MAILBOXES]
        self._write_table("users", users)
        self._write_table("mailboxes", [f"{name}@{DOMAIN} yes" for name in (*MAILBOXES, *REFUSALS)])
        self._write_table("recipients", [f"{name}@{DOMAIN} {why}" for name, why in REFUSALS.items()])

    def _write_table(self, name: str, lines: list[str]) -> None:
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def _make_certificate(self) -> None:
        key, certificate = self.folder / "key.pem", self.folder / "cert.pem"
        run(
            f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key}"
            f" -out {certificate} -addext subjectAltName=DNS:localhost,IP:127.0.0.1",
            self.folder / "openssl.log",
        )


def parse(fetched: list[Any]) -> EmailMessage:
    """What IMAP answers to a fetch of one mail, as that mail."""
    raw: bytes = fetched[0][1]
    return email.message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=email.policy.default)
