"""Protected characteristics: the words for groups, and the slurs, of each.

The nine are those of the Equality Act 2010, section 4. Marriage and civil partnership is left out: no word
for it works as a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from rules.text.patterns import PatternSet, first
from rules.text.words import any_of, words

WHOM: Mapping[str, str] = {
    "age": "people of an age group",
    "disability": "people with a disability or illness",
    "gender reassignment": "trans people",
    "pregnancy and maternity": "pregnant women or new parents",
    "race": "people of a race, nationality or origin",
    "religion or belief": "people of a religion or belief",
    "sex": "women or men",
    "sexual orientation": "people of a sexual orientation",
}
"""characteristic -> how a reason speaks of the groups."""

_PEOPLE, _WORDS, _OR_NOT, _UNLIKE = " people", " words", " or not", "unlike"


@cache
def group() -> str:
    """The pattern of people with a characteristic: "Muslims", "disabled and older staff"."""
    people = any_of(_entries("groups", _PEOPLE))
    described = rf"(?:{adjective()}(?:,? and |,? or |[ -])){{1,3}}{any_of(words('groups')['person'])}"
    return rf"(?:{described}|{people})(?: lives\b)?"


@cache
def adjective() -> str:
    """The pattern of the words that describe such people, wherever they stand."""
    return any_of(_entries("groups", _WORDS))


@cache
def slur() -> str:
    """The pattern of words that are slurs of whomever they are said."""
    lists = words("slurs")
    return any_of(word for key in lists if key in WHOM for word in lists[key])


@cache
def possible_slur() -> str:
    """The pattern of slurs with a harmless sense."""
    return any_of(_entries("slurs", _OR_NOT))


def harmless() -> Iterable[str]:
    """Phrases in which such a word is something else."""
    return (*words("groups")[_UNLIKE], *words("slurs")[_UNLIKE])


def characteristic(text: str) -> str | None:
    """The characteristic that a folded text names or insults first, in the longest word, or None."""
    names, scan = _every_characteristic()
    named = ((first(_every_word()[names[number]], text), names[number]) for number in scan.match(text))
    return min(((place[0], -place[1], name) for place, name in named if place), default=(0, 0, None))[2]


@cache
def _every_characteristic() -> tuple[Sequence[str], PatternSet]:
    """The names of the characteristics, and one pass that says which of them a text speaks of."""
    return tuple(_every_word()), PatternSet(_every_word().values())


@cache
def _every_word() -> Mapping[str, str]:
    groups, slurs = words("groups"), words("slurs")
    return {
        name: any_of(
            (
                *(groups[name + _PEOPLE] + groups[name + _WORDS]),
                *(slurs.get(name, ()) + slurs.get(name + _OR_NOT, ())),
            )
        )
        for name in WHOM
    }


def _entries(name: str, ending: str) -> Iterable[str]:
    return (word for key, listed in words(name).items() if key.endswith(ending) for word in listed)
