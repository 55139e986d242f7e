"""One folder of a mailbox over IMAP4rev1 (RFC 3501), read without leaving a trace in it.

Everything is a BODY.PEEK in a folder opened read-only: nothing is marked as read, moved or deleted. Errors
say host and folder, never the user, the password or the server's own words, which may repeat them.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Literal

from monitor.errors import SourceChanged, SourceRefused, SourceUnavailable
from monitor.types import SourceState

TIMEOUT = 30.0  # seconds of silence
LARGEST = 16 * 2**20  # bytes of one piece of an answer
DEADLINE = 120.0  # seconds for one command, however steadily the server drips
_TRY_LATER = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|OVERQUOTA)\]", re.IGNORECASE
)  # RFC 5530
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MUTF7 = re.compile("[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Access:
    """Where the mailbox is and who reads it: by a password, or by an access token where there is one."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str
    password: str = field(repr=False)
    folder: str
    ca_file: Path | None = None
    token: str | None = field(default=None, repr=False)


class _Bounded:
    """Refuses what is longer than anything that was asked for, before it is in memory."""

    def read(self, size: int) -> bytes:
        if size > LARGEST:
            raise imaplib.IMAP4.abort("too much")
        return super().read(size)  # type: ignore[misc, no-any-return]


class _Plain(_Bounded, imaplib.IMAP4):
    pass


class _Tls(_Bounded, imaplib.IMAP4_SSL):
    pass


class Mailbox:
    """An open folder. `validity` changes when the server has numbered its mails anew."""

    def __init__(self, session: imaplib.IMAP4, access: Access) -> None:
        self._session, self._access = session, access
        _, answer = session.response("UIDVALIDITY")
        self.validity = _number(answer)
        _, answer = session.response("UIDNEXT")
        self.newest = max(_number(answer) - 1, 0)

    def since(self, moment: datetime) -> list[int]:
        """The numbers of what came in since then, and up to two days before: IMAP compares days only."""
        day = moment.astimezone(UTC) - timedelta(days=1)
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def after(self, number: int) -> list[int]:
        """The numbers above `number`, oldest first."""
        return [
            found for found in self._search(f"UID {number + 1}:*") if found > number
        ]  # * is at least the last

    def fetch(self, number: int, most: int) -> tuple[bytes, datetime | None] | None:
        """The first `most` bytes of a mail and when it came in, None where it is gone."""
        answer = self._command("FETCH", str(number), f"(INTERNALDATE BODY.PEEK[]<0.{most}>)")
        literal = next((part for part in answer if isinstance(part, tuple)), None)
        if literal is None:
            return None
        about = b" ".join([literal[0], *(part for part in answer if isinstance(part, bytes))])
        return bytes(literal[1]), _received(about)

    def _search(self, criterion: str) -> list[int]:
        answer = self._command("SEARCH", criterion)
        return sorted({int(number) for line in answer if isinstance(line, bytes) for number in line.split()})

    def _command(self, name: str, *arguments: str) -> list[bytes | tuple[bytes, bytes] | None]:
        with _within(self._session, self._access), _understood(self._access):
            status, answer = self._session.uid(name, *arguments)
        if status != "OK":
            raise SourceUnavailable(f"{self._access.host}: the mail server did not answer a {name}")
        return answer


@contextmanager
def opened(access: Access) -> Iterator[Mailbox]:
    """The folder, open for reading. Raises SourceError with what to do next."""
    session = _connected(access)
    try:
        _sign_in(session, access)
        _select(session, access)
        yield Mailbox(session, access)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            session.logout()
        with suppress(OSError):
            session.shutdown()


def _connected(access: Access) -> imaplib.IMAP4:
    try:
        trust = ssl.create_default_context(cafile=access.ca_file)
    except OSError as error:
        raise _refused(f"`ca_file` cannot be used ({error.strerror or type(error).__name__})") from None
    try:
        if access.security == "tls":
            return _Tls(access.host, access.port, ssl_context=trust, timeout=TIMEOUT)
        session = _Plain(access.host, access.port, timeout=TIMEOUT)
        if access.security == "starttls":
            _start_tls(session, trust)
        return session
    except ssl.SSLCertVerificationError:
        raise _refused(
            f"{access.host}: the certificate of the mail server is not trusted: `ca_file` names its authority"
        ) from None
    except (OSError, imaplib.IMAP4.abort) as error:
        raise SourceUnavailable(
            f"{access.host}: the mail server cannot be reached ({type(error).__name__}): check `host`, `port`"
            " and `security`"
        ) from None
    except imaplib.IMAP4.error:
        raise _refused(f'{access.host}: the mail server offers no STARTTLS: try `security = "tls"`') from None


