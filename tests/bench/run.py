"""`make bench`: speed and memory, printed as measured in this run. Nothing here can fail a build."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench import (
    ageing,
    auditing,
    cases,
    digests,
    edits,
    engine,
    lookalikes,
    noise,
    parsing,
    pictures,
    policies,
    polling,
    storing,
    weeks,
    wikis,
)
from tests.bench.figure import Figure


def start() -> list[Figure]:
    """The best of five starts of `monitor --help`: the machine's other work is not ours."""
    command = [Path(sys.executable).with_name("monitor"), "--help"]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - began)
    check = [Path(sys.executable).with_name("monitor"), "check", "NHS number 999 200 1135"]
    began = time.perf_counter()
    subprocess.run(check, capture_output=True, check=False)
    return [
        Figure("monitor --help", min(times), "s", "< 0.25"),
        Figure("monitor check TEXT, whole command", time.perf_counter() - began, "s", "< 1"),
    ]


def main() -> None:
    """Run every measurement and print one table."""
    table = Table("Figure", "Measured", "", "Aim", title="Trustwatch, one run on this machine", box=None)
    measures = (
        storing.run, engine.run, policies.run, noise.run, polling.run, parsing.run, parsing.memory,
        storing.memory, auditing.run, cases.run, weeks.run, ageing.run, digests.run, edits.run,
        wikis.run, lookalikes.run, pictures.run, start,
    )  # fmt: skip
    for measure in measures:
        for figure in measure():
            value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:,.2f}"
            table.add_row(escape(figure.name), value, figure.unit, figure.target)
    Console(width=110, highlight=False).print(table)


if __name__ == "__main__":
    main()
