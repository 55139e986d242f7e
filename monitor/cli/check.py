"""`monitor check`: what the rules say of a text, post or account given by hand. Stores nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.types import Kind, Relation, Severity

if TYPE_CHECKING:
    from monitor.cli.answering import Answer
    from monitor.cli.given_accounts import AccountJudge
    from monitor.cli.judge import Judge
    from monitor.config import Settings
    from monitor.types import Post

_LONGEST_LINE = 4 << 20  # bytes; a longer line is refused, so that memory stays flat whatever comes in


def check(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="The text to check, or - for standard input.")] = None,
    title: Annotated[str, typer.Option(help="A headline that goes with the text.")] = "",
    kind: Annotated[Kind, typer.Option(help="What sort of thing it is.")] = Kind.POST,
    platform: Annotated[str, typer.Option(help="Where it was, for instance mastodon.")] = "draft",
    handle: Annotated[str | None, typer.Option(help="The author's handle.")] = None,
    display_name: Annotated[str | None, typer.Option(help="The author's shown name.")] = None,
    bio: Annotated[str | None, typer.Option(help="The author's profile text.")] = None,
    relation: Annotated[
        Relation, typer.Option(help="What the author is to the organisation.")
    ] = Relation.PUBLIC,
    images: Annotated[
        list[Path] | None,
        typer.Option(
            "--image", metavar="FILE", help="A picture or PDF to be posted with the text; may be repeated."
        ),
    ] = None,
    as_json: output.AsJson = False,
    jsonl: Annotated[
        str | None, typer.Option(metavar="FILE", help="Posts as JSON, one a line; - for standard input.")
    ] = None,
    accounts: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Accounts as JSON, one a line: are they lookalikes? - for standard input."
        ),
    ] = None,
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit 10 if something this severe was found.")
    ] = None,
) -> None:
    """Check a draft, a post or an account against the rules before anybody else does.

    With --jsonl, reads {"id", "text", "title", "kind", "platform", "author", "image", "place", "media",
    "reply_to"} and writes one answer a line; a line that cannot be read is answered with its error, and exit
    code 3 says so at the end. With --image, says what each picture shows and what is found in it, and with
    --json {"file", "picture", "findings", "not_analysed"}, one answer a line; exit code 3 if one could not be
    analysed. With --accounts, reads {"id", "handle", "display", "bio", "url", "avatar",
    "age_days", "followers", "verified", "platform", "external_id", "parody"} and writes
    {"id", "score", "class", "reasons", "mitigations", "nearest", "asks"}; `avatar` may name a picture file.
    """
    given = any(each is not None for each in (text, handle, display_name, bio)) or bool(images)
    if given + (jsonl is not None) + (accounts is not None) != 1:
        raise typer.BadParameter(
            "give a text, an account (--handle ...), --image FILE, --jsonl FILE or --accounts FILE"
        )
    if accounts is not None:
        raise typer.Exit(_stream_accounts(context, accounts))
    judge = _judge(context)
    if jsonl is not None:
        raise typer.Exit(_stream(judge, jsonl, fail_on))
    author = {"handle": handle, "display_name": display_name, "bio": bio, "relation": relation}
    written = {
        "text": _given_text(text),
        "title": title,
        "kind": kind,
        "platform": platform,
        "author": author,
    }
    if images:
        raise typer.Exit(_check_images(judge, images, written, fail_on, as_json=as_json))
    post = _post(written)
    worst = judge.print_json(post) if as_json else judge.print_text(post)
    raise typer.Exit(_verdict(worst, fail_on))


def configured(context: typer.Context) -> Settings | None:
    """The settings in force, or None where no file was named and none stands in a usual place."""
    from monitor import config

    named = context.obj is not None or os.environ.get("MONITOR_CONFIG")
    if not named and not any(file.exists() for file in config.STANDARD_FILES):
        return None
    return output.settings(context)


def _judge(context: typer.Context) -> Judge:
    """The rules of the settings in force."""
    from monitor.cli.judge import Judge

    return Judge(_settings(context))


def _settings(context: typer.Context) -> Settings:
    """Those of the settings file; without one, the worked example's."""
    from monitor import config
    from rules.worked_example import CDDFT

    settings = configured(context)
    if settings is None:
        output.say(f"No settings file: checked as if for {CDDFT.name}. `monitor init` writes one.")
    return settings or config.Settings(organisation=CDDFT)


