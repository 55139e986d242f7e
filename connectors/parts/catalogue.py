"""What is known of platforms before any of them is asked: their terms, and whether they can be read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from monitor.config import Section
from monitor.types import Terms


class TermsOfUse(Section):
    """What a platform's terms allow, as a row of terms.toml.

    `basis` = the organisation has to record why it may read the platform, before the first reading.
    """

    why: str
    basis: bool = False
    may_store_text: bool = True
    may_mail_excerpt: bool = True
    max_age_days: int | None = Field(default=None, ge=1)
    recheck_hours: int | None = Field(default=None, ge=1)
    licence: str | None = None
    attribution: str | None = None

    def item(self) -> Terms:
        """The same as it goes onto every post."""
        return Terms(**self.model_dump(exclude={"why", "basis"}))


class Platform(Section):
    """A platform, or class of platforms: what is covered, by which kinds of source, and why not more.

    `named` = the policies name it. `also` are further words for it that somebody may write as a kind of
    source; `instead` is what serves where it cannot be read.
    """

    name: str
    openness: Literal["open", "closed", "gone"] = Field(alias="class")
    state: Literal["covered", "optional", "intake only", "refused"]
    named: bool = True
    kinds: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    why: str
    instead: str = ""


class Reporting(Section):
    """Where a platform takes reports of accounts that pose as somebody, as a row of reporting.toml.

    `search` is the address of its own search, with {name} for what is sought; "" where we search ourselves.
    """

    page: str
    menu: str
    needs: str
    search: str = ""

    def by_hand(self, name: str) -> str:
        """The address at which a person searches for `name`."""
        return self.search.replace("{name}", quote(name))


@cache
def reporting() -> Mapping[str, Reporting]:
    """Every row of reporting.toml by its platform."""
    return {name: Reporting.model_validate(row) for name, row in _read("reporting.toml").items()}


@cache
def terms() -> Mapping[str, TermsOfUse]:
    """Every row of terms.toml by its name."""
    return {name: TermsOfUse.model_validate(row) for name, row in _read("terms.toml").items()}


@cache
def platforms() -> tuple[Platform, ...]:
    """The platforms: those of the policies in their order, then the others."""
    return tuple(Platform.model_validate(row) for row in _read("platforms.toml")["platforms"])


def unreadable(kind: str) -> Platform | None:
    """The platform that somebody means by a kind of source which cannot exist, None where none is meant."""
    wanted = _plain(kind)
    cannot = (platform for platform in platforms() if not platform.kinds)
    return next((p for p in cannot if wanted in map(_plain, (p.name, *p.also))), None)


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("connectors") / "catalogue" / name).read_text("utf-8"))
