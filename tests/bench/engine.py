"""The rule engine with 300 generated rules over 100,000 generated posts. Reported, never asserted.

Ratios of one run on one machine: against a plain loop of `re` over the same patterns (timed on fewer
posts, since it is slow, and scaled), and against the bare RE2 set scan of the same texts.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import re2

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Post, Relation
from rules import pack
from rules.detectors import Options
from rules.engine import Rule, RuleSet
from rules.examples import ORGANISATION
from rules.identifiers import PersonIdentifiers
from rules.references import OrganisationReferences
from rules.schema import RuleFile
from tests.bench.corpus import post
from tests.bench.figure import Figure

POSTS, SAMPLE, RULES = 100_000, 1_000, 300


def run() -> list[Figure]:
    """The figures, measured in this run. Takes about half a minute."""
    rng = random.Random(20261121)
    words = _words(rng, 4_000)
    patterns = _patterns(rng, words)
    literals = [pattern[2:-2] for pattern in patterns[: RULES * 2 // 3]]
    posts = [_post(rng, words, literals, number) for number in range(POSTS)]
    engine = RuleSet([_rule(number, pattern) for number, pattern in enumerate(patterns)], ORGANISATION)
    scan = _raw_set(patterns)
    texts = [post.text for post in posts]
    loops = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    found = sum(len(engine.evaluate(post)) for post in posts[:SAMPLE])  # also warms the automaton
    ours = _rate(engine.evaluate, posts)
    bare = _rate(scan.Match, texts)
    plain = _rate(lambda text: [loop for loop in loops if loop.search(text)], texts[:SAMPLE])
    return [
        Figure("rule engine, 300 rules", ours, "posts/s"),
        Figure("findings in 1,000 posts", found, "findings"),
        Figure(f"times a plain `re` loop (timed on {SAMPLE:,} posts)", ours / plain, "x", ">= 50"),
        Figure("share of the bare RE2 set scan (256 MB)", ours / bare, "x", ">= 0.33"),
        Figure("references + identifiers + shipped rules", _rate(_shipped(), posts), "posts/s", ">= 40,000"),
    ]


def _raw_set(patterns: list[str]) -> Any:
    """The bare scan with the memory at which it is quickest, 256 MB."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 256 << 20
    scan = re2.Set.SearchSet(options)
    for pattern in patterns:
        scan.Add(pattern)
    scan.Compile()
    return scan


def _shipped() -> Callable[[Post], object]:
    rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings())
    references, identifiers = OrganisationReferences(ORGANISATION), PersonIdentifiers(ORGANISATION)
    return lambda post: (references.find(post), identifiers.spans(post), rules.evaluate(post))


def _rate(judge: Callable[[Any], object], items: Sequence[Any]) -> float:
    began = time.process_time()
    for item in items:
        judge(item)
    return len(items) / (time.process_time() - began)


def _words(rng: random.Random, count: int) -> list[str]:
    syllables = [
        "ba",
        "ken",
        "tor",
        "li",
        "mes",
        "ra",
        "du",
        "fin",
        "go",
        "wes",
        "ta",
        "nel",
        "pi",
        "ro",
        "sha",
        "ven",
    ]
    return ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(count)]


def _patterns(rng: random.Random, words: list[str]) -> list[str]:
    """Two thirds literals of two words, one third expressions with gaps, alternatives and digits."""
    literals = [rf"\b{rng.choice(words)} {rng.choice(words)}\b" for _ in range(RULES * 2 // 3)]
    shapes = [
        lambda a, b, c: rf"\b{a}\b.{{0,40}}\b{b}\b",
        lambda a, b, c: rf"\b(?:{a}|{b}) (?:{b}|{c})\b",
        lambda a, b, c: rf"\b{a} ?\d{{1,3}}\b",
    ]
    expressions = [
        shapes[number % len(shapes)](*rng.choices(words, k=3)) for number in range(RULES - len(literals))
    ]
    return literals + expressions


def _post(rng: random.Random, words: list[str], literals: list[str], number: int) -> Post:
    """100 to 500 characters; 45 % hold a typographic character, 12 % meet a rule, 5 % name the trust."""
    text = " ".join(rng.choices(words, k=rng.randint(15, 70)))
    if rng.random() < 0.45:
        text = text.replace(" ta", "\u2019s ta", 3) + " \u2014 é"
    if rng.random() < 0.12:
        text += f" {rng.choice(literals)}"
    if number % 20 == 0:
        text += " at WVFT"
    return post(text, Relation.PUBLIC, number)


def _rule(number: int, pattern: str) -> Rule:
    file = RuleFile.model_validate(
        {
            "id": f"GEN-{number:03}",
            "title": "Generated",
            "status": "stable",
            "category": "bullying",
            "lane": "comms",
            "severity": "low",
            "clauses": ["CDD-4.4.3-1"],
            "subjects": ["public_mention"],
            "owner": "comms",
            "route": {"to": ["comms"], "digest": "daily", "redact": True},
            "match": {"any": [pattern]},
            "false_positives": ["generated"],
            "tests": {"match": ["not run"], "no_match": ["not run"]},
        }
    )
    return Rule(file, "0", ("CDD-4.4.3-1",), (), None, Options(), likely=False)
