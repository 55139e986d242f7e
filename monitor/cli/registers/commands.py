"""The commands of each register, made out of its model: add, list, show, change, end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.house import House
from monitor.cli.person import at_terminal, free_of_identifiers, refusals_written
from monitor.cli.registers import extras
from monitor.cli.registers.options import entry_of, typed_fields, with_fields
from monitor.registers import REGISTERS, Entry, OfficialAccount
from monitor.types import Actor

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.store.people.registers import Kept

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The entry, as `list` numbers it.")]
Everything = Annotated[bool, typer.Option("--all", help="Ended entries, too.")]


def all_commands() -> dict[str, Any]:
    """The commands below `monitor registers`, by name."""
    app = typer.Typer(cls=House, no_args_is_help=True)
    app.command("list")(overview)
    for kind, model in REGISTERS.items():
        group = Register(kind, model).group()
        if kind == "official":
            group.command("check")(extras.check)
        app.add_typer(group, name=kind, cls=House)
    return dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def overview(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Every register with how many entries it has, and how many need somebody to do something."""
    from monitor.store.people.registers import kept_entries

    settings = output.settings(context)
    with _opened(settings, "all") as (store, _, now):
        kept = kept_entries(store, ended=True)
    today = settings.organisation.day(now)
    rows = [_counts(name, model, kept, settings, today) for name, model in REGISTERS.items()]
    if as_json:
        output.print_json(rows)
    else:
        headings = ("register", "holds", "live", "ended", "to do now")
        output.table(headings, ([str(value) for value in row.values()] for row in rows))


def _counts(
    kind: str, model: type[Entry], kept: list[Kept], settings: Settings, today: date
) -> dict[str, Any]:
    mine = [k for k in kept if k.kind == kind]
    live = [k for k in mine if k.ended_at is None]
    return {
        "register": kind,
        "holds": f"{model.ENTRY}s",
        "live": len(live),
        "ended": len(mine) - len(live),
        "due": sum(bool(_due(k, settings, today)) for k in live),
    }


@dataclass(frozen=True)
class Register:
    """The commands of one register."""

    kind: str
    model: type[Entry]

    def group(self) -> typer.Typer:
        """The commands as `monitor` finds them."""
        one = _a(self.model.ENTRY)
        group = typer.Typer(help=(self.model.__doc__ or "").splitlines()[0], no_args_is_help=True)
        add = with_fields(self.add, self.model, all_optional=False)
        change = with_fields(self.change, self.model, all_optional=True)
        group.command("add", help=f"Enter {one}.")(add)
        group.command("list", help=f"List every {self.model.ENTRY} and what is to be done about it.")(
            self.list
        )
        group.command("show", help=f"Show {one} whole.")(self.show)
        group.command("change", help=f"Change what is said of {one}; what is left out stays.")(change)
        group.command("end", help=f"End {one}: it counts no more, and stays in the register.")(self.end)
        return group

    def add(self, context: typer.Context, as_json: output.AsJson = False, **fields: Any) -> None:
        """Put an entry in."""
        from monitor.store.people.registers import add_entry

        settings = output.settings(context)
        entry = entry_of(self.model, typed_fields(self.model, fields), settings.organisation)
        with _opened(settings, self.kind, self.model) as (store, actor, now):
            number = add_entry(store, self.kind, entry, actor, now)
        if as_json:
            output.print_json({"register": self.kind, "number": number})
        else:
            output.show(f"{self._named(number)} is in the register: {output.plain(entry.brief())}.")
        extras.remark(entry, settings)

    def list(
        self, context: typer.Context, everything: Everything = False, as_json: output.AsJson = False
    ) -> None:
        """The live entries, or all."""
        from monitor.store.people.registers import kept_entries

        settings = output.settings(context)
        with _opened(settings, self.kind, self.model) as (store, actor, now):
            kept = kept_entries(store, self.kind, ended=everything)
            _looked(store, actor, f"register:{self.kind}", now)
        _show_list(self.kind, self.model, kept, settings, now, as_json=as_json)

    def show(self, context: typer.Context, number: Number, as_json: output.AsJson = False) -> None:
        """One entry."""
        from monitor.store.people.registers import one_entry

        settings = output.settings(context)
        with _opened(settings, self.kind, self.model) as (store, actor, now):
            kept = one_entry(store, self.kind, number)
            _looked(store, actor, f"{self.kind}:{number}", now)
        _show_one(kept, settings, now, as_json=as_json)

    def change(self, context: typer.Context, number: Number, **fields: Any) -> None:
        """Other values for some fields of an entry."""
        from monitor.store.people.registers import change_entry, one_entry

        settings = output.settings(context)
        if not (typed := typed_fields(self.model, fields)):
            raise typer.BadParameter("say what changes: at least one option")
        with _opened(settings, self.kind, self.model) as (store, actor, now):
            before = one_entry(store, self.kind, number).entry
            entry = entry_of(self.model, before.model_dump() | typed, settings.organisation)
            changed = change_entry(store, self.kind, number, entry, actor, now)
        words = ", ".join(changed).replace("_", " ") or "nothing"
        output.show(f"{self._named(number)}: {words} changed.")
        extras.remark(entry, settings)

    def end(
        self,
        context: typer.Context,
        number: Number,
        reason: Annotated[str, typer.Option(help="Why, in a few words. Name no person.")],
    ) -> None:
        """The end of an entry, and what it leaves to do."""
        from monitor.store.people.registers import end_entry

        settings = output.settings(context)
        if not reason.strip():
            raise typer.BadParameter("is empty", param_hint="--reason")
        free_of_identifiers(reason, "--reason", settings.organisation)
        with _opened(settings, self.kind, self.model) as (store, actor, now):
            today = settings.organisation.day(now)
            due = end_entry(store, self.kind, number, actor, reason.strip(), now, today)
        output.show(f"{self._named(number)} has ended. It stays listed with --all.")
        for each in due:
            output.show(f"To do by {each.on:%d %b %Y}, the digest reminds: {output.plain(each.words)}")

    def _named(self, number: int) -> str:
        return f"{self.model.ENTRY.capitalize()} {number}"


