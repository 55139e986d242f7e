"""kill -9 at each named point in twenty installations: they end as if nothing had been."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy.engine import make_url

from monitor.checkpoints import POINTS
from tests.faults.forking import ROOT
from tests.faults.forkserver import Lab, Whole, furnished
from tests.faults.history import History, complaints
from tests.faults.life import Life
from tests.live.servers.postgresql import PostgreSQL

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

SEEDS = range(20)
AT_ONCE = 3
AFTER_ACCEPTANCE = {"mail.accepted", "mail.marking"}
"""Between the server's yes and our note of it: only there may a mail leave twice, and there it does."""

Wholes = dict[int, Whole]


class Labs:
    """Several labs, each used by one thread at a time."""

    def __init__(self, labs: list[Lab]) -> None:
        self._idle: SimpleQueue[Lab] = SimpleQueue()
        for lab in labs:
            self._idle.put(lab)

    def each(self, work: Callable[[Lab, int], list[str]], seeds: range) -> list[str]:
        """What all seeds' work found wrong."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [
                wrong for found in pool.map(lambda seed: self._with_one(work, seed), seeds) for wrong in found
            ]

    def _with_one(self, work: Callable[[Lab, int], list[str]], seed: int) -> list[str]:
        lab = self._idle.get()
        try:
            return work(lab, seed)
        finally:
            self._idle.put(lab)


@pytest.fixture(scope="module")
def labs() -> Iterator[Labs]:
    with ExitStack() as stack:
        yield Labs([stack.enter_context(Lab.opened()) for _ in range(AT_ONCE)])


@pytest.fixture(scope="module")
def undisturbed(labs: Labs, tmp_path_factory: pytest.TempPathFactory) -> Wholes:
    """Each seed's life as it is when nothing happens, and how often it passes each point."""
    folder, found = tmp_path_factory.mktemp("undisturbed"), {}

    def live(lab: Lab, seed: int) -> list[str]:
        life = Life(seed, furnished(folder / str(seed), None), 0)
        found[seed] = lab.undisturbed(life)
        return _unlike_its_plan(found[seed].history, life)

    assert labs.each(live, SEEDS) == []
    return found


def _unlike_its_plan(history: History, life: Life) -> list[str]:
    """What the plan says that there must be: so that no comparison is with a life that went wrong as well."""
    told, purged = life.plan.told, history.rows["posts"]["", "", "retention"]
    stories = {str(title) for title, *_ in history.rows["posts"]} - {""}
    confidential = {title for title, kind in told.items() if kind == "number"}
    found = Counter(str(title) for _, title in history.rows["findings"].elements())
    return [
        *(f"a post that nobody wrote: {title}" for title in stories - told.keys()),
        *([] if len(stories) + purged == len(told) else ["a post is lost"]),
        *([] if found == Counter(confidential) else ["a finding is lost or doubled"]),
        *(f"{each} are missing" for each in ("notices", "escalations", "bounces") if not history.count(each)),
        *complaints(history, history),
    ]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_nothing_is_lost_and_nothing_doubled(
    point: str, labs: Labs, undisturbed: Wholes, tmp_path: Path
) -> None:
    def live(lab: Lab, seed: int) -> list[str]:
        whole = undisturbed[seed]
        folder = furnished(tmp_path / str(seed), None)
        life = Life(seed, folder, 0, point=point, nth=1 + seed % whole.passed[point])
        return _judged(lab.interrupted(life, whole), whole.history, life)

    assert labs.each(live, SEEDS) == []


def test_killed_at_a_point_postgresql_loses_and_doubles_nothing(
    labs: Labs, undisturbed: Wholes, postgresql: PostgreSQL, migrated: str, tmp_path: Path
) -> None:
    """Each point in another installation: what differs from SQLite is the database, not the point."""
    points = list(POINTS)

    def live(lab: Lab, number: int) -> list[str]:
        point, seed = points[number], number % len(SEEDS)
        whole = undisturbed[seed]
        url = postgresql.create_database("template0" if point.startswith("migration") else migrated)
        url = make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        folder = furnished(tmp_path / str(number), None)
        life = Life(seed, folder, 0, url=url, point=point, nth=1 + seed % whole.passed[point])
        found = _judged(lab.interrupted(life), whole.history, life)
        postgresql.drop_database(url)
        return found

    assert labs.each(live, range(len(points))) == []


def _judged(history: History, whole: History, life: Life) -> list[str]:
    again = life.point in AFTER_ACCEPTANCE
    found = complaints(history, whole, repeats=again)
    if again and not found and len(history.mails) != len(whole.mails) + 1:
        found = ["the mail that was accepted did not come again: was the process killed there?"]
    return [f"seed {life.seed}, passing {life.nth} of {life.point}: {each}" for each in found]


@pytest.mark.parametrize(
    ("mistake", "point", "nth", "said"),
    [
        ("marks first", "mail.before_connect", 2, "never left"),
        ("never again", "mail.before_data", 1, "never left"),
        ("another Message-ID", "mail.accepted", 1, "the ledger does not know"),
        ("cursor first", "page.mentions", 1, "posts: lost"),
        ("items later", "digest.made", 5, "tells other news"),
        ("notices later", "urgent.told", 1, "told twice"),
        ("bounces each time", "bounce.accounted", 1, "bounces: too many"),
    ],
)
def test_a_loop_that_is_broken_on_purpose_is_found_out(
    mistake: str,
    point: str,
    nth: int,
    said: str,
    labs: Labs,
    undisturbed: Wholes,
    tables: Path,
    tmp_path: Path,
) -> None:
    """The checks above can fail: each of these mistakes is built in, and has to be complained of."""

    def live(lab: Lab, seed: int) -> list[str]:
        folder = furnished(tmp_path / str(seed), tables)
        life = Life(seed, folder, 0, point=point, nth=nth, fault=mistake)
        return complaints(lab.interrupted(life), undisturbed[seed].history, repeats=1)

    assert any(said in each for each in labs.each(live, range(4)))


def test_every_point_stands_in_the_code_once_and_in_the_table() -> None:
    code = "".join(
        file.read_text("utf-8") for name in ("monitor", "alerts") for file in (ROOT / name).rglob("*.py")
    )
    assert sorted(re.findall(r'checkpoint\("([^"]+)"\)', code)) == sorted(POINTS)
