"""What is never built (docs/decisions/0019): each is looked for here, so that none slips in."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli import app
from monitor.store.tables import SQLModel

ROOT = Path(__file__).parents[1]
PACKAGES = ("monitor", "connectors", "rules", "alerts")
SIGNS_IN = {"connectors/tiktok.py", "connectors/parts/tokens.py", "connectors/parts/bluesky/atproto.py"}
"""The modules that send something: to sign in, to renew a token, or because a search wants a form."""

FACES_AND_FEELINGS = re.compile(
    r"face.?recogni|deepface|insightface|dlib|facenet|mediapipe|vader|textblob|sentiment", re.IGNORECASE
)


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module of ours by its path, as a tree."""
    for package in packages or PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text("utf-8"))


def calls(name: str, *packages: str) -> Iterator[tuple[str, str]]:
    """(module, arguments as written) of every call of a method of that name."""
    for path, tree in modules(*packages):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                yield path, ", ".join(map(ast.unparse, node.args))


@pytest.mark.parametrize("method", ["group_by", "order_by"])
def test_no_query_groups_or_ranks_by_a_person(method: str) -> None:
    found = list(calls(method, "monitor"))
    assert len(found) > 5 or method == "group_by"
    of_people = re.compile(r"author|subject|\bperson\b|handle|account")
    assert [(path, asked) for path, asked in found if of_people.search(asked)] == []


def test_no_table_keeps_a_number_about_a_person() -> None:
    columns = {f"{t.name}.{c.name}" for t in SQLModel.metadata.sorted_tables for c in t.columns}
    assert "case_file.subject" in columns
    assert [each for each in columns if re.search(r"score|rank|rating|risk|trend|sentiment", each)] == []


def test_no_rule_or_stage_compares_the_hour_of_a_post_with_hours_of_work() -> None:
    asked = re.compile(r"\.(hour|weekday|isoweekday)\b")
    found = [path for path, tree in modules("rules", "monitor") if asked.search(ast.unparse(tree))]
    assert [path for path in found if path not in CLOCKS] == []


CLOCKS = {"monitor/config/fields.py", "monitor/since.py", "monitor/daemon.py", "monitor/editions.py"}
"""Where an hour is the digest's, or what a person typed."""


def test_nothing_is_posted_anywhere_but_to_sign_in_or_ask() -> None:
    senders = {path for path, _ in calls("post", "connectors") if "mailpost" not in path}
    assert senders - {"connectors/mailbox.py", "connectors/eml_folder.py"} <= SIGNS_IN
    written = {path for verb in ("put", "patch") for path, _ in calls(verb, "connectors")}
    assert written == set()


def test_no_connector_asks_for_messages_or_for_a_right_to_write() -> None:
    asked = re.compile(
        r"dm[._]read|direct_messages?[._]|chat:read|instagram_manage_messages|pages_messaging|tweet\.write|write:statuses"
    )
    found = [path for path, tree in modules("connectors") if asked.search(ast.unparse(tree))]
    assert found == []


def test_nothing_that_recognises_faces_or_feelings_is_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    names = [*project["dependencies"], *(name for extra in extras for name in extra)]
    assert len(names) > 20
    assert [name for name in names if FACES_AND_FEELINGS.search(name)] == []


def test_faces_are_counted_in_one_module_and_only_a_step_leaves_it() -> None:
    trees = dict(modules())
    users = [path for path, tree in trees.items() if "mtcnn" in ast.unparse(_without_words(tree))]
    assert users == ["rules/pictures/faces.py"]
    functions = [node for node in trees[users[0]].body if isinstance(node, ast.FunctionDef)]
    public = {node.name: ast.unparse(node.returns or node) for node in functions if node.name[0] != "_"}
    assert public == {"count": "str", "step": "str"}


def test_nothing_tells_one_face_from_another() -> None:
    telling = re.compile(
        r"FaceRecognizer|FaceDetectorYN|face_?(embedding|template|encoding|match)|arcface", re.I
    )
    assert [path for path, tree in modules() if telling.search(ast.unparse(tree))] == []


def _without_words(tree: ast.Module) -> ast.Module:
    """A module without its docstrings, which may speak of what it does not do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    return tree


def test_no_command_replies_takes_down_ranks_or_hides_itself() -> None:
    commands = set(_names(app))
    assert {"monitor scan", "monitor audit verify"} <= commands
    verbs = re.compile(r"\b(reply|takedown|sanction|rank|score|profile|people|covert|train)\b")
    assert [name for name in commands if verbs.search(name)] == []


def _names(group: object, above: str = "monitor") -> Iterator[str]:
    for command in group.registered_commands:  # type: ignore[attr-defined]
        yield f"{above} {command.name or command.callback.__name__}"
    for inner in group.registered_groups:  # type: ignore[attr-defined]
        yield from _names(inner.typer_instance, f"{above} {inner.name}")
