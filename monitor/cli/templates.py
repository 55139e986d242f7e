"""`monitor templates`: the layout of the digest, to change to your liking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import output

app = typer.Typer(help="Give the digest a layout of your own.", no_args_is_help=True)


@app.command()
def copy(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write them.")],
) -> None:
    """Write copies of the digest's templates to start from; files that are there already stay as they are."""
    from importlib.resources import files

    from alerts import layout

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in layout.shipped():
            if not (folder / name).exists():
                (folder / name).write_bytes((files("alerts") / "templates" / name).read_bytes())
                written.append(name)
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror}", param_hint="FOLDER") from None
    for name in written:
        output.show(name)
    output.say(
        f"{len(written)} written to {folder}. Delete those that you do not change: the shipped ones are used "
        f'then. Name the folder in the settings: [digest] templates = "{folder}"'
    )


@app.command()
def check(context: typer.Context) -> None:
    """Do your own templates work? Renders an invented digest of each edition; exit code 78 where not."""
    from monitor.cli.checkup import the_templates

    output.say(the_templates(output.settings(context)))
