"""Policy packs: clause ids, sections and our paraphrases, and which of them are in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from monitor.errors import RuleError
from monitor.types import Clause
from rules.categories import PROTECTED_EXPRESSION
from rules.schema import ClauseEntry, Modes, PolicyFile
from rules.wording import Wording

_STRICTER_LAST = {
    "logo": ("with-permission", "forbidden"),
    "disclaimer": ("views", "views+shares"),
    "disclaimer_required_when": ("employer-named", "always"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """An installed pack, as people are told of it. An overdue policy stays in force; it is only said so."""

    key: str
    body: str
    title: str
    reference: str | None
    version: str | None
    review_due: str | None
    overdue: bool
    roles: Mapping[str, str]
    succeeded_by: str | None
    modes: Modes
    clauses: tuple[ClauseEntry, ...]


@dataclass(frozen=True, slots=True)
class Mode:
    """One point on which policies differ: what applies, and what each policy in force says."""

    name: str
    applies: str
    said: Mapping[str, str]


@dataclass(frozen=True)
class Policies:
    """Every pack that is known, and those in force."""

    installed: tuple[Policy, ...]
    known: Mapping[str, ClauseEntry]
    active: tuple[Policy, ...]
    clauses: Mapping[str, Clause]
    wordings: Mapping[str, str]

    @classmethod
    def of(
        cls,
        packs: Iterable[PolicyFile],
        active: Iterable[str],
        today: date,
        wordings: Mapping[str, Wording] = MappingProxyType({}),
    ) -> Policies:
        """Put packs together; `today` decides which are overdue for review.

        `wordings` (clause id -> verbatim words) count only while they are the words that the pack means.

        Raises RuleError where one that should be in force is not there.
        """
        by_key = {pack.key: pack for pack in packs}
        wanted = tuple(active)
        if missing := [key for key in wanted if key not in by_key]:
            there = ", ".join(sorted(by_key))
            raise RuleError(f"policy pack {missing[0]!r} is not installed; known: {there}")
        known = {clause.id: clause for pack in by_key.values() for clause in pack.clauses}
        words = {
            key: wording.text
            for key, wording in wordings.items()
            if key in known and wording.stands_for(known[key].locator)
        }
        imported = {key.split("-")[0] for key in wordings}
        in_force = [(by_key[key], clause) for key in wanted for clause in by_key[key].clauses]
        clauses = {
            clause.id: _clause(pack, clause, today, words.get(clause.id), pack.key in imported)
            for pack, clause in in_force
        }
        installed = {key: _policy(by_key[key], today) for key in sorted(by_key)}
        return cls(tuple(installed.values()), known, tuple(installed[key] for key in wanted), clauses, words)

    def own_words(self, clause_id: str) -> str:
        """The clause verbatim, or that it is not in the imported document; empty without any import."""
        if wording := self.wordings.get(clause_id):
            return f"In the policy's own words: {wording}"
        key = clause_id.split("-")[0]
        imported = any(each.startswith(f"{key}-") for each in self.wordings)
        return "Its wording was not found in the imported document." if imported else ""

    def modes(self) -> Iterator[Mode]:
        """Where the packs in force have a mode: the strictest of theirs applies."""
        for name, order in _STRICTER_LAST.items():
            said = {policy.key: getattr(policy.modes, name) for policy in self.active}
            if said := {key: value for key, value in said.items() if value}:
                yield Mode(name, max(said.values(), key=order.index), said)


def _policy(pack: PolicyFile, today: date) -> Policy:
    return Policy(
        key=pack.key,
        body=pack.body,
        title=pack.title,
        reference=pack.reference,
        version=pack.version,
        review_due=pack.review_due,
        overdue=_overdue_since(pack, today) is not None,
        roles=dict(pack.roles),
        succeeded_by=pack.succeeded_by,
        modes=pack.modes,
        clauses=tuple(pack.clauses),
    )


def _clause(pack: PolicyFile, entry: ClauseEntry, today: date, wording: str | None, imported: bool) -> Clause:
    return Clause(
        id=entry.id,
        policy=f"{pack.key} {pack.title[:1].lower()}{pack.title[1:]}",
        section=entry.section,
        paraphrase=entry.paraphrase,
        category=entry.category,
        protects=entry.category == PROTECTED_EXPRESSION,
        overdue_since=_overdue_since(pack, today),
        wording=wording,
        missing=imported and wording is None,
    )


def _overdue_since(pack: PolicyFile, today: date) -> str | None:
    """The printed review month, once it has passed."""
    return pack.review_due if pack.review_due and pack.review_due < f"{today:%Y-%m}" else None
