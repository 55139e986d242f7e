"""Settings of what is seen in pictures, and of accounts that resemble the organisation's."""

from __future__ import annotations

from pydantic import Field

from monitor.config.fields import LocalPath, Resolver
from monitor.config.section import Section


class PictureSettings(Section):
    """What pictures are compared with. The files are the organisation's own; none is shipped."""

    shared_mark: LocalPath | None = None
    """The mark that every body of the NHS has, cut to its box: whose it is, is read beside it."""
    logos: tuple[LocalPath, ...] = ()
    """Marks that are the organisation's alone, such as its emblem: PNG or JPEG."""
    avatars: tuple[LocalPath, ...] = ()
    """The pictures of its official accounts: copies of them are found."""
    count_people: bool = False
    """true = faces are counted, and nothing but the number is kept; needs the extra `faces`."""


class LookalikeSettings(Section):
    """Accounts and domains that resemble the organisation's."""

    search: tuple[str, ...] = ()
    """Names of sources that are also searched for profiles under the organisation's names, once a day."""
    bodies: tuple[str, ...] = ()
    """Names of other bodies of the NHS that the shipped list lacks."""
    not_bodies: tuple[str, ...] = ()
    """Names to strike from that list: closed or merged, or the organisation's own former ones."""
    domains: bool = False
    """true = names that resemble the organisation's domains are looked up once a week, by DNS alone."""
    resolver: Resolver | None = None
    """The resolver that is asked, `192.0.2.53` or `127.0.0.1:5353`; left out: the machine's own."""
    questions_a_day: int = Field(default=15, ge=1, le=100)
    """Profile searches a day, over all sources."""
