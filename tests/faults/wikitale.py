"""What the pages of a wiki go through that is read by processes which are killed: a tale in two parts.

After the first part the wiki is kept as "before", after the second as "after".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.live.servers import history
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.mediawiki_imports import Version

LONG, SHORT, TALK = "Oswin Infirmary", "Fulwick Clinic", "Talk:Oswin Infirmary"
PAGES = (LONG, SHORT, TALK)
NUMBER = "999 200 1135"
TROUBLE = """== Criticism ==
In 2025 a coroner criticised the infirmary over three avoidable deaths, which it had failed to investigate.\
<ref>{{cite news|title=Three deaths|work=The Vale Courier|date=1 July 2025}}</ref>

"""
INFIRMARY = f"""'''Oswin Infirmary''' is run by [[{history.TITLE}]].

== Wards ==
It has ward 0.

{TROUBLE}== References ==
<references />
"""
EDITS = 56
"""Of them one takes the criticism away and the next puts it back: first and last of two answers of 50."""
GRAVE = 48


def first_part(wiki: MediaWiki) -> None:
    """Long quiet work on a page with one quarrel in it, and a clinic of which something private was told."""
    start = datetime.now(UTC) - timedelta(days=20)
    wiki.date(wiki.edit(LONG, INFIRMARY, "ValeHistorian", "Start"), start)
    wiki.lengthen(LONG, _quiet_work(start))
    wiki.edit(SHORT, "The clinic is run by WVFT.", "ValeHistorian", "Start")
    wiki.edit(SHORT, f"The clinic is run by WVFT. NHS number {NUMBER} was read out there.", "198.51.100.7")
    wiki.edit(LONG, wiki.text(LONG).replace(TROUBLE, ""), "198.51.100.7", "tidy")
    wiki.edit(TALK, "I work for the trust. Please add ward 90. ~~~~", "WVFTComms", "Edit request")
    wiki.snapshot("before")


def _quiet_work(start: datetime) -> list[Version]:
    texts = [INFIRMARY.replace("ward 0", f"ward {number}") for number in range(1, EDITS)]
    texts[GRAVE] = texts[GRAVE - 1].replace(TROUBLE, "")
    texts[GRAVE + 1] = texts[GRAVE - 1]
    return [Version(start + timedelta(hours=number), text) for number, text in enumerate(texts, 1)]


def second_part(wiki: MediaWiki) -> None:
    """The criticism comes back, insults come and go, the page is moved about, private words are hidden."""
    latest = int(wiki.page(prop="info", titles=LONG)["lastrevid"])
    wiki.undo(LONG, latest, "ValeHistorian", "Sourced")
    wiki.edit(LONG, wiki.text(LONG).replace("It has", "It is run by idiots and has"), "203.0.113.7")
    wiki.rollback(LONG, "203.0.113.7")
    wiki.edit_unnamed(LONG, wiki.text(LONG).replace("ward 55", "ward 56"), "reader", "ward")
    exposure = int(wiki.page(prop="info", titles=SHORT)["lastrevid"])
    wiki.undo(SHORT, exposure, "ValeHistorian", "Private data")
    wiki.hide(SHORT, exposure, "content|comment|user", suppress=True)
    wiki.move(LONG, "Oswin Hospital")
    wiki.move("Oswin Hospital", LONG)
    wiki.protect(LONG)
    wiki.snapshot("after")
