"""Judging: what every post goes through before anything is written: references, rules, masking, sealing.

It reads and writes nothing. What people decided meanwhile (filters, keys, the registers) is looked up once a
page and handed in, so that a new one works at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from monitor.authorisation import bare
from monitor.cases import addressed, shown_author, subject
from monitor.checkpoints import checkpoint
from monitor.originals import lock
from monitor.ports import Filters, Identifiers, References, Rules
from monitor.redaction import redact
from monitor.registerfields import canonical_user
from monitor.sealing import PublicKey
from monitor.store.identity import content_hash
from monitor.store.people.ouraccounts import OurAccounts
from monitor.store.sitekey import SiteKey
from monitor.store.writing import Judged
from monitor.types import Account, Change, Editor, EditorKind, Filter, Post, Registration, Relation


@dataclass(frozen=True, slots=True)
class Stages:
    """What every post goes through, and the version of it that a judgement is remembered under.

    `filters` makes of people's exceptions what decides.
    """

    references: References
    rules: Rules
    identifiers: Identifiers
    version: str
    filters: Callable[[Sequence[Filter]], Filters]
    official_handles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What the posts of one page are judged by.

    `pseudonym` and `registration` are those of the register where the source is somebody's account,
    `official_handles` the organisation's own, `keys` what originals are sealed to, by purpose. `editors` says
    in which capacity a user name of a wiki is declared, by its host and the name. `accounts` are the
    registers of accounts. `wants` are the categories of which a finding must be made for a post to be kept,
    None = any post is: where profiles are searched, nothing is kept of people.
    """

    stages: Stages
    site_key: SiteKey
    keeps_everything: bool = False
    pseudonym: str | None = None
    registration: Registration | None = None
    official_handles: frozenset[str] = frozenset()
    filters: Filters | None = None
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    editors: Mapping[tuple[str, str], str] = field(default_factory=dict)
    accounts: OurAccounts = field(default_factory=OurAccounts)
    wants: frozenset[str] | None = None

    def judge(self, key: str, post: Post) -> Judged | None:
        """The post judged, masked and sealed; None where it does not speak of us, or is not wanted.

        `key` is the stored form of its identity.
        """
        post = self._with_author(post)
        references = self.stages.references.find(post)
        if not references and not self.keeps_everything:
            return None
        spans = self.stages.identifiers.spans(post)
        evaluated = (addressed(finding, post.author) for finding in self.stages.rules.evaluate(post))
        masked, findings = redact(post, spans, evaluated)
        if self.wants is not None and self.wants.isdisjoint(each.category for each in findings):
            return None
        checkpoint("judge.rules")
        author = shown_author(masked, self.pseudonym)
        hides = self.filters.hiding if self.filters else _never
        hidden = {f: by for f in findings if (by := hides(post, f, author))}
        found = tuple(f for f in findings if f not in hidden)
        version = content_hash(self.site_key, post) if found else ""
        return Judged(
            key=key,
            post=post,
            masked=masked,
            references=tuple(references) if not post.change or masked.title == post.title else (),
            findings=found,
            hidden=tuple((by, f) for f, by in hidden.items()),
            author=author,
            subject=subject(post, key, self.pseudonym, self.site_key.hash),
            locked=lock(key, version, post, spans, found, self.keys, self.site_key),
        )

    def _with_author(self, post: Post) -> Post:
        """The post with what the organisation knows of its author: registers say so, never the text."""
        if post.author is None:
            return post
        told = self.accounts.told(post.author)
        known = replace(told, relation=self._relation(told), registration=self.registration)
        return replace(post, author=known, change=self._with_editor(post))

    def _with_editor(self, post: Post) -> Change | None:
        """The edit with the capacity in which its editor has declared to work for the organisation."""
        if post.change is None or post.author is None:
            return post.change
        wiki = urlsplit(post.author.url or post.url or "").netloc.lower()
        declared = self.editors.get((wiki, canonical_user(post.author.handle or "")))
        editor = post.change.editor or (Editor(kind=EditorKind.ACCOUNT) if declared else None)
        return replace(post.change, editor=editor and replace(editor, declared=declared))

    def _relation(self, author: Account) -> Relation:
        if self.pseudonym is not None:
            return Relation.AUTHORISED_STAFF
        if self.accounts.official.replaced(author):
            return Relation.PUBLIC  # somebody else took up a handle that was ours
        listed = author.handle is not None and bare(author.handle) in self.official_handles
        return Relation.OFFICIAL if listed or self.accounts.official.find(author) else Relation.PUBLIC


def _never(_post: Post, _finding: object, _author: str) -> None:
    return None
