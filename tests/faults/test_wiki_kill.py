"""kill -9 while a wiki is read: each edit is there once, with what became of it, as if nothing had been."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from monitor.checkpoints import POINTS
from tests.faults import wikitale
from tests.faults.forking import ForkServer
from tests.faults.forkserver import furnished
from tests.faults.recorder import Recorder
from tests.faults.wikilife import ANSWERED, ASKED, WikiLife
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.packages import unavailable
from tests.live.servers.postgresql import PostgreSQL

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

AT_ONCE = 2
READING = ("poll.", "judge.", "page.")
MOMENTS = (*(point for point in POINTS if point.startswith(READING)), ASKED, ANSWERED)
QUERIES = {
    "edits": "SELECT kind, CASE state WHEN 'edited' THEN 'live' ELSE state END, author, title, text, change, "
    "purged_for FROM mention",
    "sights": "SELECT o.source, o.recheck_id, m.url FROM occurrence o JOIN mention m ON m.id = o.mention_id",
    "findings": "SELECT f.rule_id, f.severity, f.reason, f.spans, m.url FROM finding f "
    "JOIN mention m ON m.id = f.mention_id",
    "cases": "SELECT c.lane, c.category, c.severity, c.status, f.rule_id, m.url FROM finding f "
    "JOIN mention m ON m.id = f.mention_id JOIN case_file c ON c.id = f.case_id",
    "lone cases": "SELECT category FROM case_file WHERE id NOT IN (SELECT case_id FROM finding)",
    "cursors": "SELECT name, cursor, note FROM source",
}
"""What must be the same after each life; none of it says when, or under which number.

Nor does any say whether an edit was given again when it had been put right, or then for the first time. The
source's state is not among it: of a reading that begins again at its end it is "nothing new".
"""

Rows = dict[str, Counter[str]]


@dataclass(frozen=True)
class Reading:
    """What a life has left, how often it passed each point, and how many seconds it took."""

    rows: Rows
    passed: Counter[str]
    seconds: float


class Readers:
    """Processes that live lives, each used by one thread at a time."""

    def __init__(self, servers: list[ForkServer], wiki: str, tables: Path) -> None:
        self._wiki, self._now, self._tables = wiki, datetime.now(UTC).isoformat(), tables
        self._idle: SimpleQueue[ForkServer] = SimpleQueue()
        for server in servers:
            self._idle.put(server)

    def life(self, folder: Path, **how: object) -> WikiLife:
        """A life to be lived in a new folder, in which there are tables with nothing in them."""
        return WikiLife(furnished(folder, self._tables), self._wiki, wikitale.PAGES, self._now, **how)  # type: ignore[arg-type]

    def live(self, life: WikiLife) -> int:
        """Live it; gives the exit status, negative for the signal that ended it."""
        server = self._idle.get()
        try:
            return server.live(asdict(life))
        finally:
            self._idle.put(server)

    def read(self, life: WikiLife) -> Reading:
        """Live it to its end."""
        began = time.monotonic()
        assert self.live(replace(life, point=None, after=None)) == 0
        passed = Counter(json.loads(Path(life.folder, "passed").read_text()))
        return Reading(rows_of(life), passed, time.monotonic() - began)


def rows_of(life: WikiLife) -> Rows:
    """What there is in a life's database."""
    engine = create_engine(life.url or f"sqlite:///{life.folder}/trustwatch.db")
    with closing(engine.connect()) as connection:
        rows = {
            name: Counter(map(_plain, connection.execute(text(query)))) for name, query in QUERIES.items()
        }
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
    return rows


def _plain(row: Iterable[object]) -> str:
    """A row as both databases give it: one has JSON as text, the other as what it means."""
    return json.dumps([_meaning(value) for value in row], sort_keys=True)


def _meaning(value: object) -> object:
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def differences(rows: Rows, whole: Rows) -> list[str]:
    """What is lost and what is too many, in sentences."""
    lost = [f"{name}: lost {row}" for name in whole for row in whole[name] - rows[name]]
    return lost + [f"{name}: too many {row}" for name in whole for row in rows[name] - whole[name]]


@pytest.fixture(scope="module")
def wiki() -> Iterator[MediaWiki]:
    """A wiki in which the whole tale has happened."""
    if obstacle := MediaWiki.obstacle():
        unavailable(obstacle)
    with MediaWiki() as server:
        wikitale.first_part(server)
        wikitale.second_part(server)
        yield server


@pytest.fixture(scope="module")
def readers(wiki: MediaWiki, tables: Path) -> Iterator[Readers]:
    with ExitStack() as stack:
        recorder = stack.enter_context(Recorder.opened(wiki.url))
        open_one = ForkServer.opened
        servers = [stack.enter_context(open_one("tests.faults.wikilife")) for _ in range(AT_ONCE)]
        yield Readers(servers, recorder.url, tables)


