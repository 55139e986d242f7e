"""`monitor lookalikes explain`: what an account or domain is taken for, why, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.casework.work import Work, at_work
from monitor.cli.lookalikes.access import admitted, looked
from monitor.types import DOMAIN, Account, Likeness, Picture, Relation, Standing

if TYPE_CHECKING:
    from monitor.service import App
    from monitor.store.casework.lookalikes import Lookalike
    from monitor.types import Resemblance
    from rules.lookalikes import Index

QUIET = (Standing.REGISTERED, Standing.OTHER_BODY, Standing.PERSON, Standing.UNRELATED)
"""What nothing need be done about."""
_COPY = Picture(digest="0" * 64, width=400, height=400, likeness=Likeness("ours", 0))
_CHANGES: tuple[tuple[str, Callable[[Account], Account]], ...] = (
    ("it said in its name that it is a parody", lambda a: replace(a, display_name=f"{_name(a)} (parody)")),
    (
        "it said in its bio that it is not affiliated with us and a parody",
        lambda a: _says(a, "Parody account"),
    ),
    ("it called itself a union's branch", lambda a: replace(a, display_name=f"UNISON {_name(a)} branch")),
    ("its bio were empty", lambda a: replace(a, bio=None)),
    ("it showed a copy of our picture", lambda a: replace(a, avatar=_COPY)),
    ("its bio asked for personal details", lambda a: _says(a, "DM us your NHS number and date of birth")),
    ("it were in the register of known accounts", lambda a: replace(a, known_as="known")),
)
"""What would be otherwise, and the account if it were."""


@dataclass(frozen=True, slots=True)
class Met:
    """An account as it is judged, and where it was met."""

    account: Account
    told: str
    found: Lookalike | None = None


def explain(
    context: typer.Context,
    handle: Annotated[
        str, typer.Argument(metavar="HANDLE", help="The account, as people see it; or a domain.")
    ],
    platform: Annotated[
        str | None, typer.Option(help="Where it is: x, mastodon, bluesky ..., or domain.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Explain what an account is taken for: each reason with its points, and what would change it.

    An account is looked up on the platforms that you search, if its handle bears your name: people are not.
    """
    from monitor.store.casework.lookalikes import lookalikes

    with at_work(context) as work:
        admitted(work, "explain")
        with work.store.reading() as connection:
            stored = next((e for e in lookalikes(connection) if _is(e, handle, platform)), None)
        looked(work, "lookalikes.explained", cases=[stored.case] if stored else [])
        if platform == DOMAIN or (stored and stored.platform == DOMAIN) or _is_domain(work, handle, platform):
            told = _domain(work, handle.lower(), stored)
        else:
            told = _account(work, handle, platform, stored)
    if as_json:
        output.print_json(told)
    else:
        output.show("\n".join(_lines(told)))


def _is(each: Lookalike, handle: str, platform: str | None) -> bool:
    return _bare(each.account) == _bare(handle) and platform in (None, each.platform)


def _bare(handle: str) -> str:
    return handle.lstrip("@").casefold()


# -- accounts -------------------------------------------------------------------------------------


def _account(work: Work, handle: str, platform: str | None, stored: Lookalike | None) -> dict[str, Any]:
    from monitor.searching import known_index
    from monitor.store.people.ouraccounts import our_accounts
    from rules.lookalikes import resembles

    index = known_index(work.settings, work.store)
    met = _met(work, index, handle, platform, stored)
    with work.store.reading() as connection:
        accounts = our_accounts(connection)
    account = accounts.told(met.account)
    if accounts.official.find(account):
        account = replace(account, relation=Relation.OFFICIAL)
    judged = resembles(account, index, work.desk.now())
    return {
        "account": account.handle or handle,
        "platform": account.platform,
        "told": met.told,
        "case": met.found.case if met.found else None,
        **asdict(judged),
        "standing": judged.standing.value,
        "score": judged.score,
        "changes": list(_changes(account, judged, index, work)),
    }


def _met(work: Work, index: Index, handle: str, platform: str | None, stored: Lookalike | None) -> Met:
    """The account as a platform shows it now, else as it is stored, else by its handle alone."""
    from rules.lookalikes import resembles

    alone = Account(platform=platform or (stored.platform if stored else "any platform"), handle=handle)
    if (
        stored or resembles(alone, index).nearest
    ):  # a handle without our name may be a person's: never asked for
        shown = _shown_now(work, handle, platform)
        if shown is not None:
            return Met(shown, f"as {shown.platform} shows it now", stored)
    if stored is None:
        return Met(alone, "by its handle alone: its profile was not found")
    kept = replace(alone, display_name=stored.name or None, url=stored.url)
    return Met(kept, "as it is stored: name and handle", stored)


def _shown_now(work: Work, handle: str, platform: str | None) -> Account | None:
    """The profile of that handle on the platforms that are searched; None where none shows it."""
    from monitor import service
    from monitor.errors import SourceError

    if not work.settings.lookalikes.search:
        return None
    with service.opened(work.settings) as app:
        for search in _searches(app):
            try:
                found = next((a for a in search(handle) if _same(a, handle, platform)), None)
            except SourceError as error:
                output.say(f"not looked up: {error}")
                continue
            if found is not None:
                return found
    return None


