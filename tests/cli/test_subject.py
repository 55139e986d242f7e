"""`monitor subject`: a copy, erasure and dates, as an information officer types them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.cli.output import Exit
from monitor.smallcounts import few
from monitor.store.people.requests import due
from monitor.types import Account
from tests.cli.installation import PROTECTED, Installation

ANN = Account(platform="mastodon", handle="@ann")


@pytest.fixture
def garden(installation: Installation) -> Installation:
    """Posts by Ann, one of which met a rule and one the protected lane's, and one by somebody else."""
    installation.rule("OWN-001", "garden")
    installation.rule("OWN-002", "falsified", **PROTECTED)
    posts = installation.posts(
        "garden gate, @ben says so @ann", "flower show", "the records are falsified", author=ANN
    )
    installation.store(*posts, *installation.posts("garden party of somebody"))
    return installation


def exported(garden: Installation, who: str = "mastodon:@ann", folder: str = "out") -> dict[str, object]:
    result = garden.run("subject", "export", who, "--to", str(garden.folder / folder))
    assert result.exit_code == 0, result.output
    return json.loads((garden.folder / folder / "subject.json").read_text("utf-8"))  # type: ignore[no-any-return]


def test_an_export_has_what_is_held_and_masks_everybody_else(garden: Installation) -> None:
    garden.run("cases", "mark", "1", "wrong", "--reason", "about plants")
    garden.run("compliance", "hold", "1", "--reason", "incident 7", "--expires", "30d")
    told = exported(garden)
    items, (case,) = told["items"], told["cases"]  # type: ignore[misc]
    assert [item["text"] for item in items] == [  # type: ignore[attr-defined]
        "WVFT garden gate, [somebody else] says so @ann", "WVFT flower show",
    ]  # fmt: skip
    assert items[0]["findings"][0]["clauses"][0].startswith("CDD-4.3-1: ")  # type: ignore[index]
    assert items[0]["came_from"] == ["gazette"]  # type: ignore[index]
    assert (items[0]["kept_until"], case["held_until"] is None) == (None, False)  # type: ignore[index]
    assert [d["verdict"] for d in case["decisions"]] == ["wrong"]
    assert items[1]["kept_until"] == str((garden.now + timedelta(days=30)).date())  # type: ignore[index]


@pytest.mark.parametrize("who", ["mastodon:@ann", "mastodon:ANN"])
def test_nothing_of_the_protected_lane_or_of_others_is_in_it(garden: Installation, who: str) -> None:
    exported(garden, who)
    for name in ("subject.json", "subject.html"):
        path = garden.folder / "out" / name
        assert "falsified" not in path.read_text("utf-8")
        assert "somebody else" in path.read_text("utf-8")
        assert "party" not in path.read_text("utf-8")
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_page_can_be_read_and_runs_nothing(garden: Installation) -> None:
    (post,) = garden.posts("garden <script>alert(1)</script>", author=ANN, external_id="s")
    garden.store(post)
    exported(garden)
    page = (garden.folder / "out" / "subject.html").read_text("utf-8")
    assert "<script>" not in page
    assert "What Wearside Vale NHS Foundation Trust holds about mastodon:@ann" in page
    assert "Freedom to Speak Up Guardian" in page


def test_an_export_is_audited_without_a_handle_and_never_overwrites_one(garden: Installation) -> None:
    exported(garden)
    again = garden.run("subject", "export", "mastodon:@ann", "--to", str(garden.folder / "out"))
    assert again.exit_code == 2
    ((action, about),) = garden.rows("SELECT action, object FROM audit_entry WHERE action LIKE 'subject%'")
    assert action == "subject.exported"
    assert str(about).startswith("account:")
    assert "ann" not in str(about)


def test_few_others_are_not_counted_out() -> None:
    assert [few(n) for n in (0, 1, 4, 5, 12)] == ["none", "fewer than 5", "fewer than 5", "5", "12"]


