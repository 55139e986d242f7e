"""`monitor init`: ask at most eight questions and write a first settings file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config.toml import Key


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the keys that the answer fills, and the table left out where there is no answer."""

    text: str
    keys: tuple[Key, ...]
    table: Key | None = None
    form: str = "."
    """What an answer has to look like; settings have the last word."""


ADDRESS = r"[^@\s]+@[^@\s]+\.[^@\s]+$"
DOMAIN = r"[A-Za-z0-9.-]+$"

QUESTIONS = (
    Question("Full name of your organisation", (("organisation", "name"),)),
    Question("Its abbreviation", (("organisation", "short"),)),
    Question("Its web domain, such as trust.nhs.uk", (("organisation", "domains"),), form=DOMAIN),
    Question(
        "Mail address of the communications team",
        (("recipients", 0, "address"), ("network", "contact"), ("smtp", "sender")),
        form=ADDRESS,
    ),
    Question(
        "Mail address of the Caldicott Guardian",
        (("recipients", 1, "address"),),
        table=("recipients", 1),
        form=ADDRESS,
    ),
    Question("Title of your Wikipedia page", (("sources", 0, "pages"),), table=("sources", 0)),
    Question(
        "Web address of a news feed to read", (("sources", 1, "url"),), ("sources", 1), form="https?://."
    ),
    Question("Mail server for the digest", (("smtp", "host"),), table=("smtp",), form=DOMAIN),
)
FILLED_IN_LATER = ("aliases", "hospitals", "handles", "places")
"""Lists of names that would be another organisation's: emptied, to be written by hand."""


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("monitor.toml"),
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: write a sample to edit by hand.")
    ] = False,
) -> None:
    """Write a first settings file, from your answers or as a sample. Never overwrites one."""
    if file.exists():
        raise ConfigError(f"{file}: is there already and stays as it is: name another file, or move it away")
    sample = (files("monitor") / "sample.toml").read_text("utf-8")
    text = without(sample, [("smtp",)]) if no_input else answered(sample, list(_asked()))
    _checked(text, file)
    output.say(f"{file} is written. Next: fill in the names people use for you, then")
    output.say(f"  monitor --config {file} config check\n  monitor --config {file} doctor")


def _asked() -> Iterator[tuple[Question, str]]:
    output.say("Eight questions. Those marked (optional) may be left empty.\n")
    for question in QUESTIONS:
        answer = _answer(question)
        while answer and not re.match(question.form, answer):
            output.say("That does not look right; once more, please.")
            answer = _answer(question)
        yield question, answer


def _answer(question: Question) -> str:
    if question.table is None:
        return str(typer.prompt(question.text, err=True)).strip()
    text = f"{question.text} (optional)"
    return str(typer.prompt(text, default="", show_default=False, err=True)).strip()


def answered(sample: str, answers: Iterable[tuple[Question, str]]) -> str:
    """The sample with each answer in place; a table that was left out is switched off, to be found later."""
    answers = list(answers)
    values = {key: answer for question, answer in answers if answer for key in question.keys}
    values |= {("organisation", name): "" for name in FILLED_IN_LATER}
    return without(_filled(sample, values), [q.table for q, answer in answers if q.table and not answer])


def _filled(sample: str, values: Mapping[Key, str]) -> str:
    from monitor.config.toml import positions

    lines = sample.splitlines()
    places = positions(sample)
    for key, value in sorted(values.items(), key=lambda item: places[item[0]], reverse=True):
        first = last = places[key][0] - 1
        is_list = "[" in lines[first]
        while is_list and "]" not in lines[last]:
            last += 1
        # A TOML string in quotes is written like one of JSON.
        written = json.dumps(value, ensure_ascii=False)
        lines[first : last + 1] = [
            f"{key[-1]} = {f'[{written}]' if is_list and value else '[]' if is_list else written}"
        ]
    return "\n".join(lines) + "\n"


def without(text: str, tables: Iterable[Key]) -> str:
    """`text` with the given tables switched off: each line up to the next empty one begins with #."""
    from monitor.config.toml import positions

    lines = text.splitlines()
    places = positions(text)
    for table in tables:
        line = places[table][0] - 1
        while line < len(lines) and lines[line]:
            lines[line] = f"# {lines[line]}" if not lines[line].startswith("#") else lines[line]
            line += 1
    return "\n".join(lines) + "\n"


def _checked(text: str, file: Path) -> None:
    """Write the file and read it back; an answer that does not hold leaves no file behind."""
    from monitor import config

    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None
    try:
        config.load(file)
    except ConfigError as error:
        file.unlink()
        raise ConfigError(f"{error}\nnothing was written: run `monitor init` again") from None
