"""The rules of all five policies over posts of hospital life, beside Presidio, and over hostile posts.

The posts are put together from the sentences of tests/rules/data, seeded: half by the public, half by
authorised staff. Presidio's analyzer runs with its UK recognisers and a blank language model, the quickest
it can be, on a sample of the same posts; without the extra `bench` its line says so.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Account, Post, Relation
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.bench.figure import Figure

POSTS, SAMPLE = 40_000, 1_000
LONG = 10_000  # characters of a hostile post
POLICIES = ("CDD", "VOY", "SWL", "NT", "BOL")
DATA = Path(__file__).parents[1] / "rules" / "data"
_MOMENT = datetime(2026, 11, 21, tzinfo=UTC)

HOSTILE = {
    "digits": "9",
    "digit groups": "999 ",
    "quotation marks": '"',
    "apostrophes": "'a",
    "open brackets": "(",
    "blanks": " ",
    "line ends": "\n",
    "negations": "not ",
    "one insult": "useless nurse ",
    "one group": "they are all ",
    "ward and bed": "bed 4 ward 12 ",
    "capital names": "Mr Bell ",
    "dates of birth": "dob 1/1/51 ",
    "handles": "@a ",
    "hashtags": "#a",
    "addresses": "a@b.test ",
    "links": "http://a.test/",
    "spaced letters": "h a t e ",
    "typographic": "\u2019\u00a0\u200b",
    "combining": "e\u0301",
    "ligatures": "\ufdfa",
    "right to left": "\u202ea",
    "our name": "WVFT ",
    "dotted name": "w.v.f.",
}
"""What a post of 10,000 characters may consist of, over and over."""


def run() -> Iterator[Figure]:
    """The figures, measured in this run. Takes about a minute."""
    rules = pack.load(ORGANISATION, PolicySettings(packs=POLICIES), RuleSettings())
    posts = list(_posts(random.Random(20261122)))
    for post in posts[:SAMPLE]:  # warms the automata
        rules.evaluate(post)
    ours = _rate(rules.evaluate, posts)
    yield Figure(f"all five policies, {rules.running} rules, {POSTS:,} posts", ours, "posts/s", ">= 20,000")
    sample = posts[:SAMPLE]
    theirs = _presidio()
    if theirs is None:
        yield Figure("Presidio: not installed, pip install -e '.[bench]'", 0, "posts/s")
    else:
        rate = _rate(lambda post: theirs(post.text), sample)
        yield Figure(f"Presidio, UK recognisers, {SAMPLE:,} of the same posts", rate, "posts/s")
        yield Figure("times Presidio", _rate(rules.evaluate, sample) / rate, "x", ">= 10")
    slowest = max((_slowest(rules, hostile(name)), name) for name in HOSTILE)
    yield Figure(
        f"slowest of {len(HOSTILE)} posts of {LONG:,} characters ({slowest[1]})", slowest[0], "ms", "< 20"
    )


def hostile(name: str) -> str:
    """LONG characters of one thing."""
    piece = HOSTILE[name]
    return (piece * (LONG // len(piece) + 1))[:LONG]


def _slowest(rules: RuleSet, text: str) -> float:
    """Milliseconds for one post, by whoever it takes longest; the best of three."""
    return 1000 * max(
        min(_seconds(rules, _post(0, text + " " * turn, relation)) for turn in range(3))
        for relation in (Relation.PUBLIC, Relation.AUTHORISED_STAFF)
    )


def _seconds(rules: RuleSet, post: Post) -> float:
    began = time.process_time()
    rules.evaluate(post)
    return time.process_time() - began


def _posts(rng: random.Random) -> Iterator[Post]:
    """100 to 500 characters each."""
    sentences = sorted(_sentences())
    for number in range(POSTS):
        text, wanted = "", rng.randint(100, 500)
        while len(text) < wanted:
            text = f"{text} {rng.choice(sentences)}".strip()
        relation = Relation.AUTHORISED_STAFF if number % 2 else Relation.PUBLIC
        yield _post(number, text[:500], relation)


def _sentences() -> set[str]:
    """The public's posts and the staff's harmless lines: what a day mostly consists of."""
    found = set((DATA / "public_posts.txt").read_text("utf-8").splitlines())
    for file in DATA.glob("*.jsonl"):
        for case in map(json.loads, file.read_text("utf-8").splitlines()):
            if case["expect"].get("categories") == []:
                found.add(case["text"])
    return found - {""}


def _post(number: int, text: str, relation: Relation) -> Post:
    author = Account(
        platform="bench", handle=f"user{number % 5_000}", bio="here for the cats", relation=relation
    )
    return Post(
        source="bench",
        platform="bench",
        external_id=str(number),
        observed_at=_MOMENT,
        text=text,
        author=author,
    )


def _rate(judge: Callable[[Any], object], items: Sequence[Any]) -> float:
    began = time.process_time()
    for item in items:
        judge(item)
    return len(items) / (time.process_time() - began)


def _presidio() -> Callable[[str], object] | None:
    """Presidio's analyzer with all of its UK recognisers, None where it is not installed."""
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ModuleNotFoundError:
        return None
    language = SpacyNlpEngine()
    language.nlp = {"en": spacy.blank("en")}
    british = [name for name in vars(predefined_recognizers) if name.startswith(("Uk", "Nhs"))]
    registry = RecognizerRegistry([getattr(predefined_recognizers, name)() for name in british])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=language, supported_languages=["en"])
    return lambda text: analyzer.analyze(text=text, language="en")
