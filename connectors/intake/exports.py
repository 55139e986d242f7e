"""Which reader a file that somebody exported is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from connectors.intake import Arrival, LeftOut
from connectors.intake.document import Document, named
from connectors.intake.table import Table
from connectors.intake.whatsapp import WhatsApp, header
from connectors.intake.x_archive import XArchive, holds_posts
from monitor.errors import SourceChanged
from monitor.types import Post


class Export(StrEnum):
    """The kinds of file that are read."""

    AUTO = "auto"
    X_ARCHIVE = "x-archive"
    WHATSAPP = "whatsapp"
    CSV = "csv"
    OPML = "opml"


class Reader(Protocol):
    """Reads one file. `left_out` grows while it does; `documents` say how far it has got."""

    left_out: LeftOut
    documents: list[Document]

    def posts(self) -> Iterator[Post]:
        """Its posts, one at a time. Raises SourceChanged where it breaks off or is of another kind."""
        ...


READERS: Mapping[Export, Callable[[Path, Arrival], Reader]] = {
    Export.X_ARCHIVE: XArchive,
    Export.WHATSAPP: WhatsApp,
    Export.CSV: Table,
}
"""Of the kinds that hold posts; a list of feeds holds none."""
_ENDINGS = {".opml": Export.OPML, ".js": Export.X_ARCHIVE, ".csv": Export.CSV, ".tsv": Export.CSV}


def kind_of(path: Path) -> Export:
    """What `path` is, by its name and its beginning. Raises SourceChanged where that does not tell."""
    try:
        if names := named(path):
            return _archived(path, names)
        if path.suffix.lower() in _ENDINGS:
            return _ENDINGS[path.suffix.lower()]
        with path.open("rb") as file:
            start = file.read(2**14).decode("utf-8", "replace")
    except OSError as error:
        raise SourceChanged(f"{path.name}: cannot be read ({error.strerror})") from None
    if "window.YTD" in start:
        return Export.X_ARCHIVE
    if "<opml" in start.lower():
        return Export.OPML
    if any(map(header, start.splitlines())):
        return Export.WHATSAPP
    raise _unknown(path)


def _archived(path: Path, names: list[str]) -> Export:
    if any(map(holds_posts, names)):
        return Export.X_ARCHIVE
    endings = {Path(name).suffix.lower() for name in names}
    found = next(
        (kind for end, kind in ((".txt", Export.WHATSAPP), (".csv", Export.CSV)) if end in endings), None
    )
    if found is None:
        raise _unknown(path)
    return found


def _unknown(path: Path) -> SourceChanged:
    return SourceChanged(
        f"{path.name}: cannot tell what it is: say it with --kind (x-archive, whatsapp, csv or opml)"
    )