def _start_tls(session: imaplib.IMAP4, trust: ssl.SSLContext) -> None:
    try:
        session.starttls(trust)
    except BaseException:
        with suppress(OSError):
            session.shutdown()
        raise


def _sign_in(session: imaplib.IMAP4, access: Access) -> None:
    try:
        with _within(session, access):
            if access.token is not None:
                session.authenticate("XOAUTH2", _bearing(access.user, access.token))
            elif "AUTH=PLAIN" in session.capabilities:
                secret = f"\0{access.user}\0{access.password}".encode()
                session.authenticate("PLAIN", lambda _: secret)
            else:
                session.login(_quoted(access.user), access.password)
    except UnicodeError:
        raise _refused(
            f"{access.host}: the mail server takes only ASCII letters as user and password"
        ) from None
    except imaplib.IMAP4.error as error:  # never an abort: that is a broken connection by now
        if _TRY_LATER.search(str(error)):
            raise SourceUnavailable(f"{access.host}: the mail server lets nobody sign in now") from None
        if "[PRIVACYREQUIRED]" in str(error).upper():
            raise _refused(f'{access.host}: the mail server wants `security = "starttls"` or "tls"') from None
        raise SourceRefused(
            f"{access.host}: the mail server did not accept user and "
            + ("token" if access.token else "password")
            + ": check `user` and the secret"
        ) from None


def _bearing(user: str, token: str) -> Callable[[bytes], bytes]:
    """The answer of XOAUTH2; a second question is the reason of a refusal, and is answered empty."""
    given = iter((f"user={user}\1auth=Bearer {token}\1\1".encode(),))
    return lambda _: next(given, b"")


def _select(session: imaplib.IMAP4, access: Access) -> None:
    name = _quoted(_mutf7(access.folder))
    with _within(session, access), _understood(access):
        status, answer = session.select(name, readonly=True)
    if status == "OK":
        return
    if _TRY_LATER.search(str(answer)):
        raise SourceUnavailable(f"{access.host}: the folder {access.folder!r} cannot be opened now")
    raise _refused(f"{access.host}: there is no folder {access.folder!r} in the mailbox: check `folder`")


@contextmanager
def _within(session: imaplib.IMAP4, access: Access) -> Iterator[None]:
    """Run a command against the clock; a broken connection is one that cannot be reached."""
    timer = Timer(DEADLINE, _hang_up, (session,))
    timer.start()
    try:
        yield
    except (OSError, imaplib.IMAP4.abort) as error:
        raise SourceUnavailable(
            f"{access.host}: the connection to the mail server broke ({type(error).__name__})"
        ) from None
    finally:
        timer.cancel()


@contextmanager
def _understood(access: Access) -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise SourceChanged(f"{access.host}: the mail server did not understand a command") from None


def _hang_up(session: imaplib.IMAP4) -> None:
    with suppress(OSError):
        session.socket().shutdown(socket.SHUT_RDWR)


def _refused(message: str) -> SourceRefused:
    return SourceRefused(message, state=SourceState.MISCONFIGURED)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mutf7(name: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501, 5.1.3)."""

    def shifted(match: re.Match[str]) -> str:
        packed = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{packed.replace('/', ',')}-"

    return _MUTF7.sub(shifted, name.replace("&", "&-"))


def _number(answer: list[bytes | None] | None) -> int:
    found = answer[-1] if answer else None
    return int(found) if found and found.isdigit() else 0


def _received(about: bytes) -> datetime | None:
    """INTERNALDATE as aware UTC."""
    try:
        local = imaplib.Internaldate2tuple(about)
        return datetime.fromtimestamp(time.mktime(local), UTC) if local else None
    except (ValueError, OverflowError, KeyError):
        return None
