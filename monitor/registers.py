"""The registers that the policies ask for: what an entry of each holds, and when somebody has to look at it.

People are named by their post or by the reference that the authorisation register has for them, never by
name. Each field says in its docstring what belongs there, which is the help text too, and by `asked_by`
which clauses of the policies it comes from.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from monitor.registerfields import Address, Host, Reference, UserName, Words, asked_by
from monitor.types import Lane

YEAR = timedelta(days=365)
REMOVAL = timedelta(days=7)
"""How long taking a picture down may take once its permission is withdrawn."""


@dataclass(frozen=True, slots=True)
class Task:
    """What an ending leaves to do: words for the communications team, and how long it may take."""

    words: str
    within: timedelta


_EXACT = frozenset(
    {"account", "url", "address", "place", "used_at", "person", "wiki", "user", "disclosed_at"}
)
"""Fields that hold a handle, addresses or a reference: all other words are people's own."""


class Entry(BaseModel):
    """What every register's entries have in common."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    ENTRY: ClassVar[str]
    """What one entry is called."""
    LANE: ClassVar[Lane] = Lane.COMMS
    """Whose register it is: the roles of that lane keep it."""

    @abstractmethod
    def brief(self) -> str:
        """The entry in a few words, for lists."""

    def identity(self) -> object:
        """What no two live entries may share; None where nothing is wrong with two."""
        return None

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """When somebody has to do something about it, and what. `added` is the local day of the entry."""
        yield from ()

    def left_to_do(self, number: int) -> Iterator[Task]:
        """What its ending leaves to do."""
        yield from ()


class OfficialAccount(Entry):
    """An account that speaks for the organisation."""

    ENTRY = "official account"

    platform: Annotated[Words, StringConstraints(to_lower=True), asked_by("SWL-5.3-1", "NT-3.3-1")]
    """Where it is, as sources call it: x, mastodon, facebook ..."""
    account: Annotated[Words, asked_by("SWL-5.3-1", "VOY-LM-1", "BOL-1.3")]
    """The handle or page name as people see it, such as @WVFTNHS."""
    url: Annotated[Address, asked_by("SWL-5.3-1", "CDD-4.3-2")]
    """The address of the account."""
    purpose: Annotated[Words, asked_by("CDD-4.3-2", "VOY-LM-1")]
    """What it is for; this is published."""
    owner: Annotated[Words, asked_by("SWL-5.3-1", "VOY-LM-1", "NT-3.3-1")]
    """The post that answers for it, never a name."""
    approver: Annotated[Words, asked_by("SWL-5.3-1", "CDD-4.3-2", "NT-3.3-1")]
    """The post that approved it."""
    approved_on: Annotated[date, asked_by("SWL-5.3-1", "CDD-4.3-2")]
    """The day on which it was approved."""
    owner_trained_on: Annotated[date | None, asked_by("VOY-TRAIN", "SWL-5.3-1")] = None
    """The day of the owner's last training; it counts for a year."""
    platform_id: Annotated[Words | None, asked_by("SWL-5.3-1", "NT-3.3-1")] = None
    """The platform's own number for it: handles change hands, this does not."""
    opened_on: Annotated[date | None, asked_by("SWL-5.3-1", "NT-3.3-1")] = None
    """The day on which it was opened, as the platform says: what is older cannot have copied it."""
    recovery_contact: Annotated[Words | None, asked_by("SWL-5.3-1", "BOL-1.3")] = None
    """The post that can win the account back if it is lost; no address, number or password."""
    review_on: Annotated[date | None, asked_by("SWL-5.3-1", "NT-3.3-1")] = None
    """The day on which somebody looks again whether it is needed; a year after approval if left out."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.account} on {self.platform}, {self.owner}"

    def identity(self) -> object:
        """See `Entry`."""
        return self.platform, self.account.lstrip("@").casefold()

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """See `Entry`."""
        yield (
            self.review_on or self.approved_on + YEAR,
            "look whether it is still needed, then set --review-on",
        )
        trained = self.owner_trained_on
        yield trained + YEAR if trained else added, "have its owner trained, then set --owner-trained-on"
        if self.recovery_contact is None:
            yield added, "say who can win it back: set --recovery-contact"

    def left_to_do(self, number: int) -> Iterator[Task]:
        """See `Entry`."""
        which = f"Official account {number}, {self.account} on {self.platform}"
        yield Task(f"{which}, has ended: close it or win it back", REMOVAL)


class KnownAccount(Entry):
    """An account that is not the organisation's own, bears its name, and may: it is left alone."""

    ENTRY = "known account"

    platform: Annotated[Words, StringConstraints(to_lower=True), asked_by("SWL-5.3-2", "CDD-4.3-1")]
    """Where it is, as sources call it: x, mastodon, facebook ..., or domain."""
    account: Annotated[Words, asked_by("SWL-5.3-2", "CDD-4.3-1")]
    """The handle or page name as people see it, or the domain."""
    what: Annotated[Words, asked_by("SWL-5.3-2", "CDD-4.3-1")]
    """What it is: charity, union, parody, campaign, press, fans ...; never a person."""
    decided_by: Annotated[Words, asked_by("SWL-5.3-2", "CDD-4.3-1")]
    """The post that looked at it."""
    platform_id: Annotated[Words | None, asked_by("SWL-5.3-2")] = None
    """The platform's own number for it: it stays when the handle changes hands."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.account} on {self.platform}: {self.what}"

    def identity(self) -> object:
        """See `Entry`."""
        return self.platform, self.account.lstrip("@").casefold()


class DeclaredBlog(Entry):
    """A blog about health or care that a member of staff has declared."""

    ENTRY = "declared blog"

    address: Annotated[Address, asked_by("CDD-4.4.8-1")]
    """The address of the blog."""
    person: Annotated[Reference, asked_by("CDD-4.4.8-1")]
    """Whose it is: the reference of the authorisation register, such as S-014."""
    names_employer: Annotated[bool, asked_by("CDD-4.4.8-2")] = False
    """The blog says where its author works: it then has to say whose views these are."""
    paid: Annotated[bool, asked_by("CDD-4.4.8-6")] = False
    """The author is paid for it."""
    declared_on: Annotated[date, asked_by("CDD-4.4.8-1")]
    """The day on which it was declared."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.person}, {self.address}"

    def identity(self) -> object:
        """See `Entry`."""
        return self.address.rstrip("/").casefold()


