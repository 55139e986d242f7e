"""The rules of all five policies over everyday posts and traps, beside Presidio, and over hostile posts.

Presidio's analyzer runs with its UK recognisers and a blank language model, the quickest
it can be, on a sample of the same posts; without the extra `bench` its line says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Post, Relation
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.bench import corpus
from tests.bench.figure import Figure

SAMPLE, WARM = 1_000, 4_000
LONG = 10_000  # characters of a hostile post
POLICIES = ("CDD", "VOY", "SWL", "NT", "BOL")
_BY = {Relation.PUBLIC: "by the public", Relation.AUTHORISED_STAFF: "by authorised staff"}

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
    everyday, traps = corpus.everyday(), corpus.traps()
    for post in (*everyday[:WARM], *traps[:WARM]):  # warms the automata
        rules.evaluate(post)
    what = f"all five policies, {rules.running} rules"
    yield Figure(
        f"{what}, {len(everyday):,} everyday posts", _rate(rules.evaluate, everyday), "posts/s", ">= 20,000"
    )
    for relation, name in _BY.items():
        of_them = [post for post in everyday if post.author and post.author.relation is relation]
        yield Figure(f"of these, {len(of_them):,} {name}", _rate(rules.evaluate, of_them), "posts/s")
    yield Figure(f"{what}, {len(traps):,} posts of traps alone", _rate(rules.evaluate, traps), "posts/s")
    yield from _beside_presidio(rules, everyday[:SAMPLE])
    slowest = max((_slowest(rules, hostile(name)), name) for name in HOSTILE)
    yield Figure(
        f"slowest of {len(HOSTILE)} posts of {LONG:,} characters ({slowest[1]})", slowest[0], "ms", "< 20"
    )


def _beside_presidio(rules: RuleSet, posts: Sequence[Post]) -> Iterator[Figure]:
    theirs = _presidio()
    if theirs is None:
        yield Figure("Presidio: not installed, pip install -e '.[bench]'", 0, "posts/s")
        return
    rate = _rate(lambda post: theirs(post.text), posts)
    yield Figure(f"Presidio, UK recognisers, {len(posts):,} of the everyday posts", rate, "posts/s")
    yield Figure("times Presidio", _rate(rules.evaluate, posts) / rate, "x", ">= 10")


def hostile(name: str) -> str:
    """LONG characters of one thing."""
    piece = HOSTILE[name]
    return (piece * (LONG // len(piece) + 1))[:LONG]


def _slowest(rules: RuleSet, text: str) -> float:
    """Milliseconds for one post, by whoever it takes longest; the best of three."""
    return 1000 * max(
        min(_seconds(rules, corpus.post(text + " " * turn, relation)) for turn in range(3))
        for relation in (Relation.PUBLIC, Relation.AUTHORISED_STAFF)
    )


def _seconds(rules: RuleSet, post: Post) -> float:
    began = time.process_time()
    rules.evaluate(post)
    return time.process_time() - began


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
