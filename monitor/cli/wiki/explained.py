"""What the rules say of one edit, masked: as JSON, and for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from monitor import documents, redaction
from monitor.cli import output
from monitor.cli.wiki import drawing
from monitor.cli.wiki.telling import editor_data, hunk_data, size
from monitor.config import Settings
from monitor.editors import described
from monitor.passages import passages
from monitor.readable import readable
from monitor.store.excerpts import shorten
from monitor.types import Change, Finding, Post, Severity, Span
from rules import pack
from rules.detectors.edit import EditOptions, level_of
from rules.edits import Effect
from rules.edits.effects import effects_of
from rules.identifiers import PersonIdentifiers
from rules.names import Names

_EVIDENCE = 240
"""Characters of one piece of evidence."""
_PIECES = 10
"""Of one effect; more of the same tell nobody more."""


@dataclass(frozen=True)
class Explained:
    """The masked copy of an edit and what was found in it, most severe first; spans index that copy."""

    post: Post
    change: Change
    effects: tuple[Effect, ...]
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity | None:
        """The highest severity, None without findings."""
        return max((finding.severity for finding in self.findings), default=None)


class Explainer:
    """The rules in force, asked about one edit. Raises RuleError where a rule file is refused."""

    def __init__(self, settings: Settings) -> None:
        wordings = documents.wordings(settings.store.state_dir)
        self._rules = pack.load(settings.organisation, settings.policy, settings.rules, wordings=wordings)
        self._by_id = {rule.id: rule for rule in self._rules.rules}
        self._networks = settings.organisation.networks
        self._names = Names(settings.organisation)
        self._identifiers = PersonIdentifiers(settings.organisation)

    def explained(self, post: Post) -> Explained:
        """Everything that is known of an edit, nothing of it unmasked."""
        found = sorted(self._rules.evaluate(post), key=lambda finding: -finding.severity.rank)
        masked, findings = redaction.redact(post, self._identifiers.spans(post), found)
        if masked.change is None:
            raise ValueError("only an edit can be explained")
        effects = tuple(effects_of(masked, self._names))  # of the masked copy: a reason may name a heading
        return Explained(masked, masked.change, effects, tuple(findings))

    def print_text(self, edit: Explained, console: Console) -> None:
        """The edit for a person: what it is, the difference, then what it does and what to do."""
        drawing.tell(console, Text(_head(edit.change), style="bold"), 0)
        for line in self._about_it(edit):
            drawing.tell(console, line)
        drawing.draw(console, passages(edit.change))
        for finding in edit.findings:
            console.print("")
            title = f"{finding.title}  ({finding.rule_id}, {finding.lane} lane)"
            drawing.tell(console, drawing.headline(finding.severity, title), 0)
            for line in self._told(edit, finding):
                drawing.tell(console, line)
        self._print_untold(edit, console)

    def _print_untold(self, edit: Explained, console: Console) -> None:
        untold = [effect for effect in edit.effects if self._teller_of(edit, effect) is None]
        if not edit.findings:
            console.print(f"\nNothing found by {self._rules.running} rules.")
        if untold:
            console.print("\nWhat nobody is told of:")
        for effect in untold:
            drawing.tell(console, _said(effect))

    def _about_it(self, edit: Explained) -> Iterator[Text]:
        change, post = edit.change, edit.post
        yield Text(size(change))
        if change.editor and post.author:
            name = post.author.handle or ""
            yield drawing.labelled("By", f"{name}: {described(change.editor, name, self._networks)}")
        if post.text:
            yield drawing.labelled("Summary", shorten(readable(post.text), _EVIDENCE))

    def _told(self, edit: Explained, finding: Finding) -> Iterator[Text]:
        effects = [effect for effect in edit.effects if self._teller_of(edit, effect) is finding]
        if not any(effect.reason == finding.reason for effect in effects):
            yield Text(output.plain(finding.reason))
        yield from map(_said, effects)
        for clause_id in finding.clauses:
            clause = self._rules.clauses[clause_id]
            yield drawing.labelled("Policy", f"{clause.id}, section {clause.section}: {clause.said}")
        if note := self._by_id[finding.rule_id].file.note:
            yield drawing.labelled("What to do", note)

    def _teller_of(self, edit: Explained, effect: Effect) -> Finding | None:
        """The finding by which people are told of an effect."""
        return next((each for each in edit.findings if self._tells(each, edit, effect)), None)

    def _tells(self, finding: Finding, edit: Explained, effect: Effect) -> bool:
        """True where the finding's rule is about such an effect of this edit, and does not drop it."""
        return effect.kind in self._about(finding) and self._level(edit, finding, effect) is not None

    def _about(self, finding: Finding) -> Sequence[str]:
        """The effects that a finding's rule is about."""
        options = self._by_id[finding.rule_id].options
        return options.effects if isinstance(options, EditOptions) else ()

    def data(self, edit: Explained) -> dict[str, Any]:
        """An edit as the JSON that `monitor wiki explain` writes (docs/wikipedia.md)."""
        change, author = edit.change, edit.post.author
        return {
            "page": change.page,
            "old": change.parent,
            "new": change.revision,
            "summary": edit.post.text,
            "editor": editor_data(author.handle if author else None, change.editor),
            "effects": [self._effect(edit, effect) for effect in edit.effects],
            "findings": [_finding(edit.post, finding) for finding in edit.findings],
            "hunks": hunk_data(change),
            "sections_before": change.sections_before,
            "sections_after": change.sections_after,
        }

    def _effect(self, edit: Explained, effect: Effect) -> dict[str, Any]:
        """An effect, with the rule that tells people of it; None where no rule in force does."""
        told = self._teller_of(edit, effect)
        return {
            "effect": effect.kind,
            "severity": min(self._level(edit, told, effect) or told.severity, told.severity)
            if told
            else None,
            "rule": told.rule_id if told else None,
            "section": effect.section,
            "reason": effect.reason,
            "confidence": effect.confidence,
            "undone": effect.undone,
            "evidence": evidence(edit.post, effect.spans),
        }

    def _level(self, edit: Explained, told: Finding, effect: Effect) -> Severity | None:
        """How soon somebody should look at one effect by a finding's rule; None where the rule drops it."""
        file = self._by_id[told.rule_id].file
        level = file.levels.get(level_of(effect, edit.effects), file.severity)
        return level if isinstance(level, Severity) else None


def _said(effect: Effect) -> Text:
    undone = " (put right since)" if effect.undone else ""
    return drawing.labelled(effect.kind.replace("-", " ").capitalize(), f"{effect.reason}{undone}")


def _head(change: Change) -> str:
    return output.plain(f"{change.page}: {change.parent or 'nothing'} → {change.revision}")


def _finding(post: Post, finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule_id,
        "category": finding.category,
        "severity": finding.severity,
        "lane": finding.lane,
        "clauses": finding.clauses,
        "reason": finding.reason,
        "confidence": finding.confidence,
        "evidence": evidence(post, finding.spans),
    }


def evidence(post: Post, spans: Sequence[Span]) -> list[dict[str, str]]:
    """The masked words that spans of the masked post cover, each on one line and not too long."""
    words = ((span.where, shorten(post.part(span.where)[span.start : span.end], _EVIDENCE)) for span in spans)
    return [{"where": where, "text": text} for where, text in dict.fromkeys(words)][:_PIECES]
