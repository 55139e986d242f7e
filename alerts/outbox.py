"""Mail without a mail server: messages as files for a person to open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from alerts import evidence
from alerts.envelope import envelope
from monitor import files
from monitor.errors import DeliveryError
from monitor.ports import Clock
from monitor.types import Message, Receipt

SENDER = "Trustwatch <trustwatch@localhost.invalid>"
"""Stands in the .eml file: nobody has been set up as a sender yet (RFC 2606, .invalid)."""

_ENDS = ("eml", "txt", "html")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


class Outbox:
    """Writes a message as `2026-11-20-comms.r1.html`, `.txt` and `.eml` into `folder`, for its owner only.

    Beside it, in `evidence/`, is the picture evidence that it links to, as `pictures` gives it.
    """

    private = False  # whoever runs the monitor opens these files

    def __init__(self, folder: Path, now: Clock, pictures: evidence.Pictures = lambda _case: ()) -> None:
        self._folder = folder
        self._now = now
        self._pictures = pictures

    def send(self, message: Message) -> Receipt:
        """Write the three files; the same message again replaces them. `detail` is the path of the HTML.

        Raises DeliveryError(permanent=False) where the folder cannot be written.
        """
        mail = envelope(message, SENDER, self._now()).as_bytes()
        stem = _stem(message.message_id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.replace(self._folder / f"{stem}.eml", mail)
            files.replace(self._folder / f"{stem}.txt", message.text.encode())
            evidence.put(self._folder, message.html, self._pictures)
            page = files.replace(self._folder / f"{stem}.html", message.html.encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DeliveryError(
                f"outbox: cannot write to {self._folder}: {reason}", permanent=False
            ) from error
        return Receipt(accepted_at=self._now(), detail=str(page))

    def take_back(self, message_ids: Iterable[str]) -> int:
        """Delete the files of these messages, and the pictures that no other links to; how many there were.

        Raises OSError.
        """
        found = 0
        for stem in map(_stem, message_ids):
            files = [file for end in _ENDS if (file := self._folder / f"{stem}.{end}").exists()]
            for file in files:
                file.unlink(missing_ok=True)
            found += bool(files)
        evidence.sweep(self._folder)
        return found


def _stem(message_id: str) -> str:
    name = message_id.strip("<>").partition("@")[0].removeprefix("digest.")
    day = _DAY.search(name)
    if day:
        name = "-".join([*day.groups(), (name[: day.start()] + name[day.end() :]).replace("..", ".")])
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "message"
