"""The wheel carries everything: built, unpacked elsewhere, and run from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUN = "import monitor, sys; from monitor.cli import main; print(monitor.__file__); main()"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installation would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("trustwatch-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_demo_runs_from_the_wheel_in_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, "demo"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(unpacked)), "the demo of another installation ran"
    assert "Criticism taken off" in done.stdout
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [
        "digest-caldicott.html",
        "digest-comms.html",
        "digest-hr.html",
        "evidence",
    ]


def test_only_the_four_packages_are_in_it(unpacked: Path) -> None:
    found = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert found == {"monitor", "connectors", "rules", "alerts"}
    for package in found:
        assert (unpacked / package / "py.typed").exists()
