"""Wiring: settings become a pipeline, a desk and the tasks they work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.digest import compose
from alerts.evidence import address
from alerts.rendering import render, render_protected
from alerts.text import KNOWN_HOSTS
from alerts.urgent import render_urgent
from connectors.intake import Given
from monitor import __version__, authorisation, channels, documents
from monitor.announcing import Channel
from monitor.bounces import Bounces
from monitor.briefing import Editor
from monitor.cases import Directory
from monitor.compliance import Compliance
from monitor.config import Organisation, PictureSettings, Settings, SourceSettings, StoreSettings, error_at
from monitor.config.problems import did_you_mean
from monitor.delivery import Desk
from monitor.dispatch import Dispatch
from monitor.errors import RuleError
from monitor.exhibits import picture_evidence
from monitor.judging import Stages
from monitor.links import Links
from monitor.pictures.analysis import Analyst
from monitor.pictures.stage import Fetched, Stage
from monitor.pipeline import Pipeline, Task, Window
from monitor.ports import Clock, Notifier
from monitor.retention import Retention
from monitor.roles import ROLES
from monitor.searching import listed, search_tasks, searches
from monitor.sourcing import (
    Meters,
    connector,
    depth_of,
    gate,
    hosts_named,
    terms_of,
    way_out,
    way_to_pictures,
)
from monitor.store import Store, open_store
from monitor.store.ledger import Ledger
from monitor.store.originals.readiness import make_ready
from monitor.store.originals.sealingkeys import FOLDER
from monitor.store.people.registers import official_handles
from monitor.store.settingslog import note_settings
from monitor.types import Account, Briefing, Message, Post, Relation, Tally, Terms
from monitor.urgent import Act, Alerting
from rules.categories import GROUP as CATEGORIES
from rules.engine import RuleSet
from rules.filters import SiteFilters
from rules.identifiers import PersonIdentifiers
from rules.names import Names
from rules.pack import load as load_rules
from rules.references import OrganisationReferences

if TYPE_CHECKING:
    from connectors.http import Http
    from rules.policy import Policy

THREADS = 8
"""Sources read at once: reading waits for networks, and the store takes one writer at a time."""


def utc_now() -> datetime:
    """The machine's clock as aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class App:
    """One installation, ready to work. `meters` gives the store that counts spending, None = `store`."""

    settings: Settings
    store: Store
    rules: RuleSet
    stages: Stages
    directory: Directory
    http: Http
    names: Names
    now: Clock = utc_now
    stop: Callable[[], bool] = field(default=lambda: False)
    meters: Meters | None = None
    analyst: Analyst = field(default_factory=lambda: Analyst(PictureSettings()))
    fetched: Fetched = field(default_factory=Fetched)

    def pipeline(self) -> Pipeline:
        """Loop 1 of this installation."""
        zone = self.settings.organisation.zone
        return Pipeline(self.store, self.stages, self.directory, zone, self.now, self.stop)

    def compliance(self) -> Compliance:
        """Loop 3 of this installation."""
        return Compliance(self.store, self.settings.organisation.zone, self.now, self.stop)

    def retention(self) -> Retention:
        """Loop 4 of this installation: the periods of the settings, and the terms of sources nobody reads."""
        idle = [source for source in self.settings.sources if not source.enabled]
        limits = {source.name: days for source in idle if (days := terms_of(source).max_age_days)}
        settings = self.settings
        return Retention(
            self.store, settings.retention, settings.organisation.zone, self.now, limits, self.stop
        )

    def terms_by_source(self) -> dict[str, Terms]:
        """What may be done with the items of each source of the settings."""
        return {source.name: terms_of(source) for source in self.settings.sources}

    def forget_files(self) -> int:
        """Remove digests that were written as files and whose copy is gone; how many files went."""
        return channels.outbox(self.settings, self.now, self.store).take_back(Ledger(self.store).emptied())

    def desk(self, worker: str = "command") -> Desk:
        """Loop 2 of this installation; `worker` names who claims deliveries."""
        return Desk(
            editor=self.editor(),
            dispatch=self.dispatch(worker),
            settings=self.settings.digest,
            compose=partial(
                _message,
                known_hosts=_known_hosts(self.settings),
                folder=self.settings.digest.templates,
                links=self.links(),
                files=self.settings.smtp is None,
            ),
            compose_protected=render_protected,
            host=channels.mail_host(self.settings),
        )

    def alerting(self) -> Alerting:
        """What tells people of the cases that cannot wait for the digest."""
        return Alerting(
            editor=self.editor(),
            settings=self.settings.urgent,
            compose=partial(render_urgent, known_hosts=_known_hosts(self.settings)),
            host=channels.mail_host(self.settings),
            act=self.act(),
        )

    def act(self) -> Act | None:
        """What makes the links of one person's mail; None where there are none."""
        links = self.links()
        return (lambda person: links.act(person, self.now())) if links else None

    def editor(self) -> Editor:
        """What each recipient of this installation is told."""
        organisation = self.settings.organisation
        return Editor(
            store=self.store,
            directory=self.directory,
            organisation=organisation.short,
            zone=organisation.zone,
            clauses=self.rules.clauses,
            policies=tuple(f"{policy.key} {policy.title}" for policy in self.rules.policies),
            titles=titles(self.rules.policies),
            sources=tuple(source.name for source in (*self.sources(), *searches(self.settings))),
            now=self.now,
            dpia_reviewed=self.settings.governance.dpia_reviewed,
            overdue=tuple(_overdue(policy) for policy in self.rules.policies if policy.overdue),
            versions=(f"Trustwatch {__version__}", f"rules {self.rules.version}"),
            notice=self.settings.governance.privacy_notice or "",
            networks=organisation.networks,
        )

    def dispatch(self, worker: str = "command") -> Dispatch:
        """What sends for loop 2; each way out is made once, when something may leave by it."""
        return Dispatch(
            store=self.store,
            notifier=cache(self.channel),
            now=self.now,
            worker=worker,
            settings=channels.fingerprint(self.settings, self.store),
            channels=cache(self.chats),
        )

    def links(self) -> Links | None:
        """What makes the links of mails; None where no address is set that recipients could reach."""
        settings = self.settings.links
        return Links(settings, self.store.key) if settings.public_url else None

    def channel(self) -> Notifier:
        """How mail leaves. Raises ConfigError where it cannot work."""
        return channels.mail(self.settings, self.now, self.http, self.store)

    def chats(self) -> tuple[Channel, ...]:
        """Who is told beside the mail. Raises ConfigError where one cannot be."""
        return channels.chats(self.settings, self.directory, self.now, self.store)

    def bounces(self) -> Bounces | None:
        """Loop 5 of this installation; None where no mailbox for delivery reports is set up."""
        if self.settings.bounces is None:
            return None
        token = channels.token(self.settings, self.now, self.http)
        return Bounces(
            self.store, channels.bounce_access(self.settings, self.settings.bounces, token), self.now
        )

    def sources(self) -> list[SourceSettings]:
        """The enabled sources."""
        return [source for source in self.settings.sources if source.enabled]

    def searches(self) -> list[Task]:
        """What searching for lookalikes takes, one task for each source. Raises ConfigError."""
        meters = self.meters or (lambda: self.store)
        tasks = search_tasks(self.settings, self.now, self.http, meters)
        sight = [(task, self.pictures(task.source), depth_of(task.source)) for task in tasks]
        return [replace(task, pictures=pictures, depth=depth) for task, pictures, depth in sight]

    def task(self, source: SourceSettings) -> Task:
        """What reading `source` takes. Raises ConfigError for options its kind does not know."""
        meters = self.meters or (lambda: self.store)
        making = partial(connector, self.settings, source, self.now, self.http, meters)
        made = making()
        usual = bool(getattr(made, "keeps_everything", False)) and source.authorisation is None
        everything = source.keep == "everything" if source.keep else usual
        return Task(
            source=source,
            connector=made,
            keeps_everything=everything,
            pseudonym=source.authorisation,
            terms=terms_of(source),
            gate=lambda: gate(self.settings, self.now, meters).admit(source),
            canary=making(canary=True) if source.canary else None,
            pictures=self.pictures(source),
            depth=depth_of(source),
        )

    def pictures(self, source: SourceSettings) -> Stage:
        """What looks at the pictures of this source's posts."""
        meters = self.meters or (lambda: self.store)
        fetch = way_to_pictures(self.settings, source, self.now, self.http, meters)
        return Stage(self.analyst, fetch, self.fetched, self._shows_a_face_to_us)

    def _shows_a_face_to_us(self, account: Account) -> bool:
        """Whether the picture of an account is looked at: of staff, ours, or one that bears our name.

        Nobody else's is fetched.
        """
        public = account.relation is Relation.PUBLIC
        return not public or self.names.sieve.is_candidate(account, self.now().date())

    def hand_in(
        self,
        name: str,
        kind: str,
        posts: Iterable[Post],
        progress: Callable[[int], None] = lambda posts: None,
    ) -> Tally:
        """Take in posts that no source gave, all of them, under a name of their own.

        Pictures of a report are read; an archive may hold thousands.

        Raises ConfigError where a source of the settings has that name: its state would be lost.
        """
        for index, source in enumerate(self.settings.sources):
            if source.name == name:
                what = f"what is handed in stands under the name {name!r}, so no source can have it"
                raise error_at(self.settings, ("sources", index, "name"), what)
        source = SourceSettings(name=name, kind=kind)
        task = Task(
            source=source,
            connector=Given(posts),
            keeps_everything=True,
            pictures=self.pictures(source),
            depth=depth_of(source),
        )
        return self.pipeline().poll(task, Window(since=self.now(), from_cursor=False), progress)

    def scan(
        self,
        tasks: Iterable[Task],
        window: Window,
        progress: Callable[[str, int], None] = lambda source, posts: None,
        done: Callable[[Tally], None] = lambda tally: None,
    ) -> list[Tally]:
        """Read the tasks over `window`, several at once. `progress` hears of pages, `done` of sources."""
        pipeline = self.pipeline()

        def read(task: Task) -> Tally:
            tally = pipeline.poll(task, window, partial(progress, task.source.name))
            done(tally)
            return tally

        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="scan")
        try:
            return list(pool.map(read, tasks))
        finally:  # interrupted or out of room: a source that hangs is not waited for
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def opened(
    settings: Settings,
    now: Clock = utc_now,
    http: Http | None = None,
    scratch: StoreSettings | None = None,
) -> Iterator[App]:
    """`build`, with the database given back at the end: for commands."""
    app = build(settings, now, http, scratch)
    try:
        yield app
    finally:
        app.store.close()


