"""What is said of who made an edit: facts, and honestly what a wiki does not show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.editors import described, in_networks
from monitor.types import Editor, EditorKind

OURS = ("198.51.100.0/24", "2001:db8:10::/48")


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("198.51.100.7", True),
        ("203.0.113.7", False),
        ("2001:DB8:10:0:0:0:0:7", True),
        ("2001:DB8:11:0:0:0:0:7", False),
        ("[telephone number redacted]", None),
        ("~2026-12345-1", None),
    ],
)
def test_an_address_is_in_our_networks_or_not_and_a_name_is_neither(name: str, inside: bool | None) -> None:
    assert in_networks(name, OURS) is inside


def test_an_address_is_told_with_what_it_was_compared_to() -> None:
    editor = Editor(kind=EditorKind.ADDRESS)
    assert "in the organisation's own networks" in described(editor, "198.51.100.7", OURS)
    assert "in none of the networks" in described(editor, "203.0.113.7", OURS)
    assert "name no networks" in described(editor, "203.0.113.7", ())


@pytest.mark.parametrize(
    "kind", [EditorKind.ACCOUNT, EditorKind.BOT, EditorKind.TEMPORARY, EditorKind.HIDDEN]
)
def test_of_nobody_but_an_address_a_network_is_told(kind: EditorKind) -> None:
    said = described(Editor(kind=kind), "198.51.100.7", OURS)
    assert "organisation's" not in said
    assert "none" not in said


def test_a_temporary_account_has_a_network_that_cannot_be_determined() -> None:
    said = described(Editor(kind=EditorKind.TEMPORARY), "~2026-12345-1", OURS)
    assert said == "a temporary account: its network cannot be determined since 4 November 2025"


def test_age_edits_and_what_was_declared_are_told_as_facts() -> None:
    editor = Editor(kind=EditorKind.ACCOUNT, age_days=3, edits=1, declared="communications officer")
    assert described(editor, "WVFT comms", OURS).endswith(
        "; account 3 days old, 1 edit; declared to the communications team: communications officer"
    )
    young = described(replace(editor, age_days=0), "WVFT comms", OURS)
    assert "account less than a day old, 1 edit" in young
    assert "edit" not in described(Editor(kind=EditorKind.ACCOUNT), "X", OURS)
