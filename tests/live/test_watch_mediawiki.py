"""A wiki through the whole product: an edit is judged, and what the wiki hides or deletes goes here too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.types import SourceState
from tests.live.installation import CLAIM, NUMBER, Installation
from tests.live.servers.mediawiki import MediaWiki

pytestmark = pytest.mark.live

LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)
START = "'''The clinic''' is run by [[Wearside Vale NHS Foundation Trust]].\n"
PLANTED = f"The quillon rota is on the door. {CLAIM}\n"


def watch(mediawiki: MediaWiki, installation: Installation, title: str) -> None:
    """Watch a page of which a first version is known."""
    installation.watch("wiki", "wikipedia", base_url=mediawiki.url, pages=[title])
    mediawiki.edit(title, START, "ValeHistorian", "Start")
    assert installation.poll()["wiki"].kept == 1


def test_an_edit_is_found_and_the_next_is_an_item_of_its_own(
    mediawiki: MediaWiki, installation: Installation
) -> None:
    title = "Oswinton Clinic"
    watch(mediawiki, installation, title)
    mediawiki.edit(title, START + PLANTED, "198.51.100.7", "more")
    tally = installation.poll()["wiki"]
    assert (tally.state, tally.kept, installation.findings()) == (SourceState.OK, 1, ["NHS-001", "WIK-005"])
    mediawiki.edit(title, START + PLANTED + "It has a garden.\n", "ValeHistorian", "Garden")
    assert installation.poll()["wiki"].kept == 1
    changes = installation.mentions("change")
    assert len(changes) == 3
    assert "quillon" in changes[1]
    assert "quillon" not in changes[2]
    assert NUMBER not in installation.everything_stored()


def hidden(mediawiki: MediaWiki, title: str, revision: int) -> None:
    mediawiki.hide(title, revision)


def suppressed(mediawiki: MediaWiki, title: str, revision: int) -> None:
    mediawiki.hide(title, revision, "content|comment|user", suppress=True)


@pytest.mark.parametrize("how", [hidden, suppressed])
def test_a_hidden_revision_goes_and_so_do_its_words_in_the_edit_that_removed_them(
    mediawiki: MediaWiki, installation: Installation, how: Callable[[MediaWiki, str, int], None]
) -> None:
    title = f"Clinic {how.__name__}"
    watch(mediawiki, installation, title)
    exposure = mediawiki.edit(title, START + PLANTED, "198.51.100.7", "more")
    mediawiki.undo(title, exposure, "ValeHistorian", "Private data")
    assert installation.poll()["wiki"].kept == 2
    assert installation.everything_stored().count("quillon") > 1
    how(mediawiki, title, exposure)
    assert installation.comply()["wiki"].asked == 0, "seen a moment ago"
    installation.ahead += timedelta(hours=25)
    done = installation.comply()["wiki"]
    assert (done.asked, done.lost, done.note) == (3, 2, "")
    assert "quillon" not in installation.everything_stored()
    assert installation.mentions("purged_for") == [None, "withheld", "withheld"]
    assert "The platform withholds it now" in installation.digest()


def test_a_deleted_page_goes_with_all_its_edits_and_the_source_says_so(
    mediawiki: MediaWiki, installation: Installation
) -> None:
    title = "Clinic that was not notable"
    watch(mediawiki, installation, title)
    mediawiki.edit(title, START + PLANTED, "ValeHistorian", "more")
    installation.poll()
    mediawiki.delete(title)
    tally = installation.poll()["wiki"]
    assert tally.state is SourceState.DEGRADED
    assert title in tally.note
    installation.ahead += timedelta(hours=25)
    assert installation.comply()["wiki"].lost == 2
    assert "quillon" not in installation.everything_stored()
    assert installation.mentions("purged_for") == ["deleted", "deleted", None], "the log says who deleted it"
    assert "It was deleted where it stood" in installation.digest()


def test_a_wiki_dates_edits_itself_and_an_imported_one_holds_up_nothing(
    mediawiki: MediaWiki, installation: Installation
) -> None:
    title = "Clinic with a history"
    watch(mediawiki, installation, title)
    imported = mediawiki.edit(title, START + "It had a quillon ward.\n", "ValeHistorian", "imported")
    mediawiki.date(imported, LONG_AGO)
    assert installation.poll()["wiki"].kept == 0, "the history is read by its dates"
    mediawiki.edit(title, START + "It has a garden.\n", "ValeHistorian", "Garden")
    tally = installation.poll()["wiki"]
    assert (tally.state, tally.kept, tally.note) == (SourceState.OK, 1, "")
