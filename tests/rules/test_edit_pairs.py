"""The labelled pairs: enough of each kind, hard harmless ones, and labels that hold by their definitions."""

from __future__ import annotations

import re
from collections import Counter
from ipaddress import ip_address, ip_network
from itertools import combinations
from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.errors import RuleError
from monitor.types import EditorKind, Hunk
from rules.edits import EffectKind
from rules.examples import ORGANISATION
from tests.rules.edits.pairs import (
    ARTICLES,
    DEVELOPMENT,
    FRESH,
    LABELLED,
    ORDINARY,
    UNSEEN,
    AnchorRefused,
    Pair,
    PairRefused,
    Step,
    pairs,
    post_of,
)

FILES = (DEVELOPMENT, UNSEEN, FRESH, ORDINARY)
EACH = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
TWO = pytest.mark.parametrize(("one", "other"), list(combinations(FILES, 2)), ids=lambda path: path.stem)

_CITATION = re.compile(r"<ref[ >]", re.IGNORECASE)
_TELEPHONE = re.compile(r"(?<!\d)0\d{4} ?\d{6}(?!\d)")
_NHS_NUMBER = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
_DOMAIN = re.compile(r"(?:https?://|@)([\w.-]*\w)")
_DOCUMENTATION = [
    ip_network(given) for given in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
"""The addresses that nobody has (RFC 5737, RFC 3849)."""


def labels(path: Path) -> Counter[EffectKind]:
    return Counter(kind for pair in pairs(path) for kind in pair.expect)


def hunks(path: Path) -> set[tuple[Hunk, ...]]:
    """What the edits that do something change, as a comparison shows it."""
    return {post_of(pair).change.hunks for pair in pairs(path) if pair.expect}


@pytest.mark.parametrize(
    ("path", "enough", "of_each"),
    [(DEVELOPMENT, 130, 8), (UNSEEN, 90, 5), (FRESH, 150, 6), (ORDINARY, 200, 6)],
)
def test_there_are_enough_pairs_of_every_kind(path: Path, enough: int, of_each: int) -> None:
    counted = labels(path)
    assert len(pairs(path)) >= enough
    assert {kind: counted[kind] for kind in LABELLED if counted[kind] < of_each} == {}
    assert set(counted) == LABELLED


@EACH
def test_a_third_of_the_pairs_is_harmless(path: Path) -> None:
    harmless = sum(not pair.expect for pair in pairs(path))
    assert harmless * 3 >= len(pairs(path))


@EACH
def test_every_edit_changes_its_page(path: Path) -> None:
    assert [pair.id for pair in pairs(path) if pair.old == pair.new] == []


@EACH
def test_what_careful_readers_differ_on_is_not_expected_too(path: Path) -> None:
    assert [pair.id for pair in pairs(path) if pair.expect & pair.may] == []


@EACH
def test_a_page_is_blanked_where_nine_tenths_of_it_are_gone_and_nowhere_else(path: Path) -> None:
    def blanked(pair: Pair) -> bool:
        return len(pair.old) > 500 and len(pair.new) < len(pair.old) / 10

    wrong = [pair.id for pair in pairs(path) if blanked(pair) != (EffectKind.BLANKING in pair.expect)]
    assert wrong == []


@EACH
def test_references_are_lost_where_the_page_has_fewer_and_nowhere_else(path: Path) -> None:
    def lost(pair: Pair) -> bool:
        return len(_CITATION.findall(pair.old)) > len(_CITATION.findall(pair.new))

    decided = (
        pair
        for pair in pairs(path)
        if EffectKind.REVERT not in pair.expect and EffectKind.REFERENCES_LOST not in pair.may
    )
    assert [p.id for p in decided if lost(p) != (EffectKind.REFERENCES_LOST in p.expect)] == []


@EACH
def test_a_revert_has_no_other_effect(path: Path) -> None:
    reverts = [pair for pair in pairs(path) if EffectKind.REVERT in pair.expect]
    assert [pair.id for pair in reverts if len(pair.expect) > 1] == []
    assert {bool(pair.tags) for pair in reverts} == {True, False}, "by tag, and by the summary alone"


@EACH
def test_no_pair_names_a_number_or_an_address_that_could_be_somebodys(path: Path) -> None:
    texts = [text for pair in pairs(path) for text in (pair.old, pair.new, pair.summary, pair.user)]
    numbers = {re.sub(r"\D", "", found) for text in texts for found in _TELEPHONE.findall(text)}
    domains = {found for text in texts for found in _DOMAIN.findall(text)}
    assert {number for number in numbers if not number.startswith(("01632960", "07700900"))} == set()
    assert {domain for domain in domains if not domain.endswith(".test")} == set()


@EACH
def test_nhs_numbers_of_pairs_are_of_the_range_for_tests(path: Path) -> None:
    texts = [text for pair in pairs(path) for text in (pair.old, pair.new, pair.summary, pair.user)]
    numbers = {found for text in texts for found in _NHS_NUMBER.findall(text)}
    assert numbers
    assert {number for number in numbers if not number.startswith("999")} == set()


@TWO
def test_two_files_share_no_pair(one: Path, other: Path) -> None:
    assert {pair.id for pair in pairs(one)}.isdisjoint(pair.id for pair in pairs(other))
    assert hunks(one).isdisjoint(hunks(other))


def test_half_of_the_unseen_pairs_is_of_articles_that_the_others_do_not_have() -> None:
    known = {pair.title for pair in pairs(DEVELOPMENT)}
    assert sum(pair.title not in known for pair in pairs(UNSEEN)) * 2 >= len(pairs(UNSEEN))


@pytest.mark.parametrize("path", [FRESH, ORDINARY], ids=lambda path: path.stem)
def test_these_pairs_are_of_articles_that_the_others_do_not_have(path: Path) -> None:
    known = {pair.title for other in FILES if other != path for pair in pairs(other)}
    assert {pair.title for pair in pairs(path)}.isdisjoint(known)


@pytest.mark.parametrize(("path", "share"), [(FRESH, 0.15), (ORDINARY, 0.12)])
def test_careful_readers_differ_on_few_of_these_pairs(path: Path, share: float) -> None:
    assert sum(bool(pair.may) for pair in pairs(path)) < share * len(pairs(path))


def test_every_article_is_used() -> None:
    used = {pair.article for path in FILES for pair in pairs(path)}
    assert used == {file.stem for file in ARTICLES.glob("*.wiki")}


def test_an_id_that_is_used_twice_is_refused(tmp_path: Path) -> None:
    row = "{article: trust, edit: [{append: more}], expect: [], why: nothing of note}"
    file = tmp_path / "pairs.yaml"
    file.write_text(f"one: {row}\none: {row}\n", "utf-8")
    with pytest.raises(RuleError, match="one"):
        pairs(file)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "{article: trust, edit: [{find: no such words}], expect: [], why: an anchor that is missing}",
            "occur",
        ),
        ("{article: trust, edit: [{append: more}], expect: [rudeness], why: no such kind}", r"expect\.0"),
        ("{article: trust, edit: [], expect: [], why: nothing was done}", "edit"),
    ],
)
def test_a_row_that_is_no_pair_is_refused_by_its_id(tmp_path: Path, row: str, reason: str) -> None:
    file = tmp_path / "pairs.yaml"
    file.write_text(f"some-edit: {row}\n", "utf-8")
    with pytest.raises(PairRefused, match=rf"^some-edit: .*{reason}"):
        pairs(file)


