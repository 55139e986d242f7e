"""Draw labelled pictures: `python -m tests.pictures.draw OUT [--seed N] [--amount X] [--bare] [SET ...]`."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from tests.pictures.draw.avatars import Avatars
from tests.pictures.draw.codes import Codes
from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.hostile import Hostile
from tests.pictures.draw.logos import Emblems, Logos
from tests.pictures.draw.marks import FULL
from tests.pictures.draw.writings import Writings

SETS = {"logo": Logos, "emblem": Emblems, "avatar": Avatars, "ocr": Writings, "qr": Codes, "hostile": Hostile}


def draw(out: Path, names: list[str], seed: int, amount: float, *, bare: bool = False) -> dict[str, int]:
    """Draw the sets and say how many pictures are in each; `drawn.json` notes how they came about."""
    type_ = Typesetter(bare=bare)
    counts = {name: SETS[name](seed, amount, type_).write(out / name) for name in names}
    for name in names:
        noted = {"seed": seed, "amount": amount, "fonts": type_.said, "ours": FULL}
        (out / name / "drawn.json").write_text(json.dumps(noted) + "\n", "utf-8")
    return counts


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures.draw", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help=f"one or more of {', '.join(SETS)}; all if none"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--amount", type=float, default=1.0, help="1 = as many as the page of accuracy has")
    parser.add_argument("--bare", action="store_true", help="only Pillow's own typeface")
    given = parser.parse_args()
    if unknown := set(given.sets) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    counts = draw(given.out, given.sets or list(SETS), given.seed, given.amount, bare=given.bare)
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{said} in {time.monotonic() - began:.0f} s: {given.out}")  # noqa: T201


if __name__ == "__main__":
    main()
