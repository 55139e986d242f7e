"""`monitor evaluate FOLDER`: labelled pictures are measured; what counts as right is held here by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from monitor.cli import app
from monitor.cli.output import Exit
from monitor.cli.pictures import measures
from monitor.cli.pictures.marksheets import MarkMeasure
from monitor.types import Picture, Tier
from monitor.types.pictures import Box, Likeness, Mark
from rules.examples import ORGANISATION
from tests.pictures.draw.__main__ import draw

HERE = {"label": "1", "x0": "10", "y0": "10", "x1": "110", "y1": "50", "width_px": "100", "condition": "size"}


def evaluate(*arguments: str) -> Result:
    """The command's answer."""
    return CliRunner().invoke(app, ["evaluate", *arguments])


def mark(**fields: object) -> Mark:
    """The shared mark, where HERE says."""
    given = {"reference": "mark.png", "tier": Tier.CERTAIN, "score": 0.9, "box": Box(12, 9, 98, 42)}
    return Mark(**(given | {"shared": True} | fields))  # type: ignore[arg-type]


def seen(*marks: Mark, **fields: object) -> Picture:
    """A picture that could be opened."""
    return Picture(width=400, height=300, marks=marks, **fields)  # type: ignore[arg-type]


def test_a_mark_counts_as_found_only_where_it_stands_and_of_the_labelled_sort() -> None:
    measure, labels = MarkMeasure(), HERE | {"mark": "N"}
    assert measure.enter(labels, seen(mark())) == []
    assert measure.enter(labels, seen(mark(box=Box(200, 200, 100, 40)))) == ["not found"]
    assert measure.enter(labels, seen(mark(shared=False))) == ["not found"]
    assert measure.enter(labels, seen(mark(tier=Tier.PROBABLE))) == []
    row = "shared mark, all unaltered of 24 px and more"
    assert (measure.found.share(row, "found").hits, measure.found.share(row, "as certain").hits) == (2, 1)


def test_another_bodys_logo_called_ours_is_counted_and_said() -> None:
    measure, labels = MarkMeasure(), HERE | {"mark": "X", "owner": "Gateshead Health"}
    assert measure.enter(labels, seen(mark(ours=True))) == ["another body's logo called ours"]
    right = mark(ours=False, owner="Gateshead Health NHS Foundation Trust")
    assert measure.enter(labels, seen(right)) == []
    row = "another body's lockup, 64 px and more"
    assert measure.whose.share(row, "called ours").hits == 1
    assert measure.whose.share(row, "told right").hits == 1


def test_marks_in_pictures_without_one_count_against_and_letters_apart() -> None:
    measure = MarkMeasure()
    measure.enter({"label": "0", "condition": "page"}, seen(mark()))
    measure.enter({"label": "0", "condition": "plain_letters"}, seen(mark(tier=Tier.PROBABLE)))
    assert measure.false.share("all ordinary scenes", "a mark was told").of == 1
    assert measure.false.share("plain letters", "as certain").hits == 0
    assert measure.false.share("plain letters", "a mark was told").hits == 1


def test_a_verdict_on_a_genuine_mark_counts_against() -> None:
    measure = MarkMeasure()
    wrong = measure.enter(HERE | {"mark": "N"}, seen(mark(altered=("colour",))))
    assert wrong == ["called altered: colour"]
    measure.enter(HERE | {"mark": "N", "altered": "colour"}, seen(mark(altered=("shape",))))
    assert measure.altered.share("all genuine", "called altered").hits == 1
    assert measure.altered.share("all altered", "called altered").hits == 1


def test_an_avatar_is_right_only_as_a_copy_of_its_own_original() -> None:
    measure = measures.AvatarMeasure()
    copy = {"same_as": "emblem", "kind": "crop"}
    assert measure.enter(copy, seen(likeness=Likeness("avatar_emblem.png", 8))) == []
    assert measure.enter(copy, seen(likeness=Likeness("avatar_initials.png", 8))) == [
        "the copy was not found"
    ]
    other = {"same_as": "", "kind": "other_initials"}
    assert measure.enter(other, seen(likeness=Likeness("avatar_initials.png", 8))) != []


def test_numbers_are_found_and_masked_or_said_to_be_missed() -> None:
    measure = measures.TextMeasure(ORGANISATION)
    labels = {"kind": "label", "lines": ["NHS No 999 000 0018", "Ward 4"], "nhs_numbers": ["999 000 0018"]}
    assert measure.enter(labels, seen(text="NHS No 999 000 0018\nWard", text_read=True)) == []
    assert measure.enter(labels, seen(text="NHS No 999 000\nWard 4")) == ["1 of 1 NHS numbers not found"]
    shares = {column: measure.read.share("all", column) for column in measure.read.columns}
    assert (shares["words read"].hits, shares["words read"].of) == (12, 14)
    assert (shares["NHS numbers found"].hits, shares["NHS numbers masked"].hits) == (1, 2)


def test_a_hostile_file_is_right_only_where_its_refusal_is_said() -> None:
    measure = measures.HostileMeasure()
    labels = {"file": "x.png", "expect": "not read: empty"}
    assert measure.enter(labels, Picture(not_read="it is empty")) == []
    assert measure.enter(labels, Picture()) == ["nothing says why it was not read"]
    assert measure.enter(labels, seen()) == ["was read"]
    located = {"file": "y.jpg", "expect": "read, location"}
    assert measure.enter(located, seen(has_location=False)) == ["its location was not noticed"]
    assert measure.enter({"file": "z.pdf", "expect": "read, pages 12"}, seen(pages=1)) == ["has 1 pages"]


def test_a_drawn_folder_is_measured_with_its_seed_and_intervals(tmp_path: Path) -> None:
    counts = draw(tmp_path, ["qr"], seed=3, amount=0.05, bare=True)
    result = evaluate(str(tmp_path / "qr"), "--json")
    assert result.exit_code == Exit.OK
    (report,) = json.loads(result.stdout)["folders"]
    assert report["pictures"] == counts["qr"] == 7
    assert report["drawn"]["seed"] == 3
    assert report["tables"][0]["rows"]["320 px"]["read"]["hits"] == 1
    assert json.loads(result.stdout)["worker_mib"] > 50


def test_the_same_seed_draws_the_same_pictures(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw(tmp_path / name, ["qr"], seed=3, amount=0.05, bare=True)
    one, two = (sorted((tmp_path / name / "qr").iterdir()) for name in ("one", "two"))
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]


@pytest.mark.parametrize(
    ("labels", "said"),
    [(None, "has neither labels.csv nor labels.jsonl"), ("file,colour\na.png,red\n", "need a column file")],
)
def test_a_folder_without_labels_is_refused_with_what_would_be_right(
    tmp_path: Path, labels: str | None, said: str
) -> None:
    if labels is not None:
        (tmp_path / "labels.csv").write_text(labels, "utf-8")
    result = evaluate(str(tmp_path))
    assert result.exit_code == Exit.ERROR
    assert said in result.stderr


def test_folders_and_files_of_cases_are_measured_apart(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("{}", "utf-8")
    assert evaluate(str(tmp_path), str(tmp_path / "cases.jsonl")).exit_code == Exit.USAGE
