"""The takedown pack: what a person needs to report a lookalike to its platform by hand. Nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from alerts.layout import environment
from alerts.text import safe
from monitor.types import DOMAIN, Clause

TEMPLATES: Mapping[str, str] = {
    "report.txt": "takedown/report.txt.j2",
    "evidence.html": "takedown/evidence.html.j2",
}
"""The files of a pack that are written from templates."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is stored of what was seen, and when it was."""

    what: str
    value: str
    seen_at: datetime | None

    @property
    def digest(self) -> str:
        """The SHA-256 of the value as UTF-8, in hexadecimal."""
        return sha256(self.value.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A picture of the pack: its file, what it shows in words, and the SHA-256 of what it was cut from."""

    file: str
    png: bytes
    caption: str
    original: str
    cut_at: datetime

    @property
    def digest(self) -> str:
        """The SHA-256 of the file itself."""
        return sha256(self.png).hexdigest()


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where the platform takes reports, the way there inside it, and what it asks for."""

    page: str
    menu: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """All that the pack of one case says. `ours` are the entries of the register that it comes nearest to.

    `reasons` are the findings' with their points, `told` the same for strangers.

    `platform` is the platform's name, "domain" for a domain; `made_at` and other moments are local times.
    """

    case: int
    organisation: str
    platform: str
    account: str
    address: str
    shown: str
    reasons: Sequence[str]
    told: Sequence[str]
    clauses: Sequence[Clause]
    ours: Sequence[str]
    facts: Sequence[Fact]
    exhibits: Sequence[Exhibit]
    reporting: Reporting | None
    made_at: datetime

    @property
    def is_domain(self) -> bool:
        """Whether it is about a domain and no account."""
        return self.platform == DOMAIN


def files_of(pack: Pack) -> dict[str, bytes]:
    """The files of a pack by name; SHA256SUMS is for `sha256sum -c`."""
    words = {"pack": pack, "safe": safe}
    made = {
        name: environment().get_template(template).render(words).strip() + "\n"
        for name, template in TEMPLATES.items()
    }
    files = {name: text.encode() for name, text in made.items()}
    files |= {exhibit.file: exhibit.png for exhibit in pack.exhibits}
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return files | {"SHA256SUMS": sums.encode()}
