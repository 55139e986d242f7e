"""The duties of the policies: each stands on clauses that exist, and on commands that exist."""

from __future__ import annotations

import pytest
from typer.main import get_command

from monitor.cli import app
from monitor.config import PolicySettings, RuleSettings
from rules import pack
from rules.duties import DUTIES, Duty, duties

KNOWN = pack.check(PolicySettings(), RuleSettings()).policies.known


def test_there_are_twenty_four_duties_and_each_says_how_it_is_carried() -> None:
    assert [duty.number for duty in duties()] == list(range(1, DUTIES + 1))
    assert all(duty.does for duty in duties())


@pytest.mark.parametrize("duty", duties(), ids=lambda duty: f"duty {duty.number}")
def test_a_duty_names_clauses_that_exist(duty: Duty) -> None:
    assert set(duty.clauses) <= KNOWN.keys()


@pytest.mark.parametrize("command", sorted({each for duty in duties() for each in duty.commands}))
def test_a_command_that_carries_a_duty_exists(command: str) -> None:
    found = get_command(app)
    for word in command.split():
        found = getattr(found, "commands", {}).get(word)
        assert found is not None, f"monitor {command} does not exist"