def _searches(app: App) -> Iterator[Callable[[str], Iterator[Account]]]:
    from connectors.searching.profiles import Profiles

    for task in app.searches():
        if isinstance(task.connector, Profiles):
            yield task.connector.search.profiles


def _same(account: Account, handle: str, platform: str | None) -> bool:
    shown = _bare(account.handle or "")
    wanted = _bare(handle)
    same = (
        shown == wanted or shown.partition("@")[0] == wanted or shown.removesuffix(".bsky.social") == wanted
    )
    return same and platform in (None, account.platform)


def _changes(account: Account, judged: Resemblance, index: Index, work: Work) -> Iterator[dict[str, Any]]:
    """What would make it another standing, of an account that could be taken for ours."""
    from rules.lookalikes import resembles

    if judged.standing in QUIET:
        return

    for what, change in _CHANGES:
        other = resembles(change(account), index, work.desk.now())
        if other.standing is not judged.standing:
            yield {"if": what, "standing": other.standing.value, "score": other.score}


def _name(account: Account) -> str:
    return account.display_name or account.handle or ""


def _says(account: Account, words: str) -> Account:
    return replace(account, bio=f"{account.bio or ''} {words}".strip())


# -- domains --------------------------------------------------------------------------------------


def _is_domain(work: Work, name: str, platform: str | None) -> bool:
    from rules.lookalikes.domains import guesses, looks_like_ours
    from rules.names import Names

    if platform is not None or "@" in name or "." not in name or name.endswith(".bsky.social"):
        return False
    names = Names(work.settings.organisation)
    return bool(looks_like_ours(name, names)) or name in {guess.name for guess in guesses(names)}


def _domain(work: Work, name: str, stored: Lookalike | None) -> dict[str, Any]:
    from rules.lookalikes.domains import guesses, is_official, looks_like_ours
    from rules.names import Names

    names = Names(work.settings.organisation)
    guess = next((each for each in guesses(names) if each.name == name), None)
    how = guess.how if guess else looks_like_ours(name, names)
    return {
        "account": name,
        "platform": DOMAIN,
        "told": _looked_up(work, name),
        "case": stored.case if stored else None,
        "standing": DOMAIN if how and not is_official(name) else "unrelated",
        "reasons": [f"It is {how}"] if how else [],
        "mitigations": [*_against(name, chance=guess.chance if guess else False)],
        "looked_up_weekly": guess is not None,
    }


def _against(name: str, *, chance: bool) -> Iterator[str]:
    from rules.lookalikes.domains import is_official

    if is_official(name):
        yield "Names in its zone are only given to whom they belong to"
    if chance:
        yield "It may also be somebody else's abbreviation"


def _looked_up(work: Work, name: str) -> str:
    """What the resolver says of it now. The page is not fetched."""
    from connectors.parts.dns import Lookup, NoAnswer
    from monitor.errors import SourceUnavailable

    try:
        records = Lookup(work.settings.lookalikes.resolver).records(name)
    except (NoAnswer, SourceUnavailable):
        return "the resolver gave no answer just now, so nothing can be said of whether somebody has it"
    if records is None or not records.used:
        return "the resolver knows nobody who has it"
    mail = "; mail can be sent there" if records.mail else "; it takes no mail"
    return f"somebody has it{'; it leads to a server' if records.address else ''}{mail}"


# -- in words -------------------------------------------------------------------------------------


def _lines(told: dict[str, Any]) -> Iterator[str]:
    where = "" if told["platform"] == DOMAIN else f" on {told['platform']}"
    points = f", {told['score']:g} points" if "score" in told else ""
    yield output.plain(f"{told['account']}{where}: {told['standing']}{points}")
    yield f"  Judged {told['told']}." if told["platform"] != DOMAIN else f"  Looked up: {told['told']}."
    if told["case"]:
        yield f"  Case {told['case']}: monitor cases show {told['case']}"
    if told.get("nearest"):
        yield output.plain(f"  Nearest: {told['nearest']}")
    yield from _listed("For", told["reasons"])
    yield from _listed("Against", told["mitigations"])
    changes = [_change(each) for each in told.get("changes", ())]
    yield from _listed("What would change it", changes) if changes else ()
    yield from _listed("What to do", [*_next(told)])


def _listed(heading: str, sentences: list[str]) -> Iterator[str]:
    yield f"  {heading}"
    yield from (output.plain(f"    {sentence}") for sentence in sentences or ["nothing"])


def _change(each: dict[str, Any]) -> str:
    return f"{each['standing']} ({each['score']:g} points) if {each['if']}"


def _next(told: dict[str, Any]) -> Iterator[str]:
    if told["standing"] in [each.value for each in QUIET]:
        yield "Nothing: it is none of the lookalike rules' business."
        return
    which = f"--platform {told['platform']} --account '{told['account']}'"
    if told["platform"] == DOMAIN:
        yield f"Yours? Put it into organisation.domains in the settings: {told['account']}"
    else:
        yield f"Yours? monitor registers official add {which} ..."
    yield f"Known, and left alone? monitor registers known add {which} --what charity --decided-by ..."
    if told["case"]:
        yield f"To report it: monitor lookalikes pack {told['case']}"
