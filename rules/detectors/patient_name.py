"""Names of people in a patient's role: "Mr X in bay 3", "X Y was admitted to ward 6".

Staff are named all day, in thanks and in complaints; so are the famous, and the families that tell their
own story. A name counts only where its own sentence makes its bearer a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from monitor.types import Kind
from rules.detectors import Hit, Options, detector
from rules.reading import Reading
from rules.sighting import Sighting, hits
from rules.text.context import OWN_STORY, sentence_after, sentence_before
from rules.text.fold import Folded
from rules.text.patterns import PatternSet, spans
from rules.text.words import any_of, words

LABEL = "patient's name"

_SURNAME = r"[a-z][a-z'\-]{1,30}"
TITLED = rf"\b(?:mr|mrs|ms|miss|mx)\b\.? {_SURNAME}"
FULL_NAME = rf"{any_of(words('forenames')['forenames'])} {_SURNAME}"

_ANOTHER_NAME = re.compile(rf" {_SURNAME}")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx"})
_NO_NAMES = frozenset(words("patients")["no names"])


def _listed(*names: str) -> str:
    return any_of(entry for name in names for entry in words("patients")[name])


def _directly_before(name: str) -> str:
    return rf"{_listed(name)}[,:;\-/ ]{{0,3}}(?:(?:with|for|about|the|poor|old|lovely) ){{0,2}}$"


_REACH = 70  # characters behind a name in which it is said what its bearer is
_FAR = 120
_PATIENT_LED, _STAFF_LED = range(2)
_BEFORE = PatternSet((_directly_before("patient before"), _directly_before("staff before")))
_PATIENT, _ON_A_WARD, _STAFF = range(3)
_BEHIND = PatternSet((_listed("patient behind"), _listed("on a ward"), _listed("staff behind", "speaks")))
_PUBLIC, _MINE = range(2)
_SENTENCE = PatternSet((_listed("public"), OWN_STORY))
_JUDGEMENTS = {
    "named": (0.5, "A person is named and spoken of as a patient."),
    "unsure": (0.3, "A person is named beside a ward, as a patient or as staff."),
    "reported": (0.4, "An article or a programme names a person as a patient; it may be news."),
    "own": (0.4, "A person is named as a patient, by themselves or by their family as it seems."),
}


@detector(levels=tuple(_JUDGEMENTS), prefilter=(TITLED, FULL_NAME))
def patient_name(reading: Reading, _: Options) -> Iterable[Hit]:
    """The names of patients in a post. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    reported = reading.post.kind in (Kind.ARTICLE, Kind.EPISODE)
    return hits(reading, partial(patient_names, reported=reported), _JUDGEMENTS)


def patient_names(folded: Folded, *, reported: bool = False) -> Iterator[Sighting]:
    """Names whose own sentence makes the bearer a patient; `reported` in what a newsroom published."""
    for start, end, titled in _names(folded):
        level = _level(folded.text, start, end, titled=titled)
        if level:
            yield Sighting(start, end, "reported" if reported and level != "own" else level, LABEL)


def _names(folded: Folded) -> Iterator[tuple[int, int, bool]]:
    """Names as their author writes names: with a title in any case, else with capital letters.

    Start, end, and True for a title.
    """
    text = folded.text
    done = 0
    for start, end in spans(f"{TITLED}|{FULL_NAME}", text):
        one, _, other = text[start:end].rpartition(" ")
        titled = one.rstrip(".") in _TITLES
        if start < done or other in _NO_NAMES:
            continue
        if not _capital(folded, end - len(other)) and (not titled or _capital(folded, start)):
            continue
        more = _ANOTHER_NAME.match(text, end) if titled and not _capital(folded, start + 1) else None
        if more and _capital(folded, more.start() + 1):
            end = more.end()
        done = end = start + len(text[start:end].removesuffix("'s").rstrip("'-"))
        yield start, end, titled


def _capital(folded: Folded, at: int) -> bool:
    return folded.raw[folded.index[at]].isupper()


def _level(text: str, start: int, end: int, *, titled: bool) -> str | None:
    before = sentence_before(text, start, _FAR)
    after = sentence_after(text, end - 1, _FAR)  # with the name's last letter: a word boundary
    leading, following = _BEFORE.match(before), _BEHIND.match(after[:_REACH])
    if _PATIENT_LED in leading or _PATIENT in following:
        level = "named"
    elif titled and _ON_A_WARD in following:
        level = "unsure"
    else:
        return None
    said = _SENTENCE.match(f"{before} {after}")
    led_by_staff = _STAFF_LED in leading and _PATIENT_LED not in leading  # "with Mr X", but "sat with Mr X"
    if led_by_staff or _STAFF in following or _PUBLIC in said:
        return None
    return "own" if _MINE in said else level
