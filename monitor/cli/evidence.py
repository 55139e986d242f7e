"""`monitor audit evidence`: what an assessor asks to see, as files: settings, checks, log, parts, unit."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.cli.settings_text import HIDDEN, effective
from monitor.errors import MonitorError
from monitor.files import replace

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store

UNIT = "trustwatch.service"

README = """\
Evidence of controls, written by trustwatch {version} for {organisation}.

settings.json  the settings in force and where each came from; passwords and staff accounts are hidden
doctor.json    what `monitor doctor` found
audit.json     whether the audit log is whole, how many rows it has, and its last hash
parts.json     the software this installation is made of (CycloneDX 1.6)
unit.txt       what systemd says of how the service is shut in

These files say how this installation is set up. They are no claim that it complies with anything: that is for
whoever assesses it, for instance against the Data Security and Protection Toolkit.
"""


def write(settings: Settings, store: Store, folder: Path) -> list[str]:
    """Write the evidence into `folder`, for its owner alone; the names of the files.

    Raises MonitorError where the folder cannot be written.
    """
    files = {
        "README.txt": README.format(version=__version__, organisation=settings.organisation.name),
        "settings.json": _as_json(list(_settings(settings))),
        "doctor.json": _as_json(list(_checks(settings))),
        "audit.json": _as_json(_audit(store)),
        "parts.json": _as_json(bill_of_materials()),
        "unit.txt": _unit(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            replace(folder / name, content.encode())
    except OSError as error:
        raise MonitorError(f"{folder} cannot be written: {error.strerror}") from None
    return list(files)


def bill_of_materials() -> dict[str, Any]:
    """Every installed distribution with its version and licence, in the shape of CycloneDX 1.6."""
    parts = sorted(
        {(d.name, d.version, d.metadata.json.get("license_expression", "")) for d in distributions()}
    )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": {"type": "application", "name": "trustwatch", "version": __version__}},
        "components": [
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name.lower()}@{version}",
            }
            | ({"licenses": [{"expression": licence}]} if licence else {})
            for name, version, licence in parts
        ],
    }


def _settings(settings: Settings) -> Iterator[dict[str, Any]]:
    for key, value, origin in effective(settings):
        hidden = key.startswith("sources") and key.endswith(".account")
        yield {"key": key, "value": HIDDEN if hidden else value, "from": origin}


def _checks(settings: Settings) -> Iterator[dict[str, Any]]:
    from monitor.cli import checkup, verdicts

    for verdict in verdicts.run((*checkup.FILES, *checkup.SURROUNDINGS), settings):
        yield asdict(verdict)


def _audit(store: Store) -> dict[str, Any]:
    from monitor.store.audit import AuditLog

    with store.reading() as connection:
        checked = AuditLog(connection).verify(store.key)
    return {"rows": checked.rows, "head": checked.head, "problem": checked.problem, "notes": checked.notes}


def _unit() -> str:
    """What `systemd-analyze security` says of the installed unit, or why it cannot say."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        return "systemd-analyze is not on this machine: nothing could be said of the unit.\n"
    command = [tool, "security", "--no-pager", UNIT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return done.stdout or f"{UNIT} could not be looked at: {done.stderr.strip() or 'no reason was given'}\n"


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
