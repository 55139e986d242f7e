"""Judging: what every post goes through before anything is written.

    see      its pictures are looked at, where they may be and where it speaks of us
    judge    references, rules, masking, picture evidence, sealing

It stores nothing, and reads only pictures. What people decided meanwhile (filters, keys, the registers) is
looked up once a page and handed in, so that a new one works at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from monitor.authorisation import bare
from monitor.cases import addressed, shown_author, subject
from monitor.checkpoints import checkpoint
from monitor.originals import lock
from monitor.ports import Evidence, Filters, Identifiers, Pictures, References, Rules
from monitor.redaction import redact
from monitor.registerfields import canonical_user
from monitor.registers import OfficialAccount
from monitor.sealing import PublicKey
from monitor.store.identity import content_hash
from monitor.store.people.ouraccounts import OurAccounts
from monitor.store.sitekey import SiteKey
from monitor.store.writing import Judged
from monitor.types import (
    Account,
    Change,
    Crop,
    Depth,
    Editor,
    EditorKind,
    Filter,
    Finding,
    Lane,
    Post,
    Registration,
    Relation,
    Span,
)


@dataclass(frozen=True, slots=True)
class Stages:
    """What every post goes through, and the version of it that a judgement is remembered under.

    `filters` makes of people's exceptions what decides, `told_of` of the register of official accounts the
    rules that know them, None = the rules know those of the settings only.
    """

    references: References
    rules: Rules
    identifiers: Identifiers
    version: str
    filters: Callable[[Sequence[Filter]], Filters]
    official_handles: frozenset[str] = frozenset()
    evidence: Evidence | None = None
    told_of: Callable[[Sequence[OfficialAccount]], Rules] | None = None

    def knowing(self, official: Sequence[OfficialAccount]) -> Stages:
        """The same with rules that know the official accounts as they are listed at this moment."""
        return replace(self, rules=self.told_of(official)) if self.told_of else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What the posts of one page are judged by.

    `pseudonym` and `registration` are those of the register where the source is somebody's account,
    `official_handles` the organisation's own, `keys` what originals are sealed to, by purpose. `editors` says
    in which capacity a user name of a wiki is declared, by its host and the name. `accounts` are the
    registers of accounts, `permitted` the addresses for which the image register has a permission. `pictures`
    are looked at as closely as `depth` says. `wants` are the categories of which a finding must be made for a
    post to be kept, None = any post is: where profiles are searched, nothing is kept of people.
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
    pictures: Pictures | None = None
    depth: Depth = Depth.OFF
    permitted: frozenset[str] = frozenset()

    def see(self, post: Post) -> Post:
        """The post with what was seen in its pictures.

        Nothing of a post is fetched that does not speak of us, unless its pictures are read: then their words
        may be what does.
        """
        if self.pictures is None or self.depth is Depth.OFF or not _shows(post):
            return post
        post = self._with_author(post)
        if self.depth is not Depth.READ and not self.keeps_everything and not self._refers(post):
            return post
        seen = self.pictures.see(self._with_permissions(post), self.depth)
        return replace(seen, links=tuple(dict.fromkeys((*seen.links, *_coded(seen)))))

    def judge(self, key: str, post: Post) -> Judged | None:
        """A post that `see` gave, judged, masked and sealed; None where it is not of us, or not wanted.

        `key` is the stored form of its identity.
        """
        post = self._with_author(post)
        references = self.stages.references.find(post)
        if not references and not self.keeps_everything:
            return None
        spans = self.stages.identifiers.spans(post)
        evaluated = [addressed(finding, post.author) for finding in self.stages.rules.evaluate(post)]
        masked, findings = redact(post, spans, evaluated)
        if self.wants is not None and self.wants.isdisjoint(each.category for each in findings):
            return None
        checkpoint("judge.rules")
        author = shown_author(masked, self.pseudonym)
        hides = self.filters.hiding if self.filters else _never
        hidden = {f: by for f in findings if (by := hides(post, f, author))}
        found = tuple(f for f in findings if f not in hidden)
        version = content_hash(self.site_key, post) if found else ""
        shown = [whole for whole, f in zip(evaluated, findings, strict=True) if f not in hidden]
        return Judged(
            key=key,
            post=without_bytes(post),
            masked=without_bytes(masked),
            references=tuple(references) if not post.change or masked.title == post.title else (),
            findings=found,
            hidden=tuple((by, f) for f, by in hidden.items()),
            author=author,
            subject=subject(post, key, self.pseudonym, self.site_key.hash),
            locked=lock(key, version, post, spans, found, self.keys, self.site_key),
            crops=self._crops(post, shown, spans),
        )

    def _refers(self, post: Post) -> bool:
        return bool(self.stages.references.find(post))

    def _crops(self, post: Post, findings: Sequence[Finding], masked: Sequence[Span]) -> tuple[Crop, ...]:
        """The picture evidence; none where words may not be kept, and none of the protected lane."""
        protected = any(finding.lane is Lane.PROTECTED for finding in findings)
        if self.stages.evidence is None or not findings or protected or not post.terms.may_store_text:
            return ()
        return tuple(self.stages.evidence.crops(post, findings, masked))

    def _with_permissions(self, post: Post) -> Post:
        """The post with the permissions of the image register: for its page, or for one of its pictures."""
        if not self.permitted or not post.media:
            return post
        whole = _bare(post.url) in self.permitted
        media = (replace(m, permitted=whole or _bare(m.url) in self.permitted) for m in post.media)
        return replace(post, media=tuple(media))

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


def without_bytes(post: Post) -> Post:
    """The post without the bytes of its pictures: what is kept of them is sealed by then."""
    if all(media.content is None for media in post.media):
        return post
    return replace(post, media=tuple(replace(media, content=None) for media in post.media))


def _shows(post: Post) -> bool:
    return bool(post.media or (post.author and post.author.avatar_url))


def _coded(post: Post) -> Iterator[str]:
    """The addresses that the codes in its pictures stand for."""
    return (address for _, picture in post.images for address in picture.addresses)


def _bare(url: str | None) -> str:
    return (url or "").rstrip("/").casefold()


def _never(_post: Post, _finding: object, _author: str) -> None:
    return None
