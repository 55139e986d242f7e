"""Identifiers: what is masked before a post is stored or shown, whatever rules say of it.

Masked are all the identifiers that the detectors can be sure of, at every level (and digits that a text
calls an NHS number although their check digit is wrong: one slip does not hide a patient), e-mail
addresses, where somebody is said to live, and UK telephone numbers that can be a person's own: mobiles
and landlines, and in pictures whole rows of what looks like a list of patients. Numbers that only services
hold (03, 0800, 0808, 0845, 0870, 111, 116 123) stay: a helpline is what such a post is about. Synthetic NHS
numbers count as real ones: a rehearsal must hide what the real thing would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote

from monitor.config import Organisation
from monitor.types import Post, Span
from rules.detectors import (
    birth_date,
    home_address,
    local_number,
    national_insurance,
    nhs_number,
    patient_name,
    work_email,
)
from rules.detectors.contact_details import POSTCODE, TELEPHONE, TELEPHONE_LABEL, postcodes, telephone
from rules.detectors.patient_list import rows_of_list, words_beside
from rules.lines import Line, whole_lines
from rules.names import Names
from rules.reading import Part
from rules.sighting import Sighting
from rules.text.fold import Folded, fold
from rules.text.patterns import PatternSet, spans

_TELEPHONE_IN_ADDRESS = telephone(r"[ .\-]{0,2}")  # /2026/02/11/1234567 is a day and an item

_REMOTE_HANDLE = re.compile(r"/@[^/@]+@[^/?#]+")  # a public account of the fediverse, no mailbox

# What an address must hold before it is worth a closer look.
_TELLING = re.compile(r"@|%40|(?:[0-9][^0-9]*){6}")

CUT_LABEL = "what may be a number or address"
# At the beginning and at the end of what is kept of a line; a few digits or letters identify nobody.
_DIGITS = r"[0-9](?:[\s().+-]{0,2}[0-9]){4,}"
_HALVES = (
    re.compile(rf"\A[\s().+-]{{0,2}}{_DIGITS}"),
    re.compile(rf"(?:{_DIGITS}[\s().+-]{{0,2}}|[^\s@]{{1,64}}@[^\s@]{{0,64}})\Z"),
)

_WHERES = (
    *("title", "text", "bio", "display_name", "handle"),
    *("added", "removed", "headings", "surroundings"),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of identifier: patterns of which one occurs wherever it does, and what finds it."""

    needs: tuple[str, ...]
    see: Callable[[Folded, Post], Iterable[Sighting]]


class _Kinds:
    """Some kinds of identifier behind one scan."""

    def __init__(self, kinds: Iterable[_Kind]) -> None:
        needed = [(pattern, kind) for kind in kinds for pattern in kind.needs]
        self._scan = PatternSet(pattern for pattern, _ in needed)
        self._kinds = [kind for _, kind in needed]

    def occur(self, text: str) -> bool:
        """False for most texts: nothing in it can identify anybody."""
        return bool(self._scan.match(text))

    def spans(self, part: Part, post: Post) -> Iterator[Span]:
        """Every identifier of one part, in no order."""
        for kind in dict.fromkeys(self._kinds[hit] for hit in self._scan.match(part.folded.text)):
            for sighting in kind.see(part.folded, post):
                yield part.span(sighting.start, sighting.end, sighting.label)


