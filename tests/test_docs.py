"""The documentation speaks of what there is: commands, options, links and nouns that exist."""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import monitor.types
from monitor.cli import app
from monitor.cli.output import Exit
from monitor.registers import REGISTERS
from monitor.store.tables import SQLModel

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("systemd/*.md")])
FOR_PEOPLE = (ROOT / "README.md", ROOT / "docs" / "guide.md")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Where the project was made is nobody's business: folders of a machine, mirrors of registries.
TRACES = re.compile(
    rb"(?<![\w.])/(?:work|root|home/\w+)/|/simple/|files\.pythonhosted|index-url|pypi\.org/pypi"
)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", page.read_text("utf-8"))


def fragments(page: Path) -> Iterator[str]:
    """Every piece of code that somebody may type: spans of a line, and lines after a prompt."""
    yield from re.findall(r"`([^`\n]+)`", prose(page))
    for language, block in FENCED.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            if language == "console" and line.startswith(("$ ", "# ")):
                yield line[2:]


def calls(page: Path) -> Iterator[list[str]]:
    """The words after `monitor` wherever a page says to type it."""
    for fragment in fragments(page):
        if re.search(r"(?<![\w.])monitor(?: |$)", fragment):
            words = shlex.split(fragment, comments=True)
            place = next((at for at, word in enumerate(words) if Path(word).name == "monitor"), None)
            if place is not None:
                yield words[place + 1 :]


def commands(group: Any = None, path: str = "") -> Iterator[str]:
    """Every command that does something, as it is typed."""
    for name, command in (group or get_command(app)).commands.items():
        whole = f"{path} {name}".strip()
        yield from commands(command, whole) if hasattr(command, "commands") else (whole,)


def unknown(words: list[str]) -> list[str]:
    """Those of `words` that are no command where a command stands, or no option of theirs."""
    command: Any = get_command(app)
    known, wrong = {"--help", "-h"}, []
    known |= {option for parameter in command.params for option in parameter.opts}
    rest = iter(words)
    for word in rest:
        if word.startswith("-") and word != "-":
            wrong += [word] if word not in known else []
            if word == "--config":
                next(rest)
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return [*wrong, word]
            command = command.commands[word]
            known |= {option for parameter in command.params for option in parameter.opts}
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    wrong = {" ".join(words): bad for words in calls(page) if (bad := unknown(words))}
    assert wrong == {}


@pytest.mark.parametrize("page", FOR_PEOPLE, ids=name_of)
def test_an_option_that_stands_alone_is_an_option_of_some_command(page: Path) -> None:
    alone = {fragment.split()[0] for fragment in fragments(page) if fragment.startswith("--")}
    known = {option for command in commands() for option in options(command.split())} | {"--help"}
    assert alone - known == set()


def options(words: list[str]) -> set[str]:
    """The options of a command, and those of `monitor` itself."""
    command: Any = get_command(app)
    found = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        command = command.commands[word]
        found |= {option for parameter in command.params for option in parameter.opts}
    return found


def test_every_command_is_explained_to_people() -> None:
    told = " ".join(page.read_text("utf-8") for page in FOR_PEOPLE)
    each = re.compile(rf"registers ({'|'.join(REGISTERS)}) ")  # registers have the same commands
    untold = [command for command in commands() if not re.search(rf"\b{command}\b", told)]
    assert [c for c in untold if not re.search(rf"\b{each.sub('registers NAME ', c)}\b", told)] == []


def test_every_exit_code_is_in_the_readme() -> None:
    listed = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [int(code) for code in listed] == sorted(Exit)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_noun_that_flows_is_in_the_vocabulary() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    nouns = [
        name
        for name, value in vars(monitor.types).items()
        if inspect.isclass(value) and value.__module__.startswith(f"{monitor.types.__name__}.")
    ]
    assert len(nouns) > 20
    assert [noun for noun in nouns if f"\n| `{noun}` | " not in text] == []


def test_every_table_is_in_the_account_of_what_is_stored() -> None:
    text = (ROOT / "docs" / "guide.md").read_text("utf-8").partition("# What is stored")[2]
    assert [name for name in SQLModel.metadata.tables if f"`{name}`" not in text] == []


def test_every_decision_is_listed_and_has_its_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("[0-9]*.md"))
    index = (folder / "README.md").read_text("utf-8")
    assert LINK.findall(index) == [record.name for record in records]
    for record in records:
        text = record.read_text("utf-8")
        assert re.match(r"# \d{4} .+\n\nDate: \d{4}-\d\d-\d\d\. Status: \w", text), record.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_no_file_tells_on_which_machine_it_was_made() -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed, and only git knows which files belong to the project")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode != 0:
        pytest.skip("not a checkout: git does not know which files belong to the project")
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    telling = [
        name_of(f) for f in files if f != Path(__file__) and f.is_file() and TRACES.search(f.read_bytes())
    ]
    assert telling == []
