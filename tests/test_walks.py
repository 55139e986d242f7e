"""The walks in docs/walks: each script runs as it stands there, in an empty folder, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WALKS = sorted((Path(__file__).parents[1] / "docs" / "walks").glob("*.sh"))


def test_there_is_a_walk_of_a_breach_a_disclosure_and_a_withdrawal() -> None:
    assert {walk.stem for walk in WALKS} >= {"breach", "disclosure", "withdrawal"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.stem)
def test_a_walk_goes_to_its_end(walk: Path, tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MONITOR_", "SUDO_"))}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    done = subprocess.run(
        ["bash", str(walk)],
        cwd=tmp_path,
        env=kept | {"PATH": path, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert done.stdout.rstrip().endswith("The walk ends here.")