class PersonIdentifiers:
    """Implements monitor.ports.Identifiers for one organisation. Pure, and safe to share."""

    def __init__(self, organisation: Organisation) -> None:
        self._shapes = organisation.hospital_numbers
        everywhere = (
            _Kind((nhs_number.RUN,), lambda text, _: nhs_number.candidates(text, synthetic="issued")),
            _pattern_kind(work_email.ADDRESS, work_email.LABEL),
            _hospital_numbers(organisation.hospital_numbers),
        )
        self._in_texts = _Kinds(
            (*everywhere, _pattern_kind(TELEPHONE, TELEPHONE_LABEL), *_of_patients(Names(organisation)))
        )
        self._in_addresses = _Kinds((*everywhere, _pattern_kind(_TELEPHONE_IN_ADDRESS, TELEPHONE_LABEL)))

    def spans(self, post: Post) -> Sequence[Span]:
        """Every span to mask in what a post says and is called; they never overlap.

        An address that gives somebody away is one span as a whole: half an address leads nowhere.
        """
        found: list[Span] = []
        if post.url and _TELLING.search(post.url) and (label := self._told_by(post)):
            found.append(Span(0, len(post.url), label, "url"))
        lines = tuple(whole_lines(post.change)) if post.change else ()
        shown = (where for where, picture in post.images if picture.text)
        parts = [Part(where, fold(raw)) for where in (*_WHERES, *shown) if (raw := _said(post, where))]
        parts += [Part("line", fold(line.text)) for line in lines]
        # One look at all of them together first: most posts identify nobody.
        if self._in_texts.occur("\n".join([part.folded.text for part in parts])):
            found += self._in_parts(parts, lines, post)
        found += (span for line in lines for span in _frayed(line))
        found += [*self._of_patients_in_pictures(post, found)]
        return tuple(_apart_by_part(found))

    def _in_parts(self, parts: Sequence[Part], lines: Sequence[Line], post: Post) -> list[Span]:
        """Every identifier; of one that an edit cuts in two, each stretch where it is kept."""
        found: list[Span] = []
        whole = len(parts) - len(lines)
        for part in parts[:whole]:
            found += self._in_texts.spans(part, post)
        for part, line in zip(parts[whole:], lines, strict=True):
            for span in self._in_texts.spans(part, post):
                found += line.spans(span.start, span.end, span.label)
        return found

    def _of_patients_in_pictures(self, post: Post, found: Sequence[Span]) -> Iterator[Span]:
        """Rows of lists of patients in its pictures; of one patient's paper all that is not `found` yet."""
        for where, picture in post.images:
            rows = [*rows_of_list(where, picture.text, self._shapes, post.observed_at.date())]
            known = [span for span in found if span.where == where]
            yield from rows or words_beside(where, picture.text, self._shapes, known)

    def _told_by(self, post: Post) -> str | None:
        """The kind of identifier that a post's address holds, None for most."""
        # Without scheme and www., or the number detector takes it for a link, where numbers mean nothing.
        bare = unquote((post.url or "").partition("://")[2].removeprefix("www."))
        part = Part("url", fold(_REMOTE_HANDLE.sub("/", bare)))
        return next((span.label for span in self._in_addresses.spans(part, post)), None)


def _said(post: Post, where: str) -> str:
    """A part as it is searched: of `name@server`, where that server shows the account, the name alone.

    It is how the fediverse writes public accounts, and no mailbox.
    """
    said = post.part(where)
    if where != "handle":
        return said
    name, _, server = said.rpartition("@")
    address = (post.author.url or "") if post.author else ""
    return name if name and f"{address}/".lower().startswith(f"https://{server}/".lower()) else said


def identifier_in(text: str, organisation: Organisation) -> str | None:
    """What kind of identifier a text holds that somebody typed and that is to be kept; None for none."""
    return _label_in(text, PersonIdentifiers(organisation))


@lru_cache(maxsize=8)
def identifiers_of(names: Names) -> PersonIdentifiers:
    """The identifiers of the organisation that has these names, made once."""
    return PersonIdentifiers(names.organisation)


@lru_cache(maxsize=256)
def identifies(text: str, names: Names) -> bool:
    """True where a short text, a heading, may say who somebody is."""
    return _label_in(text, identifiers_of(names)) is not None


def _label_in(text: str, identifiers: PersonIdentifiers) -> str | None:
    never = datetime.fromtimestamp(0, UTC)
    typed = Post(source="", platform="", external_id="", observed_at=never, text=text)
    return next((span.label for span in identifiers.spans(typed)), None)


def _hospital_numbers(shapes: tuple[str, ...]) -> _Kind:
    needs = (local_number.CALLED, local_number.shaped(shapes))
    return _Kind(needs, lambda text, _: local_number.hospital_numbers(text, shapes))


def _of_patients(names: Names) -> Iterator[_Kind]:
    """The kinds that only the words beside them, or capital letters, tell."""
    yield _Kind(
        (birth_date.KEYWORD,), lambda text, post: birth_date.birth_dates(text, post.observed_at.date())
    )
    yield _Kind((national_insurance.NUMBER,), lambda text, _: national_insurance.insurance_numbers(text))
    yield _Kind((home_address.AT_HOME,), lambda text, _: home_address.home_addresses(text))
    yield _Kind((POSTCODE,), lambda text, _: postcodes(text, names))
    yield _Kind(
        (patient_name.TITLED, patient_name.FULL_NAME), lambda text, _: patient_name.patient_names(text)
    )


def _pattern_kind(pattern: str, label: str) -> _Kind:
    """A kind that its pattern alone tells."""

    def see(folded: Folded, _: Post) -> Iterator[Sighting]:
        return (Sighting(*place, None, label) for place in spans(pattern, folded.text))

    return _Kind((pattern,), see)


def _frayed(line: Line) -> Iterator[Span]:
    """What begins or ends where the line was cut, and may be half of an identifier."""
    for cut, half in zip(line.cut, _HALVES, strict=True):
        if cut and (found := half.search(line.text)):
            yield from line.spans(found.start(), found.end(), CUT_LABEL)


def _apart_by_part(found: Sequence[Span]) -> Iterator[Span]:
    for where in dict.fromkeys(span.where for span in found):
        yield from _apart(span for span in found if span.where == where)


def _apart(found: Iterable[Span]) -> list[Span]:
    """In order of place; of two that overlap the earlier and longer covers both."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = Span(kept[-1].start, span.end, kept[-1].label, span.where)
    return kept
