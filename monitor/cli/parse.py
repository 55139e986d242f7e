"""`monitor sources parse`: recorded answers put through a connector, without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output

if TYPE_CHECKING:
    from connectors.parts.recorded import Recorded
    from monitor.types import Post

COLUMNS = ("File", "Answers", "Items", "Dated", "Authors", "Links", "Says")


def parse(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of source, such as mastodon.")],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            exists=True,
            dir_okay=False,
            help="Answers: JSON, JSON Lines, documents, cassettes.",
        ),
    ],
    as_json: output.AsJson = False,
) -> None:
    """Count what a connector makes of recorded answers; asks nobody. Exit code 3 where a file is not read."""
    connector = _offline(kind)
    rows = [_counted(connector, file) for file in files if file.suffix != ".headers"]
    if as_json:
        output.print_json(rows)
    else:
        output.table(COLUMNS, ([str(cell) for cell in row.values()] for row in rows))
    if not all(row["answers"] for row in rows):
        raise typer.Exit(output.Exit.NOT_READ)


def _offline(kind: str) -> Any:
    """A connector of `kind` as its recordings set it up, with no way out."""
    import connectors
    from connectors import recordings
    from connectors.http import Http
    from connectors.parts.replay import Replay
    from monitor.config import SourceSettings
    from monitor.service import utc_now

    connects = connectors.load(kind)
    try:
        written = recordings.source(kind)
    except FileNotFoundError:
        written = {}
    if not written or not hasattr(connects, "posts"):
        raise typer.BadParameter(f"a source of kind {kind} has no answers that could be parsed alone")
    options = {key: value for key, value in written.items() if key not in SourceSettings.model_fields}
    context = connectors.Context(
        source=kind,
        http=Http(now=utc_now, attempts=1, transport=Replay([], utc_now)),
        now=utc_now,
        contact="parse@wvft.nhs.test",
        terms=connectors.terms_of(kind).item(),
    )
    return connects(connects.Options.model_validate(options), context)


def _counted(connector: Any, file: Path) -> dict[str, Any]:
    """What became of one file. `answers` counts those that were read; `says` why others were not."""
    from connectors.parts.recorded import answers
    from monitor.errors import SourceError

    posts: list[Post] = []
    read, failures = 0, []
    for answer in answers(file.read_bytes(), _status(file)):
        try:
            for post in _posts(connector, answer):
                posts.append(post)  # what came before an error is kept, as in a poll
            read += 1
        except SourceError as error:
            failures.append(f"{error.state}: {error}")
    says = "; ".join(dict.fromkeys(failures))
    return {
        "file": str(file),
        "answers": read,
        "items": len(posts),
        "dated": sum(post.created_at is not None for post in posts),
        "authors": sum(post.author is not None for post in posts),
        "links": sum(post.url is not None for post in posts),
        "says": f"{len(failures)} not read: {says}" if failures and read else says,
    }


def _status(file: Path) -> int:
    """The status that the headers recorded beside a body say it had."""
    besides = (file.with_suffix(".headers"), file.with_name(f"{file.name}.headers"))
    beside = next(filter(Path.exists, besides), None)
    words = beside.read_text("utf-8", "replace").split(maxsplit=2) if beside else []
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 200


def _posts(connector: Any, answer: Recorded) -> Iterator[Post]:
    """The posts of one answer. Raises SourceError, also for a connector that breaks on it."""
    from connectors.parts.answers import raise_for_status
    from monitor.errors import MonitorError, SourceChanged
    from monitor.logs import place_of
    from monitor.service import utc_now

    raise_for_status(answer.status, answer.headers, "the recording", utc_now())
    if answer.status == 304:
        return
    try:
        yield from _mapped(connector, answer.body)
    except MonitorError:
        raise
    except Exception as error:
        raise SourceChanged(f"the connector fails ({type(error).__name__} in {place_of(error)})") from None


def _mapped(connector: Any, body: bytes) -> Iterator[Post]:
    """The posts of a body: decoded, or as it is where `posts` wants a document, or it is no JSON."""
    from connectors.parts.recorded import wants_document
    from monitor.errors import SourceChanged

    if wants_document(connector):
        yield from connector.posts(body)
        return
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        try:
            yield from connector.posts(body)
        except SourceChanged:
            raise SourceChanged("the answer is not JSON, nor a document of this kind") from None
        return
    yield from connector.posts(answer)
