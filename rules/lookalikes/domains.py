"""Domains that people could take for the organisation's: the names to look up, and whether a host is one.

The names follow how NHS domains are built and how they are abused: the acronym with and without nhs, under
other endings; with the words of jobs, help and surveys; as if below nhs.uk (`wvft.nhs-uk.com`); one slip of
the keys away. Nothing is asked here: who looks them up is `connectors/domains.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rules.names import Names, squeeze
from rules.text.fold import fold

ENDINGS = ("uk", "co.uk", "org.uk", "com", "org", "net", "info", "online", "health")
"""Where anybody may register a name."""
_USUAL = ("uk", "co.uk", "org.uk", "com")
_WORDS = (
    "jobs", "careers", "recruitment", "help", "helpdesk", "support", "portal", "login", "mail", "patients",
    "appointments", "results", "survey", "payments",
)  # fmt: skip
"""What people expect beside the name, and are asked for money or data by."""
_LIKE_NHS_UK = (
    "nhs.co.uk", "nhs.org.uk", "nhs-uk.com", "nhsuk.com", "nhs-uk.co.uk", "nhsuk.co.uk", "nhs-uk.org",
    "nhsuk.org", "nhs.uk.com", "nhs-england.com", "nhs.com", "nhs.info",
)  # fmt: skip
"""Zones that read as nhs.uk and are not."""
_OFFICIAL = ("nhs.uk", "nhs.net", "gov.uk", "police.uk", "ac.uk", "sch.uk", "mod.uk", "nhs.wales", "nhs.scot")
"""Zones in which a name is only given to whom it belongs to: what stands there is no lookalike."""
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_DIGITS = {"o": "0", "l": "1", "i": "1", "e": "3", "a": "4", "s": "5"}
_KIND = frozenset({"nhs", "foundation", "trust", "ft", "hospital", "hospitals", "the"})
_WORD = re.compile(r"[a-z0-9]+")
_BESIDE = (
    "nhs|uk|gov|org|co|com|trust|ft|hospitals?|official|online|the|my|real|team|info|news|contact|comms|staff"
    "|jobs?|careers?|recruit(?:ment)?|hiring|vacanc(?:y|ies)|help(?:desk|line)?|support|service|portal|log-?in"
    "|sign-?in|account|secure|verify|mail|webmail|patients?|appointments?|booking|bookings|results?|records?"
    "|surveys?|feedback|vouchers?|rewards?|payments?|pay(?:roll)?|refunds?|claims?|donate|donations?|appeal"
)
_SHORTEST = 4
"""Letters of a name below which a slip of the keys, or the name in a longer one, is chance."""
_MOST_SLIPS = 8
"""Letters of a name above which its slips are too many to look up each week."""
_LONG = 10
"""Letters from which on a name is nobody else's."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A name that somebody could register, how it comes to look like ours, and whether that could be chance.

    Letters alone may be anybody's abbreviation; beside nhs, or as a whole name, they are not.
    """

    name: str
    how: str
    chance: bool = False


@lru_cache(maxsize=8)
def guesses(names: Names) -> tuple[Guess, ...]:
    """The names to look up, each once and without the organisation's own; the most telling way first."""
    found: dict[str, Guess] = {}
    for short in _shorts(names):
        for guess in _of_short(short):
            found.setdefault(guess.name, guess)
    for guess in _of_names(names):
        found.setdefault(guess.name, guess)
    return tuple(guess for guess in found.values() if not _is_own(guess.name, names))


def looks_like_ours(host: str, names: Names) -> str:
    """How `host` resembles the organisation's domains, in plain words; "" where it does not, or is its own.

    For links, where the name is not one that was looked up: any ending counts, and any of the usual words.
    """
    name = _shown(host).removeprefix("www.")
    if _is_own(name, names) or _within(name, _OFFICIAL):
        return ""
    known = {guess.name: guess for guess in guesses(names)}
    for zone in _zones(name):
        if zone in known and not known[zone].chance:
            return known[zone].how
    return _made_of_ours(name, names)


def is_official(host: str) -> bool:
    """Whether a host stands in a zone whose names are given only to those to whom they belong."""
    return _within(host.lower().rstrip("."), _OFFICIAL)


def _shorts(names: Names) -> Iterator[str]:
    """The organisation's short names as a label has them: its acronym, and what stands before nhs.uk."""
    labels = (domain.removeprefix("www.").split(".")[0] for domain in names.domains)
    yield from dict.fromkeys(filter(None, (squeeze(names.organisation.short).replace("&", ""), *labels)))


def _of_short(short: str) -> Iterator[Guess]:
    with_nhs = (f"{short}nhs", f"{short}-nhs", f"nhs{short}", f"nhs-{short}")
    yield from _made(with_nhs, ENDINGS, "your short name and nhs under another ending")
    below = (f"{short}.{zone}" for zone in _LIKE_NHS_UK)
    yield from (Guess(name, "your short name, as if it stood below nhs.uk") for name in below)
    flat = (f"{short}nhsuk", f"{short}-nhs-uk", f"{short}-nhsuk")
    yield from _made(flat, ("com", "org", "net"), "your own domain, its dots left out")
    stems = (f"{short}{{}}", f"{short}-{{}}", f"{short}nhs{{}}")
    beside = [stem.format(word) for stem, word in product(stems, _WORDS)]
    yield from _made(beside, _USUAL, "your short name beside a word that people expect there")
    yield from _made((short,), ENDINGS, "your short name under another ending", chance=True)
    if _SHORTEST <= len(short) <= _MOST_SLIPS:
        how = "your short name, one slip of the keys away"
        yield from _made(_slips(short), ("nhs.uk", "uk", "co.uk"), how, chance=True)