def build(
    settings: Settings,
    now: Clock = utc_now,
    http: Http | None = None,
    scratch: StoreSettings | None = None,
) -> App:
    """The installation that `settings` describe; `http` replaces the way out (the demo), `scratch` its store.

    Raises ConfigError, RuleError or StoreError.
    """
    _check_categories(settings)
    rules = load_rules(
        settings.organisation,
        settings.policy,
        settings.rules,
        wordings=documents.wordings(settings.store.state_dir),
        lookalikes=settings.lookalikes,
    )
    store = open_store(scratch or settings.store)
    if gone := sorted(store.cited_clauses() - rules.known):
        store.close()
        hint = "put it back into its pack; a clause that no longer holds stays, for what was found under it"
        raise RuleError(f"no pack has the clause {gone[0]} any more, which stored findings cite: {hint}")
    with store.transaction() as tx:
        tx.set_meta("installed_at", now().isoformat())
    make_ready(store, key_folders(settings, store), now())
    note_settings(store, settings, rules.version, now())
    organisation, fetched = ours(settings, store).organisation, Fetched()
    names = Names(organisation, lookalikes=settings.lookalikes)
    evidence = picture_evidence(settings.pictures, names, fetched, now)
    return App(
        settings=settings,
        store=store,
        rules=rules,
        stages=replace(stages(settings, rules, organisation), evidence=evidence),
        directory=Directory.named_in(settings),
        http=http or way_out(settings, now),
        names=names,
        now=now,
        analyst=analyst(settings, organisation),
        fetched=fetched,
    )