@contextmanager
def _opened(
    settings: Settings, about: str, model: type[Entry] = OfficialAccount
) -> Iterator[tuple[Store, Actor, datetime]]:
    """The store, who asks and when. Raises AccessRefused."""
    from monitor.service import utc_now
    from monitor.store import open_store

    now = utc_now()
    with closing(open_store(settings.store)) as store:
        person = at_terminal(settings, store)
        with refusals_written(store, person, f"register:{about}", now):
            actor = person.in_lane(model.LANE)
        yield store, actor, now


def _looked(store: Store, actor: Actor, what: str, now: datetime) -> None:
    with store.transaction() as tx:
        tx.audit(actor, "register.viewed", what, now)


def _due(kept: Kept, settings: Settings, today: date) -> list[str]:
    """What is due of an entry today, in words."""
    added = settings.organisation.day(kept.added_at)
    if kept.ended_at is not None:
        return []
    return [f"{what} (since {on:%d %b %Y})" for on, what in kept.entry.due(added) if on <= today]


def _show_list(
    kind: str, model: type[Entry], kept: list[Kept], settings: Settings, now: datetime, *, as_json: bool
) -> None:
    today = settings.organisation.day(now)
    if as_json:
        output.print_json([_as_data(k, settings, today) for k in kept])
    elif kept:
        rows = (
            [str(k.number), k.entry.brief(), _standing(k), "; ".join(_due(k, settings, today))] for k in kept
        )
        output.table(("number", model.ENTRY, "state", "to do"), rows)
        extras.listed(kind, kept)
    else:
        output.say(f"No {model.ENTRY} is in the register: monitor registers {kind} add --help")


def _show_one(kept: Kept, settings: Settings, now: datetime, *, as_json: bool) -> None:
    today = settings.organisation.day(now)
    if as_json:
        output.print_json(_as_data(kept, settings, today))
        return
    output.show(f"{kept.entry.ENTRY.capitalize()} {kept.number}, {_standing(kept)}")
    for name, value in kept.entry.model_dump(mode="json").items():
        told = ", ".join(value) if isinstance(value, list) else value
        told = {True: "yes", False: "no", None: "not said", "": "none"}.get(told, told)
        output.show(f"  {name.replace('_', ' ')}: {output.plain(str(told))}")
    output.show(
        f"  entered: {kept.added_at.astimezone(settings.organisation.zone):%d %b %Y}, by {kept.added_by}"
    )
    for line in _due(kept, settings, today):
        output.show(f"  to do: {line}")


def _standing(kept: Kept) -> str:
    if kept.ended_at is None:
        return "live"
    return f"ended {kept.ended_at:%d %b %Y} by {kept.ended_by}: {kept.ended_why}"


def _as_data(kept: Kept, settings: Settings, today: date) -> dict[str, Any]:
    return {
        "register": kept.kind,
        "number": kept.number,
        **kept.entry.model_dump(mode="json"),
        "added_by": kept.added_by,
        "added_at": kept.added_at,
        "ended_at": kept.ended_at,
        "ended_by": kept.ended_by,
        "ended_why": kept.ended_why,
        "to_do": _due(kept, settings, today),
    }


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
