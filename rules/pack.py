"""Loads rule files and policy packs, and refuses what could mislead."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path as FilePath
from types import MappingProxyType

from monitor.config import LookalikeSettings, Organisation, PolicySettings, RuleSettings
from monitor.errors import RuleError
from monitor.roles import HANDED_OVER, misaddressed
from monitor.types import Lane
from rules import detectors, examples
from rules.detectors import Options
from rules.engine import Rule, RuleSet
from rules.files import texts, validated
from rules.hostility import opinion
from rules.policy import Policies
from rules.refusal import refusals
from rules.schema import PolicyFile, RuleFile
from rules.treatments import categories
from rules.wording import Wording
from rules.yamlfile import Path, YamlFile, parse

_BEHAVED: set[str] = set()
"""Versions of rules whose examples were run and behaved: once a process is enough."""


@dataclass(frozen=True)
class Checked:
    """What a look at all rule files gave: the rules that are fine, and a refusal for each that isn't."""

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    policies: Policies


def load(
    organisation: Organisation,
    policy: PolicySettings,
    settings: RuleSettings,
    *,
    today: date | None = None,
    wordings: Mapping[str, Wording] = MappingProxyType({}),
    lookalikes: LookalikeSettings | None = None,
) -> RuleSet:
    """The rules in force: shipped ones, with the organisation's own in place of those of the same id.

    `wordings` are the clauses' own words, from the documents that the organisation imported, `lookalikes` the
    settings of what resembles its accounts. Raises
    RuleError ("file:line: reason") for the first file that is refused, and ConfigError where the model that
    `settings.opinion` names is not installed.
    """
    checked = check(policy, settings, today=today, wordings=wordings)
    if checked.errors:
        more = len(checked.errors) - 1
        hint = f" ({more} more: `monitor rules check` lists them)" if more else ""
        raise RuleError(f"{checked.errors[0]}{hint}")
    policies = checked.policies
    asked = opinion.load(settings.opinion)
    return RuleSet(
        checked.rules, organisation, policies.clauses, policies.active, policies.known, asked, lookalikes
    )


def check(
    policy: PolicySettings,
    settings: RuleSettings,
    *,
    today: date | None = None,
    wordings: Mapping[str, Wording] = MappingProxyType({}),
) -> Checked:
    """Look at every rule file and run its examples. Raises RuleError only for a policy pack."""
    policies = read_policies(policy, today=today, wordings=wordings)
    shipped = files("rules") / "packs"
    rules: dict[str, Rule] = {}
    errors: list[RuleError] = []
    for folder, shown in ((shipped, "rules/packs"), (settings.folder, str(settings.folder))):
        for name, text in texts(folder, shown):
            try:
                rule = compile_rule(text, name, policies, rehearsal=settings.rehearsal)
                on = rule.id in settings.enabled or not rule.file.optional
                rules[rule.id] = replace(rule, enabled=on)
            except RuleError as error:
                errors.append(error)
    return Checked(tuple(rules[key] for key in sorted(rules)), tuple(errors), policies)


def compile_rule(text: str, name: str, policies: Policies, *, rehearsal: bool = False) -> Rule:
    """One rule from the text of its file. Raises RuleError with the first reason to refuse it.

    `name` ends in the file's name, which must be the rule's id. In a rehearsal test identifiers
    count as real ones.
    """
    source, file = _parsed(text, name)
    if FilePath(name).stem != file.id:
        raise source.error(("id",), f"the id {file.id!r} is not the name of the file")
    for path, reason in refusals(file, policies):
        raise source.error(path, reason)
    example_rule = _rule(file, policies, file.options | file.tests.options, all_known=True)
    if example_rule.version not in _BEHAVED:
        for path, reason in examples.failures(example_rule, file):
            raise source.error(path, reason)
        _BEHAVED.add(example_rule.version)
    options = file.options
    if mode := _mode(example_rule, policies):
        options = options | mode
    if rehearsal and "synthetic" in example_rule.options.__class__.model_fields:
        options = options | {"synthetic": "issued"}
    return _rule(file, policies, options)


def _mode(rule: Rule, policies: Policies) -> dict[str, object]:
    """What the policies in force say on the points on which they differ, where the detector asks for it."""
    asked = rule.options.MODES - rule.file.options.keys()
    return {mode.name: mode.applies for mode in policies.modes() if mode.name in asked}


@lru_cache(maxsize=512)
def _parsed(text: str, name: str) -> tuple[YamlFile, RuleFile]:
    source = parse(text, name)
    return source, validated(source, RuleFile)


def _rule(file: RuleFile, policies: Policies, options: dict[str, object], *, all_known: bool = False) -> Rule:
    citable = policies.known if all_known else policies.clauses
    detector = detectors.load(file.detector) if file.detector else None
    if all_known:
        file = file.model_copy(update={"status": "stable"})  # drafts are tried on their examples, too
    content = json.dumps([file.model_dump(mode="json"), options], sort_keys=True)
    return Rule(
        file=file,
        version=hashlib.sha256(content.encode()).hexdigest()[:12],
        clauses=tuple(clause for clause in file.clauses if clause in citable),
        counter_clauses=tuple(clause for clause in file.counter_clauses if clause in citable),
        detector=detector,
        options=detector.options.model_validate(options) if detector else Options(),
        likely=any(policies.known[clause].observability == "P" for clause in file.clauses),
    )


def read_policies(
    policy: PolicySettings,
    *,
    today: date | None = None,
    wordings: Mapping[str, Wording] = MappingProxyType({}),
) -> Policies:
    """Every policy pack there is, and those in force. Raises RuleError."""
    shipped = files("rules") / "policies"
    packs: dict[str, PolicyFile] = {}
    for folder, shown in ((shipped, "rules/policies"), (policy.folder, str(policy.folder))):
        here: dict[str, str] = {}
        for name, text in texts(folder, shown):
            source = parse(text, name)
            pack = validated(source, PolicyFile)
            if pack.key in here:
                raise source.error(("key",), f"the key {pack.key!r} is that of {here[pack.key]}, too")
            for path, reason in _misaddressed(pack):
                raise source.error(path, reason)
            packs[pack.key], here[pack.key] = pack, name
    return Policies.of(packs.values(), policy.packs, today or datetime.now(UTC).date(), wordings)


def _misaddressed(pack: PolicyFile) -> Iterator[tuple[Path, str]]:
    """Roles that a clause names and that may not hear of its lane; whom people hand cases to may be named."""
    treatments = categories()
    for number, clause in enumerate(pack.clauses):
        lane = treatments[clause.category].lane
        if lane is None or clause.observability not in "PH":
            continue
        named = [role for role in clause.roles if lane is Lane.PROTECTED or role not in HANDED_OVER]
        if reason := misaddressed(lane, named):
            yield ("clauses", number, "roles"), f"clause {clause.id}: {reason}"
