"""The policies' key figures as people read them: in words, and small counts of people as "fewer than 5"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.smallcounts import SMALL, TOO_FEW
from monitor.store.kpi import Figures

NOT_MEASURED = (
    "Awareness of the policy: ask in a survey, or take the training figures of your organisation.",
    "Answers that staff gave in private, in closed groups, or on accounts that are not registered.",
    "Reach and mood: neither is counted, so that nobody is ranked by them.",
    "Each single poll: the rows keep when a source last answered, not how often it did not.",
)
"""What the policies ask for and nobody here counts, each with what to do instead or why."""


def rows(found: Figures) -> list[tuple[str, str, Any]]:
    """Key, words and value of each figure; what is about people is not printed where it is small."""
    enough = found.closed >= SMALL
    return [
        ("sources", "sources switched on", found.sources),
        ("sources_answered", "sources that answered in that time", found.answered),
        ("staff_items", "items by authorised accounts", _counted(found.staff_items)),
        ("official_items", "items and answers by official accounts", _counted(found.official_items)),
        ("cases_opened", "cases opened", _counted(found.opened)),
        ("cases_closed", "cases closed", _counted(found.closed)),
        ("acknowledged", "closed cases with an acknowledgement", _share(found) if enough else TOO_FEW),
        ("median_to_close", "median time to close a case", _time(found.to_close) if enough else TOO_FEW),
        ("coverage_gaps", "days on which a source was not read", _days(found)),
    ]


def _counted(number: int) -> int | str:
    return number if number >= SMALL else TOO_FEW


def _days(found: Figures) -> str:
    return f"{found.gaps} of {found.digests} with a digest" if found.digests else "no digest was made"


def _share(found: Figures) -> str:
    """The share in steps of ten: a finer one would tell the small number behind it."""
    return f"about {round(10 * found.acknowledged / found.closed) * 10} %"


def _time(length: timedelta | None) -> str:
    hours = round((length or timedelta()).total_seconds() / 3600)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
