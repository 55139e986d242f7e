"""References: does a post speak of the organisation, and why.

A score of 0 to 1: the best alias counts, then the words around it for and against. Names that are
unique decide alone; `UHND`-like short forms need company, and `the trust` says nothing without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.config import Alias, Organisation
from monitor.types import Account, Kind, Post, Reference, Relation, Span
from rules.fold import fold
from rules.patterns import PatternSet, first, spans
from rules.reading import Part

THRESHOLD = 0.55
"""The score from which a post counts as a mention."""

_TIER_WEIGHT = {1: 1.0, 2: 0.5, 3: 0.1}
_WRONG_CASE = 0.2
_SIGNED = 0.6
_GENERIC = (
    ("our trust", 0.12),
    ("my trust", 0.12),
    ("the trust", 0.1),
    ("our hospital", 0.1),
    ("the hospital", 0.08),
)

_NHS_WORDS = (
    r"\b(?:nhs|hosp(?:ital)?s?|a ?& ?e|ae|wards?|nurs(?:e|es|ing)|doctors?|consultants?"
    r"|surgeons?|maternity|midwi\w+|outpatients?|patients?|clinics?|appointments?|operations?|surgery"
    r"|cqc|icb|nhs ?ft|foundation trust|cancer|ambulances?|paramedics?|discharge\w*|theatres?)\b"
)
_NHS_HANDLE = r"@(?:nhs|nenc)\w+"
_Reason = tuple[float, str]
_WORDS: tuple[_Reason, ...] = (
    (0.25, "words of care"),
    (0.3, "an NHS account is addressed"),
    (0.2, "a local place"),
    (-0.5, "words that the settings list as another's"),
)
_PLACE = 2
_NOTHING = r"[^\x{0}-\x{10ffff}]"
_SHORT_FORMS = {
    "hospital": "hosp(?:ital)?s?",
    "hospitals": "hosp(?:ital)?s?",
    "memorial": "mem(?:orial)?",
    "university": "uni(?:v(?:ersity)?)?",
    "general": "gen(?:eral)?",
    "saint": "(?:saint|st)",
    "st": "(?:saint|st)",
    "north": "n(?:orth)?",
    "and": "(?:and|&|n)",
    "&": "(?:and|&|n)",
    "of": "(?:of)?",
}
_ENDING = re.compile(r"\b(?:nhs )?(?:foundation )?trust$|\bnhs ft$", re.IGNORECASE)
_GAP = r"[\s_\-./,]{0,3}"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_|(?<=[A-Za-z])(?=[0-9])")
_HASHTAG = re.compile(r"#\w*[A-Z_]\w*")


@dataclass(frozen=True, slots=True)
class _Name:
    """One way to name the organisation. The pattern's match may hold the characters on either side."""

    text: str
    pattern: str
    weight: float
    upper: bool = False


class OrganisationReferences:
    """Implements monitor.ports.References for one organisation. Pure, and safe to share."""

    def __init__(self, organisation: Organisation) -> None:
        self._names = tuple(_names(organisation))
        self._scan = PatternSet(name.pattern for name in self._names)
        self._long = tuple(_signatures(organisation))
        self._signatures = PatternSet(name.pattern for name in self._long)
        self._domains = tuple(domain.lower() for domain in organisation.domains)
        self._handles = tuple(handle.lower().lstrip("@").partition("@")[0] for handle in organisation.handles)
        self._words = PatternSet(
            (
                _NHS_WORDS,
                _NHS_HANDLE,
                _any_of(organisation.places),
                _any_of(organisation.negative_context),
            )
        )

    def find(self, post: Post) -> Sequence[Reference]:
        """The references found, best first; empty where the best scores below THRESHOLD."""
        if post.kind is Kind.PAGE_EDIT:
            page = post.change.page if post.change else post.title
            return (Reference(alias=page, score=1.0, why="an edit of a watched page"),)
        text = _text(post)
        references = list(self._named(post, text))
        if post.links:
            references += self._linked(post)
        if post.author is not None:
            references += self._signed(post.author)
        if not references:
            return ()
        references.sort(key=lambda reference: (-reference.score, -len(reference.alias)))
        return tuple(references) if references[0].score >= THRESHOLD else ()

    def _named(self, post: Post, text: str) -> Iterator[Reference]:
        names = [self._names[number] for number in self._scan.match(text)]
        unique = [name for name in names if name.weight >= 1]
        for name in unique:
            why = "a name that is the organisation's alone"
            yield Reference(alias=name.text, score=1.0, why=why)
        if unique or not names:
            return
        company = list(self._company(post))
        words = self._words.match(text)
        most = sum(weight for weight, _ in company) + sum(max(_WORDS[n][0], 0) for n in words)
        for name in names:
            if name.weight + most >= THRESHOLD:  # else no count can lift it
                yield self._scored(name, post, text, company)

    def _linked(self, post: Post) -> Iterator[Reference]:
        hosts = [_host(link) for link in post.links]
        for domain in self._domains:
            if any(host == domain or host.endswith(f".{domain}") for host in hosts):
                yield Reference(alias=domain, score=1.0, why="a link to the organisation's site")

    def _signed(self, author: Account) -> Iterator[Reference]:
        """An account that bears the organisation's name speaks of it, whatever it posts."""
        shown = fold(f"{author.handle or ''} {author.display_name or ''}").text
        for number in self._signatures.match(shown):
            name = self._long[number].text
            yield Reference(alias=name, score=_SIGNED, why="the author's account bears the name")

    def _scored(self, name: _Name, post: Post, text: str, company: list[_Reason]) -> Reference:
        place = _place(name, post)
        reasons = [(name.weight, name.text), *company]
        if name.upper and place is not None and not post.part(place.where)[place.start : place.end].isupper():
            reasons.append((-_WRONG_CASE, "not in capitals"))
        reasons += [_WORDS[number] for number in self._words.match(_without(name, text))]
        score = round(min(max(sum(weight for weight, _ in reasons), 0.0), 1.0), 2)
        why = ", ".join(f"{reason} {weight:+.2f}" for weight, reason in reasons)
        return Reference(alias=name.text, score=score, why=why, span=place)

    def _company(self, post: Post) -> Iterator[_Reason]:
        """What the author and the thread say for a name; each counts once."""
        author = post.author
        if author is not None and author.relation is Relation.AUTHORISED_STAFF:
            yield 0.5, "an authorised staff account"
        if self._answers_us(post):
            yield 0.6, "a reply to the organisation"
        if author is not None and author.bio and self._local(fold(author.bio).text):
            yield 0.35, "the author's profile is local"

    def _local(self, bio: str) -> bool:
        named = any(self._names[number].weight >= 0.5 for number in self._scan.match(bio))
        return named or _PLACE in self._words.match(bio)

    def _answers_us(self, post: Post) -> bool:
        urls = [ref.url.lower() for ref in post.refs if ref.rel in ("reply_to", "parent", "root") and ref.url]
        return any(
            f"/{sign}{handle}/" in f"{url}/" for url in urls for handle in self._handles for sign in ("@", "")
        )


