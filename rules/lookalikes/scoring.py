"""The score: groups of evidence add up, mitigations take away, and what the account is to us follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.types import Account, Relation, Resemblance, Standing
from rules.lookalikes import mitigations, profiles
from rules.lookalikes.evidence import Evidence
from rules.lookalikes.handles import made_of_ours, of_handle
from rules.lookalikes.index import Index, Listed, local_part
from rules.lookalikes.mitigations import Other, Words
from rules.lookalikes.profiles import Bio, bio_of
from rules.lookalikes.shown import Shown, of_shown
from rules.lookalikes.skeleton import compact, disguised, turned, upright
from rules.lookalikes.wording import cut_handle, is_of_nhs, meets

PROBABLE, POSSIBLE = 30, 20
"""Points from which on an account that claims to be us is probably, or possibly, posed."""
_DISGUISED = 12
_OURS_ALONE = 15  # points of a shown name from which on its words are ours
_FEW = 2  # words, such as the town of a hospital
_BEARS = 12  # points of the name from which on it is ours that it bears


@dataclass(frozen=True, slots=True)
class _Case:
    """An account with all that was seen of it."""

    account: Account
    words: Words
    bio: Bio
    handle: Evidence | None
    shown: Shown
    reasons: tuple[Evidence, ...]
    against: tuple[Evidence, ...]
    other: Other | None
    made_of_ours: bool
    of_area: bool

    @property
    def score(self) -> int:
        """The sum, not below 0."""
        return max(sum(each.points for each in self.reasons) - sum(each.points for each in self.against), 0)

    @property
    def named(self) -> list[Evidence]:
        """What handle and shown name say, the stronger first."""
        found = [each for each in (self.shown.evidence, self.handle) if each is not None]
        return sorted(found, key=lambda each: -each.points)


def resembles(account: Account, index: Index, now: datetime | None = None) -> Resemblance:
    """How an account resembles the organisation, and what it is to it. `now` is needed for its age alone."""
    listed = _listed(account, index)
    if listed is not None:
        return listed
    case = _case(account, index, now)
    standing = _standing(case)
    other = case.other.evidence.nearest if case.other and standing is Standing.OTHER_BODY else ""
    return Resemblance(
        score=case.score,
        standing=standing,
        reasons=tuple(each.sentence for each in case.reasons),
        mitigations=tuple(each.sentence for each in case.against),
        nearest=other or next((each.nearest for each in case.named), ""),
        asks=profiles.asks(case.bio),
    )


# -- registered -----------------------------------------------------------------------------------


def _listed(account: Account, index: Index) -> Resemblance | None:
    """The answer for an account of the registers: by the platform's number, by handle only without one."""
    if account.known_as:
        return _registered(f"The register of known accounts has it: {account.known_as}")
    handle = (account.handle or "").lower().lstrip("@")
    entry = index.ids.get((account.platform, account.external_id or ""))
    if entry is not None:
        same = handle in ("", entry.handle.lower().lstrip("@"))
        renamed = "" if same else f", where it is still called {entry.handle}"
        return _registered(f"The register of official accounts has its number{renamed}", entry.handle)
    entries = index.by_handle.get(handle, ())
    if any(_is_another(one, account) for one in entries):
        return None  # it took up a handle that was ours
    entry = next((one for one in entries if _is_same(one, account)), None)
    if entry is not None or account.relation is Relation.OFFICIAL:
        return _registered("The register of official accounts has it", account.handle or "")
    if domain := _own_domain(account, index):
        return _registered(f"Its handle is at our own domain {domain}, which only we can give", domain)
    return None


def _registered(told: str, nearest: str = "") -> Resemblance:
    return Resemblance(
        score=0, standing=Standing.REGISTERED, mitigations=(f"{told} (0 points)",), nearest=nearest
    )


def _is_another(entry: Listed, account: Account) -> bool:
    """Whether the register has another account's number for this handle on this platform."""
    numbers = entry.platform_id, account.external_id
    return entry.platform == account.platform and None not in numbers and numbers[0] != numbers[1]


def _is_same(entry: Listed, account: Account) -> bool:
    if entry.platform and entry.platform != account.platform:
        return False
    return entry.platform_id is None or account.external_id is None


