"""`monitor compliance`: deletions, purges and legal holds, as an administrator types them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.cli.output import Exit
from monitor.types import Post, State
from tests.cli.installation import Installation


@pytest.fixture
def garden(installation: Installation) -> Installation:
    installation.rule("OWN-001", "garden")
    return installation


def stored(garden: Installation, **more: object) -> Post:
    (post,) = garden.posts("garden gate", **more)
    garden.store(post)
    return post


def hold(garden: Installation, *words: str) -> str:
    result = garden.run("compliance", "hold", "1", "--reason", "incident 7", "--expires", "30d", *words)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_digest_says_why_there_are_no_words(garden: Installation) -> None:
    post = stored(garden)
    garden.store(replace(post, state=State.DELETED))
    digest = garden.run("digest", "--for", "comms").stdout
    assert "It was deleted where it stood, so its words are not kept here either." in " ".join(digest.split())
    assert "garden gate" not in digest


def test_what_a_mail_may_only_link_to_is_not_quoted_in_its_list_of_mentions(garden: Installation) -> None:
    (post,) = garden.posts("flower show", url="https://social.test/7")
    garden.store(replace(post, terms=replace(post.terms, may_mail_excerpt=False)))
    digest = garden.run("digest", "--for", "comms").stdout
    assert "flower show" not in digest
    assert "(no headline: see the original)" in digest


def test_a_hold_keeps_what_was_deleted_and_says_so(garden: Installation) -> None:
    post = stored(garden)
    assert "Hold 1: the items of case 1 stay until" in hold(garden, "--by", "jo")
    garden.store(replace(post, state=State.DELETED))
    assert garden.rows("SELECT text FROM mention") == [("WVFT garden gate",)]
    (shown,) = json.loads(garden.run("compliance", "holds", "--json").stdout)
    assert (shown["case"], shown["by"], shown["reason"], shown["state"]) == (
        1,
        "jo",
        "incident 7",
        "in force",
    )
    assert garden.run("compliance", "release", "1").exit_code == 0
    garden.store(*garden.posts("another one"), at=garden.now + timedelta(hours=1))
    garden.store(replace(post, state=State.DELETED))
    assert garden.rows("SELECT purged_for FROM mention WHERE id = 1") == [("deleted",)]


def test_a_hold_of_posts_on_x_warns_of_what_x_asks_for(garden: Installation) -> None:
    stored(garden, platform="x")
    assert "written permission" in hold(garden)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hold", "9", "--reason", "incident", "--expires", "30d"), "there is no case 9"),
        (("hold", "1", "--reason", " ", "--expires", "30d"), "is empty"),
        (("hold", "1", "--reason", "incident", "--expires", "900d"), "within a year"),
        (("hold", "1", "--reason", "NHS number 999 200 1135", "--expires", "30d"), "personal data"),
        (("release", "9"), "no hold 9"),
        (("purge", "rss", "--reason", "contract ended", "--yes"), "is still enabled"),
    ],
)
def test_what_makes_no_sense_is_refused(garden: Installation, words: tuple[str, ...], said: str) -> None:
    stored(garden)
    result = garden.run("compliance", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_platform_is_purged_only_when_somebody_means_it(garden: Installation) -> None:
    stored(garden)
    words = ("compliance", "purge", "mastodon", "--reason", "contract ended")
    assert garden.run(*words).exit_code == Exit.INTERRUPTED  # nobody said yes
    assert garden.rows("SELECT text FROM mention") == [("WVFT garden gate",)]
    result = garden.run(*words, "--yes")
    assert "1 item from mastodon purged" in result.output
    assert garden.rows("SELECT text, purged_for FROM mention") == [("", "contract ended")]


def test_a_run_says_what_was_asked_and_what_went(garden: Installation) -> None:
    stored(garden)
    shown = json.loads(garden.run("compliance", "run", "--json").stdout)
    assert shown == {
        "sources": [{"source": "gazette", "asked": 0, "gone": 0, "expired": 0, "note": ""}],
        "held_back": 0,
    }


def test_a_finding_of_which_a_mail_may_only_link_shows_neither_words_nor_author(garden: Installation) -> None:
    (post,) = garden.posts("garden gate", url="https://social.test/7")
    garden.store(replace(post, terms=replace(post.terms, may_mail_excerpt=False)))
    digest = garden.run("digest", "--for", "comms").stdout
    assert "A word" in digest  # the rule's title
    assert "Not quoted here: the platform lets a mail show no more than a link." in " ".join(digest.split())
    assert "social" in digest
    assert "garden gate" not in digest
    assert "@author0" not in digest
