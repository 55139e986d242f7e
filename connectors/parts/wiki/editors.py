"""Who made an edit, as far as the wiki says: facts of an account, never a guess at which person it is."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.parts.wiki.logentry import LogEntry
from connectors.parts.wiki.mediawiki import BATCH, Wiki
from connectors.parts.wiki.revision import Revision, User
from monitor.errors import SourceError, SourceThrottled
from monitor.types import Editor, EditorKind

_REMEMBERED = 1024
# "~2026-12345-67": https://www.mediawiki.org/wiki/Trust_and_Safety_Product/Temporary_Accounts
_TEMPORARY = re.compile(r"~\d[\d-]*")
_NOBODY = User()
Signed = Revision | LogEntry


@dataclass(slots=True)
class Editors:
    """The accounts met in one poll, so that each is asked about once."""

    wiki: Wiki
    _known: dict[str, User] = field(default_factory=dict)
    _is_told: bool = True

    def meet(self, revisions: Iterable[Signed]) -> None:
        """Ask about the accounts behind these that are not known. A wiki that does not tell is let be.

        Raises SourceThrottled.
        """
        names = dict.fromkeys(each.user for each in revisions if each.user and not _is_address(each.user))
        unknown = [name for name in names if name not in self._known and "|" not in name][:BATCH]
        if not unknown or not self._is_told:
            return
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        try:
            users = self.wiki.users(unknown)
        except SourceThrottled:
            raise
        except SourceError:
            self._is_told = False
            return
        self._known |= dict.fromkeys(unknown, _NOBODY) | {user.name: user for user in users}

    def user(self, signed: Signed) -> User:
        """What the wiki told of the account behind it, empty where it told nothing."""
        return self._known.get(signed.user or "", _NOBODY)

    def editor(self, signed: Signed) -> Editor:
        """The facts of who made it; the account's age is in whole days."""
        user = self.user(signed)
        made, joined = signed.timestamp, user.registration
        return Editor(
            kind=kind_of(signed.user, user),
            edits=user.editcount,
            age_days=max((made - joined).days, 0) if made and joined else None,
        )


def kind_of(name: str | None, user: User = _NOBODY) -> EditorKind:
    """What a user name shows, None where the wiki hides it, with what is known of its account."""
    if name is None:
        return EditorKind.HIDDEN
    if _is_address(name):
        return EditorKind.ADDRESS
    if "temp" in user.groups or _TEMPORARY.fullmatch(name):
        return EditorKind.TEMPORARY
    return EditorKind.BOT if "bot" in user.groups else EditorKind.ACCOUNT


def _is_address(name: str) -> bool:
    """True for an IPv4 or IPv6 address, as MediaWiki writes it: upper case, not shortened."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