def _stream_accounts(context: typer.Context, name: str) -> Exit:
    """Answer account by account, each as soon as it is read."""
    from monitor import sandbox
    from monitor.cli.given_accounts import AccountJudge
    from monitor.cli.pictures.looking import seen
    from monitor.service import analyst
    from rules.lookalikes import Index

    settings = _settings(context)
    eye = analyst(settings, settings.organisation)
    index = Index(settings.organisation, settings=settings.lookalikes)
    judge = AccountJudge(index, lambda file: seen(file, eye))
    broken = sum(answer.broken for answer in _answered(judge, name, "--accounts"))
    sandbox.pictures.close()
    if judge.unused:
        told = ", ".join(f"{output.plain(key)} ({count:,})" for key, count in sorted(judge.unused.items()))
        output.say(f"Given but not used: {told}")
    _say_broken(broken)
    return Exit.NOT_READ if broken else Exit.OK


def _check_images(
    judge: Judge, files: list[Path], written: object, threshold: Severity | None, *, as_json: bool
) -> Exit:
    """Answer picture by picture, each as soon as it was looked at."""
    from monitor.cli.given import GivenRefused, parsed
    from monitor.cli.pictures import checking

    try:
        worst, whole = checking.run(judge, files, parsed(written), as_json=as_json)
    except GivenRefused as refused:
        raise typer.BadParameter(str(refused)) from None
    verdict = _verdict(worst, threshold)
    return Exit.NOT_READ if not whole and verdict is Exit.OK else verdict


def _given_text(text: str | None) -> str:
    return sys.stdin.read() if text == "-" else text or ""


def _post(given: object) -> Post:
    from monitor.cli.given import GivenRefused, post_of

    try:
        return post_of(given, "draft")
    except GivenRefused as refused:
        raise typer.BadParameter(str(refused)) from None


def _stream(judge: Judge, name: str, threshold: Severity | None) -> Exit:
    """Answer line by line, each as soon as it is read."""
    worst: Severity | None = None
    broken = 0
    for answer in _answered(judge, name, "--jsonl"):
        broken += answer.broken
        if answer.worst is not None and (worst is None or answer.worst > worst):
            worst = answer.worst
    _say_broken(broken)
    verdict = _verdict(worst, threshold)
    return Exit.NOT_READ if broken and verdict is Exit.OK else verdict


def _answered(judge: Judge | AccountJudge, name: str, option: str) -> Iterator[Answer]:
    """Each line's answer, once it is written."""
    for number, line in enumerate(_lines(name, option), 1):
        if line is None or line.strip():
            answer = judge.answer(line, number)
            sys.stdout.write(answer.line + "\n")
            sys.stdout.flush()
            yield answer


def _say_broken(broken: int) -> None:
    if broken:
        output.say(f"Lines that could not be read: {broken}. Their answers say why.")


def _lines(name: str, option: str) -> Iterator[bytes | None]:
    """The lines of a file or of standard input, bounded."""
    if name == "-":
        yield from bounded(sys.stdin.buffer)
        return
    try:
        with open(name, "rb") as file:
            yield from bounded(file)
    except OSError as error:
        raise typer.BadParameter(f"{name}: {error.strerror}", param_hint=option) from None


def bounded(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream; None stands for one that is too long to hold."""
    while line := stream.readline(_LONGEST_LINE):
        if len(line) < _LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None


def _verdict(worst: Severity | None, threshold: Severity | None) -> Exit:
    met = worst is not None and threshold is not None and worst >= threshold
    return Exit.FOUND if met else Exit.OK