def _names(organisation: Organisation) -> Iterator[_Name]:
    def name(text: str, pattern: str, weight: float = 1.0, *, upper: bool = False) -> _Name:
        return _Name(text, _bounded(pattern), weight, upper)

    yield name(organisation.name, _full_name(organisation.name))
    yield name(organisation.short, _initials(organisation.short))
    for hospital in organisation.hospitals:
        yield name(hospital, _phrase(hospital))
    for handle in organisation.handles:
        bare = handle.lstrip("@").partition("@")[0]
        yield name(handle, f"@?{re.escape(fold(bare).text)}")
    for domain in organisation.domains:
        yield name(domain, re.escape(domain.lower()))
    for hashtag in organisation.hashtags:
        yield name(hashtag, f"#{re.escape(fold(hashtag.lstrip('#')).text)}")
    for alias in organisation.aliases:
        yield name(alias.text, _alias_pattern(alias), _alias_weight(alias), upper=alias.case)
    listed = {alias.text.lower() for alias in organisation.aliases}
    for text, weight in _GENERIC:
        if text not in listed:
            yield name(text, _phrase(text), weight)


def _signatures(organisation: Organisation) -> Iterator[_Name]:
    """Names as they stand in handles: anywhere in them, so only those too long to occur by chance."""
    for text in (organisation.short, organisation.name, *organisation.hospitals):
        if len(text) >= 4:
            yield _Name(text, _phrase(text), _SIGNED)


def _alias_weight(alias: Alias) -> float:
    return _TIER_WEIGHT[alias.tier] if alias.weight is None else alias.weight


def _alias_pattern(alias: Alias) -> str:
    one_word = alias.text.isalpha() and alias.text.isupper()
    return _initials(alias.text) if one_word and alias.tier == 1 else _phrase(alias.text)


def _phrase(text: str) -> str:
    """A name as people write it: shortened words, any or no gap between them (hashtags)."""
    words = re.findall(r"[\w&]+", fold(text).text.replace("'", ""))
    return _GAP.join(_SHORT_FORMS.get(word, _possessive(word)) for word in words)


def _full_name(text: str) -> str:
    """A trust's full name, however much of "NHS Foundation Trust" is said, but not without any."""
    stem = _ENDING.sub("", text).strip()
    if stem == text.strip() or not stem:
        return _phrase(text)
    return _phrase(stem) + _GAP + r"(?:nhs|(?:foundation|f)?" + _GAP + r"trust)"


def _possessive(word: str) -> str:
    return re.escape(word[:-1]) + "'?s" if word.endswith("s") and len(word) > 3 else re.escape(word)


def _initials(text: str) -> str:
    """A unique short form, also with dots or gaps between its letters and inside a longer hashtag."""
    letters = [re.escape(char) for char in fold(text).text if char.isalnum()]
    spaced = r"(?:[._*\-]| ){0,2}".join(letters)
    return rf"{spaced}|#\w*{''.join(letters)}\w*"


def _bounded(pattern: str) -> str:
    return rf"(?:^|[^a-z0-9])(?:{pattern})(?:'?s)?(?:[^a-z0-9]|$)"


def _any_of(words: Iterable[str]) -> str:
    phrases = [re.escape(fold(word).text) for word in words]
    return rf"\b(?:{'|'.join(phrases)})\b" if phrases else _NOTHING


def _text(post: Post) -> str:
    """Title and text, folded, with hashtags also split into their words."""
    text = fold(post.text).text
    if post.title:
        text = f"{fold(post.title).text}\n\n{text}"
    if "#" in post.text:
        tags = [_CAMEL.sub(" ", tag[1:]) for tag in _HASHTAG.findall(post.text)]
        text = "\n".join([text, *(fold(tag).text for tag in tags)])
    return text


def _place(name: _Name, post: Post) -> Span | None:
    for where in ("text", "title"):
        if raw := post.part(where):
            part = Part(where, fold(raw))
            if (place := first(name.pattern, part.folded.text)) is not None:
                return part.span(*_trimmed(part.folded.text, *place), "alias")
    return None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isalnum() or text[start] in "@#"):
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _without(name: _Name, text: str) -> str:
    parts, at = [], 0
    for start, end in spans(name.pattern, text):
        parts += [text[at:start], " "]
        at = end
    return "".join([*parts, text[at:]])


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").lower()
    except ValueError:
        return ""
