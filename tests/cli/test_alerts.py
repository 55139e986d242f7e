"""`monitor alerts`: who was told of what cannot wait, and who says that they see to it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor import service
from monitor.cli.output import Exit
from tests.cli.installation import CONFIDENTIAL, Installation
from tests.cli.people import People, settle

NUMBER = "999 000 0018"


@pytest.fixture
def people(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> People:
    """jo of comms and pat the DPO, one case that cannot wait, and nobody told yet."""
    settle(installation)
    installation.rule("SEC-001", "secret plan", **CONFIDENTIAL)
    rule = installation.folder / "own" / "SEC-001.yaml"
    rule.write_text(rule.read_text("utf-8").replace("digest: daily", "digest: immediate"), encoding="utf-8")
    installation.store(*installation.posts("a secret plan of the board"))
    return People(installation, monkeypatch)


def tell(installation: Installation, hours: float = 0) -> None:
    """One look of the daemon, some hours from now."""
    at = installation.now + timedelta(hours=hours)
    with service.opened(installation.settings(), now=lambda: at) as app:
        app.alerting().tell_due()
        app.desk().send_due()


def test_the_list_says_what_when_to_whom_and_what_to_type(people: People) -> None:
    tell(people.installation)
    row = people.run("pat", "alerts", "list").stdout.split("\t")
    assert row[:3] == ["1", "low", "A word (SEC-001)"]
    assert "ago" in row[3]
    assert row[4].startswith("information: told ")
    assert row[5].strip() == "monitor alerts acknowledge 1"


def test_who_was_not_told_and_does_not_work_in_the_lane_sees_nothing(people: People) -> None:
    tell(people.installation)
    result = people.run("jo", "alerts", "list")
    assert (result.stdout, result.stderr) == ("", "Nothing waits for an answer.\n")
    assert people.run("jo", "alerts", "acknowledge", "1").exit_code == Exit.DENIED
    assert any(entry.action == "access.refused" for entry in people.audited())


def test_whoever_it_was_handed_to_sees_it_and_may_acknowledge_it(people: People) -> None:
    tell(people.installation)
    tell(people.installation, hours=1)
    assert people.run("jo", "alerts", "list").stdout.startswith("1\tlow\t")
    result = people.run("jo", "alerts", "acknowledge", "1", "--reason", "rang the author")
    assert result.stdout == "Case 1 is acknowledged: nobody else is told of it.\n"
    entry = [entry for entry in people.audited() if entry.action == "alert.acknowledged"][-1]
    assert (entry.who, entry.role, entry.reason) == ("jo", "comms", "rang the author")


def test_who_comes_second_is_told_who_was_first(people: People) -> None:
    tell(people.installation)
    assert people.run("pat", "alerts", "acknowledge", "1").exit_code == Exit.OK
    again = people.run("pat", "alerts", "acknowledge", "1")
    assert again.exit_code == Exit.OK
    assert again.stdout.startswith("Case 1: pat acknowledged it, ")
    assert people.run("pat", "alerts", "list").stdout == ""
    assert "acknowledged by pat" in people.run("pat", "alerts", "list", "--all").stdout


def test_as_json_it_names_roles_and_no_addresses(people: People) -> None:
    tell(people.installation)
    result = people.run("pat", "alerts", "list", "--json")
    (alert,) = json.loads(result.stdout)
    assert (alert["case"], alert["rule"], alert["told"][0]["role"]) == (1, "SEC-001", "information")
    assert "@" not in result.stdout


def test_a_reason_names_nobody(people: People) -> None:
    result = people.run("pat", "alerts", "acknowledge", "1", "--reason", f"NHS number {NUMBER}")
    assert result.exit_code == Exit.USAGE
    assert NUMBER not in result.output


def test_a_case_without_an_alert_is_no_alert(people: People) -> None:
    result = people.run("pat", "alerts", "acknowledge", "99")
    assert result.exit_code == Exit.USAGE
    assert "case 99 has no alert" in result.stderr


def test_a_message_leaves_as_a_file_where_there_is_no_mail_server(people: People) -> None:
    tell(people.installation)
    files = sorted((people.installation.folder / "state" / "digests").rglob("*.eml"))
    assert len(files) == 1
    assert "SEC-001" in files[0].read_text("utf-8")
