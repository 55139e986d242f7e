"""What recognition takes one figure for, put right where ten of them then make a valid NHS number.

Only recognised text goes through this, never what somebody wrote. A letter becomes a figure only inside ten
characters that are figures but for three, and only where the check digit then holds; the length stays.
"""

from __future__ import annotations

import re

from nhs_number.validate import is_valid

_FIGURES = str.maketrans("OoQDlIi|!SsBZzGb", "0000111115582266")
_LIKE = r"[0-9OoQDlIi|!SsBZzGb]"
_TEN = re.compile(rf"(?<![0-9A-Za-z]){_LIKE}(?:[ .\-]{{0,2}}{_LIKE}){{9}}(?![0-9A-Za-z])")
_MOST_LETTERS = 3


def mended(text: str) -> str:
    """The text with misread figures of NHS numbers put right; as long as it was."""
    return _TEN.sub(_number, text)


def _number(match: re.Match[str]) -> str:
    figures = match[0].translate(_FIGURES)
    digits = re.sub(r"[^0-9]", "", figures)
    changed = sum(1 for before, after in zip(match[0], figures, strict=True) if before != after)
    return figures if 0 < changed <= _MOST_LETTERS and is_valid(digits) else match[0]
