"""References: does a post speak of the organisation, and why.

A score of 0 to 1: the best alias counts, then the words around it for and against. Names that are
unique decide alone; `UHND`-like short forms need company, and `the trust` says nothing without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from monitor.config import Organisation
from monitor.types import Kind, Post, Reference, Relation
from rules.references import aliases, spelling
from rules.references.aliases import Name
from rules.references.explanation import THRESHOLD, Candidate, Explanation, Reason
from rules.references.passage import Passage, text_of, trimmed
from rules.text.fold import fold
from rules.text.patterns import PatternSet, compiled, found, place_around, spans
from rules.text.words import any_of, words

_WRONG_CASE = -0.2
_MISSPELT = 0.9
_AGAINST = -0.5
_STAFF, _REPLY, _BIO, _GEO = 0.5, 0.6, 0.35, 0.25
_HALF_SURE = 0.5  # from this weight on a name in a profile is the organisation's

_CARE, _HANDLE, _PLACE, _GROUPS = range(4)
_FOR = {
    _CARE: (0.25, "words of care"),
    _HANDLE: (0.3, "an NHS account is addressed"),
    _PLACE: (0.2, "a local place"),
}
_SIGNED = "the author's account bears the name"
_NOBODY = Explanation()
_ALONE = "a name that is the organisation's alone"
_NOTHING = r"[^\x{0}-\x{10ffff}]"


class OrganisationReferences:
    """Implements monitor.ports.References for one organisation. Pure, and safe to share."""

    def __init__(self, organisation: Organisation) -> None:
        self.names = aliases.names(organisation)
        """Every name known, in no particular order."""
        self._misspellings = aliases.misspellings(organisation)
        self._scan = PatternSet([*(n.pattern for n in self.names), *(m.pattern for m in self._misspellings)])
        self._longer = [_longer(name, self.names) for name in self.names]
        signatures = aliases.signatures(organisation)
        self._signatures = PatternSet(name.pattern for name in signatures)
        self._signed = [Candidate(name.text, Reason(name.weight, _SIGNED)) for name in signatures]
        self._domains = tuple(domain.lower() for domain in organisation.domains)
        self._handles = tuple(filter(None, (handle.lower().lstrip("@") for handle in organisation.handles)))
        self._elsewhere = organisation.negative_context
        care = words("care")
        handles = rf"@(?:\w*nhs\w*|{'|'.join(care['handles'])})"
        groups = [spelling.any_of(group.split(",")) or _NOTHING for group in self._elsewhere]
        places = spelling.any_of(organisation.places, welsh=aliases.welsh(organisation)) or _NOTHING
        self._words = PatternSet((any_of(care["care"]), handles, places, *groups))

    def find(self, post: Post) -> Sequence[Reference]:
        """The references found, best first; empty where the best scores below THRESHOLD."""
        return self._explained(post, whole=False).references

    def explain(self, post: Post) -> Explanation:
        """Every name met with its sum and place, however little it counts."""
        return self._explained(post, whole=True)

    def _explained(self, post: Post, *, whole: bool) -> Explanation:
        if post.kind is Kind.PAGE_EDIT:
            page = post.change.page if post.change else post.title
            return Explanation((Candidate(page, Reason(1.0, "an edit of a watched page")),))
        text = text_of(post)
        candidates: list[Candidate] = []
        if met := self._scan.match(text):
            candidates += self._named(Passage(post, text), met, whole)
        if post.links:
            candidates += self._linked(post)
        if (author := post.author) is not None:
            shown = fold(f"{author.handle or ''} {author.display_name or ''}").text
            candidates += [self._signed[number] for number in self._signatures.match(shown)]
        if post.place:
            candidates += self._attached(post.place)
        if post.media:
            candidates += _marked(post)
        if not candidates:
            return _NOBODY
        candidates.sort(key=lambda one: (-one.score, -len(one.alias)))
        return Explanation(tuple(candidates))

    def _named(self, passage: Passage, met: Sequence[int], whole: bool) -> Iterator[Candidate]:
        """Candidates from title and text. Unless the `whole` sum is wanted, only what can still count."""
        text, known = passage.text, len(self.names)
        names = self._uncovered([number for number in met if number < known], text)
        unique = [name for name in names if name.unique and not _ruled_out(name, passage)]
        best = max(unique, key=lambda name: len(name.text), default=None)
        for name in unique:
            place = passage.place(name.find) if whole or name is best else None  # costs as much as the rest
            yield Candidate(name.text, Reason(name.weight, _ALONE), span=place)
        if unique and not whole:
            return
        yield from self._misspelt(passage, [number - known for number in met if number >= known], names)
        ambiguous = [name for name in names if name not in unique]
        if not ambiguous:
            return
        author = list(self._author(passage.post))
        most = 1.0 if whole else sum(reason.weight for reason in author) + self._most(text)
        for name in ambiguous:
            if name.weight + most >= THRESHOLD:  # else no count can lift it
                yield self._scored(name, passage, author)

    def _uncovered(self, met: Sequence[int], text: str) -> list[Name]:
        """The longest name wins: one that only ever stands inside longer ones is not met."""
        if len(met) == 1:
            return [self.names[met[0]]]
        return [
            self.names[number]
            for number in met
            if not any(
                _covered(self.names[number], self.names[by], text) for by in self._longer[number] & {*met}
            )
        ]

    def _misspelt(self, passage: Passage, met: Sequence[int], names: Sequence[Name]) -> Iterator[Candidate]:
        right = {name.text for name in names}
        for number in met:
            one = self._misspellings[number]
            if one.text not in right and one.find(passage.text):
                reason = Reason(_MISSPELT, f"{_ALONE}, but for a slip of the pen")
                yield Candidate(one.text, reason, span=passage.place(one.find))

    def _most(self, text: str) -> float:
        """What the words of a text can add to a name at most."""
        apart = text.replace("_", " ")  # "hospital_uhnd": without the name the rest is a word of its own
        return sum(_FOR[number][0] for number in self._words.match(apart) if number in _FOR)

    def _linked(self, post: Post) -> Iterator[Candidate]:
        hosts = [_host(link) for link in post.links]
        for domain in self._domains:
            if any(host == domain or host.endswith(f".{domain}") for host in hosts):
                yield Candidate(domain, Reason(1.0, "a link to the organisation's site"))

    def _attached(self, place: str) -> Iterator[Candidate]:
        text = fold(place).text
        for name in self._uncovered([n for n in self._scan.match(text) if n < len(self.names)], text):
            if name.unique:
                yield Candidate(name.text, Reason(aliases.SIGNED, "the place that the author attached"))

    def _scored(self, name: Name, passage: Passage, author: list[Reason]) -> Candidate:
        own = Reason(name.weight, f"a name that others have too (tier {name.tier})")
        place = passage.place(name.find)
        if ruled_out := _ruled_out(name, passage):
            return Candidate(name.text, own, (ruled_out,), place)
        reasons = list(author)
        if name.case and not passage.in_capitals(name.pattern):
            reasons.append(Reason(_WRONG_CASE, "not in capitals"))
        reasons += self._around(name, passage)
        return Candidate(name.text, own, tuple(reasons), place)

    def _around(self, name: Name, passage: Passage) -> Iterator[Reason]:
        """What stands in the post besides the name. Other worlds may begin with it: "Durham, NC"."""
        numbers = {*self._words.match(_without(name, passage.text))}
        against = {*self._words.match(passage.text)} - {*self._words.match(fold(name.text).text)}
        if place := passage.post.place:  # for a local place, see _author
            against |= {*self._words.match(fold(place).text)}
        for number in sorted(numbers | (against - _FOR.keys())):
            if number in _FOR:
                yield Reason(*_FOR[number])
            else:
                yield Reason(_AGAINST, f"words of another world: {self._elsewhere[number - _GROUPS]}")

    def _author(self, post: Post) -> Iterator[Reason]:
        """What the author and the thread say for a name; each counts once."""
        author = post.author
        if author is not None and author.relation is Relation.AUTHORISED_STAFF:
            yield Reason(_STAFF, "an authorised staff account")
        if self._answers_us(post):
            yield Reason(_REPLY, "a reply to the organisation")
        if author is not None and author.bio and self._local(author.bio):
            yield Reason(_BIO, "the author's profile names it or a local place")
        if post.place and self._local(post.place):
            yield Reason(_GEO, "posted from a local place")

    def _local(self, described: str) -> bool:
        """True for one of our names, or a place of ours and not of another place of that name."""
        text = fold(described).text
        numbers = self._scan.match(text)
        if any(n < len(self.names) and self.names[n].weight >= _HALF_SURE for n in numbers):
            return True
        words = self._words.match(text)
        return _PLACE in words and not any(number >= _GROUPS for number in words)

    def _answers_us(self, post: Post) -> bool:
        urls = [ref.url.lower() for ref in post.refs if ref.rel in ("reply_to", "parent", "root") and ref.url]
        return any(_is_of(handle, url) for url in urls for handle in self._handles)


def _marked(post: Post) -> Iterator[Candidate]:
    """Pictures that show the organisation's own mark."""
    if any(mark.ours for _, picture in post.images for mark in picture.marks):
        yield Candidate("our logo", Reason(1.0, "a picture shows the organisation's logo"))


