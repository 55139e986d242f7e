"""`monitor backup` and `monitor restore`: a copy of the database, and the way back from it."""

from __future__ import annotations

import shlex
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.person import at_terminal

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.types import Actor

OLDEST = timedelta(days=35)
"""How long a backup may be kept: beyond that it holds what should have gone everywhere."""


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file; only you will be able to read it.")],
) -> None:
    """Copy the database to a file, while the daemon works. Keep `site.key` with it, but in another place.

    A backup lives 35 days at most: whoever was erased since is still in it.
    """
    from monitor.service import utc_now
    from monitor.store.keeping.backup import copy, dump_command, is_embedded

    settings = output.settings(context)
    if not is_embedded(settings.store):
        output.say("PostgreSQL is backed up by its own program; keep site.key of the state folder, too:")
        output.show(shlex.join(dump_command(settings.store.database_url, file)))
        raise typer.Exit(output.Exit.ERROR)
    with closing(opened(settings)) as store:
        try:
            copy(store, file, _actor(settings, store), utc_now())
        except FileExistsError:
            raise typer.BadParameter(f"{file} is there already: name a new file", param_hint="FILE") from None
        except OSError as error:
            problem = f"{file} cannot be written ({error.strerror})"
            raise typer.BadParameter(problem, param_hint="FILE") from None
    key = settings.store.state_dir / "site.key"
    output.show(f"The database is in {file}. Keep {key} as well, in another place.")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without asking, and also one that is too old.")] = False,
) -> None:
    """Put a backup in the place of the database. The daemon must be stopped; erasures are done again."""
    from monitor.service import utc_now
    from monitor.store.keeping.backup import examine, is_embedded
    from monitor.store.keeping.backup import restore as put_back

    settings = output.settings(context)
    if not is_embedded(settings.store):
        output.say(
            "PostgreSQL is restored by its own program, pg_restore, while the daemon is stopped. The next "
            "command of Trustwatch does every erasure again that the backup does not know."
        )
        raise typer.Exit(output.Exit.ERROR)
    made = examine(settings.store, file)
    if utc_now() - made > OLDEST and not yes:
        output.say(
            f"{file} was made on {made:%d %b %Y}, more than {OLDEST.days} days ago: backups do not live that "
            "long, because they hold what had to go. --yes restores it all the same."
        )
        raise typer.Exit(output.Exit.ERROR)
    if not yes:
        question = f"Restore the database of {made:%d %b %Y %H:%M} UTC? What came later is lost."
        typer.confirm(question, abort=True, err=True)
    kept = put_back(settings.store, file, partial(_actor, settings), utc_now)
    output.show(f"The database of {made:%d %b %Y %H:%M} UTC is back, and erasures since then are done again.")
    if kept is not None:
        output.say(
            f"The one before is kept as {kept.name}: delete it once all is well; it holds what went since."
        )
    output.say(
        "Heads of the audit log that later digests printed will not be found in it any more: note the "
        "restore with them. A mail that was sent since may be sent once more, under the same Message-ID."
    )


def _actor(settings: Settings, store: Store) -> Actor:
    return at_terminal(settings, store).actor("information")