def test_an_erasure_asks_first_and_says_what_it_did(garden: Installation) -> None:
    words = ("subject", "erase", "mastodon:@ann", "--reason", "DSR-12")
    assert garden.run(*words).exit_code == Exit.INTERRUPTED
    assert garden.rows("SELECT count(*) FROM mention") == [(3,)]
    result = garden.run(*words, "--yes")
    assert "2 items and 1 case erased." in result.output
    assert garden.rows("SELECT author FROM mention") == [("@author0",)]
    ((reason,),) = garden.rows("SELECT reason FROM audit_entry WHERE action = 'subject.erased'")
    assert reason == "DSR-12"


def test_an_erasure_says_what_is_kept_and_why(garden: Installation) -> None:
    garden.run("compliance", "hold", "1", "--reason", "incident 7", "--expires", "30d")
    result = garden.run("subject", "erase", "mastodon:@ann", "--reason", "DSR-12", "--yes")
    assert "Kept: 1 item under a legal hold (case 1). Tell the person why." in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("erase", ":", "--reason", "x", "--yes"), "PLATFORM:HANDLE"),
        (("erase", "S-014", "--reason", " ", "--yes"), "is empty"),
        (("erase", "S-014", "--reason", "NHS number 999 200 1135", "--yes"), "personal data"),
        (("requests", "add", "wish", "DSR-1", "--received", "2026-11-20"), "access, erasure"),
        (("requests", "add", "access", "Ann Smith", "--received", "2026-11-20"), "letters, digits"),
        (("requests", "add", "access", "DSR-1", "--received", "yesterday"), "not a date"),
        (("requests", "done", "DSR-9"), "no open request"),
    ],
)
def test_what_makes_no_sense_is_refused(
    installation: Installation, words: tuple[str, ...], said: str
) -> None:
    result = installation.run("subject", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_only_the_information_officer_answers_requests(
    garden: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = garden.folder / "monitor.toml"
    text = settings.read_text("utf-8").replace('role = "comms"', 'role = "comms"\nlogin = "jo"')
    settings.write_text(text.replace('role = "information"', 'role = "information"\nlogin = "sam"'), "utf-8")
    monkeypatch.setenv("LOGNAME", "jo")
    monkeypatch.delenv("SUDO_USER", raising=False)
    refused = garden.run("subject", "erase", "mastodon:@ann", "--reason", "DSR-12", "--yes")
    assert refused.exit_code == Exit.DENIED
    assert garden.rows("SELECT who, action FROM audit_entry WHERE who != 'trustwatch'") == [
        ("jo", "access.refused")
    ]
    monkeypatch.setenv("LOGNAME", "sam")
    assert garden.run("subject", "erase", "mastodon:@ann", "--reason", "DSR-12", "--yes").exit_code == 0


def test_a_request_is_due_and_reminded_of_until_it_is_answered(installation: Installation) -> None:
    received = (installation.now - timedelta(days=29)).date()
    added = installation.run("subject", "requests", "add", "access", "DSR-1", "--received", str(received))
    assert f"is due by {due(received, extended=False):%d %b %Y}" in added.output
    assert "Answer the access request DSR-1" in installation.run("digest", "--for", "information").stdout
    more = ("subject", "requests", "add", "access", "DSR-1", "--received", str(received), "--extended")
    installation.run(*more)
    (row,) = json.loads(installation.run("subject", "requests", "list", "--json").stdout)
    assert (row["due"], row["state"]) == (str(due(received, extended=True)), "open")
    installation.run("subject", "requests", "done", "DSR-1")
    (row,) = json.loads(installation.run("subject", "requests", "list", "--json").stdout)
    assert row["state"] == "answered"


@pytest.mark.parametrize(
    ("received", "extended", "last"),
    [
        (date(2026, 11, 20), False, date(2026, 12, 20)),
        (date(2026, 1, 31), False, date(2026, 2, 28)),
        (date(2026, 12, 5), False, date(2027, 1, 5)),
        (date(2026, 11, 30), True, date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last(received: date, extended: bool, last: date) -> None:
    assert due(received, extended=extended) == last


def test_an_export_of_staff_has_the_register(installation: Installation, tmp_path: Path) -> None:
    told = exported(installation, "S-014")
    assert (told["register"], told["items"], told["cases"]) == ([], [], [])
