"""A wiki's page through all that happens to pages: what the watch tells of it, on the real MediaWiki."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.types import SourceState
from tests.bench.servedwiki import quiet_text
from tests.live.installation import Installation
from tests.live.servers import pictures
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.mediawiki_imports import Version

pytestmark = pytest.mark.live

INSIDE, OUTSIDE, INSIDE_SIX = "198.51.100.7", "203.0.113.99", "2001:db8:abcd:12::7"
ROOT = Path(__file__).parents[2]
OWN_NETWORK = "WIK-005"
ALARMING = {"high", "critical"}

CRITICISM = """== Criticism ==
In 2025 the coroner criticised the hospital over three avoidable deaths, which it had failed to investigate.\
<ref>{{cite news|title=Three deaths|work=The Vale Courier|date=1 July 2025}}</ref> Families said that their \
complaints had been ignored for two years.\
<ref>{{cite news|title=Letters lay unopened|work=The Vale Courier}}</ref>

"""
ARTICLE = f"""{{{{Infobox hospital
| name = St Oswin's Hospital
| logo = St Oswin logo.svg
| beds = 610
}}}}
'''St Oswin's Hospital''' is run by [[Wearside Vale NHS Foundation Trust]].

== History ==
It opened in 1921 and was rebuilt in 1978, when the two wards of the old workhouse were pulled down.

== Performance ==
In 2024 the [[Care Quality Commission]] rated the hospital as "requires improvement".\
<ref>{{{{cite web|title=Inspection report|publisher=Care Quality Commission}}}}</ref>

{CRITICISM}== Services ==
It has an emergency department, a maternity unit and a walk-in centre for the whole vale.

