"""What speaks against an account being posed as ours: it says what else it is, or is another body's.

Words are looked for without the organisation's own names, which hold some of them: "University Hospital".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.types import Account
from rules.lookalikes.evidence import Evidence
from rules.lookalikes.handles import remaining
from rules.lookalikes.index import Index
from rules.lookalikes.profiles import Bio
from rules.lookalikes.shown import Shown
from rules.lookalikes.skeleton import skeleton
from rules.lookalikes.wording import all_of, cut, cut_handle, meets
from rules.text.patterns import compiled

_KINDS = {
    "union": (22, "a union's"),
    "campaign": (22, "a campaign's or a critic's"),
    "press": (16, "of the press"),
    "civic": (16, "a council's, a college's or another public body's"),
    "club": (16, "a club's, a business's or of people with a common interest"),
    "charity": (14, "a charity's"),
}
_PARODY, _APART, _STAFF = 30, 22, 26
_OTHER_KIND, _NAMED, _OTHER_BODY_AT_MOST, _EXPLAINS = 20, 30, 60, 0.75
_BETTER = 0.02  # by so much another name must fit better
_VERIFIED, _VERIFIED_FOR_SALE, _OLDER = 25, 4, 10
_VERIFY_BODIES = frozenset({"bluesky", "youtube"})
"""Platforms whose sign of verification cannot be bought."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an account by which it may say what else it is, folded and without our own names.

    `shown` are those of its shown name, `handle` those of its handle, `told` those of its bio.
    """

    shown: str
    handle: str
    told: str

    @property
    def named(self) -> str:
        """Those of both names."""
        return f"{self.shown}\n{self.handle}"

    @classmethod
    def of(cls, account: Account, bio: Bio, handle: Evidence | None, index: Index) -> Words:
        """Of an account. A handle that is all ours holds no word of its own."""
        shown = compiled(rf"\b{index.said}\b").sub(
            " ", skeleton(account.display_name or "").replace("\u2019", "'")
        )
        other = handle is None or not handle.claims
        rest = remaining(account.handle, index) if account.handle and other else ""
        return cls(shown, rest, bio.bare)


def of_words(account: Account, words: Words) -> Iterator[Evidence]:
    """What its words say that it is: each kind counts once, wherever it is said."""
    if is_parody(account, words):
        yield Evidence(_PARODY, "It says that it is a parody")
    if meets("apart", f"{words.named}\n{words.told}"):
        yield Evidence(_APART, "It says that it is not ours")
    if meets("staff", words.told):
        yield Evidence(
            _STAFF, "The bio is that of somebody who works somewhere, or says that views are their own"
        )
    for kind, (points, whose) in _KINDS.items():
        if meets(kind, words.named):
            yield Evidence(points, f"By its name it is {whose}")
        elif meets(f"{kind}_told", words.told):
            yield Evidence(points, f"By its bio it is {whose}")


def is_parody(account: Account, words: Words) -> bool:
    """Whether the platform, its name or its bio label it as a parody; "not a parody" is no label."""
    said = f"{words.named}\n{words.told}"
    return bool(account.is_parody) or (meets("parody", said) and not meets("not_parody", said))


def named_as(words: Words) -> str:
    """The kind of other account that its name says it is; "" where it says none."""
    return next((kind for kind in (*_KINDS, "parody", "apart") if meets(kind, words.named)), "")


@dataclass(frozen=True, slots=True)
class Other:
    """Another body that explains an account's name better than we do, or another kind of body."""

    evidence: Evidence
    certain: bool


def of_other_body(account: Account, shown: Shown, words: Words, bio: Bio, index: Index) -> Other | None:
    """The body that explains the shown name, or where there is none the handle, better than our names do.

    Where the shown name claims nothing, a body that the bio names, and not us, is it.
    """
    said = shown.words or cut_handle((account.handle or "").lstrip("@"))
    cover, name = index.bodies.best(said)
    better = cover - shown.cover
    if cover > _EXPLAINS and better > _BETTER:
        points = min(_OTHER_BODY_AT_MOST, round(100 * better))
        return Other(Evidence(points, f"The name is rather that of {name}", name), certain=cover > 0.9)
    claims = shown.evidence is not None and shown.evidence.claims
    if not claims and not bio.names_us and (name := index.bodies.named_in(cut(bio.text))):
        return Other(
            Evidence(_NAMED, f"The bio names {name} and not us", name), certain=meets("official", bio.text)
        )
    if any(kind not in _own_kinds(index) for kind in all_of("other_bodies", words.named)):
        return Other(Evidence(_OTHER_KIND, "The name is that of another kind of body"), certain=False)
    return None


def _own_kinds(index: Index) -> str:
    """The words for what the organisation is itself: a board, an ambulance service."""
    one = index.organisation
    written = f"{skeleton(one.name)} {skeleton(one.short)} {' '.join(cut(one.name))}"
    return f"{written} icb ics" if "integrated care board" in written else written


def of_standing(account: Account, index: Index) -> Iterator[Evidence]:
    """What the platform shows: verified, or older than the first of ours."""
    if account.verified:
        if account.platform in _VERIFY_BODIES:
            yield Evidence(_VERIFIED, "The platform has verified whose it is")
        else:
            yield Evidence(
                _VERIFIED_FOR_SALE, "It bears the platform's sign of verification, which can be bought"
            )
    if account.created_at is not None and index.opened is not None and account.created_at < index.opened:
        yield Evidence(_OLDER, "It is older than the first of our accounts")
