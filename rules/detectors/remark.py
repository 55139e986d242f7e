"""Remarks as the author's own words: what the conduct rules' patterns hit, less what nobody means.

Clauses: the policies' groups on defamation, disrepute, bullying, unlawful content and grievances. Policies
want concerns raised and let unions speak, so a post on staffing, safety, pay or a strike is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from rules.detectors import Hit, Options, detector
from rules.names import Names
from rules.reading import Reading
from rules.text.patterns import found
from rules.text.speech import Gate, Speech
from rules.text.words import any_of, words


class RemarkOptions(Options):
    """`questions`: asking counts as saying. `own`: so does what authors tell of themselves.

    `of_us`: only where the organisation is spoken of nearby.
    """

    questions: bool = True
    own: bool = False
    of_us: bool = False


_NEARBY = 150  # characters before and after: a short post, or a sentence and its neighbours
_ENOUGH = 25  # remarks of one post: more of the same tell nobody more


@detector(levels=("remark",), options=RemarkOptions, needs_match=True)
def remark(reading: Reading, options: RemarkOptions) -> Iterable[Hit]:
    """The rule's hits that the author means; the rule's own `reason` is theirs."""
    if found(_exempt(), reading.text):
        return ()
    meant = _meant(reading, options)
    return (Hit(reading.span(*place, "remark"), "remark", 0.6, "") for place in islice(meant, _ENOUGH))


def _meant(reading: Reading, options: RemarkOptions) -> Iterator[tuple[int, int]]:
    speech = Speech(reading.text)
    for start, end in reading.hits:
        gate = speech.gate(start)
        if gate is not None and not (options.own and gate is Gate.SELF):
            continue
        if not options.questions and _asked(reading.text, speech.sentence(start)):
            continue
        if not options.of_us or found(_us(reading.names), _around(reading.text, start)):
            yield start, end


def _asked(text: str, sentence: tuple[int, int]) -> bool:
    return text.startswith("?", sentence[1])


def _around(text: str, at: int) -> str:
    return text[max(0, at - _NEARBY) : at + _NEARBY]


@lru_cache(maxsize=1)
def _exempt() -> str:
    lists = words("exempt")
    return any_of((*lists["industrial"], *lists["concern"]))


@lru_cache(maxsize=8)
def _us(names: Names) -> str:
    """The organisation by name, or as staff speak of it."""
    return any_of((names.said, names.stems, *words("conduct")["employer"]))
