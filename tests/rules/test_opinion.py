"""The optional language model: what it may move, what it may not, and that nobody needs it.

The lines in data/opinion.jsonl are ours, in the voice of comments under a video; most name a group.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from monitor.cli.output import Exit
from monitor.config import PolicySettings, RuleSettings
from monitor.types import Severity
from rules import pack
from rules.detectors.discrimination import REVIEW, remarks, unnamed
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from rules.hostility import opinion
from rules.hostility.opinion import Opinion
from rules.text.fold import fold
from tests.rules.posts import staff

LINES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "opinion.jsonl").read_text("utf-8").splitlines()
]
HINT = "I swear the women round here were hired for their looks, it is a disgrace"
EXTRA = ("numpy", "safetensors", "tokenizers", "wordllama")
installed = pytest.mark.skipif(find_spec("wordllama") is None, reason="the extra ml is not installed")


class Always:
    """An opinion that never changes, and what it was asked."""

    version = "1"

    def __init__(self, answer: float) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def hostility(self, sentence: str) -> float:
        self.asked.append(sentence)
        return self.answer


def rules(asked: Opinion | None) -> RuleSet:
    loaded = pack.check(PolicySettings(), RuleSettings()).rules
    chosen = [rule for rule in loaded if rule.id in ("DIS-001", "INC-001")]
    return RuleSet(chosen, ORGANISATION, opinion=asked)


def severities(text: str, asked: Opinion | None) -> list[Severity]:
    return [finding.severity for finding in rules(asked).evaluate(staff(text))]


@pytest.fixture(scope="module")
def model() -> Opinion:
    loaded = opinion.load("wordllama")
    assert loaded is not None
    return loaded


@pytest.mark.parametrize(
    "text",
    [
        "What a lovely morning by the river",
        "My manager is a pathetic idiot and I hate him",
        "The women of Ward 4 are running a cake stall on Friday",
        'He shouted "Muslims are scum" across the waiting room',
        "Immigrants are not parasites, they keep this place open",
        "The racist who spat at a Muslim nurse is scum",
        "not every woman wants children and that is fine",
    ],
)
def test_a_model_that_is_sure_of_everything_raises_nothing_alone(text: str) -> None:
    sure = Always(1.0)
    assert severities(text, sure) == []
    assert sure.asked == []


def test_hostile_words_near_a_group_are_raised_to_the_lowest_tier_only() -> None:
    assert severities(HINT, None) == []
    assert severities(HINT, Always(0.6)) == []
    (finding,) = rules(Always(1.0)).evaluate(staff(HINT))
    assert (finding.rule_id, finding.severity) == ("DIS-001", Severity.LOW)
    assert finding.reason == (
        "Hostile words in a sentence about women or men, in the author's own words."
        " No listed turn of phrase; a language model takes it for a hostile remark."
    )


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("Immigrants are vermin", Severity.MEDIUM, Severity.LOW),
        ("Immigrants are vermin and they should be deported", Severity.MEDIUM, Severity.MEDIUM),
        ("Somebody should shoot these refugees", Severity.HIGH, Severity.HIGH),
    ],
)
def test_a_doubt_lowers_what_is_near_the_threshold_and_drops_nothing(
    text: str, before: Severity, after: Severity
) -> None:
    assert severities(text, None) == severities(text, Always(0.5)) == [before]
    (finding,) = rules(Always(0.0)).evaluate(staff(text))
    assert finding.severity == after
    assert finding.reason.endswith("A language model takes it for harmless.") == (before != after)


def test_the_model_never_reads_whom_a_sentence_is_about() -> None:
    asked = Always(0.0)
    for group in ("Immigrants", "Gay men", "Disabled people", "Women"):
        severities(f"{group} have no idea how to park", asked)
    assert set(asked.asked) == {"they have no idea how to park"}


def test_a_long_post_asks_only_so_often() -> None:
    asked = Always(0.0)
    remarks("women have no idea. " * 500, asked)
    assert len(asked.asked) == 10


def test_posts_are_judged_anew_with_another_model() -> None:
    other = Always(1.0)
    other.version = "2"
    assert len({rules(each).version for each in (None, Always(1.0), other)}) == 3


def test_the_default_install_imports_nothing_of_it() -> None:
    loaded = in_a_process(
        "from rules import pack; from rules.examples import ORGANISATION\n"
        "from monitor.config import PolicySettings, RuleSettings\n"
        "from tests.rules.posts import staff\n"
        "rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings())\n"
        "assert rules.evaluate(staff('Immigrants are vermin'))\n"
        "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    assert not set(EXTRA) & set(json.loads(loaded))


def test_a_missing_extra_says_what_to_type(tmp_path: Path) -> None:
    settings = tmp_path / "monitor.toml"
    settings.write_text(
        '[organisation]\nname = "Wearside Vale"\nshort = "WVFT"\n[rules]\nopinion = "wordllama"\n', "utf-8"
    )
    program = (
        "import sys; sys.modules['tokenizers'] = None\n"
        f"from monitor.cli import main; sys.argv = ['monitor', '--config', {str(settings)!r}, 'check', 'x']\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.CONFIG
    assert "the package tokenizers, which is not installed: pip install 'trustwatch[ml]'" in done.stderr


@installed
def test_the_model_is_read_from_disk_and_opens_no_socket() -> None:
    seen = in_a_process(
        "import sys; seen = []\n"
        "sys.addaudithook(lambda event, _: seen.append(event) if event.startswith('socket.') else None)\n"
        "from rules.hostility import opinion\n"
        "assert opinion.load('wordllama').hostility('they are scum') > 0.5\n"
        "import json; print(json.dumps([seen, 'wordllama' in sys.modules]))"
    )
    assert json.loads(seen) == [[], False]


@installed
def test_the_model_finds_more_and_no_more_false_ones(model: Opinion) -> None:
    def raised(asked: Opinion | None, *, hateful: bool) -> set[str]:
        chosen = (fold(line["text"]).text for line in LINES if line["expect"]["hateful"] is hateful)
        return {text for text in chosen if any(r.score >= REVIEW for r in remarks(text, asked))}

    assert raised(None, hateful=True) < raised(model, hateful=True)
    assert raised(None, hateful=False) == raised(model, hateful=False)


@installed
def test_the_model_ranks_two_of_three_hostile_lines_above_a_harmless_one(model: Opinion) -> None:
    def hostility(*, hateful: bool) -> list[float]:
        lines = (line["text"] for line in LINES if line["expect"]["hateful"] is hateful)
        return [model.hostility(unnamed(fold(text).text)) for text in lines]

    hostile, harmless = hostility(hateful=True), hostility(hateful=False)
    above = sum(one > other for one in hostile for other in harmless)
    assert above > 2 / 3 * len(hostile) * len(harmless)


@installed
@pytest.mark.parametrize("text", ["", " ", "\u202e", "\x00", "\U0001f600" * 4000, "a" * 1_000_000], ids=repr)
def test_a_sentence_of_any_shape_has_an_opinion(text: str, model: Opinion) -> None:
    assert 0 <= model.hostility(unnamed(fold(text).text)) <= 1


@installed
def test_what_the_model_learns_is_the_same_every_time(model: Opinion) -> None:
    from rules.hostility import embedding

    again = embedding.load.__wrapped__()
    assert again.version == model.version
    assert again.hostility("they are all the same") == model.hostility("they are all the same")


@installed
def test_the_model_learns_from_nothing_that_it_is_measured_on() -> None:
    from rules.hostility import embedding

    learnt = {fold(line).text for line in (*embedding.lines().hostile, *embedding.lines().harmless)}
    assert len(learnt) > 400
    assert learnt.isdisjoint(fold(line["text"]).text for line in LINES)


def in_a_process(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout
