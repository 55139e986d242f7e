"""What can honestly be said of who made an edit: facts that the wiki shows, and what it does not show.

Since 4 November 2025 Wikipedia gives whoever edits without an account a temporary one, whose network the
public cannot see: https://www.mediawiki.org/wiki/Trust_and_Safety_Product/Temporary_Accounts
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from monitor.types import Editor, EditorKind

_SAYS = {
    EditorKind.ACCOUNT: "a registered account: a wiki does not show the network of an account",
    EditorKind.BOT: "a bot: a wiki does not show the network of an account",
    EditorKind.TEMPORARY: "a temporary account: its network cannot be determined since 4 November 2025",
    EditorKind.HIDDEN: "the wiki hides who made the edit",
}


def described(editor: Editor, name: str, networks: Sequence[str]) -> str:
    """The editor in one line of facts, never a guess at who it is.

    `name` is what the wiki calls them, `networks` the organisation's own as the settings have them (CIDR).
    """
    says = _SAYS.get(editor.kind) or _network(name, networks)
    return "; ".join(filter(None, (says, _record(editor), _declared(editor))))


def in_networks(name: str, networks: Sequence[str]) -> bool | None:
    """Whether the address `name` is in one of `networks`; None where it is no address, or masked."""
    try:
        address = ip_address(name.strip())
    except ValueError:
        return None
    return any(address in ip_network(network) for network in networks)


def _network(name: str, networks: Sequence[str]) -> str:
    if not networks:
        return "an IP address: the settings name no networks of the organisation to compare it with"
    match in_networks(name, networks):
        case True:
            return "an IP address in the organisation's own networks"
        case False:
            return "an IP address in none of the networks that the settings name as the organisation's"
    return "an IP address that cannot be read"


def _record(editor: Editor) -> str:
    """How old the account was and how many edits it had made."""
    age = "account less than a day old" if editor.age_days == 0 else ""
    if editor.age_days:
        age = f"account {_counted(editor.age_days, 'day')} old"
    return ", ".join(filter(None, (age, _counted(editor.edits, "edit"))))


def _counted(number: int | None, what: str) -> str:
    if number is None:
        return ""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _declared(editor: Editor) -> str:
    return f"declared to the communications team: {editor.declared}" if editor.declared else ""