== References ==
<references />
"""


@dataclass(frozen=True)
class Story:
    """One page, and the installation that watches it."""

    title: str
    wiki: MediaWiki
    installation: Installation

    def edit(self, text: str, user: str = OUTSIDE, summary: str = "", **more: Any) -> int:
        """Save the page; gives the revision."""
        return self.wiki.edit(self.title, text, user, summary, **more)

    def poll(self) -> SourceState:
        """Read what happened; how the source stands then."""
        return self.installation.poll()["wiki"].state

    def changes(self) -> list[dict[str, Any]]:
        """What is stored of each edit and entry of the log, in the order in which they came."""
        return [json.loads(change) for change in self.installation.mentions("change") if change]

    def change(self, revision: int) -> dict[str, Any]:
        """What is stored of one edit."""
        (found,) = (change for change in self.changes() if change["revision"] == str(revision))
        return found

    def findings(self, revision: int) -> dict[str, dict[str, Any]]:
        """By rule: what was found in one edit."""
        judged = self.installation.judged()
        return {each["rule_id"]: each for each in judged if each["change"].get("revision") == str(revision)}

    def alarms(self) -> set[str]:
        """The rules whose cases are high or critical now."""
        return {each["rule_id"] for each in self.installation.judged() if each["case_severity"] in ALARMING}

    def events(self) -> list[str]:
        """What the log said was done to the page, in the order in which it came."""
        return [change["event"] for change in self.changes() if change["event"]]


@pytest.fixture
def tell(mediawiki: MediaWiki, installation: Installation) -> Callable[[str], Story]:
    """Begin a story of a page, whose first version has been read."""

    def begin(title: str) -> Story:
        story = Story(title, mediawiki, installation)
        installation.watch("wiki", "wikipedia", base_url=mediawiki.url, pages=[title])
        story.edit(ARTICLE, "ValeHistorian", "Start")
        assert story.poll() is SourceState.OK
        return story

    return begin


# -- who ------------------------------------------------------------------------------------------


def test_each_kind_of_editor_is_what_the_wiki_shows_and_no_more(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital and its editors")
    grown = [ARTICLE.replace("610", str(beds)) for beds in range(611, 617)]
    story.wiki.session("ValeBot", "bot")
    made = {
        "account": story.edit(grown[0], "ValeHistorian"),
        "bot": story.edit(grown[1], "ValeBot", bot=1),
        "temporary": story.wiki.edit_unnamed(story.title, grown[2], "somebody"),
        "address": story.edit(grown[3], OUTSIDE),
        "six": story.edit(grown[4], INSIDE_SIX),
        "hidden": story.edit(grown[5], INSIDE),
        "last": story.edit(ARTICLE, "ValeHistorian"),
    }
    story.wiki.hide(story.title, made["hidden"], "content|comment|user", suppress=True)
    story.poll()
    kinds = {word: story.change(revision)["editor"]["kind"] for word, revision in made.items()}
    assert kinds == {
        "account": "account",
        "bot": "bot",
        "temporary": "temporary",
        "address": "address",
        "six": "address",
        "hidden": "hidden",
        "last": "account",
    }
    facts = story.change(made["account"])["editor"]
    assert facts["edits"] > 0
    assert facts["age_days"] == 0
    assert story.change(made["address"])["editor"]["edits"] is None
    authors = story.installation.mentions("author")
    assert "2001:DB8:ABCD:12:0:0:0:7" in authors, "as the wiki shows it"
    assert INSIDE not in story.installation.everything_stored(), "the wiki had hidden who it was"


def test_only_an_address_that_the_wiki_shows_can_be_of_our_networks(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital and its networks")
    texts = [ARTICLE.replace("610", str(beds)) for beds in range(621, 625)]
    four, other = story.edit(texts[0], INSIDE), story.edit(texts[1], OUTSIDE)
    six = story.edit(texts[2], INSIDE_SIX)
    unnamed = story.wiki.edit_unnamed(story.title, texts[3], "within")
    story.poll()
    ours = [revision for revision in (four, other, six, unnamed) if OWN_NETWORK in story.findings(revision)]
    assert ours == [four, six]


def test_an_edit_from_our_networks_of_long_ago_is_found_by_a_scan(
    tell: Callable[[str], Story],
) -> None:
    story = tell("St Oswin's Hospital in 2024")
    old = story.edit(ARTICLE.replace("610", "590"), INSIDE)
    story.wiki.date(old, datetime(2024, 5, 3, 11, tzinfo=UTC))
    story.installation.scan(datetime(2024, 1, 1, tzinfo=UTC))
    assert OWN_NETWORK in story.findings(old)


def test_of_a_temporary_account_people_read_that_its_network_cannot_be_determined(
    tell: Callable[[str], Story],
) -> None:
    story = tell("St Oswin's Hospital and somebody")
    story.wiki.edit_unnamed(story.title, ARTICLE.replace(CRITICISM, ""), "gone")
    story.poll()
    assert "cannot be determined since 4 November 2025" in story.installation.digest("comms")


# -- what -----------------------------------------------------------------------------------------


def test_removed_criticism_is_found_with_its_section_and_an_undo_brings_its_case_down(
    tell: Callable[[str], Story],
) -> None:
    story = tell("St Oswin's Hospital and criticism")
    removal = story.edit(ARTICLE.replace(CRITICISM, ""), OUTSIDE, "tidy")
    story.poll()
    finding = story.findings(removal)["WIK-001"]
    assert (finding["severity"], finding["case_severity"]) == ("high", "high")
    assert "Criticism" in finding["reason"]
    assert "avoidable" not in finding["reason"], "the reason has none of the words found"
    assert {hunk["section"] for hunk in story.change(removal)["hunks"]} == {"Criticism"}
    undo = story.wiki.undo(story.title, removal, "ValeHistorian", "Sourced")
    story.poll()
    assert story.change(removal)["reverted_by"] == str(undo)
    assert story.change(undo)["reverts"] is True
    assert story.alarms() == set()
    assert story.findings(removal)["WIK-001"]["case_severity"] in {"info", "low"}


def test_each_edit_is_found_for_what_it_does_however_many_there_were(tell: Callable[[str], Story]) -> None:
    story, text = tell("St Oswin's Hospital and its week"), ARTICLE
    steps = (
        ("WIK-003", OUTSIDE, '"requires improvement"', '"outstanding"'),
        (
            "WIK-004",
            "WVFTCommsTeam",
            "''' is run",
            "''' is a world-class, award-winning hospital that is run",
        ),
        ("WIK-002", OUTSIDE, "It has an emergency", "It is run by idiots and liars. It has an emergency"),
        (
            "WIK-008",
            OUTSIDE,
            "for the whole vale.",
            "for the whole vale. Ring Dr Sampleby at home: 01632 960123.",
        ),
        ("WIK-001", OUTSIDE, "criticised the hospital over three avoidable deaths", "looked at three deaths"),
    )
    made = []
    for rule, user, old, new in steps:
        assert old in text
        text = text.replace(old, new)
        made.append((rule, story.edit(text, user)))
    story.poll()
    assert [rule for rule, revision in made if rule not in story.findings(revision)] == []
    assert "960123" not in story.installation.everything_stored(), "it is masked before anything is stored"
    assert "960123" not in story.installation.digest("comms")


def test_a_section_that_moves_within_the_page_makes_no_case(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital and its order")
    moved = ARTICLE.replace(CRITICISM, "").replace("== References ==", CRITICISM + "== References ==")
    revision = story.edit(moved, "ValeHistorian", "order")
    story.poll()
    assert story.change(revision)["hunks"]
    assert story.findings(revision) == {}


def test_a_blanking_is_found_and_a_rollback_brings_its_case_down(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital blanked")
    blanking = story.edit("", OUTSIDE, "lol")
    story.poll()
    assert story.findings(blanking)
    assert story.alarms()
    story.wiki.rollback(story.title, OUTSIDE)
    story.poll()
    assert story.alarms() == set()


def test_another_logo_is_found_and_who_changed_it_is_an_address(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital and its logo")
    revision = story.edit(ARTICLE.replace("St Oswin logo.svg", "Not the logo.png"), INSIDE_SIX, "logo")
    story.poll()
    (hunk,) = story.change(revision)["hunks"]
    assert (hunk["template"], hunk["parameter"]) == ("Infobox hospital", "logo")
    assert "WIK-003" in story.findings(revision)


def test_a_reference_that_alone_is_removed_is_found(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital and its sources")
    reference = "<ref>{{cite news|title=Letters lay unopened|work=The Vale Courier}}</ref>"
    revision = story.edit(ARTICLE.replace(reference, ""), OUTSIDE, "tidy")
    story.poll()
    found = story.findings(revision)
    assert "WIK-003" in found
    assert "WIK-001" not in found, "all of the criticism stands"


def test_a_request_on_the_talk_page_with_its_disclosure_is_told_quietly(
    tell: Callable[[str], Story],
) -> None:
    story = tell("St Oswin's Hospital and its talk")
    asked = "== Edit request ==\nI work for the trust's communications team. Please correct the beds. ~~~~\n"
    request = story.wiki.edit(f"Talk:{story.title}", asked, "WVFTComms", "edit request")
    story.poll()
    assert story.findings(request), "a talk page of a watched page is watched"
    assert story.alarms() == set()


# -- what happens to the page as a whole ----------------------------------------------------------


def test_a_page_that_moves_away_and_back_is_followed_and_loses_no_edit(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital moved")
    story.wiki.move(story.title, "St Oswin's moved away")
    story.poll()
    away = story.wiki.edit("St Oswin's moved away", ARTICLE.replace("610", "630"), OUTSIDE)
    story.poll()
    story.wiki.move("St Oswin's moved away", story.title)
    back = story.edit(ARTICLE.replace("610", "631"), OUTSIDE)
    assert story.poll() is SourceState.OK
    revisions = [change["revision"] for change in story.changes()]
    assert len(revisions) == len(set(revisions))
    assert {str(away), str(back)} <= set(revisions)
    moves = [(each["target"], each["page"]) for each in story.changes() if each["event"] == "moved"]
    assert moves == [("St Oswin's moved away", story.title), (story.title, "St Oswin's moved away")]


def test_a_protection_is_told_with_who_may_still_edit(tell: Callable[[str], Story]) -> None:
    story = tell("St Oswin's Hospital protected")
    story.wiki.protect(story.title, "edit=autoconfirmed|move=sysop")
    story.poll()
    (change,) = (each for each in story.changes() if each["event"] == "protected")
    assert change["target"] == "edit: autoconfirmed, move: sysop"


def test_a_page_that_is_deleted_is_told_with_its_reason_and_read_on_when_it_is_restored(
    tell: Callable[[str], Story],
) -> None:
    story = tell("St Oswin's Hospital deleted")
    story.wiki.delete(story.title)
    assert story.poll() is SourceState.DEGRADED
    assert story.events() == ["deleted"]
    assert "Not notable" in story.installation.mentions("text")
    story.wiki.restore(story.title)
    later = story.edit(ARTICLE.replace("610", "640"), OUTSIDE)
    assert story.poll() is SourceState.OK
    assert story.events() == ["deleted", "restored"]
    assert story.change(later)["hunks"]


def test_a_new_version_of_the_logo_is_told(mediawiki: MediaWiki, installation: Installation) -> None:
    title = "File:St Oswin logo.png"
    mediawiki.upload("St Oswin logo.png", pictures.grey(10), "The logo")
    installation.watch("wiki", "wikipedia", base_url=mediawiki.url, pages=[title])
    story = Story(title, mediawiki, installation)
    story.poll()
    mediawiki.upload("St Oswin logo.png", pictures.grey(20), "A darker logo")
    assert story.poll() is SourceState.OK
    assert story.events() == ["file-replaced"]


# -- what the wiki takes away again ---------------------------------------------------------------


def test_what_the_wiki_suppressed_goes_with_the_next_edit_that_is_read_and_from_the_files_too(
    tell: Callable[[str], Story],
) -> None:
    story = tell("St Oswin's Hospital exposed")
    planted = ARTICLE + "The zorilla on ward 4 is Bea Sampleby's gran.\n"
    exposure = story.edit(planted, OUTSIDE, "the zorilla truth")
    story.wiki.undo(story.title, exposure, "ValeHistorian", "Private")
    story.poll()
    assert "zorilla" in story.installation.everything_stored()
    story.wiki.hide(story.title, exposure, "content|comment|user", suppress=True)
    story.edit(ARTICLE.replace("610", "650"), "ValeHistorian")
    story.poll()
    assert "zorilla" not in story.installation.everything_stored()
    story.installation.ahead += timedelta(hours=25)
    story.installation.comply()
    assert [file.name for file in story.installation.files() if b"zorilla" in file.read_bytes()] == []


# -- what it costs --------------------------------------------------------------------------------


def test_fifty_pages_on_which_nothing_happened_cost_one_question_a_poll(
    mediawiki: MediaWiki, installation: Installation
) -> None:
    titles = [f"Ward {number}" for number in range(50)]
    for title in titles:
        mediawiki.edit(title, f"{title} is a ward of WVFT.", "ValeHistorian")
    installation.watch("wiki", "wikipedia", base_url=mediawiki.url, pages=titles)
    assert installation.poll()["wiki"].kept == 50
    before = len(mediawiki.asked())
    assert installation.poll()["wiki"].seen == 0
    assert len(mediawiki.asked()) - before == 1
    mediawiki.edit(titles[7], "Ward 7 was closed.", OUTSIDE)
    before = len(mediawiki.asked())
    assert installation.poll()["wiki"].kept == 1
    assert len(mediawiki.asked()) - before <= 6


def test_five_thousand_revisions_are_read_in_few_questions_and_the_memory_of_five_hundred(
    mediawiki: MediaWiki, tmp_path: Path
) -> None:
    """Interrupted again and again on the way: nothing is missing, nothing twice."""
    peaks = {number: backfilled(mediawiki, tmp_path / str(number), number) for number in (500, 5000)}
    assert peaks[5000] < 1.2 * peaks[500]


def backfilled(mediawiki: MediaWiki, folder: Path, number: int) -> int:
    """Read a page of so many revisions into a new installation; gives the peak of its memory in kB."""
    folder.mkdir()
    title, installation = f"History of {number}", Installation(folder)
    revisions = [mediawiki.edit(title, quiet_text(0), "ValeHistorian")]
    start = datetime.now(UTC) - timedelta(days=900)
    versions = (Version(start + timedelta(hours=n), quiet_text(n)) for n in range(1, number))
    revisions += mediawiki.lengthen(title, versions)
    mediawiki.date(revisions[0], start)
    installation.watch("wiki", "wikipedia", base_url=mediawiki.url, pages=[title])
    before = len(mediawiki.asked())
    command = [sys.executable, "-m", "tests.backfill", str(installation.file), str(number // 250)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=100)
    took = json.loads(done.stdout)
    assert took["readings"] > 3
    assert len(mediawiki.asked()) - before <= 2 * number / 50 + 5 * took["readings"]
    stored = [json.loads(change)["revision"] for change in installation.mentions("change")]
    assert stored == list(map(str, revisions))
    return int(took["peak_kb"])