def _of_names(names: Names) -> Iterator[Guess]:
    """Whole names in one word: the organisation's, with nhs behind it or alone, and its hospitals'.

    A hospital's name without that word is a town's.
    """
    one = names.organisation
    for core in _cores(one.name):
        yield from _made((f"{core}nhs", f"{core}-nhs"), _USUAL, "your name and nhs as one word")
        yield from _made((core,), _USUAL, "your name as one word", chance=True)
    for site in one.hospitals:
        whole = ("".join(_plain(site)), "-".join(_plain(site)))
        yield from _made(dict.fromkeys(whole), _USUAL, "the name of one of your hospitals as one word")


def _cores(name: str) -> Iterator[str]:
    """A name as labels have it, without what says what it is: in one word, without small words, hyphened."""
    words = [word for word in _plain(name) if word not in _KIND]
    core = [word for word in words if word not in ("and", "of")]
    if len("".join(core)) >= _LONG:
        yield from dict.fromkeys(("".join(words), "".join(core), "-".join(core)))


def _plain(name: str) -> list[str]:
    return _WORD.findall(fold(name).text.replace("'", "").replace("&", " and "))


def _made(stems: Iterable[str], endings: Iterable[str], how: str, *, chance: bool = False) -> Iterator[Guess]:
    yield from (Guess(f"{stem}.{ending}", how, chance) for stem, ending in product(stems, endings))


def _slips(word: str) -> Iterator[str]:
    """What the fingers make of a word: a letter left out, doubled, swapped, its neighbour, its digit."""
    for at, letter in enumerate(word):
        before, after = word[:at], word[at + 1 :]
        others = (*_neighbours(letter), *_DIGITS.get(letter, ""))
        yield from (before + other + after for other in others)
        yield before + letter + letter + after
        yield before + after
        if after and after[0] != letter:
            yield before + after[0] + letter + after[1:]


@lru_cache(maxsize=32)
def _neighbours(letter: str) -> str:
    """The keys around a letter on a British keyboard."""
    for row, keys in enumerate(_KEYS):
        if (at := keys.find(letter)) >= 0:
            beside = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0))
            near = ((row + down, at + along) for down, along in beside)
            return "".join(_KEYS[r][c] for r, c in near if 0 <= r < len(_KEYS) and 0 <= c < len(_KEYS[r]))
    return ""


def _made_of_ours(name: str, names: Names) -> str:
    """How a name is made of ours alone, or of ours and words that belong beside it; "" where more is left."""
    if any(f".{own}." in f".{name}." for own in names.domains):
        return "your own domain, in front of somebody else's"
    label = name.rsplit(".", 1)[0]
    label = label.removesuffix(".co").removesuffix(".org").removesuffix(".gov")
    squeezed = label.replace("-", "").replace(".", "")
    for ours in _stems(names):
        if ours in squeezed:
            return _beside(squeezed.replace(ours, " ", 1), ours)
    return ""


def _beside(rest: str, ours: str) -> str:
    """What the words beside our name make of it. A short name alone may be chance."""
    if not rest.strip():
        return "your name under another ending" if len(ours) > _SHORTEST else ""
    left = re.sub(rf"{_BESIDE}|[0-9]", "", rest).strip()
    return "" if left else "your name beside words that people expect there"


@lru_cache(maxsize=8)
def _stems(names: Names) -> tuple[str, ...]:
    """What of ours may stand in a longer name, longest first."""
    one = names.organisation
    whole = ("".join(_plain(name)) for name in (one.name, *one.hospitals))
    cores = (core.replace("-", "") for core in _cores(one.name))
    known = {stem for stem in (*_shorts(names), *whole, *cores) if len(stem) >= _SHORTEST}
    return tuple(sorted(known, key=lambda stem: (-len(stem), stem)))


def _zones(name: str) -> Iterator[str]:
    """A host and what it stands below: `a.b.c`, `b.c`."""
    labels = name.split(".")
    yield from (".".join(labels[at:]) for at in range(len(labels) - 1))


def _is_own(name: str, names: Names) -> bool:
    return _within(name, (domain.removeprefix("www.") for domain in names.domains))


def _within(name: str, zones: Iterable[str]) -> bool:
    return any(name == zone or name.endswith(f".{zone}") for zone in zones)


def _shown(host: str) -> str:
    """A host as people read it: letters of other scripts for their punycode, then folded."""
    try:
        read = host.encode("ascii").decode("idna") if "xn--" in host.lower() else host
    except UnicodeError:
        read = host
    return fold(read).text.strip().rstrip(".")
