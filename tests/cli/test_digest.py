"""`monitor digest`: looking at it, of which time, in which edition, and why a case is or is not in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor import service
from monitor.types import Account, Edition
from tests.cli.installation import CONFIDENTIAL, PROTECTED, Installation
from tests.cli.people import People, settle

DIRECTOR = '\n[[recipients]]\naddress = "director@wvft.nhs.test"\nrole = "comms_director"\n'
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what asks the database nothing that other tests do not ask."""
BOARD = '\n[[recipients]]\naddress = "board@wvft.nhs.test"\nrole = "oversight"\n'


@pytest.fixture
def garden(installation: Installation) -> Installation:
    """Two cases of the communications lane, one confidential, one mention without a finding."""
    installation.rule("OWN-901", "garden")
    installation.rule("OWN-902", "ledger", **CONFIDENTIAL)
    texts = ("garden one", "garden two", "ledger three", "nothing four")
    posts = installation.posts(*texts)
    installation.store(*(replace(post, url=f"https://m.test/{at}") for at, post in enumerate(posts, 1)))
    return installation


def why(installation: Installation, *words: str) -> list[dict[str, Any]]:
    result = installation.run("digest", "--explain", "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def words(rows: list[dict[str, Any]]) -> list[str]:
    return [row["words"] for row in rows]


def add(installation: Installation, more: str) -> None:
    file = installation.folder / "monitor.toml"
    file.write_text(file.read_text("utf-8") + more, "utf-8")


# -- looking --------------------------------------------------------------------------------------


@ONE_DATABASE
def test_a_preview_is_what_no_option_gives_too(garden: Installation) -> None:
    shown = [garden.run("digest", "--for", "comms", *more).stdout for more in ((), ("--preview",))]
    assert "2 to review" in shown[0]
    assert shown[0].partition("made ")[0] == shown[1].partition("made ")[0]


@ONE_DATABASE
@pytest.mark.parametrize(
    "given",
    [("--send", "--since", "7d"), ("--send", "--preview"), ("--since", "1d", "--explain"), ("12",),
     ("--since", "whenever"), ("--edition", "hourly")],
)  # fmt: skip
def test_what_does_not_go_together_is_a_usage_error(
    installation: Installation, given: tuple[str, ...]
) -> None:
    assert installation.run("digest", *given).exit_code == 2


def test_since_shows_what_was_told_before_and_tells_nobody(garden: Installation) -> None:
    assert garden.run("digest", "--send").exit_code == 0
    assert "to review" not in garden.run("digest", "--for", "comms").stdout.splitlines()[0]
    assert "2 to review" in garden.run("digest", "--for", "comms", "--since", "2d").stdout.splitlines()[0]
    (count,) = garden.rows("SELECT count(*) FROM delivery_item WHERE status <> 'sent'")
    assert count[0] == 0


@ONE_DATABASE
def test_each_edition_can_be_looked_at(garden: Installation) -> None:
    add(garden, DIRECTOR + BOARD)
    for given, edition in (
        (("comms",), Edition.DAILY),
        (("comms_director",), Edition.WEEKLY),
        (("comms_director", "--edition", "monthly"), Edition.MONTHLY),
        (("oversight",), Edition.MONTHLY),
    ):
        shown = json.loads(garden.run("digest", "--json", "--for", *given).stdout)["briefing"]
        assert shown["edition"] == edition
        assert bool(shown["figures"]) == (edition is Edition.MONTHLY)


@ONE_DATABASE
def test_a_category_that_there_is_not_is_refused_with_its_place(installation: Installation) -> None:
    add(installation, DIRECTOR + 'categories = ["logo-misus"]\n')
    refused = installation.run("digest")
    assert refused.exit_code == 78
    assert "recipients.3.categories: no category is called 'logo-misus': did you mean 'logo-misuse'?" in (
        refused.output.replace("\n", "")
    )


# -- why ------------------------------------------------------------------------------------------


def test_a_new_case_is_in_the_digest_and_says_where(garden: Installation) -> None:
    assert words(why(garden, "1", "--for", "comms")) == ["In it: new, Lookalikes and logo; not told before."]
    assert [row["case"] for row in why(garden, "--for", "comms")] == [1, 2, 3]


def test_a_told_case_names_the_mail_that_told_it(garden: Installation) -> None:
    garden.run("digest", "--send")
    (row,) = why(garden, "1", "--for", "comms")
    (mail,) = garden.rows("SELECT message_id FROM delivery WHERE role = 'comms'")
    assert row["included"]
    assert row["words"].startswith("In it: still open; told on ")
    assert row["words"].endswith(f"({mail[0]}, sent).")


def test_a_closed_case_says_when_and_how_it_ended(garden: Installation) -> None:
    garden.run("digest", "--send")
    garden.run("cases", "mark", "1", "wrong", "--reason", "a flower show")
    assert garden.run("cases", "close", "1").exit_code == 0
    (row,) = why(garden, "1", "--for", "comms")
    assert not row["included"]
    assert "closed on " in row["words"]
    assert "(false-alarm); told on " in row["words"]


def test_what_is_owed_to_others_and_what_is_not_there_is_said(garden: Installation) -> None:
    assert words(why(garden, "3", "--for", "comms")) == [
        "Not in it: it is for the Data Protection Officer, and nothing of it is owed to this recipient."
    ]
    assert words(why(garden, "1", "--for", "information")) == [
        "Not in it: it is for the Communications team, and nothing of it is owed to this recipient."
    ]
    assert words(why(garden, "77", "--for", "comms")) == ["There is no such case."]


def test_what_came_into_the_protected_lane_reads_like_what_is_not_there(garden: Installation) -> None:
    garden.rule("OWN-903", "unsafe staffing", **PROTECTED)
    garden.store(*garden.posts("unsafe staffing here"))
    assert words(why(garden, "4", "77", "--for", "information")) == ["There is no such case."] * 2
    assert [row["case"] for row in why(garden, "--for", "information")] == [1, 2, 3]


@ONE_DATABASE
def test_a_lane_that_is_not_told_to_a_role_is_named(garden: Installation) -> None:
    add(garden, '\n[[recipients]]\naddress = "hr@wvft.nhs.test"\nrole = "hr"\n')
    (said,) = words(why(garden, "3", "--for", "hr"))
    assert said == "Not in it: the confidential lane is not told to Human resources."
    assert why(garden, "--for", "hr") == []


@ONE_DATABASE
def test_what_was_not_asked_for_and_what_is_beyond_the_cap_is_said(garden: Installation) -> None:
    garden.store(*garden.posts(*(f"garden more {n}" for n in range(30))))
    counted = [row for row in why(garden, "--for", "comms") if "beyond the cap" in row["words"]]
    assert len(counted) == 5, "30 cases, 25 shown"
    assert not any(row["included"] for row in counted)
    file = garden.folder / "monitor.toml"
    text = file.read_text("utf-8").replace('role = "comms"', 'role = "comms"\nmin_severity = "high"')
    file.write_text(text, "utf-8")
    (row,) = why(garden, "1", "--for", "comms")
    assert "below what was asked for (severity low, category lookalike-account)" in row["words"]


@ONE_DATABASE
def test_what_a_weekly_rule_found_waits_for_the_next_week(garden: Installation) -> None:
    garden.run("digest", "--send")
    rule = garden.rule("OWN-904", "orchard")
    rule.write_text(rule.read_text("utf-8").replace("digest: daily", "digest: weekly"), "utf-8")
    garden.store(*garden.posts("orchard five", author=Account(platform="mastodon", handle="@five")))
    (row,) = why(garden, "4", "--for", "comms")
    assert (
        row["words"]
        == "Not in it: only weekly rules found it, so it waits for the first digest of next week."
    )


def test_what_stands_at_an_address_is_explained_too(garden: Installation) -> None:
    assert words(why(garden, "https://m.test/1", "--for", "comms")) == words(
        why(garden, "1", "--for", "comms")
    )
    assert "it met no rule" in words(why(garden, "https://m.test/4", "--for", "comms"))[0]
    assert "No mention with that address" in words(why(garden, "https://m.test/9", "--for", "comms"))[0]


def test_a_filter_that_hides_a_finding_is_named(installation: Installation) -> None:
    installation.rule("OWN-901", "garden")
    made = installation.run(
        "filters", "add", "OWN-901", "--reason", "the park", "--platform", "mastodon", "--expires", "30d"
    )
    assert made.exit_code == 0, made.output
    (post,) = installation.posts("garden one")
    installation.store(replace(post, url="https://m.test/1"))
    (row,) = why(installation, "https://m.test/1", "--for", "comms")
    assert row["words"].startswith("Not a case: filter 1 hides what OWN-901 found, until ")


@ONE_DATABASE
def test_the_boards_edition_holds_no_case(garden: Installation) -> None:
    add(garden, BOARD)
    with service.opened(garden.settings()) as app, app.store.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE delivery_item SET recipient = 'board@wvft.nhs.test'")
    assert words(why(garden, "1", "--for", "oversight")) == [
        "Not in it: the month's edition holds key figures and no case."
    ]


@ONE_DATABASE
def test_an_explanation_is_for_the_role_alone_and_written_down(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(installation)
    people = People(installation, monkeypatch)
    assert people.run("jo", "digest", "--explain", "--for", "comms").exit_code == 0
    assert people.run("jo", "digest", "--explain", "1", "--for", "information").exit_code == 77
    assert [entry.action for entry in people.audited()][-2:] == ["digest.viewed", "access.refused"]


@ONE_DATABASE
def test_a_case_of_somebody_who_is_away_says_who_stands_in(garden: Installation) -> None:
    text = (garden.folder / "monitor.toml").read_text("utf-8")
    text = text.replace('role = "comms"', 'role = "comms"\ndeputy = "deputy@wvft.nhs.test"')
    (garden.folder / "monitor.toml").write_text(text, "utf-8")
    today = f"{garden.now:%Y-%m-%d}"
    until = f"{garden.now + timedelta(days=3):%Y-%m-%d}"
    away = garden.run("roles", "away", "comms@wvft.nhs.test", "--from", today, "--until", until)
    assert away.exit_code == 0, away.output
    garden.run("digest", "--send")
    (row,) = why(garden, "1", "--for", "comms")
    assert row["words"] == "Not in it: this recipient is away, deputy@wvft.nhs.test stands in."


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("superseded", "Not in it: superseded, somebody else holds the role now."),
        (
            "refused",
            "Not in it: its route was refused: the comms lane was outside the roles of this recipient then.",
        ),
    ],
)
def test_what_was_withdrawn_or_refused_says_so(garden: Installation, state: str, said: str) -> None:
    with service.opened(garden.settings()) as app, app.store.transaction() as tx:
        tx.connection.exec_driver_sql(f"UPDATE delivery_item SET status = '{state}'")
    assert words(why(garden, "1", "--for", "comms")) == [said]
