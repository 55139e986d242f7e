"""`monitor roles` and `monitor policy kpi`: what people read and type."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor import service
from monitor.store.audit import AuditLog
from monitor.store.people.absences import away_on
from tests.cli.installation import CONFIDENTIAL, Installation

LOGINS = {"comms": "jo", "dpo": "dan", "guardian": "gil"}


@pytest.fixture
def monitor(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The installation with logins, a deputy, and Jo of communications at the terminal."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("LOGNAME", "jo")
    file = installation.folder / "monitor.toml"
    text = file.read_text("utf-8")
    for name, login in LOGINS.items():
        address = f'address = "{name}@wvft.nhs.test"'
        text = text.replace(address, f'{address}\nlogin = "{login}"')
    deputy = 'role = "information"\ndeputy = "comms@wvft.nhs.test"'
    file.write_text(text.replace('role = "information"', deputy), "utf-8")
    return installation


def until(monitor: Installation, days: int = 3) -> str:
    return (monitor.now + timedelta(days=days)).date().isoformat()


def away(monitor: Installation) -> frozenset[str]:
    with service.opened(monitor.settings()) as app, app.store.reading() as connection:
        return away_on(connection, monitor.now.date())


def audited(monitor: Installation) -> list[tuple[str, str, str]]:
    with service.opened(monitor.settings()) as app, app.store.reading() as connection:
        entries = (e for e in AuditLog(connection).entries() if e.object != "settings")
        return [(e.who, e.action, e.object) for e in entries]


def test_the_list_says_who_holds_a_role_who_hears_instead_and_what_each_may_see(
    monitor: Installation,
) -> None:
    result = monitor.run("roles", "list")
    assert result.exit_code == 0, result.output
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in result.stdout.splitlines()}
    assert rows["information"][:2] == ["Data Protection Officer", "dpo@wvft.nhs.test"]
    assert rows["governors"][:2] == ["Trust Secretary", "nobody; comms is told instead"]
    assert rows["line_management"][1] == "nobody is mailed: people hand cases over"
    assert rows["concerns"][2:] == ["protected", "protected", "protected"]


def test_the_list_as_json_names_the_policies_the_ground_and_who_stands_in(
    monitor: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "dan")
    assert monitor.run("roles", "away", "dpo@wvft.nhs.test", "--until", until(monitor)).exit_code == 0
    told = json.loads(monitor.run("roles", "list", "--json").stdout)
    [row] = [row for row in told["roles"] if row["role"] == "information"]
    assert row["named_by"] == {"CDD": "Data Protection Officer"}
    assert row["today"] == [{"address": "comms@wvft.nhs.test", "stands_for": "dpo@wvft.nhs.test"}]
    assert row["fallback"] == ["comms_director", "comms"]
    assert [each["address"] for each in told["away"]] == ["dpo@wvft.nhs.test"]


def test_who_is_away_says_so_and_is_back_again_and_both_are_audited(
    monitor: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "dan")
    result = monitor.run("roles", "away", "dpo@wvft.nhs.test", "--until", until(monitor))
    assert "information: comms@wvft.nhs.test stands in." in result.stdout
    assert away(monitor) == {"dpo@wvft.nhs.test"}
    assert monitor.run("roles", "back", "dpo@wvft.nhs.test").exit_code == 0
    assert away(monitor) == frozenset()
    said = [entry for entry in audited(monitor) if entry[0] == "dan"]
    assert said == [("dan", "absence.added", "absence:1"), ("dan", "absence.ended", "absence:1")]


def test_nobody_sends_away_the_person_in_whose_place_they_would_act(monitor: Installation) -> None:
    result = monitor.run("roles", "away", "dpo@wvft.nhs.test", "--until", until(monitor))
    assert result.exit_code == 77
    assert "somebody else must say so" in result.output
    assert away(monitor) == frozenset()
    assert audited(monitor) == [("jo", "access.refused", "roles")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("away", "who@wvft.nhs.test", "--until", "2099-01-01"), "no recipient has the address"),
        (("away", "guardian@wvft.nhs.test", "--until", "2020-01-01"), "is over"),
        (("back", "guardian@wvft.nhs.test"), "is not away"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    monitor: Installation, words: tuple[str, ...], said: str
) -> None:
    result = monitor.run("roles", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())


def test_an_open_case_is_owed_to_the_deputy_as_soon_as_it_is_said(
    monitor: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.rule("OWN-901", "secret", **CONFIDENTIAL)
    monitor.store(*monitor.posts("a secret plan"))
    query = "SELECT recipient FROM delivery_item WHERE status = 'owed' ORDER BY recipient"
    assert [row[0] for row in monitor.rows(query)] == ["dpo@wvft.nhs.test"]
    monkeypatch.setenv("LOGNAME", "dan")
    monitor.run("roles", "away", "dpo@wvft.nhs.test", "--until", until(monitor))
    assert [row[0] for row in monitor.rows(query)] == ["comms@wvft.nhs.test", "dpo@wvft.nhs.test"]


def test_a_rule_of_ones_own_that_leaves_its_lane_stops_the_start_with_file_and_line(
    monitor: Installation,
) -> None:
    file = monitor.rule("OWN-902", "secret", **CONFIDENTIAL | {"owner": "hr"})
    result = monitor.run("scan")
    assert result.exit_code == 78
    assert f"{file.name}:10: `hr` is outside the confidential lane" in result.output.replace("\n", "")


# -- figures --------------------------------------------------------------------------------------


def test_small_counts_are_not_printed_and_what_cannot_be_measured_is_said(monitor: Installation) -> None:
    monitor.rule("OWN-901", "secret", **CONFIDENTIAL)
    monitor.store(*monitor.posts("a secret plan"))
    result = monitor.run("policy", "kpi")
    assert result.exit_code == 0, result.output
    assert "cases opened\tfewer than 5" in result.stdout
    assert "sources switched on\t1" in result.stdout
    assert "Awareness of the policy" in result.stdout


def test_figures_count_cases_opened_and_closed_and_the_time_between(monitor: Installation) -> None:
    monitor.rule("OWN-901", "secret", **CONFIDENTIAL)
    monitor.store(*monitor.posts(*(f"a secret plan {number}" for number in range(6))))
    with service.opened(monitor.settings()) as app, app.store.transaction() as tx:
        from sqlalchemy import update

        from monitor.store.tables import Case, table_of

        closed = {"closed_at": monitor.now + timedelta(hours=30), "status": "closed"}
        tx.connection.execute(update(table_of(Case)).values(opened_at=monitor.now, **closed))
    figures = json.loads(monitor.run("policy", "kpi", "--json").stdout)["figures"]
    assert (figures["cases_opened"], figures["cases_closed"]) == (6, 6)
    assert figures["median_to_close"] == "30 hours"
    assert figures["acknowledged"] == "about 0 %"
    assert figures["staff_items"] == "fewer than 5"
