"""`monitor demo`: the main job with the network cut off."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rules.pictures.text import recognise

CUT_OFF = ["unshare", "--net", "--map-root-user"]


def cut_off() -> list[str]:
    """A prefix that takes the network away, where this machine allows it."""
    try:
        allowed = subprocess.run([*CUT_OFF, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    return CUT_OFF if allowed else []


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo writes its digests."""
    return tmp_path_factory.mktemp("demo") / "demo"


@pytest.fixture(scope="module")
def demo(digests: Path) -> subprocess.CompletedProcess[str]:
    command = [*cut_off(), str(Path(sys.executable).with_name("monitor")), "demo"]
    return subprocess.run(
        command, cwd=digests.parent, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_ends_with_a_digest_its_html_and_three_next_commands(
    demo: subprocess.CompletedProcess[str],
) -> None:
    assert demo.returncode == 0, demo.stderr
    assert "Subject: [WVFT monitor]" in demo.stdout
    assert "demo/digest-comms.html" in demo.stderr
    assert len(demo.stderr.split("Next:")[1].strip().splitlines()) == 3


@pytest.mark.parametrize(
    ("rule", "role"),
    [
        ("NHS-001", "caldicott"),
        ("WIK-001", "comms"),
        ("DRG-001", "comms"),
        ("DRG-001", "hr"),
        ("CNF-001", "comms"),
        ("LAL-001", "comms"),
        ("EML-001", "hr"),
        ("ACC-001", "comms"),
        ("LOG-001", "comms"),
        ("IMG-002", "caldicott"),
    ],
)
def test_every_rule_shows_what_it_finds_to_those_it_is_for(
    demo: subprocess.CompletedProcess[str], digests: Path, rule: str, role: str
) -> None:
    assert rule in (digests / f"digest-{role}.html").read_text("utf-8")


def test_a_patients_number_is_for_the_caldicott_guardian_alone(
    demo: subprocess.CompletedProcess[str], digests: Path
) -> None:
    assert "NHS-001" not in (digests / "digest-comms.html").read_text("utf-8")
    assert "NHS-001" not in (digests / "digest-hr.html").read_text("utf-8")


def test_the_source_that_did_not_answer_is_named(demo: subprocess.CompletedProcess[str]) -> None:
    assert "Harbour Radio: failed once" in demo.stdout


def test_no_identifier_is_shown(demo: subprocess.CompletedProcess[str]) -> None:
    shown = demo.stdout + demo.stderr.replace('"Lovely shift at CDDFT, NHS number 999 200 1135', "")
    assert "999 200 1135" not in shown


@pytest.mark.parametrize(
    ("role", "caption"),
    [
        ("comms", r"probable lookalike, 1\d\d points; its picture is a copy of ours\."),
        ("comms", "Image 1: Our logo, certain. Nothing else of the picture is shown."),
        (
            "caldicott",
            r"Image 1: 7 lines of text; found in it: NHS number \(4\). Its words are painted over.",
        ),
    ],
)
def test_a_lookalike_a_logo_and_a_text_in_a_picture_are_shown_by_evidence_without_words(
    demo: subprocess.CompletedProcess[str], digests: Path, role: str, caption: str
) -> None:
    page = (digests / f"digest-{role}.html").read_text("utf-8")
    (linked,) = re.findall(rf'Picture: [^<]*{caption} <a href="(evidence/CASE-\d+-\d+\.png)"', page)
    assert "<img" not in page
    with Image.open(digests / linked) as picture:
        assert picture.format == "PNG"
        seen = re.sub(r"\W", "", " ".join(recognise(np.asarray(picture.convert("RGB"))))).lower()
    assert seen, "what it shows is said in it"
    for planted in (
        "9992001135",
        "9991234500",
        "9994567802",
        "9995551209",
        "penhallow",
        "castlemain",
        "marrack",
    ):
        assert planted not in seen


def test_what_left_a_page_of_wikipedia_is_shown_with_its_section_and_who_took_it_out(
    demo: subprocess.CompletedProcess[str], digests: Path
) -> None:
    told = " ".join(demo.stdout.replace("\n    > ", " ").split())
    assert "[removed: heading “Criticism”: In June 2025 an unannounced inspection" in told
    assert "Editor: a registered account: a wiki does not show the network of an account" in told
    page = " ".join((digests / "digest-comms.html").read_text("utf-8").split())
    assert "<del" in page, "struck through, not only red"


def test_without_the_extra_the_demo_runs_and_says_that_pictures_are_not_analysed(tmp_path: Path) -> None:
    hidden = "import monitor.pictures.analysis as a; a._NEEDED = ('no_such_module',)"
    done = subprocess.run(
        [sys.executable, "-c", f"{hidden}; from monitor.cli import app; app(['demo'])"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "pictures are not analysed here: pip install 'trustwatch[images]'" in " ".join(done.stdout.split())
    assert "Pictures are not analysed here: pip install 'trustwatch[images]'" in done.stderr
    assert not (tmp_path / "demo" / "evidence").exists()
