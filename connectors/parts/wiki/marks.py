"""How far each watched page was read: what the cursor of a wiki holds."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

_TALK = "|talk"  # no title holds a bar


class Mark(BaseModel):
    """How far one page was read.

    `revision` was read last, `latest` was the newest when all was read: they differ where history was
    imported. `title` is what it was called then, `start` from when on its edits are watched. `log` is the
    last entry of its log that was read, and `log_from` when that was made. `withheld` are those of its last
    revisions whose text was hidden then, None = not known. `modified` is the date of its history
    feed. What is `gone` is looked up anew.
    """

    model_config = ConfigDict(extra="forbid")

    id: int  # 0 where only its feed is read
    revision: int = 0
    latest: int = 0
    title: str = ""
    start: AwareDatetime | None = None
    log: int = 0
    log_from: AwareDatetime | None = None
    withheld: frozenset[int] | None = None
    modified: str | None = None
    gone: bool = False

    @property
    def is_followed(self) -> bool:
        """True where it is asked about by its id."""
        return self.id > 0 and not self.gone

    def stands_at(self, title: str, latest: int) -> bool:
        """True where nothing has happened since all was read."""
        return (self.title, self.latest) == (title, latest)


class Marks(BaseModel):
    """The marks by title as configured, those of talk pages by `talk_of` it.

    `talked` is when talk pages were asked about in a question of their own.
    """

    model_config = ConfigDict(extra="forbid")

    pages: dict[str, Mark] = {}
    talked: AwareDatetime | None = None

    @classmethod
    def read(cls, cursor: str | None) -> Marks:
        """Those of a cursor, of today's shape or of the first one. Raises ValueError for anything else."""
        if not cursor:
            return cls()
        try:
            return cls.model_validate_json(cursor)
        except ValidationError:
            known = _FIRST.validate_json(cursor)
        return cls(pages={title: Mark(id=id_, revision=last) for title, (id_, last) in known.items()})

    def write(self) -> str:
        """The cursor."""
        return self.model_dump_json(exclude_defaults=True)


_FIRST = TypeAdapter(dict[str, tuple[int, int]])
"""title -> page id, last revision read."""


def talk_of(title: str) -> str:
    """The name of the mark of a page's talk page."""
    return title + _TALK


def talk_title(title: str) -> str | None:
    """What the talk page of an article is called on every wiki; None for a page of another namespace."""
    return None if ":" in title else f"Talk:{title}"


def is_talk(name: str) -> bool:
    """True for the name of a talk page's mark."""
    return name.endswith(_TALK)
