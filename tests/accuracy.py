"""`make accuracy`: labelled pictures are drawn from fixed seeds, measured, and told on a page.

The figures are those of `monitor evaluate`; nothing is computed here.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "accuracy.md"
ACCOUNTS = Path("tests/rules/accounts")
FILES = ("development.csv", "unseen.csv", "fresh.csv")
LIBRARIES = (
    "opencv-python-headless",
    "rapidocr",
    "onnxruntime",
    "pdqhash",
    "zxing-cpp",
    "pillow",
    "rapidfuzz",
)
FEW = 5


@dataclass(frozen=True)
class Draw:
    """One folder to be drawn: which set, from which seed, how many."""

    name: str
    seed: int
    amount: float
    options: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """What draws it."""
        return f"python -m tests.pictures.draw OUT {self.name} --seed {self.seed} --amount {self.amount:g}"


DRAWS = (
    Draw("logo", 20261, 0.9),
    Draw("emblem", 20262, 1.0, ("--closely",)),
    Draw("avatar", 20263, 1.0),
    Draw("ocr", 20264, 0.7),
    Draw("qr", 20265, 1.0),
    Draw("hostile", 20266, 1.0),
)
"""None of these seeds was used while the detectors were worked on."""

TITLES = {
    "logo": "Logos",
    "emblem": "An emblem of the organisation's own",
    "avatar": "Copied avatars",
    "ocr": "Text",
    "qr": "QR codes",
    "hostile": "Hostile files",
}

HEAD = """# How often it is right: pictures and lookalikes

Made by `make accuracy`, which draws labelled pictures from fixed seeds, measures them and the labelled
accounts with `monitor evaluate`, and writes this page. Behind each share stands its 95 % interval (Wilson)
and of how many. [Quality](quality.md) is the same for texts.

**What it says and what not.** All pictures are drawn by us: letters are typeset, telephones and shadows are
computed, the mark is a stand-in with other letters. Whoever draws pictures and whoever writes detectors
think alike, so these figures are **upper bounds**. Nothing here was photographed; real lockups have a
typeface of their own; handwriting is not read at all. The accounts are written by hand, by somebody who did
not see the score; it was worked on with the first two files, and those of `fresh.csv` were read by nobody
who worked on it. Base rates are not known: how many of the accounts or pictures that you are told of are
right depends on how common the wrong ones are. A person looks before anything is done.
"""


def page(
    pictures: Mapping[str, Mapping[str, Any]], accounts: Mapping[str, Any], bodies: Mapping[str, Any]
) -> str:
    """The whole page from the reports of `monitor evaluate`."""
    lines = [HEAD, "## Lookalike accounts\n", *_accounts(accounts), *_bodies(bodies)]
    for draw in DRAWS:
        lines += [f"## {TITLES[draw.name]}\n", *_folder(draw, pictures[draw.name])]
    lines += ["## Made with\n", ", ".join(f"{name} {version(name)}" for name in LIBRARIES) + ".\n"]
    fonts = next(iter(pictures.values()))["folders"][0]["drawn"]["fonts"]
    lines.append(f"Typefaces: {fonts}. On a machine without the others, Pillow's own alone.")
    return "\n".join(lines) + "\n"


def _accounts(report: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Three invented organisations (`{ACCOUNTS}/register.json`): accounts told as `probable` "
        "against those that are impersonations. Parody, teams and charities count neither way.\n"
    )
    heads = ("file", "accounts", "impersonations", "precision", "recall", "class as expected")
    rows = [
        (f["file"], str(f["accounts"]), str(f["impersonations"]),
         *(share(f[key]) for key in ("precision", "recall", "class_as_expected")))
        for f in report["files"]
    ]  # fmt: skip
    yield from table(heads, rows)
    for file in report["files"]:
        yield f"On the right side, by kind, `{file['file']}`:\n"
        yield from table(("kind", "right"), [(kind, share(each)) for kind, each in file["kinds"].items()])


def _bodies(report: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "Names of real bodies of the NHS as accounts (the shipped list): none may be told as a lookalike "
        "of the organisation.\n"
    )
    rows = [
        (name, str(counted["tried"]), str(counted.get("probable", 0)), str(counted.get("possible", 0)))
        for name, counted in report["files"][0]["bodies"].items()
    ]
    yield from table(("organisation", "names", "probable", "possible"), rows)


def _folder(draw: Draw, report: Mapping[str, Any]) -> Iterator[str]:
    (folder,) = report["folders"]
    yield (
        f"{folder['pictures']:,} pictures, seed {draw.seed} (`{draw.command}`), looked at with depth "
        f"`{folder['depth']}`. {folder['processor_ms']:,} ms of processor time a picture on the machine "
        f"that made this page, the worker's start-up shared among them; it held at most "
        f"{report['worker_mib']:,} MiB.\n"
    )
    for each in folder["tables"]:
        columns = list(dict.fromkeys(column for row in each["rows"].values() for column in row))
        yield f"**{each['title']}.** {each['note']}".rstrip() + "\n"
        rows = [
            (name.replace("_", " "), *(share(row[c]) for c in columns)) for name, row in each["rows"].items()
        ]
        yield from table(("", *columns), rows)
    if failures := folder.get("failures"):
        yield "Not as expected: " + "; ".join(f"`{f['file']}` {f['wrong']}" for f in failures) + ".\n"


def share(given: Mapping[str, Any]) -> str:
    """A share as the page writes it."""
    if not given["of"]:
        return "-"
    counted = f"{given['hits']:,} of {given['of']:,}"
    if given["of"] < FEW:
        return counted
    return f"{given['value']:.3f} ({given['low']:.3f} to {given['high']:.3f}), {counted}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of the page."""
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def evaluated(*arguments: str | Path) -> Mapping[str, Any]:
    """What `monitor evaluate --json` says, as a user would ask it."""
    monitor = Path(sys.executable).with_name("monitor")
    command = [monitor, "evaluate", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    report: Mapping[str, Any] = json.loads(done.stdout)
    return report


def bodies_file(folder: Path) -> Path:
    """The shipped list of bodies as a table that can be measured."""
    from rules.bodies import shipped

    file = folder / "bodies.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("name", "type"))
        writer.writerows((body.name, "body") for body in shipped())
    return file


def drawn(draw: Draw, out: Path) -> Path:
    """Draw one folder; gives where it is."""
    words = draw.command.replace("OUT", str(out)).split()[1:]
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out / draw.name


def main() -> None:
    """Draw, measure, write. The next folder is drawn while one is looked at."""
    began, register = time.monotonic(), ("--register", ACCOUNTS / "register.json")

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:4.0f} s  {what}", flush=True)  # noqa: T201

    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as artist:
        out, pictures = Path(name), {}
        folders = {draw: artist.submit(drawn, draw, out) for draw in DRAWS}
        tell("accounts")
        accounts = evaluated(*(ACCOUNTS / file for file in FILES), *register)
        bodies = evaluated(bodies_file(out), *register)
        for draw, folder in folders.items():
            tell(draw.name)
            told = ("--failures",) if draw.name == "hostile" else ()
            pictures[draw.name] = evaluated(folder.result(), *draw.options, *told)
    PAGE.write_text(page(pictures, accounts, bodies), "utf-8")
    tell(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
