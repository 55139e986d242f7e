"""What flows as what rests: the values of each row, from what was judged."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from monitor.types import About, Change, Picture, Post, Relation, Severity, State, Terms
from monitor.types import Finding as FindingValue

if TYPE_CHECKING:
    from monitor.store.writing import Judged, NewCase

USUAL_TERMS = Terms()

_CHANGE = TypeAdapter(Change)
_PICTURE = TypeAdapter(Picture)


def mention_row(j: Judged, key: str, fold: tuple[str | None, str | None], now: datetime) -> dict[str, Any]:
    """A new mention."""
    post = j.masked
    return {
        "key": key,
        "address_key": fold[0],
        "text_key": fold[1],
        "platform": post.platform,
        "source": post.source,
        "kind": post.kind.value,  # plain text binds faster than an enum
        "state": post.state.value,
        "subject": j.subject,
        "author": j.author,
        "relation": (post.author.relation if post.author else Relation.PUBLIC).value,
        "url": post.url,
        "title": post.title,
        "text": post.text if post.terms.may_store_text else "",
        "lang": post.lang,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "first_seen_at": now,
        "references": [[r.alias, r.score, r.why] for r in j.references],
        "change": change_of(post),
        "terms": asdict(post.terms) if post.terms != USUAL_TERMS else None,
        "pictures": pictures_of(j),
    }


def copy_row(j: Judged, id_: int) -> dict[str, Any]:
    """The copy of a mention as its source shows it now, in place of the one there was."""
    post = j.masked
    return {
        "b_id": id_,
        "title": post.title,
        "text": post.text if post.terms.may_store_text else "",
        "change": change_of(post),
        "pictures": pictures_of(j),
        "author": j.author,
        "url": post.url,
        "purged_at": None,
        "purged_for": None,
    }


def back_row(j: Judged, id_: int, fold: tuple[str | None, str | None]) -> dict[str, Any]:
    """What a mention that was lost gets back besides its copy."""
    return {"b_id": id_, "state": j.masked.state, "address_key": fold[0], "text_key": fold[1]}


def edit_row(j: Judged, id_: int, now: datetime) -> dict[str, Any]:
    """That a mention was edited, and when."""
    state = State.EDITED if j.masked.state is State.LIVE else j.masked.state
    return {"b_id": id_, "state": state, "edited_at": j.masked.edited_at or now}


def case_row(case: NewCase, finding: FindingValue, severity: Severity, now: datetime) -> dict[str, Any]:
    """A new case."""
    return {
        "key": case.key,
        "lane": finding.lane,
        "subject": case.subject,
        "category": finding.category,
        "severity": severity,
        "status": "open",
        "owner": case.owner,
        "route": list(finding.route),
        "opened_at": now,
        "changed_at": now,
        "changes": 0,
    }


def finding_row(
    key: str, finding: FindingValue, mention_id: int, case_id: int, now: datetime
) -> dict[str, Any]:
    """A new finding."""
    return {
        "key": key,
        "mention_id": mention_id,
        "case_id": case_id,
        "rule_id": finding.rule_id,
        "rule_version": finding.rule_version,
        "title": finding.title,
        "category": finding.category,
        "lane": finding.lane,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "reason": finding.reason,
        "clauses": list(finding.clauses),
        "counter_clauses": list(finding.counter_clauses),
        "spans": [[s.where, s.start, s.end, s.label] for s in finding.spans],
        "pace": finding.pace,
        "created_at": now,
    }


def pictures_of(j: Judged) -> list[Any] | None:
    """What was seen in the pictures of a post; their words only where something was found in the post."""
    seen = j.masked.images
    if not j.findings or not j.masked.terms.may_store_text:
        seen = ((where, replace(p, pdq="", text="", lines=(), codes=())) for where, p in seen)
    return [[where, asdict(picture)] for where, picture in seen] or None


def pictures_from(stored: list[Any] | None) -> dict[str, Picture]:
    """The pictures that `pictures_of` made these values of, by their names among the parts of a post."""
    return {where: _PICTURE.validate_python(picture) for where, picture in stored or ()}


def change_of(post: Post) -> dict[str, Any] | None:
    return asdict(post.change) if post.change else None


def change_from(stored: dict[str, Any]) -> Change:
    """The edit that `change_of` made these values of."""
    return _CHANGE.validate_python(stored)


def bearer(judged: Judged, mention_id: int, finding: FindingValue) -> str:
    """What the finding is of. A profile is found once, however many posts carry it, until it changes."""
    if finding.about is About.POST:
        return str(mention_id)
    author = judged.post.author
    profile = (author.handle, author.display_name, author.bio) if author else ()
    return "|".join(("profile", judged.subject, *(part or "" for part in profile)))


def evidence(finding: FindingValue) -> str:
    """What a finding rests on, without the words: how many spans of which label, where."""
    counts: dict[tuple[str, str], int] = {}
    for span in finding.spans:
        counts[span.where, span.label] = counts.get((span.where, span.label), 0) + 1
    return ";".join(f"{where}:{label}:{n}" for (where, label), n in sorted(counts.items()))
