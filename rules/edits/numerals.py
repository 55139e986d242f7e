"""Figures in a text, however they are written: 8,000, eight thousand, £1.2 million, 3 March 2019."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "mn": 10**6}
_SCALES |= {"billion": 10**9, "bn": 10**9}
_NAMED = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_OF = {name[:3]: number for number, name in enumerate(_NAMED, 1)} | {"sept": 9}
MONTHS = re.compile(rf"\b(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _NAMED)}|sept)\b")
"""Names of months in folded text."""

_WORD = "|".join((*_UNITS, *_TENS, "hundred", "thousand", "million", "billion"))
_SPELLED = re.compile(rf"\b(?:a (?=hundred|thousand|million))?(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*\b")
_DIGITS = re.compile(
    r"(?<![\w.])(\d{1,3}(?:[, ]\d{3})+|\d+)(\.\d+)?(?:(?:st|nd|rd|th)\b|\s?(million|billion|thousand|bn"
    r"|mn|m|k)\b)?"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_NAME = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_DATES = re.compile(
    rf"\b{_DAY} (?:of )?{_NAME},?(?: (\d{{4}}))?\b|\b{_NAME} {_DAY}(?:,? (\d{{4}}))?\b"
    rf"|\b(\d{{4}})-(\d\d)-(\d\d)\b"
)
_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>[ap])\.?m\b\.?"
    r"|\b(?P<h24>[01]?\d|2[0-3]):(?P<m24>[0-5]\d)\b"
    r"|\b(?P<word>noon|midday|midnight)\b"
)
_YEARS = re.compile(r"\b(1[5-9]|20)(\d\d)([-–—/])(\d\d)\b(?![-–—/]\d)")
_PER_CENT = re.compile(r"\s?(?:%|per ?cent\b)")
_SHARES = {"half": "0.5", "halves": "0.5", "quarter": "0.25", "quarters": "0.25"}
_PARTS = re.compile(
    r"\b(half|thirds?|quarters?|halves|first|second|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twice"
    r"|double|doubled|treble|trebled|tripled)\b"
)


def figures_in(text: str) -> Iterator[str]:
    """Every figure of a folded text in one writing; the parts of a date each by itself."""
    text = _YEARS.sub(r"\1\2\3\1\4", text)
    for time in _CLOCK.finditer(text):
        yield _time(time)
    text = _CLOCK.sub(" ", text)
    at = 0
    for date in _DATES.finditer(text):
        yield from _numbers(text[at : date.start()])
        yield from _date(date)
        at = date.end()
    yield from _numbers(text[at:])


def _time(found: re.Match[str]) -> str:
    """A time of day, by the 24-hour clock."""
    if found["word"]:
        return "time 0:00" if found["word"] == "midnight" else "time 12:00"
    if found["h24"]:
        return f"time {int(found['h24'])}:{found['m24']}"
    hour = int(found["hour"]) % 12 + 12 * (found["half"] == "p")
    return f"time {hour}:{found['minute'] or '00'}"


def _date(found: re.Match[str]) -> Iterator[str]:
    if found[7]:
        yield from (f"day {int(found[9])}", f"month {int(found[8])}", _shown(float(found[7])))
        return
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
    yield from (f"day {int(day)}", f"month {_MONTH_OF[month]}")
    if year:
        yield _shown(float(year))


def _numbers(text: str) -> Iterator[str]:
    for found in _DIGITS.finditer(text):
        value = float(re.sub("[, ]", "", found[1]) + (found[2] or "")) * _SCALES.get(found[3] or "", 1)
        yield _shown(value / 100 if _PER_CENT.match(text, found.end()) else value)
    for found in _SPELLED.finditer(text):
        value = _spelled(found[0])
        if not _scales_digits(text, found):
            yield _shown(value)

    yield from (_SHARES.get(found[0], found[0].rstrip("s")) for found in _PARTS.finditer(text))


def _scales_digits(text: str, found: re.Match[str]) -> bool:
    """True for the "million" of "1.2 million", which is told already."""
    return found[0].split()[0] in _SCALES and text[: found.start()].rstrip()[-1:].isdigit()


def _spelled(words: str) -> float:
    total = part = 0
    for word in re.split(r"[ -]", words):
        if word in _UNITS or word in _TENS:
            part += _UNITS.get(word, 0) + _TENS.get(word, 0)
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
    return total + part


def _shown(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