def analyst(settings: Settings, organisation: Organisation) -> Analyst:
    """What looks at pictures for this organisation; a shared mark is its own where its name stands beside."""
    names = (organisation.name, organisation.short, *organisation.hospitals)
    aliases = (alias.text for alias in organisation.aliases)
    lookalikes = settings.lookalikes
    return Analyst(settings.pictures, (*names, *aliases), lookalikes.bodies, lookalikes.not_bodies)


def _check_categories(settings: Settings) -> None:
    """Raises ConfigError where somebody asks for a category that there is not: they would hear of nothing."""
    for index, row in enumerate(settings.recipients):
        for category in row.categories:
            if category not in CATEGORIES:
                what = f"no category is called {category!r}: {did_you_mean(category, [*CATEGORIES])}"
                raise error_at(settings, ("recipients", index, "categories"), what)


def key_folders(settings: Settings, store: Store) -> list[Path]:
    """Where private keys are looked for: among the secrets, then beside the database."""
    return [*settings.secret_folders, store.folder / FOLDER]


def ours(settings: Settings, store: Store) -> Settings:
    """The settings with the handles of the register of official accounts beside their own."""
    with store.reading() as connection:
        return with_handles(settings, official_handles(connection))


def with_handles(settings: Settings, handles: Iterable[str]) -> Settings:
    """The settings with more handles of the organisation; page names of several words are none."""
    more = [handle for handle in handles if " " not in handle]
    if not more:
        return settings
    organisation = settings.organisation
    named = organisation.model_copy(update={"handles": (*organisation.handles, *more)})
    return settings.model_copy(update={"organisation": named})


