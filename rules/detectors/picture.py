"""Pictures from the workplace: of people who may not have been asked, of patients, of colleagues tagged.

Clauses: BOL-5.1.4, VOY-PL-4, NT-3.2-3, SWL-5.5-2, SWL-5.5-4, SWL-5.9-2, CDD-4.4.1-1. A picture is known by
being attached or by being spoken of; what it shows by its description (alt text) and the words around it.
Where faces are counted, a count adds to words of a workplace, and is nothing by itself; a picture for which
the image register has a permission shows nobody who was not asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from monitor.types import Post
from rules.detectors import Hit, Options, detector
from rules.names import Names
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import first, found
from rules.text.words import any_of, words

_WORDS = words("pictures")
_PICTURE = any_of(_WORDS["picture"])
_IDIOM = any_of(_WORDS["idiom"])
_SHOWING = any_of(_WORDS["showing"])
_WORKPLACE = any_of(_WORDS["workplace"])
_PEOPLE = any_of(_WORDS["people"]) + r"|\b(?:of|with|and) @\w+"
_PATIENT = any_of(_WORDS["patient"])
_NOT_A_PATIENT = any_of(_WORDS["not_a_patient"])
_UNASKED = any_of(_WORDS["unasked"])
_ASKED = any_of(_WORDS["asked"])
_HARMLESS = any_of(_WORDS["harmless"])
_LEISURE = any_of(_WORDS["leisure"])
_TAGGED = r"(?:^|[\s(])@\w+|\btagg(?:ed|ing)\b"
_OF_A_PATIENT = (
    rf"(?:{_PICTURE})[^.!?\n]{{0,60}}(?:{_PATIENT})"
    rf"|(?:{_PATIENT})[^.!?\n]{{0,40}}(?:{_PICTURE}|\bin the background\b)"
)
_OF_PEOPLE = (
    rf"(?:{_PICTURE})[^.!?\n]{{0,60}}(?:{_PEOPLE})|(?:{_PEOPLE})[^.!?\n]{{0,40}}(?:{_PICTURE})"
    rf"|\bselfies?\b|(?:{_PICTURE}) @\w+"
)
_SHOWING_A_PATIENT = rf"{_SHOWING}.{{0,40}}{_PATIENT}"
_CALLED_PATIENT = r"\bpatients?\b"
_REASON = {
    "people": "A picture seems to show people at work, and nothing says that they agreed.",
    "unasked": "A picture seems to show people at work, and the words say that they were not asked.",
    "patient": "A picture seems to show a patient.",
    "tagged": "A colleague is tagged in a picture, and the words say that they were not asked.",
    "faces": "A photograph may show identifiable people at work, and no permission for it is on file.",
}


class PictureOptions(Options):
    """What to look for: `people` at work, `patients`, or colleagues `tagged`."""

    of: Literal["people", "patients", "tagged"] = "people"


def _has_one(post: Post, names: Names) -> bool:
    return bool(post.media) or _speaks_of_one(fold(post.text).text)


@lru_cache(maxsize=1)  # three rules ask for the same post in turn
def _speaks_of_one(text: str) -> bool:
    return found(_PICTURE, text)


@detector(levels=tuple(_REASON), options=PictureOptions, applies=_has_one)
def picture(reading: Reading, options: PictureOptions) -> Iterable[Hit]:
    """At most one hit. Its span is the word that speaks of the picture or of the people in it."""
    shown = "\n".join(fold(media.alt_text).text for media in reading.post.media if media.alt_text)
    told = f"{reading.text}\n{shown}"
    unasked = found(_UNASKED, told)
    if found(_HARMLESS, told) or (found(_ASKED, told) and not unasked):
        return
    level = _LOOKS[options.of](reading, told, shown, unasked)
    if level is not None:
        place = first(f"{_PICTURE}|{_SHOWING}|{_PEOPLE}", reading.text)
        span = reading.span(*place, "picture") if place else None
        yield Hit(span, level, 0.7 if unasked else 0.5, _REASON[level])


def _people(reading: Reading, told: str, shown: str, unasked: bool) -> str | None:
    if reading.post.media and all(media.permitted for media in reading.post.media):
        return None
    attached = reading.post.media and (
        found(_PEOPLE, shown)
        or (found(_SHOWING, told) and found(_PEOPLE, told))
        or (unasked and found(_TAGGED, told))
    )
    spoken = found(_OF_PEOPLE, told) and _spoken_of(told)
    pictured = (attached or spoken) and _at_work(reading, told)
    if pictured:
        return "unasked" if unasked else "people"
    return "faces" if _faces(reading.post) and _at_work(reading, told) else None


def _faces(post: Post) -> bool:
    """Whether somebody can be seen in a picture for which there is no permission."""
    unasked = (media.picture for media in post.media if media.picture and not media.permitted)
    return any(picture.faces not in (None, "0") for picture in unasked)


def _patient(reading: Reading, told: str, shown: str, unasked: bool) -> str | None:
    if found(_NOT_A_PATIENT, told):
        return None
    described = found(_PATIENT, shown) or found(_SHOWING_A_PATIENT, told)
    attached = reading.post.media and described
    here = _at_work(reading, told) or found(_CALLED_PATIENT, told)
    spoken = found(_OF_A_PATIENT, told) and _spoken_of(told) and here
    return "patient" if attached or spoken else None


def _tagged(reading: Reading, told: str, shown: str, unasked: bool) -> str | None:
    pictured = reading.post.media or _spoken_of(told)
    tagged = unasked and pictured and found(_TAGGED, reading.text)
    return "tagged" if tagged and (_at_work(reading, told) or not found(_LEISURE, told)) else None


_LOOKS = {"people": _people, "patients": _patient, "tagged": _tagged}


def _at_work(reading: Reading, told: str) -> bool:
    return found(_WORKPLACE, told) or found(reading.names.prose, told)


def _spoken_of(told: str) -> bool:
    return found(_PICTURE, told) and not found(_IDIOM, told)
