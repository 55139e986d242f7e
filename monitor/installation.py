"""Is this installation whole? The four import names are generic, and some exist on PyPI as well."""

from __future__ import annotations

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from monitor.errors import ConfigError

PACKAGES = ("monitor", "connectors", "rules", "alerts")


def check() -> None:
    """Raises ConfigError where one of PACKAGES belongs to, or comes from, something else."""
    owners = packages_distributions()
    strangers = {name: set(owners.get(name, ())) - {"trustwatch"} for name in PACKAGES}
    if taken := [f"{name} is also in {', '.join(sorted(by))}" for name, by in strangers.items() if by]:
        raise ConfigError(f"{'; '.join(taken)}: install trustwatch into a virtual environment of its own")
    folders = {_home(name) for name in PACKAGES}
    if len(folders) > 1:
        raise ConfigError(f"packages come from several places: {', '.join(sorted(map(str, folders)))}")


def _home(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ConfigError(f"package {package} is missing: install trustwatch again")
    return Path(spec.origin).parent.parent
