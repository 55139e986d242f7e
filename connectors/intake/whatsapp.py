"""A chat that one of its members exported from WhatsApp: a text file, alone or in a zip file.

Names of members are personal data of people who did not ask to be read: each is called member 1, member 2 and
so on, in the order in which they first write.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connectors.intake import Arrival, LeftOut
from connectors.intake.dates import CLOCK, DAY, Order, moment
from connectors.intake.document import Document, lines, within
from connectors.parts import plain
from connectors.parts.cursors import digest
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Media, Origin, Post

LONGEST = 100_000
"""Characters of one message that are kept."""
_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"  # of direction: some telephones use many
# "[09.05.14, 16:00:01] Jo: words" of an iPhone, "09/05/2014, 4:00 pm - Jo: words" of others.
_HEADER = re.compile(
    rf"[{_MARKS}]*(?P<open>\[)?{DAY}\.?,?\s+(?:(?:at|à|às|um|kl\.?)\s)?{CLOCK}(?:\sUhr)?(?(open)\]|\s[-–])\s(?P<rest>.*)",
    re.IGNORECASE,
)
_MEMBER = re.compile(r"(?P<name>[^:\n\"“”„]{1,80}):(?:\s(?P<words>.*)|$)")
_EDITED = "<This message was edited>"
_DELETED = re.compile(r"(?:This message was deleted|You deleted this message)\b.{0,40}", re.IGNORECASE)
# What is in none of these languages stays as the words of the message.
_LEFT_OUT = (
    "Media omitted|Medien ausgeschlossen|Médias omis|Multimedia omitido|Mídia oculta|Media omessi"
    "|Media weggelaten"
)
_ATTACHED = (
    "file attached|Datei angehängt|fichier joint|archivo adjunto|arquivo anexado|file allegato"
    "|bestand bijgevoegd"
)
_MEDIA = re.compile(
    rf"<(?:{_LEFT_OUT})>|(?P<kind>image|video|video note|audio|gif|sticker|document|contact card) omitted"
    rf"|.{{0,150}}<attached: [^<>]{{3,150}}>|.{{1,150}}\.\w{{2,5}} \((?:{_ATTACHED})\)",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.(\w{2,5})\b")
_KINDS = {
    "image": ("image", "gif", "sticker", "jpg", "jpeg", "png", "webp"),
    "video": ("video", "video note", "mp4", "mov"),
    "audio": ("audio", "opus", "mp3", "m4a"),
}


def header(line: str) -> re.Match[str] | None:
    """The beginning of a message: when and by whom."""
    return _HEADER.match(line)


@dataclass(slots=True)
class _Message:
    number: int
    head: re.Match[str]
    name: str
    words: str
    length: int = 0
    more: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        self.length += len(line)
        if self.length <= LONGEST:
            self.more.append(line)


@dataclass
class WhatsApp:
    """Reads the messages of one chat, twice: first to learn how its dates are written."""

    path: Path
    arrival: Arrival
    left_out: LeftOut = field(default_factory=LeftOut)

    def __post_init__(self) -> None:
        found = within(self.path, lambda name: name.lower().endswith(".txt"))
        self.documents = sorted(found, key=lambda document: "chat" not in str(document.member).lower())[:1]
        if not self.documents:
            raise SourceChanged(f"{self.path.name}: there is no chat (.txt) in the archive")
        self._members: dict[str, int] = {}
        self._twins: Counter[str] = Counter()

    def posts(self) -> Iterator[Post]:
        """Every message that somebody wrote. Raises SourceChanged where the file is no chat."""
        order, found = Order(), False
        with self.documents[0].text() as text:
            for line in lines(text):
                if head := header(line):
                    found = True
                    order.see(head)
        if not found:
            raise SourceChanged(
                f"{self.path.name}: this is no chat as WhatsApp exports it: no line begins with a date"
            )
        for message in self._messages(self.documents[0]):
            if post := self._post(message, order):
                yield post

    def _messages(self, document: Document) -> Iterator[_Message]:
        """The messages with all their lines; what the program itself wrote is left out."""
        held: _Message | None = None
        with document.text() as text:
            for number, line in enumerate(lines(text), 1):
                head = header(line)
                if head is None:
                    if held is not None:
                        held.add(line)
                    continue
                if held is not None:
                    yield held
                held = self._begun(number, head)
        if held is not None:
            yield held

    def _begun(self, number: int, head: re.Match[str]) -> _Message | None:
        member = _MEMBER.fullmatch(head["rest"])
        if member is None:
            self.left_out.note(f"line {number}", "written by the program, not by a member")
            return None
        return _Message(
            number, head, member["name"].strip(f" ~\u202f\xa0\u200e{_MARKS}"), member["words"] or ""
        )

    def _post(self, message: _Message, order: Order) -> Post | None:
        words = "\n".join((message.words, *message.more)).strip()
        words = words.removesuffix(_EDITED).rstrip(f"{_MARKS} \n") if words.endswith(_EDITED) else words
        words, media = _without_media(words)
        at = moment(message.head, order, self.arrival.zone)
        member = self._members.setdefault(message.name, len(self._members) + 1)
        if why := _nothing_said(words, media) or ("" if at else "the date does not exist"):
            self.left_out.note(f"line {message.number}", why)
            return None
        name = digest(message.name, str(at), words, length=32)
        self._twins[name] += 1
        return Post(
            source=self.arrival.source,
            platform="whatsapp",
            external_id=f"{name}/{self._twins[name]}",
            observed_at=self.arrival.now(),
            kind=Kind.POST,
            origin=Origin.IMPORT,
            # The digest groups what one member writes; it is hashed with a secret before it is kept.
            author=Account(
                platform="whatsapp",
                external_id=digest(message.name, length=32),
                display_name=f"member {member}",
            ),
            text=plain.clean(words),
            created_at=plain.believable(at, self.arrival.now()) if at else None,
            media=media,
        )


def _without_media(words: str) -> tuple[str, tuple[Media, ...]]:
    """The words of a message, and what was attached to it: exports name it, or say that it was left out."""
    first, _, rest = words.partition("\n")
    found = _MEDIA.fullmatch(first.strip(_MARKS + " "))
    if found is None:
        return words, ()
    said = found["kind"] or next(iter(_ENDING.findall(found[0])), "")
    kind = next((kind for kind, words in _KINDS.items() if said.lower() in words), "file")
    return rest.strip(), (Media(kind=kind, url=""),)


def _nothing_said(words: str, media: tuple[Media, ...]) -> str:
    if media and not words:
        return "a file without words, which the export does not hold"
    if words.startswith("\u200e") and "\n" not in words and "://" not in words:
        return "written by the program, not by a member"
    if _DELETED.fullmatch(words):
        return "deleted by its author"
    return "" if words else "empty"
