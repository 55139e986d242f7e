"""A mailbox to which people report concerns, read over IMAP. Nothing in it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr, model_validator

from connectors import Context
from connectors.parts.cursors import Cursors
from connectors.parts.mail import post as mailpost
from monitor import imap
from monitor.config import Section
from monitor.config.fields import LocalPath
from monitor.types import Page, Post

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
Line = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


class MailboxOptions(Section):
    """What a source of kind `mailbox` may set. The password comes from a secret file or the environment."""

    host: Line
    """Name of the mail server."""
    port: int = Field(default=993, ge=1, le=65535)
    """993 for TLS from the first byte, 143 for STARTTLS."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """`none` only for a server on this machine."""
    user: Line
    """Account to sign in with; best one that may only read."""
    password: SecretStr
    """Only from the secret file or the environment."""
    folder: Line = "INBOX"
    """Folder to read."""
    ca_file: LocalPath | None = None
    """Certificate authority of a server whose certificate no public one signed."""

    @model_validator(mode="after")
    def _encrypted(self) -> MailboxOptions:
        if self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("`security` may be none only for a mail server on this machine")
        return self


class Mailbox:
    """Reads one folder, oldest mail first. The cursor holds the folder's validity and the last number read.

    Where the server has numbered its mails anew, the folder is read again from `since`.
    """

    Options = MailboxOptions
    keeps_everything: ClassVar[bool] = True
    over_http: ClassVar[bool] = False

    def __init__(self, options: MailboxOptions, context: Context) -> None:
        self._context = context
        self._access = imap.Access(
            host=options.host,
            port=options.port,
            security=options.security,
            user=options.user,
            password=options.password.get_secret_value(),
            folder=options.folder,
            ca_file=options.ca_file,
        )
        place = (options.host, str(options.port), options.user, options.folder)
        self._cursors = Cursors.about(*place)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the mails after the cursor, or since `since`. Raises SourceError."""
        with imap.opened(self._access) as box:
            last = self._recall(cursor, box.validity)
            numbers = box.since(since) if last is None else box.after(last)
            end = max(box.newest, last or 0, *numbers[-1:])
            reach = since if last is None else None
            for page in mailpost.pages(numbers):
                posts = (self._post(box, number) for number in page)
                done = end if page[-1] == numbers[-1] else page[-1]
                mark = self._cursor(box.validity, done)
                yield Page(posts=tuple(filter(None, posts)), cursor=mark, covered_from=reach)
            if not numbers:
                yield Page(posts=(), cursor=self._cursor(box.validity, end), covered_from=reach)

    def _post(self, box: imap.Mailbox, number: int) -> Post | None:
        found = box.fetch(number, mailpost.LARGEST + 1)
        if found is None:
            return None  # deleted by its reader meanwhile
        document, received = found
        return mailpost.post(self._context, document, received or self._context.now())

    def _recall(self, cursor: str | None, validity: int) -> int | None:
        """The last number read; nothing where the cursor is of another folder or numbering."""
        known = self._cursors.read(cursor, lambda held: (held["validity"], int(held["last"])))
        return known[1] if known and known[0] == validity else None

    def _cursor(self, validity: int, last: int) -> str:
        return self._cursors.write(validity=validity, last=last)