@pytest.mark.parametrize("anchor", ["sea", "c", ("salt", "pepper"), ("c", "salt")])
def test_an_anchor_that_does_not_stand_there_once_is_refused(anchor: str | tuple[str, str]) -> None:
    with pytest.raises(AnchorRefused, match="occur"):
        Step(find=anchor).applied("ice, spice, salt")


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"find": "a", "append": "b"},
        {"add": "a"},
        {"move": "a", "after": "b", "before": "c"},
    ],
)
def test_a_step_that_does_not_say_one_thing_is_refused(step: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"one thing|either"):
        Step.model_validate(step)


PAGE = "top\n== A ==\na\n=== B ===\nb\n== C ==\nc\n"


@pytest.mark.parametrize(
    ("step", "after"),
    [
        (Step(find="a\n", put="x\n"), "top\n== A ==\nx\n=== B ===\nb\n== C ==\nc\n"),
        (Step(find=("a\n", "b")), "top\n== A ==\n\n== C ==\nc\n"),
        (Step(every="==\n", put="==\n\n"), PAGE.replace("==\n", "==\n\n")),
        (Step(section="A"), "top\n== C ==\nc\n"),
        (Step(section="C"), "top\n== A ==\na\n=== B ===\nb\n"),
        (Step(move="top\n", after="\nc\n"), "== A ==\na\n=== B ===\nb\n== C ==\nc\ntop\n"),
        (Step(move_section="B", before="== A"), "top\n=== B ===\nb\n== A ==\na\n== C ==\nc\n"),
        (Step(add="!", after="top"), PAGE.replace("top", "top!")),
        (Step(append="end"), PAGE + "end"),
        (Step(whole="gone"), "gone"),
    ],
)
def test_a_step_does_what_it_says(step: Step, after: str) -> None:
    assert step.applied(PAGE) == after


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        ("Quillfeather", EditorKind.ACCOUNT),
        ("SweepBot", EditorKind.BOT),
        ("~2026-30117-4", EditorKind.TEMPORARY),
        ("203.0.113.44", EditorKind.ADDRESS),
        ("2001:DB8:0:0:0:0:0:7", EditorKind.ADDRESS),
    ],
)
def test_a_user_name_says_what_the_wiki_shows_of_its_editor(user: str, kind: EditorKind) -> None:
    pair = pairs(DEVELOPMENT)[0]
    given = {name: getattr(pair, name) for name in Pair.__slots__} | {"user": user}
    change = post_of(Pair(**given)).change
    assert change is not None
    assert change.editor is not None
    assert change.editor.kind is kind


def test_a_pair_becomes_the_edit_that_a_connector_hands_on() -> None:
    pair = next(pair for pair in pairs(DEVELOPMENT) if pair.id == "rollback-insult")
    post = post_of(pair)
    assert (post.title, post.text) == ("St Oswin's Hospital", pair.summary)
    assert post.change is not None
    assert post.change.reverts
    assert [hunk.old.strip() for hunk in post.change.hunks] == ["This filthy death trap"]
    assert post.change.size_before == len(pair.old.encode())
    assert "History" in post.change.sections_after


@EACH
def test_pairs_are_edited_from_addresses_for_documentation_and_never_from_the_organisations_own(
    path: Path,
) -> None:
    posts = [post_of(pair) for pair in pairs(path)]
    addresses = {
        ip_address(post.author.handle) for post in posts if post.change.editor.kind is EditorKind.ADDRESS
    }
    assert addresses
    assert {one for one in addresses if not any(one in known for known in _DOCUMENTATION)} == set()
    assert {one for one in addresses for ours in ORGANISATION.networks if one in ip_network(ours)} == set()
