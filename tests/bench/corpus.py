"""Posts to measure with, seeded: half by the public, half by authorised staff, 100 to 500 characters each.

`everyday` is what a search brings in: ordinary talk, a third of it of hospitals, nurses, wards and A&E,
since a watched post speaks of the organisation, and 12 in 100 with a sentence of tests/rules. `traps` is
nothing but sentences of tests/rules, written to meet a rule or to miss it narrowly: the worst case.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from monitor.types import Account, Post, Relation

SIZE = 40_000
_TESTS = Path(__file__).parents[1]
_MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
_HOSPITAL, _TRAP, _TYPESET = 1 / 3, 0.12, 0.45  # shares of the everyday posts
_LETTERS = str.maketrans({"'": "\u2019", "-": "\u2011"})


def everyday() -> list[Post]:
    """Ordinary posts."""
    rng = random.Random(20261121)
    talk = yaml.safe_load(Path(__file__).with_name("everyday.yaml").read_text("utf-8"))
    listed = sentences()
    return _posts(_everyday(rng, talk["life"], talk["hospital"], listed) for _ in range(SIZE))


def traps() -> list[Post]:
    """Posts of which each sentence is one of `sentences`."""
    rng = random.Random(20261122)
    listed = sentences()
    return _posts(_text(rng, [], listed) for _ in range(SIZE))


def sentences() -> list[str]:
    """What tests/rules labels: sentences that meet a rule and, more often, that nearly do."""
    cases = yaml.safe_load((_TESTS / "rules" / "crowd_cases.yaml").read_text("utf-8"))
    found = {text for bands in cases.values() for texts in bands.values() for text in texts}
    found.update((_TESTS / "rules" / "data" / "public_posts.txt").read_text("utf-8").splitlines())
    for file in (_TESTS / "rules" / "data").glob("*.jsonl"):
        found.update(json.loads(line)["text"] for line in file.read_text("utf-8").splitlines())
    return sorted(found - {""})


def _everyday(rng: random.Random, life: Sequence[str], hospital: Sequence[str], traps: Sequence[str]) -> str:
    """One post; where it speaks of a hospital, about half of its sentences do."""
    of_hospital = rng.random() < _HOSPITAL
    said = [rng.choice(hospital)] if of_hospital else []
    if rng.random() < _TRAP:
        said.append(rng.choice(traps))
    text = _text(rng, said, [*life, *hospital * 2] if of_hospital else life)
    return f"{text.translate(_LETTERS)} \U0001f600" if rng.random() < _TYPESET else text


def _text(rng: random.Random, said: Sequence[str], more: Sequence[str]) -> str:
    """`said`, in some order, and as many others as the post's length leaves room for."""
    wanted = rng.randint(100, 500)
    chosen = [*said]
    while len(" ".join(chosen)) < wanted:
        chosen.append(rng.choice(more))
    rng.shuffle(chosen)
    return " ".join(chosen)[:500]


def post(text: str, relation: Relation, number: int = 0) -> Post:
    """A post by one of 5,000 accounts."""
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


def _posts(texts: Iterable[str]) -> list[Post]:
    relations = (Relation.PUBLIC, Relation.AUTHORISED_STAFF)
    return [post(text, relations[number % 2], number) for number, text in enumerate(texts)]
