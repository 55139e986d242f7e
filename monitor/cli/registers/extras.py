"""What single registers have besides: is this account ours, is the logo forbidden, a blog as a source."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.registers import DeclaredBlog, Entry, LogoPermission, OfficialAccount

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store.people.registers import Kept

BLOG = """
To read their feeds, add to the settings, each with the address of its feed:
"""

SOURCE = """
[[sources]]
name = "blog of {person}"
kind = "rss"
url = "{address}"              # the address of its feed, often with /feed at the end
authorisation = "{person}"     # it is read only while the register lets it"""


def check(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="A handle or an address.")],
    as_json: output.AsJson = False,
) -> None:
    """Say whether an account is the organisation's own. Exit code 1 where it is not."""
    from monitor.store import open_store
    from monitor.store.people.registers import official_accounts

    settings = output.settings(context)
    with closing(open_store(settings.store)) as store, store.reading() as connection:
        found = [entry for entry, _ in official_accounts(connection) if _is_meant(entry, account)]
    listed = _plain(account) in map(_plain, settings.organisation.handles)
    if as_json:
        places = [entry.model_dump(include={"platform", "account", "url"}) for entry in found]
        output.print_json(
            {"account": account, "official": bool(found), "in_settings": listed, "listed": places}
        )
    else:
        shown = output.plain(account)
        for entry in found:
            output.show(
                f"{shown} is ours on {entry.platform}: {entry.url}, approved {entry.approved_on:%d %b %Y}."
            )
        if not found:
            output.show(f"{shown} is not in the register of official accounts.")
            if listed:
                output.say(
                    "It is among the handles of the settings: enter it with `monitor registers official add`."
                )
    if not found:
        raise typer.Exit(output.Exit.ERROR)


def remark(entry: Entry, settings: Settings) -> None:
    """Say what a policy in force has against the entry, where it has something."""
    if not isinstance(entry, LogoPermission):
        return
    from rules import pack

    policies = pack.check(settings.policy, settings.rules).policies
    logo = next((mode for mode in policies.modes() if mode.name == "logo"), None)
    if logo is not None and logo.applies == "forbidden":
        keys = ", ".join(key for key, said in logo.said.items() if said == "forbidden")
        output.say(
            f"Mind: {keys} forbids the logo on personal pages, whoever allows it, and what is strictest "
            "applies. The entry holds for pages that are not personal."
        )


def listed(kind: str, kept: list[Kept]) -> None:
    """What follows the list of a register."""
    blogs = [k.entry for k in kept if k.ended_at is None and isinstance(k.entry, DeclaredBlog)]
    if blogs:
        output.say(BLOG + "\n".join(SOURCE.format(person=b.person, address=b.address) for b in blogs))


def _is_meant(entry: OfficialAccount, account: str) -> bool:
    return _plain(account) in (_plain(entry.account), _plain(entry.url))


def _plain(account: str) -> str:
    return account.strip().lstrip("@").rstrip("/").casefold().removeprefix("https://").removeprefix("http://")
