"""`monitor publish`: what the organisation shows of its monitoring, as files for its website."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.person import at_terminal, refusals_written

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store
    from rules.engine import RuleSet

app = typer.Typer(
    help="Write the pages that the public may see, and the impact assessment.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write; made where it is missing.")]


@dataclass(frozen=True)
class _Desk:
    settings: Settings
    store: Store
    day: date

    def rules(self) -> RuleSet:
        """The rules in force."""
        from rules import pack

        return pack.load(self.settings.organisation, self.settings.policy, self.settings.rules)


@app.command()
def official(context: typer.Context, folder: Folder) -> None:
    """The list of official accounts, as a page and as JSON: so that anyone can check an account."""
    from monitor.publishing import official
    from monitor.store.people.registers import official_accounts

    with _publishing(context, "official") as desk:
        with desk.store.reading() as connection:
            accounts = official_accounts(connection)
        _told(folder, official.files(desk.settings, accounts, desk.day))
    output.say(
        f"{len(accounts)} account{'' if len(accounts) == 1 else 's'} listed. "
        "Put both files side by side on your website."
    )
    if missing := _unlisted(desk.settings, [account.account for account, _ in accounts]):
        output.say(f"Handles of the settings that the register does not have: {', '.join(missing)}.")
    _without_contact(desk.settings)


@app.command()
def transparency(context: typer.Context, folder: Folder) -> None:
    """The page that says what is read, by which rules, who sees it, how long it is kept."""
    from monitor.publishing import transparency
    from monitor.service import ours
    from monitor.store.figures import authorised_people

    with _publishing(context, "transparency") as desk:
        staff = authorised_people(desk.store, desk.day)
        settings = ours(desk.settings, desk.store)
        _told(folder, transparency.files(settings, desk.rules(), staff, desk.day))
    output.say("Read it before you publish it: the names of your sources stand in it.")
    _without_contact(desk.settings)


@app.command()
def dpia(context: typer.Context, folder: Folder) -> None:
    """The data protection impact assessment, filled in as far as the product knows; gaps are marked."""
    from monitor.publishing import dpia
    from monitor.store.figures import authorised_people, entry_counts, sealing_keys

    with _publishing(context, "dpia") as desk:
        known = dpia.Known(
            staff=authorised_people(desk.store, desk.day),
            keys=sealing_keys(desk.store),
            registers=entry_counts(desk.store),
        )
        files = dpia.files(desk.settings, desk.rules(), known, desk.day)
        _told(folder, files)
    gaps = sum(text.count("TO BE DECIDED") for text in files.values()) - 1  # the introduction says it too
    output.say(f"{gaps} gaps are marked TO BE DECIDED. This is not for the public.")


@contextmanager
def _publishing(context: typer.Context, what: str) -> Iterator[_Desk]:
    """The store for an export, which is written down. Raises AccessRefused."""
    from monitor.service import utc_now
    from monitor.store import open_store
    from monitor.types import Lane

    settings = output.settings(context)
    now: datetime = utc_now()
    with closing(open_store(settings.store)) as store:
        person = at_terminal(settings, store)
        with refusals_written(store, person, f"page:{what}", now):
            actor = person.actor("information") if what == "dpia" else person.in_lane(Lane.COMMS)
        yield _Desk(settings, store, settings.organisation.day(now))
        with store.transaction() as tx:
            tx.audit(actor, "page.published", f"page:{what}", now)


def _told(folder: Path, files: Mapping[str, str]) -> None:
    from monitor.publishing.pages import written

    for path in written(folder, dict(files)):
        output.show(str(path))


def _unlisted(settings: Settings, accounts: list[str]) -> list[str]:
    from monitor.authorisation import bare

    known = set(map(bare, accounts))
    return [handle for handle in settings.organisation.handles if bare(handle) not in known]


def _without_contact(settings: Settings) -> None:
    if settings.governance.contact is None:
        output.say("The page names nobody to write to: set `contact` in [governance] of the settings.")
