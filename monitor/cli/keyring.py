"""The private keys that are at hand for a command, and where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.database import opened
from monitor.errors import SealError
from monitor.sealing import Keyring, private_keys, public_half

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store

KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="The private key, where it is in no folder of secrets."),
]
"""The option of every command that opens what is sealed."""

LEAST_WORDS = 3
"""A reason with fewer says nothing to who reads of it later."""


@contextmanager
def ready(settings: Settings) -> Iterator[Store]:
    """The database, with its keys made and nothing left in clear. Raises StoreError where there is none."""
    from monitor.service import key_folders, utc_now
    from monitor.store.originals.readiness import make_ready

    with closing(opened(settings)) as store:
        make_ready(store, key_folders(settings, store), utc_now())
        yield store


def at_hand(settings: Settings, store: Store, purpose: str, file: Path | None = None) -> Keyring:
    """The private keys of `purpose`, `file` among them. Raises SealError where that is another key."""
    from monitor.service import key_folders
    from monitor.store.originals.sealingkeys import all_keys

    ring = Keyring(purpose, key_folders(settings, store))
    if file is not None:
        half = public_half(file)
        with store.reading() as connection:
            known = {row.key.public: row.key for row in all_keys(connection)}
        if half not in known or known[half].purpose != purpose:
            raise SealError(f"{file} is another key: nothing of the {purpose} was ever sealed to it")
        ring.add(known[half].id, file)
    return ring


def reason_given(reason: str, settings: Settings) -> str:
    """A typed reason that says something and names no patient. Raises a usage error."""
    from monitor.cli.person import free_of_identifiers

    words = " ".join(reason.split())
    if len(words.split()) < LEAST_WORDS:
        raise typer.BadParameter("say why, in a few words: others will read it", param_hint="--reason")
    free_of_identifiers(words, "--reason", settings.organisation)
    return words


def the_keys(settings: Settings) -> str:
    """Private keys do not lie where the database lies, and other users cannot read them."""
    from monitor.cli.verdicts import Doubt
    from monitor.store.originals.sealingkeys import FOLDER, PURPOSES

    folder = settings.store.state_dir / FOLDER
    here = {purpose: private_keys(purpose, folder) for purpose in PURPOSES}
    elsewhere = [
        file
        for place in settings.secret_folders
        for purpose in PURPOSES
        for file in private_keys(purpose, place)
    ]
    if loose := [str(file) for file in elsewhere if file.stat().st_mode & 0o077]:
        raise Doubt(f"other users can read {', '.join(loose)}: chmod 600")
    if lying := [purpose for purpose, files in here.items() if files]:
        raise Doubt(
            "\n".join(
                f"the private key of the {purpose} lies beside the database, and whoever copies both reads "
                f"what is sealed: monitor keys hand-over {purpose} FOLDER"
                for purpose in lying
            )
        )
    return "no private key lies beside the database"