class ImagePermission(Entry):
    """Permission to use pictures of people; ending it is withdrawing it."""

    ENTRY = "image permission"

    form: Annotated[Words, asked_by("SWL-5.9-1", "SWL-5.5-3", "VOY-PV-1")]
    """Where the signed form is filed; names stand there and not here."""
    given_on: Annotated[date, asked_by("SWL-5.9-1", "NT-3.5-1", "CDD-4.4.2-1")]
    """The day on which it was given."""
    scope: Annotated[Words, asked_by("VOY-PV-1", "NT-3.5-1")]
    """What was agreed: which pictures, where, for how long."""
    used_at: Annotated[tuple[Address, ...], asked_by("NT-3.5-1", "CDD-4.4.2-2", "VOY-PV-2")] = ()
    """The address of each place where a picture is used; give the option once for each."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.form}: {self.scope}, used in {len(self.used_at)} places"

    def identity(self) -> object:
        """See `Entry`."""
        return self.form.casefold()

    def left_to_do(self, number: int) -> Iterator[Task]:
        """See `Entry`."""
        for place in self.used_at or ("wherever they are used",):
            yield Task(f"Image permission {number} is withdrawn: take its pictures down, {place}", REMOVAL)


class LogoPermission(Entry):
    """Permission to show the logo on an account or page that is not the organisation's own."""

    ENTRY = "logo permission"

    place: Annotated[Address, asked_by("BOL-6.2-9", "CDD-4.4.8-3")]
    """The account or page that may show it, as an address."""
    purpose: Annotated[Words, asked_by("BOL-6.2-9")]
    """What it may be shown for."""
    granted_by: Annotated[Words, asked_by("BOL-6.2-9")]
    """The post that allowed it."""
    until: Annotated[date, asked_by("BOL-6.2-9")]
    """The last day on which it may be shown."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.place}, {self.purpose}, until {self.until}"

    def identity(self) -> object:
        """See `Entry`."""
        return self.place.rstrip("/").casefold()

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """See `Entry`."""
        yield self.until, "it runs out: set --until anew, or end it"

    def left_to_do(self, number: int) -> Iterator[Task]:
        """See `Entry`."""
        yield Task(f"Logo permission {number} has ended: see that it is gone from {self.place}", REMOVAL)


class Leaver(Entry):
    """A person who has left, and whose profiles should soon name the employer no longer."""

    ENTRY = "leaver"
    LANE = Lane.CONDUCT

    person: Annotated[Reference, asked_by("BOL-5.1.5")]
    """Who: the reference of the authorisation register, such as S-014."""
    left_on: Annotated[date, asked_by("BOL-5.1.5")]
    """The first day on which they no longer worked here."""
    days_of_grace: Annotated[int, Field(ge=0, le=365), asked_by("BOL-5.1.5")] = 28
    """How many days their profiles may stay as they are."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.person}, left {self.left_on}, {self.days_of_grace} days of grace"

    def identity(self) -> object:
        """See `Entry`."""
        return self.person

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """See `Entry`."""
        over = self.left_on + timedelta(days=self.days_of_grace + 1)
        yield over, "the days of grace are over: see that no profile still names us, then end it"