def stages(settings: Settings, rules: RuleSet, organisation: Organisation | None = None) -> Stages:
    """What every post goes through; its version changes with a rule or with a name of the organisation.

    `organisation` has the names by which posts are kept, where they are more than those of the settings.
    """
    named = organisation or settings.organisation
    names = blake2b(named.model_dump_json().encode(), digest_size=4).hexdigest()
    return Stages(
        references=OrganisationReferences(named),
        rules=rules,
        identifiers=PersonIdentifiers(settings.organisation),
        version=f"{rules.version}-{names}",
        filters=SiteFilters,
        official_handles=frozenset(map(authorisation.bare, settings.organisation.handles)),
        told_of=lambda official: rules.knowing(listed(official)),
    )


def titles(policies: Iterable[Policy]) -> dict[str, str]:
    """What each role is called: by the first policy in force that names it, else plainly."""
    named = {key: title for policy in reversed([*policies]) for key, title in policy.roles.items()}
    return {key: role.title for key, role in ROLES.items()} | named


def _known_hosts(settings: Settings) -> frozenset[str]:
    """Hosts that may stand in a digest as they are: ours, and those that we were told to read."""
    read = frozenset(host for source in settings.sources for host in hosts_named(source))
    return KNOWN_HOSTS | frozenset(settings.organisation.domains) | read


def _overdue(policy: Policy) -> str:
    return f"The review of {policy.key} {policy.title} is overdue since {policy.review_due}."


def _message(
    briefing: Briefing, *, links: Links | None = None, live: bool = False, files: bool = False, **how: Any
) -> Message:
    """The digest as a mail; only one that is `live`, about to be sent, has links that work.

    `files` says that it becomes a file, with the picture evidence in files beside it.
    """
    act = links.act(briefing.recipient, briefing.made_at) if links is not None and live else None
    return render(compose(briefing), act=act, picture_at=address if files and live else None, **how)