def _own_domain(account: Account, index: Index) -> str:
    """Our domain, where the handle's host is it on a platform that has hosts checked."""
    handle = (account.handle or "").lower().lstrip("@")
    host = handle.partition("@")[2] or (handle if account.platform == "bluesky" else "")
    return next((own for own in index.domains if host and (host == own or host.endswith(f".{own}"))), "")


# -- evidence -------------------------------------------------------------------------------------


def _case(account: Account, index: Index, now: datetime | None) -> _Case:
    bio = bio_of(account.bio or "", index)
    shown = _shown(account.display_name or "", index, named=bio.names_us)
    supported = bio.names_us or (shown.evidence is not None and shown.evidence.points >= 10)
    handle = None
    if account.handle:
        handle = of_handle(account.handle, index, supported=supported, told=bio.names_us)
    words = Words.of(account, bio, handle, index)
    other = mitigations.of_other_body(account, shown, words, bio, index)
    against = [*([other.evidence] if other else []), *mitigations.of_words(account, words)]
    return _Case(
        account=account,
        words=words,
        bio=bio,
        handle=handle,
        shown=shown,
        reasons=_reasons(account, index, bio, handle, shown, now),
        against=(*against, *mitigations.of_standing(account, index)),
        other=other,
        made_of_ours=bool(account.handle) and made_of_ours(compact(local_part(account.handle or "")), index),
        of_area=index.is_of_area,
    )


def _shown(name: str, index: Index, *, named: bool) -> Shown:
    """The shown name as it is written, or as it is read where a sign turns it: what is more like ours."""
    read = upright(name)
    seen = of_shown(name, index, named=named)
    return (
        seen
        if read == name
        else max(seen, of_shown(read, index, named=named), key=lambda shown: shown.points)
    )


def _reasons(
    account: Account, index: Index, bio: Bio, handle: Evidence | None, shown: Shown, now: datetime | None
) -> tuple[Evidence, ...]:
    """Every group's signal. What a profile asks or shows counts only where the account has to do with us."""
    named = [each for each in (handle, shown.evidence) if each is not None]
    picture = list(profiles.of_picture(account))
    found = [*named, *_disguise(account, handle, shown.evidence, index), *picture]
    found += profiles.of_neutral_name(
        account, shown.words or cut_handle(local_part(account.handle or "")), bio
    )
    if found or bio.names_us:
        hospital = shown.points >= _OURS_ALONE and not shown.own and meets("hospital", bio.text)
        claimed = hospital or any(each.claims for each in found)
        others = (profiles.of_bio(bio, claimed=claimed), profiles.of_requests(bio, claimed=claimed))
        found += [each for each in others if each is not None]
        found += profiles.of_link(account, index)
        if now is not None:
            found += profiles.of_age(account, now)
    return tuple(found)


def _disguise(
    account: Account, handle: Evidence | None, shown: Evidence | None, index: Index
) -> list[Evidence]:
    """Foreign letters or hidden signs in a name that is ours without them."""
    pairs = ((account.handle or "", handle), (account.display_name or "", shown))
    names = [name for name, met in pairs if met is not None and met.points >= _BEARS]
    if any(map(turned, names)):
        return [Evidence(_DISGUISED, "A hidden sign turns the direction in which its name is read")]
    if any(disguised("".join(char for char in name if char not in index.letters)) for name in names):
        return [Evidence(_DISGUISED, "Foreign letters or hidden signs stand for the letters of our name")]
    return []


# -- standing -------------------------------------------------------------------------------------


def _standing(case: _Case) -> Standing:
    """What the account is to us: the classes in the order in which they decide."""
    copies = _copies(case)
    bears = sum(each.points for each in case.named) >= _BEARS
    if bears and mitigations.is_parody(case.account, case.words) and not copies:
        return Standing.PARODY
    if case.other is not None and case.other.certain:
        return Standing.OTHER_BODY
    if _claims(case):
        if case.score >= PROBABLE and not (meets("apart", case.words.told) and not copies):
            return Standing.TEAM if _is_team(case) and not _wants(case) else Standing.PROBABLE
        if case.score >= POSSIBLE:
            return Standing.TEAM if _is_team(case) else Standing.POSSIBLE
    return _otherwise(case, bears=bears)


