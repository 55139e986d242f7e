"""What the registers say of an account: it is ours, it is known and allowed, it may show the logo.

Handles change hands and platforms' numbers do not: where a register has the number, an account with another
one is a stranger under a handle that once was ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import Connection

from monitor.registers import KnownAccount, LogoPermission, OfficialAccount
from monitor.store.people.registers import live_entries
from monitor.types import Account

Key = tuple[str, str]
"""A platform, and a handle, an address or the platform's own number on it."""

_PROFILES: Mapping[str, tuple[str, ...]] = {
    "bluesky": ("bsky.app/profile/",),
    "facebook": ("facebook.com/",),
    "flickr": ("flickr.com/photos/", "flickr.com/people/"),
    "instagram": ("instagram.com/",),
    "linkedin": ("linkedin.com/company/", "linkedin.com/in/"),
    "pinterest": ("pinterest.com/", "pinterest.co.uk/"),
    "reddit": ("reddit.com/user/", "reddit.com/u/"),
    "threads": ("threads.net/", "threads.com/"),
    "tiktok": ("tiktok.com/",),
    "x": ("x.com/", "twitter.com/"),
    "youtube": ("youtube.com/", "youtube.com/channel/"),
}
"""Where the profiles of a platform stand, before the handle: people copy addresses from the browser."""


@dataclass(frozen=True, slots=True)
class AccountRegister:
    """Accounts of one register: by number, and by handle or address with the number that goes with it.

    The values say what the register calls the account. The address is needed where a handle is whole only
    with its server's name.
    """

    numbers: Mapping[Key, str] = field(default_factory=dict)
    names: Mapping[Key, tuple[str, str | None]] = field(default_factory=dict)

    def find(self, account: Account) -> str | None:
        """What the register calls the account; None where it is not in it."""
        if account.external_id and (what := self.numbers.get((account.platform, account.external_id))):
            return what
        what, _ = self._named(account)
        return None if self.replaced(account) else what

    def replaced(self, account: Account) -> bool:
        """Whether another account stands under a handle or address whose number the register has."""
        _, number = self._named(account)
        return bool(number and account.external_id and number != account.external_id)

    def _named(self, account: Account) -> tuple[str | None, str | None]:
        names = [_bare(account.handle), *([_place(account.url)] if account.url else [])]
        found = (self.names.get((account.platform, name)) for name in names)
        return next(filter(None, found), (None, None))


@dataclass(frozen=True, slots=True)
class OurAccounts:
    """The registers of official and of known accounts, and of permissions to show the logo."""

    official: AccountRegister = field(default_factory=AccountRegister)
    known: AccountRegister = field(default_factory=AccountRegister)
    logo: Mapping[str, date] = field(default_factory=dict)
    """The last day of a permission, by the place that may show the logo, as `_place` writes it."""

    def told(self, account: Account) -> Account:
        """The account with what the registers of known accounts and of permissions say of it."""
        return replace(account, known_as=self.known.find(account), logo_until=self._logo_until(account))

    def _logo_until(self, account: Account) -> date | None:
        days = (self.logo.get(place) for place in _places(account)) if self.logo else ()
        return max(filter(None, days), default=None)


def our_accounts(connection: Connection) -> OurAccounts:
    """What the live entries of the registers say."""
    logo = [e for e in live_entries(connection, "logo") if isinstance(e, LogoPermission)]
    official = [e for e in live_entries(connection, "official") if isinstance(e, OfficialAccount)]
    known = [e for e in live_entries(connection, "known") if isinstance(e, KnownAccount)]
    return OurAccounts(
        official=_listed(
            (e.platform, name, e.platform_id, "official")
            for e in official
            for name in (e.account, _place(e.url))
        ),
        known=_listed((e.platform, e.account, e.platform_id, e.what) for e in known),
        logo={_place(entry.place): entry.until for entry in sorted(logo, key=lambda each: each.until)},
    )


def _bare(name: str | None) -> str:
    """A handle as it is compared: whatever its capitals, and without the @ in front."""
    return (name or "").strip().lstrip("@").casefold()


def _listed(entries: Iterable[tuple[str, str, str | None, str]]) -> AccountRegister:
    rows = list(entries)
    return AccountRegister(
        numbers={(platform, number): what for platform, _, number, what in rows if number},
        names={(platform, _bare(name)): (what, number) for platform, name, number, what in rows},
    )


def _places(account: Account) -> Iterable[str]:
    """The ways in which a permission may name the account: its own address, or those of its handle."""
    if account.url:
        yield _place(account.url)
    for name in filter(None, (_bare(account.handle), account.external_id)):
        yield from (f"{base}{name}".casefold() for base in _PROFILES.get(account.platform, ()))


def _place(address: str) -> str:
    """An address as it is compared: host and path, without what browsers and people add or leave out."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    return f"{host}/{parts.path.strip('/').replace('@', '').casefold()}"
