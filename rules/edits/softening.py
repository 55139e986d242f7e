"""What becomes of the criticism in a sentence that is reworded: it is kept, softened or lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from rules.edits.gravity import CRITICAL, weigh
from rules.text.patterns import compiled, found
from rules.text.words import any_of, words

_LISTS = words("criticism")
SOFTENER = any_of(_LISTS["softeners"])
QUALIFIER = any_of(_LISTS["qualifiers"])
_INTENSIFIER = any_of(_LISTS["intensifiers"])
_LESSER = any_of(_LISTS["lesser"])
_FINDING = any_of(_LISTS["finding"])
_HEDGE = any_of(_LISTS["hedges"])
_NO_HEDGE = any_of(_LISTS["no hedges"])
_EXCUSE = any_of(_LISTS["excuses"])
_LADDERS: Sequence[Sequence[str]] = tuple(
    tuple(any_of((rung,)) for rung in rungs) for rungs in words("grades").values()
)
_PRAISE = any_of(
    (
        *words("promotion")["strong"],
        *words("promotion")["weak"],
        "prais(?:ed?|ing)",
        "commend(?:ed|ing)",
        "welcom(?:ed|ing)",
    )
)
_FAILED = re.compile(r"\bfail(?:ed|ing|s)? to\b")
_NOT_DONE = re.compile(r"\b(?:did|does|had|has) not\b|\bwas unable to\b")
_CONTENT = re.compile(r"[a-z]{4,}")  # a word of weight, no figure
_CUT = 3  # words without a replacement: more than that were cut, not softened


def fate(before: str, after: str) -> str | None:
    """What became of the criticism in a folded sentence: "lost", "softened" or None (it is kept)."""
    if sorted(before.split()) == sorted(after.split()):
        return None
    if len(_FAILED.findall(before)) > len(_FAILED.findall(after)):
        after = _NOT_DONE.sub("failed to", after)  # the same fact in plainer words
    out, put = exchanged(before, after)
    if _only_doubt(out, put):
        return None
    if not _CONTENT.search(put) and weigh(out) >= CRITICAL:
        return "lost"
    if softer(before, after):
        return "softened"
    if not weigh(before):
        return "lost" if not after else None
    if _softened(out, put):
        return "softened"
    if _cut_out(out, put) or _rewritten(before, after):
        return "lost"
    if not out and _added_behind(before, after):
        return None
    return "softened" if _weakened(out, put) or not weigh(after) else None


def softer(before: str, after: str) -> bool:
    """True where the new words stand lower on a ladder, hedge or excuse, and are no graver than the old.

    What is only added says nothing weaker of what stands: behind it a hedge is of something else, and where
    nothing critical stands a hedge is just a hedge.
    """
    out, put = exchanged(before, after)
    put = str(compiled(_NO_HEDGE).sub(" ", put))
    excused = found(_EXCUSE, put) and not found(_EXCUSE, out)
    if not set(put.split()) - set(out.split()) or _given(put) > weigh(out) + (CRITICAL if excused else 1):
        return False
    if excused or (lower(out, put) and not lower(put, out)):
        return True
    if not found(_HEDGE, put) or found(_HEDGE, out):
        return False
    if _CONTENT.search(out):
        return True
    return weigh(before) > 0 and found(QUALIFIER, put) and not _added_behind(before, after)


def _added_behind(before: str, after: str) -> bool:
    """True where no hedge came before the end of what stood already."""
    old, new = _bare(before), _bare(after)
    last = max((at for at, word in enumerate(new) if old and word == old[-1]), default=len(new))
    return not found(QUALIFIER, " ".join(new[: last + 1]))


def _bare(text: str) -> list[str]:
    return [word.strip(",;:.()") for word in text.split()]


def lower(out: str, put: str) -> bool:
    """True where `put` stands on a lower rung of a ladder than `out`, and on none as high."""
    for rungs in _LADDERS:
        high, low = _rung(rungs, out), _rung(rungs, put)
        if high is not None and low is not None and high < low:
            return True
    return False


def _rung(rungs: Sequence[str], text: str) -> int | None:
    return next((number for number, rung in enumerate(rungs) if found(rung, text)), None)


def _only_doubt(out: str, put: str) -> bool:
    """True where nothing but a qualification went: what is left is said more plainly than before."""
    return not put and bool(out) and not str(compiled(QUALIFIER).sub("", out)).strip(" ,")


def _softened(out: str, put: str) -> bool:
    """True where a softer word stands in the place of a graver one."""
    soft = any(found(words, put) and not found(words, out) for words in (SOFTENER, QUALIFIER, _LESSER))
    return soft and 0 < weigh(out) > _given(put)


def _given(put: str) -> int:
    """How critical the new words are, without the weakest."""
    weakest = any_of((QUALIFIER, _LESSER, _HEDGE, _EXCUSE))
    return weigh(" ".join(str(compiled(weakest).sub(" ", put)).split()))


def _cut_out(out: str, put: str) -> bool:
    """True where a clause went that spoke against somebody: by its words, a quotation or a finding."""
    if len(put.split()) > _CUT or len(out.split()) <= _CUT or _given(put):
        return False
    return weigh(out) > 0 or (found(_FINDING, out) and not found(_PRAISE, out))


def _rewritten(before: str, after: str) -> bool:
    """True where nothing critical is left, and little else."""
    if weigh(after) and not weigh(after) < CRITICAL <= weigh(before) - weigh(after):
        return False
    return fuzz.ratio(before, after) < 45


def _weakened(out: str, put: str) -> bool:
    """True where the words exchanged take the edge off a sentence that is critical still."""
    taken, given = weigh(out), weigh(str(compiled(QUALIFIER).sub(" ", put)))
    if given == 0 and taken >= CRITICAL and len(put.split()) > 1:
        return True
    if found(QUALIFIER, put) and not found(QUALIFIER, out) and taken >= given:
        return True
    dulled = found(_INTENSIFIER, out) and not found(_INTENSIFIER, put)
    return dulled and taken + 1 >= given and len(out.split()) <= 2 * _CUT


def exchanged(before: str, after: str) -> tuple[str, str]:
    """The words that left a sentence and those that came into it."""
    old, new = _bare(before), _bare(after)
    out: list[str] = []
    put: list[str] = []
    for code in Indel.opcodes(old, new):
        if code.tag == "delete":
            out += old[code.src_start : code.src_end]
        elif code.tag == "insert":
            put += new[code.dest_start : code.dest_end]
    return " ".join(out), " ".join(put)
