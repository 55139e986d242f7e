"""Site filters: does an exception that a person made hide a finding?"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.types import Filter, Finding, Lane, Post
from rules.reading import scan_text
from rules.text.patterns import found

ANY_RULE = "*"


class SiteFilters:
    """Implements monitor.ports.Filters for the filters in force. Pure, and safe to share."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._filters = tuple(filters)

    def hiding(self, post: Post, finding: Finding, author: str) -> Filter | None:
        """The first filter whose rule and whole scope fit, None where the finding stands."""
        return next((f for f in self._filters if may_hide(f, finding) and _fits(f, post, author)), None)


def may_hide(site_filter: Filter, finding: Finding) -> bool:
    """False where no filter may reach: the protected lane, and the whole of a confidential rule."""
    if site_filter.rule_id not in (ANY_RULE, finding.rule_id) or finding.lane is Lane.PROTECTED:
        return False
    return site_filter.scoped or finding.lane is not Lane.CONFIDENTIAL


def _fits(f: Filter, post: Post, author: str) -> bool:
    page = post.change.page if post.change else None
    return (
        f.platform in (None, post.platform)
        and f.source in (None, post.source)
        and f.page in (None, page)
        and (f.author is None or _name(f.author) == _name(author))
        and (f.pattern is None or found(f.pattern, scan_text(post)))
    )


def _name(author: str) -> str:
    return author.lstrip("@").casefold()
