"""What happened to the pages of the wiki in the last days, by invented people.

The page of the trust is vandalised and repaired, and loses its criticism for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.live.servers.mediawiki import MediaWiki

TITLE = "Wearside Vale NHS Foundation Trust"

CRITICISM = """== Criticism ==
In 2025 a review found that complaints had waited a year for an answer.\
<ref>{{cite news|title=Complaints waited a year|work=The Vale Courier|date=1 July 2025}}</ref>
Relatives said that nobody had listened to them.

"""

ARTICLE = f"""{{{{Infobox hospital trust
| name = Wearside Vale NHS Foundation Trust
| logo = WVFT logo.svg
| established = 1 October 2002
| headquarters = Wearside Vale Hospital
| chief_executive = Ada Exampleton
}}}}
'''Wearside Vale NHS Foundation Trust''' is an [[NHS foundation trust]] in the north of England.

== Services ==
It runs Wearside Vale Hospital and [[St Oswin's Hospital]].

== Performance ==
In 2019 the regulator rated the trust as "good".\
<ref>{{{{cite web|title=Inspection report|publisher=The regulator|date=3 December 2019}}}}</ref>

{CRITICISM}== References ==
<references />
"""


def write(wiki: MediaWiki, now: datetime) -> dict[str, int]:
    """Make the pages as they would be by `now`; gives each revision's number by a word for it."""
    made: dict[str, int] = {}

    def save(word: str, days_ago: float, revision: int) -> None:
        wiki.date(revision, now - timedelta(days=days_ago))
        made[word] = revision

    staffed = ARTICLE.replace("England.", "England. It employs 8,000 people.")
    worse = staffed.replace('as "good"', 'as "requires improvement"')
    uncriticised = worse.replace(CRITICISM, "")
    insulting = worse.replace("It runs", "It is run by idiots and runs")
    exposing = worse + "\nCall the manager at home on 01632 960123.\n"
    promoted = uncriticised.replace("is an [[NHS", "is a world-class, award-winning [[NHS")

    save("created", 30, wiki.edit(TITLE, ARTICLE, "ValeHistorian", "Start the article"))
    save("staff", 6.5, wiki.edit(TITLE, staffed, "ValeHistorian", "Number of staff", minor=1))
    save("rating", 5.5, wiki.edit_unnamed(TITLE, worse, "reader", "New rating"))
    save("insult", 4.5, wiki.edit(TITLE, insulting, "203.0.113.7", "the truth"))
    save("rollback", 4.4, wiki.rollback(TITLE, "203.0.113.7"))
    save("exposure", 3.5, wiki.edit(TITLE, exposing, "198.51.100.20", "how to complain"))
    save("undo", 3.4, wiki.undo(TITLE, made["exposure"], "ValeHistorian", "Private data"))
    wiki.hide(TITLE, made["exposure"], "content|comment|user", suppress=True)
    wiki.hide(TITLE, made["insult"])
    save("criticism removed", 2, wiki.edit(TITLE, uncriticised, "WVFTComms", "Tidy up"))
    save("promotion", 1, wiki.edit(TITLE, promoted, "WVFTComms", "Improve the introduction"))

    stub = f"'''St Oswin's Hospital''' is run by the [[{TITLE}]].\n"
    save("hospital", 20, wiki.edit("St Oswin's Hospital", stub, "ValeHistorian", "Stub"))
    request = "I work for the trust. Please correct the chief executive's name. ~~~~\n"
    save("talk", 1.5, wiki.edit(f"Talk:{TITLE}", request, "WVFTComms", "Edit request"))
    return made