@pytest.fixture(scope="module")
def whole(readers: Readers, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """The reading that nothing disturbs."""
    return readers.read(readers.life(tmp_path_factory.mktemp("whole") / "state"))


def test_the_reading_that_nothing_disturbs_has_each_edit_of_the_tale_once(
    wiki: MediaWiki, whole: Reading
) -> None:
    """So that no comparison below is with a reading that went wrong as well."""
    sights = [row for row in whole.rows["sights"].elements() if "diff=" in row or "oldid=" in row]
    revisions = sum(len(revisions_of(wiki, title)) for title in wikitale.PAGES)
    assert len(sights) == len(set(sights)) == revisions
    assert wikitale.NUMBER not in str(whole.rows)
    assert any("NHS-001" in row for row in whole.rows["findings"])
    removals = [json.loads(row) for row in whole.rows["cases"] if "criticism" in row]
    assert len(removals) == 2, "one is put right in the same answer, one in the next poll"
    assert {severity for _, _, severity, *_ in removals} <= {"info", "low"}
    assert whole.rows["lone cases"] == Counter()


def revisions_of(wiki: MediaWiki, title: str) -> list[object]:
    """What anybody sees of a page's revisions."""
    found: list[object] = wiki.page(prop="revisions", titles=title, rvprop="ids", rvlimit="max")["revisions"]
    return found


@pytest.mark.parametrize("point", MOMENTS)
def test_killed_at_a_point_a_reading_loses_and_doubles_no_edit(
    point: str, readers: Readers, whole: Reading, tmp_path: Path
) -> None:
    passed = whole.passed[point]
    assert passed, "the reading does not come by"

    def die(nth: int) -> list[str]:
        life = readers.life(tmp_path / str(nth), point=point, nth=nth)
        assert readers.live(life) == -signal.SIGKILL, f"{point} was not passed {nth} times"
        return [f"{point} {nth}: {each}" for each in differences(readers.read(life).rows, whole.rows)]

    assert at_once(die, spread(passed, passed if point == "judge.rules" else 8)) == []


def test_killed_again_and_again_at_random_moments_it_loses_and_doubles_no_edit(
    readers: Readers, whole: Reading, tmp_path: Path
) -> None:
    """A life that is over before its alarm says how quick the machine is by now: others die sooner."""
    ends: Counter[int] = Counter()
    seconds = [whole.seconds]

    def die(seed: int) -> list[str]:
        chance, life = random.Random(seed), readers.life(tmp_path / str(seed))
        for turn in range(4):
            began = time.monotonic()
            end = readers.live(replace(life, after=chance.uniform(0.02, min(seconds) * 0.6)))
            if turn == 0 and end == 0:
                seconds.append(time.monotonic() - began)
            ends[end] += 1
        return [f"seed {seed}: {each}" for each in differences(readers.read(life).rows, whole.rows)]

    assert at_once(die, range(10)) == []
    assert set(ends) <= {0, -signal.SIGALRM}
    assert ends[-signal.SIGALRM] >= 10, "most kills came too late to mean anything"


def test_killed_at_a_point_on_postgresql_it_loses_and_doubles_no_edit(
    readers: Readers, whole: Reading, postgresql: PostgreSQL, migrated: str, tmp_path: Path
) -> None:
    """Each point once: what differs from SQLite is the database, not the point."""

    def die(number: int) -> list[str]:
        url = make_url(postgresql.create_database(migrated)).set(drivername="postgresql+psycopg")
        address = url.render_as_string(hide_password=False)
        point = MOMENTS[number]
        middle = whole.passed[point] // 2 + 1
        life = readers.life(tmp_path / str(number), url=address, point=point, nth=middle)
        assert readers.live(life) == -signal.SIGKILL
        found = differences(readers.read(life).rows, whole.rows)
        postgresql.drop_database(address)
        return [f"{point}: {each}" for each in found]

    assert at_once(die, range(len(MOMENTS))) == []


def test_a_cursor_that_is_saved_before_its_page_is_found_out(
    readers: Readers, whole: Reading, tmp_path: Path
) -> None:
    """The comparison can fail: with this mistake built in the edits of a page are lost."""
    life = readers.life(tmp_path / "broken", fault="cursor first", point="page.mentions", nth=1)
    assert readers.live(life) == -signal.SIGKILL
    assert any(each.startswith("edits: lost") for each in differences(readers.read(life).rows, whole.rows))


def at_once(work: Callable[[int], list[str]], numbers: Iterable[int]) -> list[str]:
    """What the work on all numbers found wrong."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wrong for found in pool.map(work, numbers) for wrong in found]


def spread(last: int, count: int) -> list[int]:
    """As many as `count` numbers from 1 to `last`, both among them."""
    steps = max(min(count, last) - 1, 1)
    return sorted({1 + (last - 1) * step // steps for step in range(steps + 1)})