def _otherwise(case: _Case, *, bears: bool) -> Standing:
    """The class of an account that does not claim to be us."""
    if case.other is not None:
        return Standing.OTHER_BODY
    kind = mitigations.named_as(case.words)
    if bears and kind in ("", "charity") and _is_team(case):
        return Standing.TEAM
    if kind:
        return Standing.UNRELATED
    person = meets("staff", case.words.told) or meets("person", f"{case.words.named}\n{case.words.told}")
    return Standing.PERSON if person else Standing.UNRELATED


def _claims(case: _Case) -> bool:
    """Whether it claims to be the organisation: a name beside words of its own is about us, not ours."""
    asks = meets("details", case.bio.text) or meets("by_hand", case.bio.text)
    if (mitigations.named_as(case.words) or _says_it_is_another(case)) and not asks:
        return False
    if case.handle is not None and case.handle.claims and _says_nothing_else(case):
        return True
    if _bears_whole_name(case):
        return True
    others = (each for each in case.reasons if each is not case.handle)
    return any(each.claims for each in others)


def _copies(case: _Case) -> bool:
    """Whether its picture is ours."""
    return any(each.claims for each in profiles.of_picture(case.account))


def _says_it_is_another(case: _Case) -> bool:
    """Whether the bio says openly whose it is instead; nobody who says so shows our picture."""
    return not _copies(case) and any(meets(each, case.words.told) for each in ("union_told", "campaign_told"))


def _bears_whole_name(case: _Case) -> bool:
    """Whether the shown name holds a whole name of ours and beside it nothing that makes it another's: our
    own words, what frauds offer, or under a handle of our words alone a place or two."""
    shown = case.shown.evidence
    if shown is None or not shown.names or _is_person(case):
        return False
    return not case.shown.own or _adds_a_place(case) or meets("bait", case.words.shown)


def _adds_a_place(case: _Case) -> bool:
    """Whether a word or two follow a name, not initials, where the handle holds none of them."""
    shown = case.shown
    whole = shown.evidence is not None and not shown.evidence.nearest.isupper()
    few = len(shown.own) <= _FEW and shown.words[0] not in shown.own
    return case.made_of_ours and whole and few and not meets("team", case.words.shown)


def _is_person(case: _Case) -> bool:
    return meets("staff", case.words.told) or meets("person", case.words.named)


def _says_nothing_else(case: _Case) -> bool:
    """Whether the shown name of an account with a handle like ours could be ours.

    A person's name beside our initials is a person's account; beside words of its own few letters or a place
    are chance. A handle that is near one of ours needs no name.
    """
    near = case.handle is not None and case.handle.nearest.startswith("@")
    if not near and _is_of_the_place(case):
        return False
    return not case.shown.own or (near and not meets("staff", case.words.told))


def _is_of_the_place(case: _Case) -> bool:
    """Whether beside initials the shown name is of our places alone: a region's news and jobs."""
    shown = case.shown.evidence
    if shown is None or shown.claims or shown.names or case.bio.names_us:
        return False
    if case.handle is None or not case.handle.nearest.isupper() or case.handle.nearest == shown.nearest:
        return False
    return not any(map(is_of_nhs, case.shown.words))


def _wants(case: _Case) -> bool:
    """Whether its profile wants something of people that a team's would not: not a charity's donations."""
    bio = case.bio.text
    return any(meets(each, bio) for each in ("details", "lures", "messages", "by_hand"))


def _is_team(case: _Case) -> bool:
    """Whether it says beside our name that it is a team or a charity of ours."""
    if case.of_area and not any(map(is_of_nhs, case.shown.words)) and not case.bio.names_us:
        return False  # teams of a region are not its board's
    if (
        meets("bait", case.words.shown)
        or meets("independent", case.words.named)
        or any(meets(each, case.words.told) for each in ("apart", "staff"))
    ):
        return False
    fields = ((case.words.shown, case.shown.evidence), (case.words.handle, case.handle))
    told = case.bio.names_us
    named = (text for text, evidence in fields if evidence is not None and (evidence.names or told))
    return any(meets("team", text) or meets("our_charity", text) for text in named)
