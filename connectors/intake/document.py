"""A file that was handed in, or one of those within an archive: opened again and again, and bounded."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from monitor.errors import SourceChanged

LARGEST = 2 * 2**30
"""Bytes that a file within an archive may have when unpacked."""
MOST_SQUEEZED = 200
"""How many times smaller than its content an honest archive can be; a bomb is a thousand times smaller."""
SMALL = 16 * 2**20
_BUFFER = 2**17
MOST_FILES = 200_000
LONGEST_LINE = 2**16  # characters; what is longer comes in pieces, so that memory stays flat
_PART = re.compile(r"(\d+)")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass
class Document:
    """One file. `size` is in bytes; `at` says how far the latest reading of it has got."""

    path: Path
    member: str | None
    size: int
    at: int = 0

    @contextmanager
    def opened(self) -> Iterator[io.BufferedReader]:
        """Its bytes from the beginning. Raises SourceChanged where they cannot be read to the end."""
        try:
            if self.member is None:
                with self.path.open("rb") as file:
                    yield io.BufferedReader(_Counted(self, file), _BUFFER)
            else:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
                    yield io.BufferedReader(_Counted(self, file), _BUFFER)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise SourceChanged(f"{self.path.name}: {_why(error)}") from None

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        """The same as text, in the encoding that its bytes say; line ends as they stand."""
        encoding = self.encoding
        with self.opened() as file, io.TextIOWrapper(file, encoding, "replace", newline="") as text:
            yield text

    @cached_property
    def encoding(self) -> str:
        """By its byte order mark, else UTF-8 where all of it is, else what Windows writes."""
        with self.opened() as file:
            start = file.peek(4)[:4]
            if named := next((name for mark, name in _BOMS if start.startswith(mark)), None):
                return named
            decoder = codecs.getincrementaldecoder("utf-8")()
            try:
                while piece := file.read(2**16):
                    decoder.decode(piece)
                decoder.decode(b"", final=False)
            except UnicodeDecodeError:
                return "cp1252"
        return "utf-8"


class _Counted(io.RawIOBase):
    """Tells the document how far it was read."""

    def __init__(self, document: Document, file: IO[bytes]) -> None:
        self._document, self._file = document, file
        document.at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        self._document.at += len(piece)
        return len(piece)


def lines(text: IO[str]) -> Iterator[str]:
    """The lines, without their ends; a very long one in pieces."""
    while line := text.readline(LONGEST_LINE):
        yield line.rstrip("\r\n")


def named(path: Path) -> list[str]:
    """The names of the files in an archive, none where it is no archive. Raises SourceChanged."""
    if not zipfile.is_zipfile(path):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceChanged(f"{path.name}: {_why(error)}") from None
    if len(names) > MOST_FILES:
        raise SourceChanged(f"{path.name}: there are more than {MOST_FILES} files in the archive")
    return names


def within(path: Path, wanted: Callable[[str], bool]) -> list[Document]:
    """The file itself, or those of an archive that are wanted, by number. Raises SourceChanged for a bomb."""
    if not zipfile.is_zipfile(path):
        return [Document(path, None, path.stat().st_size)]
    chosen = sorted(filter(wanted, named(path)), key=_by_number)
    with zipfile.ZipFile(path) as archive:
        return [Document(path, name, _unpacked(path, archive.getinfo(name))) for name in chosen]


def _unpacked(path: Path, info: zipfile.ZipInfo) -> int:
    size = info.file_size
    if size > LARGEST or (size > SMALL and size > MOST_SQUEEZED * info.compress_size):
        raise SourceChanged(
            f"{path.name}: a file in it would be {size >> 20} MB when unpacked, which looks like a trap: if"
            " it is none, unpack it yourself and import the file"
        )
    return size


def _by_number(name: str) -> list[str | int]:
    """`part10` after `part2`, and both after the file without a number."""
    return [int(piece) if piece.isdecimal() else piece for piece in _PART.split(name.rpartition(".")[0])]


def _why(error: BaseException) -> str:
    if isinstance(error, RuntimeError) and not isinstance(error, NotImplementedError):
        return "the archive is locked with a password: unpack it first"
    if isinstance(error, NotImplementedError):
        return "the archive is packed in a way that is not known: unpack it first"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    return "the archive is damaged or not whole: fetch it again"
