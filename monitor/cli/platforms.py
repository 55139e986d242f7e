"""What can be read and what cannot: a row for each platform, and for kinds of source without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

COLUMNS = ("Platform", "State", "Kinds", "Why")
RESTING = "* is read only once the source says why it may be: `terms_basis`, see docs/platforms.md."


def platform_rows() -> Iterator[dict[str, Any]]:
    """The platforms that the policies name, the others, then kinds that belong to none of these."""
    import connectors
    from connectors.parts.catalogue import platforms

    known = connectors.known()
    told: set[str] = set()
    for platform in platforms():
        told.update(platform.kinds)
        yield {
            "platform": platform.name,
            "state": platform.state,
            "kinds": list(platform.kinds),
            "basis": _resting(kind for kind in platform.kinds if kind in known),
            "why": platform.why,
            "instead": platform.instead,
            "named": platform.named,
        }
    for kind in sorted(known.keys() - told):
        yield {
            "platform": kind,
            "state": "covered" if kind in connectors.CONNECTORS else "added",
            "kinds": [kind],
            "basis": _resting([kind]),
            "why": connectors.terms_of(kind).why
            if kind in connectors.CONNECTORS
            else f"Comes with {known[kind]}.",
            "instead": "",
            "named": False,
        }


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row as people read it; a kind that needs a basis in its platform's terms has a *."""
    instead = f" Instead: {row['instead']}." if row["instead"] else ""
    kinds = (f"{kind}*" if kind in row["basis"] else kind for kind in row["kinds"])
    return (row["platform"], row["state"], ", ".join(kinds) or "-", row["why"] + instead)


def _resting(kinds: Iterable[str]) -> list[str]:
    """Those of `kinds` that are read only once the organisation has recorded why it may."""
    import connectors

    return [kind for kind in kinds if connectors.terms_of(kind).basis]
