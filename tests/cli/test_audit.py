"""`monitor audit`: who did what, for those who may read it, and whether anything is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.cli.installation import CONFIDENTIAL, Installation

LOGINS = """
[[recipients]]
address = "head@wvft.nhs.test"
role = "comms_director"
login = "head"

[[recipients]]
address = "jo@wvft.nhs.test"
role = "comms"
login = "jo"
"""


@pytest.fixture
def logins(installation: Installation) -> Installation:
    """An installation whose settings say who is who."""
    with (installation.folder / "monitor.toml").open("a") as file:
        file.write(LOGINS)
    return installation


def actions(installation: Installation) -> list[str]:
    return [str(row[0]) for row in installation.rows("SELECT action FROM audit_entry ORDER BY id")]


def test_a_new_installation_begins_with_its_settings(installation: Installation) -> None:
    installation.store()
    assert actions(installation) == ["settings.recorded"]


def test_a_change_of_what_is_read_is_logged_and_put_before_those_who_answer_for_it(
    installation: Installation,
) -> None:
    installation.store()
    file = installation.folder / "monitor.toml"
    file.write_text(file.read_text().replace("gazette.test/feed", "gazette.test/other"))
    digest = installation.run("digest", "--for", "information")
    assert "Settings changed (sources)" in " ".join(digest.stdout.split())
    assert actions(installation)[:2] == ["settings.recorded", "settings.changed"]


def test_a_filter_is_in_the_log_from_its_making_to_its_removal(installation: Installation) -> None:
    installation.rule("OWN-101", "clinic")
    made = ("filters", "add", "OWN-101", "--reason", "our own clinic", "--expires", "30d", "--by", "sam")
    assert installation.run(*made).exit_code == 0
    assert installation.run("filters", "remove", "1", "--by", "jo").exit_code == 0
    rows = json.loads(installation.run("audit", "list", "--about", "filter:1", "--json").stdout)
    assert [(row["who"], row["action"], row["reason"]) for row in rows] == [
        ("sam", "filter.added", "our own clinic"),
        ("jo", "filter.removed", ""),
    ]


def test_every_mail_is_in_the_log_with_the_cases_it_told_of(installation: Installation) -> None:
    installation.rule("OWN-101", "clinic")
    installation.store(*installation.posts("a new clinic"))
    assert installation.run("digest", "--send", "--for", "comms").exit_code == 0
    rows = installation.rows("SELECT details FROM audit_entry WHERE action = 'mail.sent'")
    (details,) = (json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows)
    assert details["to"] == "comms@wvft.nhs.test"
    assert details["cases"] == [1]


def test_a_digest_names_the_head_of_the_log_and_the_log_still_holds_it(installation: Installation) -> None:
    installation.store()
    said = installation.run("digest", "--for", "comms").stdout
    head = re.search(r"stands at (row \d+,\s+[0-9a-f]{16})", said)
    assert head is not None
    installation.run("digest", "--for", "comms")
    verified = installation.run("audit", "verify", "--head", " ".join(head[1].split()))
    assert verified.exit_code == 0
    assert "whole" in verified.stdout


def test_a_row_that_was_changed_is_named_and_the_exit_code_says_so(installation: Installation) -> None:
    installation.store()
    installation.run("digest", "--for", "comms")
    tampered(installation, "UPDATE audit_entry SET who = 'nobody' WHERE id = 2")
    verified = installation.run("audit", "verify")
    assert verified.exit_code == 1
    assert "row 2 was changed" in verified.stdout
    assert "The 1 rows before that are proven" in verified.stdout


def tampered(installation: Installation, statement: str) -> None:
    """Change the log behind its triggers' back."""
    engine = create_engine(
        installation.settings().store.database_url.replace("postgresql://", "postgresql+psycopg://")
    )
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_entry_update"))
        else:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        connection.execute(text(statement))
    engine.dispose()


def test_only_those_who_may_read_the_log_do(logins: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    logins.store()
    monkeypatch.setenv("LOGNAME", "jo")
    refused = logins.run("audit", "list")
    assert refused.exit_code == 77
    assert "jo holds no such role" in refused.stderr
    monkeypatch.setenv("LOGNAME", "head")
    listed = logins.run("audit", "list")
    assert listed.exit_code == 0
    assert "access.refused" in listed.stdout


def test_a_digest_is_for_those_who_hold_its_role(
    logins: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "jo")
    assert logins.run("digest", "--for", "comms").exit_code == 0
    refused = logins.run("digest", "--for", "information")
    assert refused.exit_code == 77
    assert actions(logins)[-2:] == ["digest.viewed", "access.refused"]


def test_a_report_shows_its_reporter_only_the_lanes_that_are_theirs(
    logins: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins.rule("OWN-103", "secretplan", **CONFIDENTIAL)
    monkeypatch.setenv("LOGNAME", "jo")
    said = logins.run("report", "add", "--words", "WVFT secretplan is in the paper")
    assert "secretplan" not in said.stdout
    assert "No case to show" in said.stderr


def test_the_export_is_for_its_owner_alone_and_verifies(installation: Installation) -> None:
    installation.store()
    file = installation.folder / "log.jsonl"
    assert installation.run("audit", "export", str(file)).exit_code == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["action"] for row in rows] == ["settings.recorded", "audit.exported"]
    assert Path(file).stat().st_mode & 0o777 == 0o600
    again = installation.run("audit", "export", str(file))
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_the_evidence_holds_no_secret_and_no_staff_account(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.store()
    with (installation.folder / "monitor.toml").open("a") as file:
        file.write(
            '\n[[sources]]\nname = "S-014"\nkind = "mastodon"\nenabled = false\n'
            'server = "https://social.test"\naccount = "@nurse.holroyd"\n'
        )
    folder = installation.folder / "evidence"
    assert installation.run("audit", "evidence", str(folder)).exit_code == 0
    papers = {file.name: file.read_text() for file in folder.iterdir()}
    assert sorted(papers) == [
        "README.txt", "audit.json", "doctor.json", "parts.json", "settings.json", "unit.txt",
    ]  # fmt: skip
    assert "holroyd" not in "".join(papers.values())
    assert json.loads(papers["audit.json"])["problem"] is None
    parts = {part["name"]: part["version"] for part in json.loads(papers["parts.json"])["components"]}
    assert parts["httpx"].startswith("0.28")
    assert "no claim" in papers["README.txt"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
