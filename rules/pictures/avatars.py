"""Avatars: is a picture a copy of one of the organisation's own, mirrored ones included?"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.types import Likeness, Mark
from rules.pictures import perceptual
from rules.pictures.decode import Frame
from rules.pictures.references import References

NEAREST = 25
"""Bits of 256: up to these a picture is a re-encoded, grey, brighter, blurred or mirrored copy."""


def likeness(frame: Frame, references: References) -> Likeness | None:
    """The reference that the picture copies, or None. It is still to be `confirmed`."""
    seen = perceptual.hashed(frame.pixels)
    if not str(seen):
        return None
    near = [
        Likeness(
            avatar.name,
            min(perceptual.distance(seen, avatar.hash), perceptual.distance(seen, avatar.mirrored)),
        )
        for avatar in references.avatars
    ]
    nearest = min(near, key=lambda each: each.distance, default=None)
    return nearest if nearest and nearest.distance <= NEAREST else None


def confirmed(found: Likeness | None, marks: Iterable[Mark], references: References) -> Likeness | None:
    """The likeness if it tells something.

    The avatars of all bodies of the NHS are laid out alike: one with the shared mark is a copy of ours only
    where our name was read beside it (`owner`), and the bare mark is evidence against nobody.
    """
    lockups = {avatar.name for avatar in references.avatars if avatar.lockup}
    if found is None or found.reference not in lockups:
        return found
    return found if any(mark.shared and mark.ours for mark in marks) else None