def _longer(name: Name, names: Sequence[Name]) -> frozenset[int]:
    """The numbers of the names that hold this one."""
    return frozenset(
        number
        for number, other in enumerate(names)
        if len(other.text) > len(name.text) and found(name.pattern, fold(other.text).text)
    )


def _covered(name: Name, by: Name, text: str) -> bool:
    places = list(spans(by.pattern, text))
    for place in spans(name.pattern, text):
        start, end = trimmed(text, *place)
        longer = place_around(start, places)
        if longer is None or end > longer[1]:
            return False
    return True


def _ruled_out(name: Name, passage: Passage) -> Reason | None:
    """Why the settings do not count this name here."""
    text = passage.text
    if name.unique and name.case and not passage.in_capitals(name.pattern):
        return Reason(-1.0, "not in capitals")
    if name.unless and found(name.unless, text):
        return Reason(-1.0, "words with which the settings say it is another's")
    if name.requires and not found(name.requires, _without(name, text)):
        return Reason(-1.0, "none of the words that the settings require beside it")
    return None


def _without(name: Name, text: str) -> str:
    return str(compiled(name.pattern).sub(" ", text))


def _host(link: str) -> str:
    try:
        host = urlsplit(link if "//" in link else f"//{link}").hostname or ""
    except ValueError:
        return ""
    return host.lower().rstrip(".")


def _is_of(handle: str, url: str) -> bool:
    """True where the URL is of a post of the account; a handle with a host counts on that host only."""
    user, _, server = handle.partition("@")
    segments = url.partition("?")[0].split("/")
    return (user in segments or f"@{user}" in segments) and (not server or server in segments)
