"""Searches for lookalikes become tasks of the pipeline: profiles under the organisation's names, and domains.

Nobody but the organisation is searched for: the questions are its own names. Of what is found only what a
rule on lookalikes finds something in is kept, so that people who come up in a search leave no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from connectors.parts.dns import Lookup
from connectors.searching.domains import Domains
from connectors.searching.profiles import Profiles, share
from monitor.config import Organisation, Settings, SourceSettings, error_at
from monitor.config.problems import did_you_mean
from monitor.pipeline import Task
from monitor.ports import Clock, ProfileSearch
from monitor.registers import OfficialAccount
from monitor.sourcing import Meters, connector, gate, terms_of
from monitor.store import Store
from monitor.store.people.registers import official_accounts
from rules.lookalikes import Index, Listed
from rules.lookalikes.domains import guesses
from rules.names import Names

if TYPE_CHECKING:
    from connectors.http import Http

WANTED = frozenset({"lookalike-account"})
"""The category of which a finding must be made for what a search found to be kept."""
DOMAINS = "lookalike domains"
"""The name under which the lookups of domains stand among the sources."""
DAY, WEEK = timedelta(days=1), timedelta(days=7)
UNSEEN = 30
"""Days after which the words of a profile go that no search has shown since: it is gone, or another now."""


def searches(settings: Settings) -> list[SourceSettings]:
    """What is searched, as sources that people see the state of. Raises ConfigError for an unknown name."""
    found = [_as_search(settings, index) for index in range(len(settings.lookalikes.search))]
    if settings.lookalikes.domains:
        found.append(SourceSettings(name=DOMAINS, kind="domains", every=WEEK))
    return found


def search_tasks(settings: Settings, now: Clock, http: Http, meters: Meters) -> list[Task]:
    """What carrying out each of them takes.

    Raises ConfigError where a source cannot search profiles, or nobody recorded why its platform may be read.
    """
    tasks = [
        _profile_task(settings, index, now, http, meters) for index in range(len(settings.lookalikes.search))
    ]
    return [*tasks, *_domain_task(settings, now)]


def questions(organisation: Organisation) -> tuple[str, ...]:
    """What profiles are searched for: the organisation's names, the most telling first."""
    strong = (alias.text for alias in organisation.aliases if alias.tier == 1 or (alias.weight or 0) >= 0.5)
    handles = (handle.lstrip("@") for handle in organisation.handles)
    names = (organisation.name, organisation.short, *handles, *organisation.hospitals, *strong)
    return tuple({" ".join(name.split()).casefold(): name for name in reversed(names)}.values())[::-1]


def known_index(settings: Settings, store: Store) -> Index:
    """What accounts are compared with: the organisation's names, and its register of official accounts."""
    with store.reading() as connection:
        official = [entry for entry, _ in official_accounts(connection)]
    return Index(settings.organisation, listed(official), settings.lookalikes)


def listed(official: Iterable[OfficialAccount]) -> tuple[Listed, ...]:
    """The register of official accounts as rules know it."""
    return tuple(
        Listed(entry.account.lstrip("@"), entry.platform, entry.platform_id, _opened(entry))
        for entry in official
    )


def _opened(entry: OfficialAccount) -> datetime | None:
    return datetime.combine(entry.opened_on, time(), UTC) if entry.opened_on else None


def _searched(settings: Settings, index: int) -> SourceSettings:
    """The source that a setting names. Raises ConfigError."""
    wanted = settings.lookalikes.search[index]
    source = next((each for each in settings.sources if each.name == wanted), None)
    if source is None or not source.enabled:
        known = [each.name for each in settings.sources if each.enabled]
        what = f"no enabled source is called {wanted!r}: {did_you_mean(wanted, known)}"
        raise error_at(settings, ("lookalikes", "search", index), what)
    if source.authorisation is not None:
        what = f"{wanted!r} reads an account of a member of staff: name a source that reads the public"
        raise error_at(settings, ("lookalikes", "search", index), what)
    return source


def _as_search(settings: Settings, index: int) -> SourceSettings:
    source = _searched(settings, index)
    more = {"name": f"profiles of {source.name}", "every": DAY, "canary": {}}
    return source.model_copy(update=more)


def _profile_task(settings: Settings, index: int, now: Clock, http: Http, meters: Meters) -> Task:
    source, searched = _searched(settings, index), _as_search(settings, index)
    made = connector(settings, source, now, http, meters)
    if not isinstance(made, ProfileSearch):
        what = f"profiles cannot be searched on a source of kind {source.kind}"
        raise error_at(settings, ("lookalikes", "search", index), what)
    terms = terms_of(source)
    wanted = settings.lookalikes
    profiles = Profiles(
        source=searched.name,
        search=made,
        questions=questions(settings.organisation),
        allowed=partial(share, index, len(wanted.search), wanted.questions_a_day),
        now=now,
        terms=terms,
    )
    return Task(
        source=searched,
        connector=profiles,
        keeps_everything=True,
        terms=replace(terms, max_age_days=min(terms.max_age_days or UNSEEN, UNSEEN)),
        gate=lambda: gate(settings, now, meters).admit(source),
        wants=WANTED,
    )


def _domain_task(settings: Settings, now: Clock) -> Iterator[Task]:
    """The lookups, where they are switched on."""
    if not settings.lookalikes.domains:
        return
    domains = Domains(
        source=DOMAINS,
        names=[guess.name for guess in guesses(Names(settings.organisation))],
        own=settings.organisation.domains,
        lookup=partial(Lookup, settings.lookalikes.resolver),
        now=now,
    )
    source = SourceSettings(name=DOMAINS, kind="domains", every=WEEK)
    yield Task(source=source, connector=domains, keeps_everything=True, wants=WANTED)
