"""Reading an edit of a long wiki page, and the worst that vandals do. Reported, never asserted."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from functools import partial

from connectors.parts.wiki.comparison import compare
from monitor.types import Change, Post
from rules.edits import Effect
from rules.edits.effects import effects_of
from rules.examples import ORGANISATION
from rules.names import Names
from tests.bench.figure import Figure, median

_NAMES = Names(ORGANISATION)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LENGTH = 112_000  # characters, as a long article has
WHOLE = 6_000  # of these the article's first, for a comparison that is not bounded
SENTENCE = (
    "The trust was rated [[good]] for the care of patients by the commission in its report.<ref>{{cite news"
    "|url=https://news.test/1|title=Report on care|date=1 May 2024|publisher=Vale Gazette}}</ref> "
)
TABLE = '{| class="wikitable"\n! Year !! Beds\n' + "".join(
    f"|-\n| {n} || {n - 1200}\n" for n in range(1990, 2020)
)
INFOBOX = "{{Infobox hospital\n| name = St Oswin's\n| logo = Old.svg\n| beds = 812\n}}\n"


def article() -> str:
    """A long article in which every word comes a thousand times: the hardest for a comparison."""
    section = f"{SENTENCE * 6}\n\n{SENTENCE * 4}\n\n"
    parts = (f"== Section {n} ==\n{section}{TABLE if n % 5 == 0 else ''}|}}\n" for n in range(99))
    return (INFOBOX + "".join(parts))[:LENGTH]


def run() -> list[Figure]:
    """One changed word, compared and read; against words alone; the slowest of what is meant to be."""
    old = article()
    new, hostile = _one_word(old), _hostile(old)
    part, other = old[:WHOLE], _one_word(old[:WHOLE])
    ratio = median(partial(_by_words, part, other)) / median(partial(compare, part, other))
    comparing, compared = max((_once(compare, old, bad), name) for name, bad in hostile.items())
    reading, read = max((_once(_effects, old, bad), name) for name, bad in hostile.items())
    return [
        Figure(f"one word of {LENGTH:,}, compared", median(partial(compare, old, new)), "ms", "< 10"),
        Figure("the same, and its effects", median(partial(_effects, old, new)), "ms", "< 20"),
        Figure(f"one word of {WHOLE:,}, against difflib on all words", ratio, "x", ">= 50"),
        Figure(f"slowest of {len(hostile)} hostile edits, compared ({compared})", comparing, "ms", "< 150"),
        Figure(f"the same, and its effects ({read})", reading, "ms"),
    ]


def _once(work: Callable[[str, str], object], old: str, new: str) -> float:
    began = time.perf_counter()
    work(old, new)
    return (time.perf_counter() - began) * 1000


def _effects(old: str, new: str) -> Sequence[Effect]:
    """What a poll does with an edit, but for asking the wiki."""
    bare = Change(page="St Oswin's Hospital", page_id="1", revision="2")
    change = compare(old, new).within(bare)
    post = Post(source="bench", platform="wikipedia", external_id="2", observed_at=NOW, change=change)
    return effects_of(post, _NAMES)


def _one_word(text: str) -> str:
    at = text.index("good", len(text) // 2)
    return text[:at] + "poor" + text[at + 4 :]


def _hostile(old: str) -> dict[str, str]:
    lines, shuffled = old.splitlines(keepends=True), random.Random(1)
    return {
        "lines shuffled": "".join(shuffled.sample(lines, len(lines))),
        "words sorted": " ".join(sorted(old.split(" "))),
        "every sentence changed": old.replace("patients", "people").replace("good", "poor"),
        "head and tail": f"{{{{POV}}}}\n{old.replace('812', '813')}[[Category:X]]\n",
        "all on one line": old.replace("\n", " "),
        "blanked": "",
        "one character": "a" * 1_000_000,
        "one mark": "!" * 1_000_000,
        "braces": "{{a}}" * 200_000,
        "headings": "=a=\n" * 250_000,
        "empty lines": "\n" * 1_000_000,
    }


def _by_words(old: str, new: str) -> object:
    """What a comparison without lines does."""
    before, after = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (old, new))
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