class JournalistContact(Entry):
    """A journalist's enquiry, which the communications team hears of before anybody answers."""

    ENTRY = "journalist contact"

    asked_on: Annotated[date, asked_by("CDD-4.4.4-2", "CDD-4.4.4-3")]
    """The day on which the journalist asked."""
    outlet: Annotated[Words, asked_by("CDD-4.4.4-2")]
    """The paper, station or site; not the journalist's name."""
    told_by: Annotated[Words, asked_by("CDD-4.4.4-2", "CDD-4.4.4-3")]
    """Who told the communications team: a post or a reference."""
    answered_by: Annotated[Words | None, asked_by("CDD-4.4.4-2", "CDD-4.4.4-3")] = None
    """The post that answered; until then the digest asks."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.asked_on}, {self.outlet}, told by {self.told_by}"

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """See `Entry`."""
        if self.answered_by is None:
            yield self.asked_on, "nobody has answered yet: answer, then set --answered-by"


class DeclaredInterest(Entry):
    """An interest that a person declared, such as an offer to be paid for writing."""

    ENTRY = "declared interest"

    person: Annotated[Reference, asked_by("CDD-4.4.8-5")]
    """Whose: the reference of the authorisation register, such as S-014."""
    what: Annotated[Words, asked_by("CDD-4.4.8-5", "CDD-4.4.8-6")]
    """What was declared; name nobody."""
    declared_on: Annotated[date, asked_by("CDD-4.4.8-5", "CDD-4.4.8-6")]
    """The day on which it was declared."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.person}, {self.declared_on}: {self.what}"


class AccessApproval(Entry):
    """Approval to use social media for work on the organisation's equipment."""

    ENTRY = "access approval"

    who: Annotated[Words, asked_by("CDD-4.4.5-2")]
    """The post or team that may."""
    what: Annotated[Words, asked_by("CDD-4.4.5-2")]
    """Which sites or services."""
    approved_by: Annotated[Words, asked_by("CDD-4.4.5-2")]
    """The post that approved it."""
    until: Annotated[date, asked_by("CDD-4.4.5-2")]
    """The last day on which it holds."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.who}: {self.what}, until {self.until}"

    def identity(self) -> object:
        """See `Entry`."""
        return self.who.casefold(), self.what.casefold()

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """See `Entry`."""
        yield self.until, "it runs out: set --until anew, or end it"


class DeclaredEditor(Entry):
    """A user name of a wiki under which a member of staff edits for the organisation, and says so."""

    ENTRY = "declared wiki user name"

    wiki: Annotated[Host, asked_by("CDD-4.4.7-2")]
    """The host of the wiki, such as en.wikipedia.org."""
    user: Annotated[UserName, asked_by("CDD-4.4.7-2")]
    """The user name as the wiki shows it."""
    capacity: Annotated[Words, asked_by("CDD-4.4.7-2")]
    """The post in which they edit, such as communications officer; never a person's name."""
    disclosed_at: Annotated[Address, asked_by("CDD-4.4.7-2")]
    """The address at which the wiki's readers are told, such as that of the user page."""
    declared_on: Annotated[date, asked_by("CDD-4.4.7-2")]
    """The day on which it was declared to the communications team."""
    review_on: Annotated[date | None, asked_by("CDD-4.4.7-2")] = None
    """The day on which somebody looks whether it still holds; a year after it was declared if left out."""

    def brief(self) -> str:
        """See `Entry`."""
        return f"{self.user} on {self.wiki}, {self.capacity}"

    def identity(self) -> object:
        """See `Entry`."""
        return self.wiki, self.user

    def due(self, added: date) -> Iterator[tuple[date, str]]:
        """See `Entry`."""
        yield (
            self.review_on or self.declared_on + YEAR,
            "see that it is still used and still disclosed, then set --review-on, or end it",
        )


REGISTERS: Mapping[str, type[Entry]] = {
    "official": OfficialAccount,
    "known": KnownAccount,
    "blog": DeclaredBlog,
    "image": ImagePermission,
    "logo": LogoPermission,
    "leaver": Leaver,
    "contact": JournalistContact,
    "interest": DeclaredInterest,
    "access": AccessApproval,
    "editors": DeclaredEditor,
}
"""The registers by the name that commands and rows have for them."""


def free_texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """The fields of an entry in which people wrote what they like, with what they wrote."""
    for name, value in entry:
        if isinstance(value, str) and name not in _EXACT:
            yield name, value
