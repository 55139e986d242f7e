"""A folder into which people put mails as .eml files. The files are only read, never changed or deleted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from connectors import Context
from connectors.parts.cursors import Cursors
from connectors.parts.mail import post as mailpost
from monitor.config import Section
from monitor.config.fields import LocalPath
from monitor.errors import SourceRefused
from monitor.types import Page, Post, SourceState

SETTLED = timedelta(seconds=30)
"""A file that changed more recently than this may still be being written: the next reading takes it."""


class EmlFolderOptions(Section):
    """What a source of kind `eml_folder` may set."""

    folder: LocalPath
    """The folder; what is in folders within it is not read."""


@dataclass(frozen=True, slots=True, order=True)
class _File:
    """One file by when it was last touched: a copy keeps its date, but nothing keeps its change time."""

    changed: int  # nanoseconds since 1970
    inode: int
    name: str


class EmlFolder:
    """Reads the files in the order in which they were put there. The cursor is the last one read.

    A file that is replaced, renamed or given other permissions is read again: identities make that harmless.
    """

    Options = EmlFolderOptions
    keeps_everything: ClassVar[bool] = True
    over_http: ClassVar[bool] = False

    def __init__(self, options: EmlFolderOptions, context: Context) -> None:
        self._folder, self._context = options.folder, context
        self._cursors = Cursors.about(str(self._folder))

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the mails put there after the cursor, or since `since`. Raises SourceRefused."""
        known = self._recall(cursor)
        start = known or (int(since.timestamp() * 1e9), 0)
        reach = None if known else since
        handle = self._opened()
        try:
            files = self._files(handle, start)
            for page in mailpost.pages(files):
                posts = (self._post(handle, file) for file in page)
                last = (page[-1].changed, page[-1].inode)
                yield Page(posts=tuple(filter(None, posts)), cursor=self._cursor(last), covered_from=reach)
            if not files:
                yield Page(posts=(), cursor=self._cursor(start), covered_from=reach)
        finally:
            os.close(handle)

    def _opened(self) -> int:
        try:
            return os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise SourceRefused(
                f"the folder of .eml files cannot be read ({error.strerror}): check `folder` of this source,"
                " and that the service's account may read it",
                state=SourceState.MISCONFIGURED,
            ) from None

    def _files(self, handle: int, start: tuple[int, int]) -> list[_File]:
        """Those after `start` that are whole, in order. A link is no file: it may lead anywhere."""
        settled = int((self._context.now() - SETTLED).timestamp() * 1e9)
        with os.scandir(handle) as entries:
            found = (
                _File(about.st_ctime_ns, about.st_ino, entry.name)
                for entry in entries
                if entry.name.lower().endswith(".eml")
                and stat.S_ISREG((about := entry.stat(follow_symlinks=False)).st_mode)
            )
            return sorted(
                file for file in found if start < (file.changed, file.inode) and file.changed <= settled
            )

    def _post(self, handle: int, file: _File) -> Post | None:
        received = datetime.fromtimestamp(file.changed / 1e9, UTC)
        try:
            document = _content(handle, file.name)
        except FileNotFoundError:
            return None  # taken out again meanwhile
        except OSError:
            return mailpost.unreadable(
                self._context, f"{self._cursors.of}/{file.inode}/{file.changed}", received
            )
        return mailpost.post(self._context, document, received)

    def _recall(self, cursor: str | None) -> tuple[int, int] | None:
        """What the cursor holds; nothing where it is not ours or of another folder."""
        return self._cursors.read(cursor, lambda held: (int(held["changed"]), int(held["inode"])))

    def _cursor(self, last: tuple[int, int]) -> str:
        return self._cursors.write(changed=last[0], inode=last[1])


def _content(handle: int, name: str) -> bytes:
    """The file's first bytes, one more than are read. It may have become a link since it was listed."""
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
    with open(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise FileNotFoundError
        return file.read(mailpost.LARGEST + 1)
