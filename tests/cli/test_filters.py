"""`monitor filters`: exceptions with an author, a reason and an end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.cli.installation import CONFIDENTIAL, PROTECTED, Installation

ADD = ("filters", "add", "OWN-001", "--reason", "our own garden", "--expires", "90d", "--by", "jo")


@pytest.fixture
def garden(installation: Installation) -> Installation:
    installation.rule("OWN-001", "garden")
    return installation


def add(installation: Installation, *words: str) -> None:
    result = installation.run(*ADD, *words)
    assert result.exit_code == 0, result.output


def test_a_hidden_finding_makes_no_case_and_is_counted_once(garden: Installation) -> None:
    add(garden, "--pattern", "opens")
    posts = garden.posts("garden opens", "garden burns")
    tally = garden.store(*posts)
    assert (tally.findings, tally.hidden) == (1, 1)
    assert garden.found() == {("WVFT garden burns", "OWN-001")}
    garden.rule("OWN-002", "never there")  # another version of the rules: everything is judged again
    assert garden.store(*posts).hidden == 0
    (shown,) = json.loads(garden.run("filters", "list", "--json").stdout)
    assert shown["hidden"] == 1
    assert (shown["by"], shown["reason"]) == ("jo", "our own garden")


def test_the_digest_says_how_much_was_hidden(garden: Installation) -> None:
    add(garden)
    garden.store(*garden.posts("garden one", "garden two"))
    digest = garden.run("digest", "--for", "comms").stdout
    assert "2 more hidden by filters that people made." in digest
    assert "WVFT garden one" in digest  # still a mention like any other
    numbers = json.loads(garden.run("digest", "--for", "comms", "--json").stdout)["briefing"]["numbers"]
    assert (numbers["found"], numbers["hidden"]) == (0, 2)


def test_a_filter_ends_by_itself(garden: Installation) -> None:
    add(garden)
    day = timedelta(days=1)
    garden.store(*garden.posts("garden last"), at=garden.now + 89 * day)
    assert garden.found() == set()
    garden.store(*garden.posts("garden first"), at=garden.now + 91 * day)
    assert garden.found() == {("WVFT garden first", "OWN-001")}


def test_a_removed_filter_hides_nothing_more_and_its_history_stays(garden: Installation) -> None:
    add(garden)
    garden.store(*garden.posts("garden one"))
    assert garden.run("filters", "remove", "1", "--by", "ann").exit_code == 0
    garden.store(*garden.posts("garden two"))
    assert garden.found() == {("WVFT garden two", "OWN-001")}
    assert "No filter is in force." in garden.run("filters", "list").stderr
    (shown,) = json.loads(garden.run("filters", "list", "--all", "--json").stdout)
    assert (shown["state"], shown["hidden"], shown["removed_by"]) == ("removed", 1, "ann")
    assert garden.run("filters", "remove", "1").exit_code == 2


def test_what_was_a_case_before_its_filter_stays_one(garden: Installation) -> None:
    posts = garden.posts("garden one")
    garden.store(*posts)
    add(garden)
    garden.rule("OWN-002", "never there")
    assert garden.store(*posts).hidden == 0
    assert garden.found() == {("WVFT garden one", "OWN-001")}


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        (("--author", "Author1"), {"WVFT garden a"}),
        (("--author", "@author1", "--platform", "mastodon"), {"WVFT garden a"}),
        (("--platform", "bluesky"), {"WVFT garden a", "WVFT garden b"}),
        (("--source", "gazette"), set()),
        (("--page", "St Oswin's"), {"WVFT garden a", "WVFT garden b"}),
    ],
)
def test_a_filter_reaches_as_far_as_its_scope(
    garden: Installation, scope: tuple[str, ...], kept: set[str]
) -> None:
    add(garden, *scope)
    garden.store(*garden.posts("garden a", "garden b"))
    assert {text for text, _ in garden.found()} == kept


def test_the_protected_lane_cannot_be_filtered_or_told_apart_from_no_rule(
    installation: Installation,
) -> None:
    installation.rule("OWN-001", "unsafe", **PROTECTED)
    refused, unknown = (
        installation.run(*ADD),
        installation.run(*(word.replace("OWN-001", "OWN-009") for word in ADD)),
    )
    assert refused.exit_code == unknown.exit_code == 2
    assert "no rule 'OWN-001' that may be filtered" in flat(refused.stderr)
    assert "no rule 'OWN-009' that may be filtered" in flat(unknown.stderr)
    everything = [word.replace("OWN-001", "*") for word in ADD]
    assert installation.run(*everything, "--source", "gazette").exit_code == 0
    tally = installation.store(*installation.posts("unsafe"))
    assert tally.hidden == 0
    assert installation.rows("SELECT count(*) FROM protected_post")[0][0] == 1


def test_a_confidential_rule_needs_a_scope_and_its_hidden_mention_is_in_no_list(
    installation: Installation,
) -> None:
    installation.rule("OWN-001", "draft", **CONFIDENTIAL)
    assert "cannot be hidden as a whole" in flat(installation.run(*ADD).stderr)
    add(installation, "--author", "@author0")
    tally = installation.store(*installation.posts("draft"))
    assert (tally.hidden, tally.findings) == (1, 0)
    assert "WVFT draft" not in installation.run("digest", "--for", "comms").stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--expires", "2y"), "is not an end"),
        (("--expires", "2027-02-30"), "is not an end"),
        (("--expires", "0d"), "after today and within a year"),
        (("--expires", "53w"), "after today and within a year"),
        (("--reason", " "), "is empty"),
        (("--reason", "pt 999 200 1135 again"), "personal data (NHS number)"),
        (("--pattern", "a(?!b)"), "look-around"),
        (("--pattern", "x*"), "matches the empty text"),
        (("--pattern", "jo@mail.test"), "personal data (e-mail address)"),
        (("--source", "gazete"), "gazette"),
    ],
)
def test_a_filter_that_could_do_harm_is_refused_with_what_to_do(
    garden: Installation, words: tuple[str, ...], hint: str
) -> None:
    garden.store()
    result = garden.run(*ADD, *words)
    assert result.exit_code == 2
    assert hint in flat(result.stderr)
    assert "999 200 1135" not in result.output
    assert garden.rows("SELECT count(*) FROM site_filter")[0][0] == 0


def test_any_rule_needs_a_scope(garden: Installation) -> None:
    assert "needs a scope" in flat(garden.run(*(w.replace("OWN-001", "*") for w in ADD)).stderr)


def test_a_trial_shows_what_would_be_hidden_and_writes_nothing(garden: Installation) -> None:
    garden.store(*garden.posts("garden opens", "garden burns"))
    result = garden.run(*ADD, "--pattern", "opens", "--dry-run", "--json")
    (row,) = json.loads(result.stdout)["rules"]
    assert (row["rule"], row["added"], len(row["dropped"])) == ("OWN-001", [], 1)
    assert garden.rows("SELECT count(*) FROM site_filter")[0][0] == 0


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())
