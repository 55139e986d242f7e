"""Two revisions of a real wiki, compared by its REST interface, its feed and ourselves: all agree."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable

import pytest

from connectors.parts.wiki import historyfeed, rest
from connectors.parts.wiki.comparison import Comparison, compare
from monitor.types import Hunk
from tests.live.servers.mediawiki import MediaWiki

pytestmark = pytest.mark.live

INFOBOX = "{{Infobox hospital\n| name = St Oswin's\n| logo = Old.svg\n| beds = 812\n}}\n"
CARE = "== Care ==\nThe ward was rated good for its care of patients.<ref>{{cite web|title=Wards}}</ref>\n\n"
FAILINGS = "A review found failings in the unit that nobody had reported to the board for three years."
CRITICISM = f"== Criticism ==\n{FAILINGS}\n\n=== Café 🏥 inquiry ===\nThe inquiry goes on.\n\n"
END = "== See also ==\n* [[List of trusts]]"
PAGE = INFOBOX + "The hospital stands in [[Oswinton]].\n\n" + CARE + CRITICISM + END

PAIRS = {
    "a word": (PAGE, PAGE.replace("good", "inadequate")),
    "words of many bytes": (PAGE, PAGE.replace("The inquiry goes on", "Très 🏥 bien, the inquiry is over")),
    "a heading": (PAGE, PAGE.replace("Café 🏥 inquiry", "Café 🏥 affair")),
    "a section removed": (PAGE, PAGE.replace(CRITICISM, "")),
    "a section added": (PAGE, PAGE.replace(END, "== Awards ==\nBest trust of all.\n\n" + END)),
    "a logo": (PAGE, PAGE.replace("Old.svg", "New.svg")),
    "a line of the infobox": (PAGE, PAGE.replace("| beds = 812\n", "")),
    "a reference": (PAGE, PAGE.replace("<ref>{{cite web|title=Wards}}</ref>", "")),
    "head and tail": (PAGE, "{{POV|date=May}}\n" + PAGE + "\n[[Category:Hospitals]]"),
    "three lines at once": (
        PAGE,
        PAGE.replace("stands in", "lies near")
        .replace("rated good", "rated poor")
        .replace("goes on", "ended"),
    ),
    "markup and entities": (PAGE, PAGE.replace("The ward", "<b>R&amp;D</b> &lt;i&gt; & the ward")),
    "a paragraph split": (PAGE, PAGE.replace("unit that", "unit.\n\nIt was something that")),
    "blanking": (PAGE, "gone"),
    "a passage moved": (PAGE, PAGE.replace(FAILINGS + "\n", "").replace(END, f"{END}\n{FAILINGS}")),
}


def _fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        body: bytes = answer.read()
    return body


def _words(hunks: Iterable[Hunk]) -> tuple[Counter[str], Counter[str]]:
    """The words that are more often there than before, and those that are less often."""
    old, new = Counter[str](), Counter[str]()
    for hunk in hunks:
        old.update(hunk.old.split())
        new.update(hunk.new.split())
    return new - old, old - new


def _read(made: Comparison) -> list[tuple[str, str, str | None, int | None]]:
    return [(hunk.old.strip(), hunk.new.strip(), hunk.section, hunk.line) for hunk in made.hunks]


@pytest.mark.parametrize(("old", "new"), PAIRS.values(), ids=PAIRS)
def test_the_interface_and_the_feed_tell_of_the_words_that_we_find(
    mediawiki: MediaWiki, request: pytest.FixtureRequest, old: str, new: str
) -> None:
    title = f"Comparison of {request.node.callspec.id}"
    first, second = (mediawiki.edit(title, text, "ValeHistorian", "/* Care */ try") for text in (old, new))
    ours = compare(old, new)

    address = f"{mediawiki.url}/w/rest.php/v1/revision/{first}/compare/{second}"
    theirs = rest.comparison(json.loads(_fetched(address)))
    assert (theirs.sections_before, theirs.sections_after) == (ours.sections_before, ours.sections_after)
    assert _words(theirs.hunks) == _words(ours.hunks)
    assert _read(theirs) == _read(ours)

    query = urllib.parse.urlencode({"title": title, "action": "history", "feed": "atom"})
    newest, oldest = historyfeed.edits(_fetched(f"{mediawiki.url}/w/index.php?{query}"))
    assert (newest.revid, newest.parentid, oldest.comparison) == (second, first, None)
    assert (newest.user, newest.comment, newest.title) == ("ValeHistorian", "/* Care */ try", title)
    assert newest.comparison
    assert _words(newest.comparison.hunks) == _words(ours.hunks)
    assert [hunk.line for hunk in newest.comparison.hunks] == [hunk.line for hunk in ours.hunks]


def test_a_comparison_with_a_hidden_revision_is_in_neither(mediawiki: MediaWiki) -> None:
    title = "Comparison with what is hidden"
    mediawiki.edit(title, PAGE, "ValeHistorian", "Start")
    hidden = mediawiki.edit(title, PAGE + "\nSecret.", "~2026-27182-81", "A secret")
    mediawiki.edit(title, PAGE, "ValeHistorian", "Secret removed")
    mediawiki.hide(title, hidden, "content|comment|user", suppress=True)  # the newest one cannot be
    query = urllib.parse.urlencode({"title": title, "action": "history", "feed": "rss"})
    after, secret, _ = historyfeed.edits(_fetched(f"{mediawiki.url}/w/index.php?{query}"))
    assert (secret.user, secret.comment, secret.comparison) == (None, "", None)
    assert (after.user, after.comparison) == ("ValeHistorian", None)
