"""`monitor retention`: the plan before the deed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.cli.installation import Installation


@pytest.fixture
def garden(installation: Installation) -> Installation:
    """Two posts of forty days ago, one of them with a case, and one of today."""
    installation.rule("OWN-001", "garden")
    now = installation.now
    installation.store(*installation.posts("garden gate", "flower show"), at=now - timedelta(days=40))
    installation.store(*installation.posts("opening hours"))
    return installation


@pytest.mark.parametrize("words", [("plan",), ("run", "--dry-run")])
def test_a_plan_changes_nothing(garden: Installation, words: tuple[str, ...]) -> None:
    shown = json.loads(garden.run("retention", *words, "--json").stdout)
    assert (shown["going"]["mentions"], shown["going"]["unreviewed"], shown["held"]) == (1, 0, 0)
    assert garden.rows("SELECT count(*) FROM mention WHERE purged_at IS NULL") == [(3,)]


def test_a_run_prints_its_plan_and_does_it(garden: Installation) -> None:
    result = garden.run("retention", "run")
    assert "mentions without a finding\t30 days\t1\t0" in result.stdout
    assert "1 item purged" in result.output
    assert garden.rows("SELECT purged_for FROM mention ORDER BY id") == [(None,), ("retention",), (None,)]
    assert garden.rows("SELECT role, action FROM audit_entry WHERE object = 'retention'") == [
        ("terminal", "retention.run")
    ]


def test_a_doubtful_clock_is_refused_until_somebody_says_yes(installation: Installation) -> None:
    installation.store(*installation.posts("flower show"), at=installation.now - timedelta(days=40))
    refused = installation.run("retention", "run")
    assert refused.exit_code == 1
    assert "see whether the date is right" in " ".join(refused.output.split())
    done = json.loads(installation.run("retention", "run", "--yes", "--json").stdout)["done"]
    assert done["mentions"] == 1


def test_the_digest_says_why_there_are_no_words(garden: Installation) -> None:
    garden.rows("SELECT 1")
    settings = garden.folder / "monitor.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[retention]\nunreviewed = "30d"\n', "utf-8")
    garden.run("retention", "run")
    digest = garden.run("digest", "--for", "comms").stdout
    assert "It was kept for as long as the organisation keeps such things" in " ".join(digest.split())
    assert "garden" not in digest


def test_digests_that_are_files_go_with_the_words(garden: Installation) -> None:
    garden.run("digest", "--send")
    assert list((garden.folder / "state" / "digests").glob("*.html"))
    garden.run("subject", "erase", "mastodon:@author0", "--reason", "DSR-12", "--yes")
    left = [path.read_text("utf-8") for path in (garden.folder / "state" / "digests").iterdir()]
    assert not [text for text in left if "garden" in text]
