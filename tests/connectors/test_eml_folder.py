"""The folder of .eml files: what is read, when, and that nothing in it is touched."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import Context
from connectors.eml_folder import SETTLED, EmlFolder, EmlFolderOptions
from connectors.http import Http
from connectors.parts.mail.post import PER_PAGE
from monitor.errors import SourceRefused
from monitor.types import Page, SourceState
from tests.connectors.mails import letter, numbered

Clock = Callable[[], datetime]


def later() -> datetime:
    """The file system has a clock of its own: by this one everything written so far has settled."""
    return datetime.now(UTC) + 2 * SETTLED


def connector(folder: Path, now: Clock = later) -> EmlFolder:
    return EmlFolder(EmlFolderOptions(folder=folder), Context(source="drop", http=Http(now=now), now=now))


def poll(folder: Path, cursor: str | None = None, now: Clock = later) -> list[Page]:
    return list(connector(folder, now).pages(cursor, now() - timedelta(days=7)))


def put(folder: Path, *numbers: int) -> None:
    for number in numbers:
        (folder / f"mail {number}.eml").write_bytes(numbered(number))


def titles(pages: list[Page]) -> list[str]:
    return [post.title for page in pages for post in page.posts]


def test_files_are_read_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    put(tmp_path, *reversed(range(PER_PAGE + 5)))
    pages = poll(tmp_path)
    assert titles(pages) == [f"Concern {n}" for n in reversed(range(PER_PAGE + 5))]
    assert [len(page.posts) for page in pages] == [PER_PAGE, 5]
    assert all(page.cursor for page in pages)


def test_a_second_reading_gives_nothing_and_a_third_what_came_meanwhile(tmp_path: Path) -> None:
    put(tmp_path, 1)
    (first,) = poll(tmp_path)
    (second,) = poll(tmp_path, first.cursor)
    assert (second.posts, second.cursor) == ((), first.cursor)
    put(tmp_path, 2)
    assert titles(poll(tmp_path, second.cursor)) == ["Concern 2"]


def test_an_old_file_that_is_moved_in_is_new_here(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    put(tmp_path, 1)
    long_ago = datetime(2019, 1, 1, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "mail 1.eml", (long_ago, long_ago))
    (empty,) = poll(folder)
    (tmp_path / "mail 1.eml").rename(folder / "mail 1.eml")
    assert titles(poll(folder, empty.cursor)) == ["Concern 1"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mails=st.integers(0, 3 * PER_PAGE), after=st.integers(0, 3))
def test_a_reading_that_breaks_off_after_any_page_loses_and_doubles_nothing(
    tmp_path_factory: pytest.TempPathFactory, mails: int, after: int
) -> None:
    folder = tmp_path_factory.mktemp("drop")
    put(folder, *range(mails))
    pages = connector(folder).pages(None, later() - timedelta(days=7))
    begun = [page for page, _ in zip(pages, range(after), strict=False)]
    pages.close()
    rest = poll(folder, begun[-1].cursor if begun else None)
    assert titles([*begun, *rest]) == [f"Concern {n}" for n in range(mails)]


def test_a_file_that_is_still_being_written_waits_for_the_next_reading(tmp_path: Path) -> None:
    put(tmp_path, 1)
    (page,) = poll(tmp_path, now=lambda: datetime.now(UTC))
    assert page.posts == ()
    assert titles(poll(tmp_path, page.cursor)) == ["Concern 1"]


def test_only_files_that_are_mails_are_read_and_no_link_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    (folder / "inner").mkdir(parents=True)
    (folder / "folder.eml").mkdir()
    put(folder / "inner", 1)
    put(tmp_path, 2)
    (folder / "link.eml").symlink_to(tmp_path / "mail 2.eml")
    (folder / "notes.txt").write_bytes(numbered(3))
    os.mkfifo(folder / "pipe.eml")
    (folder / "REAL.EML").write_bytes(numbered(4))
    assert titles(poll(folder)) == ["Concern 4"]


def test_what_is_read_stays_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, 1)
    before = (tmp_path / "mail 1.eml").stat()
    poll(tmp_path)
    after = (tmp_path / "mail 1.eml").stat()
    assert (after.st_ctime_ns, after.st_mtime_ns, after.st_size) == (
        before.st_ctime_ns, before.st_mtime_ns, before.st_size,
    )  # fmt: skip


def test_the_same_mail_in_two_files_is_one_post(tmp_path: Path) -> None:
    for name in ("one.eml", "two.eml"):
        (tmp_path / name).write_bytes(numbered(1))
    assert len({post.key for page in poll(tmp_path) for post in page.posts}) == 1


def test_automatic_mails_are_passed(tmp_path: Path) -> None:
    (tmp_path / "away.eml").write_bytes(bytes(letter(Auto_Submitted="auto-replied")))
    (page,) = poll(tmp_path)
    assert page.posts == ()


def test_no_file_name_is_kept(tmp_path: Path) -> None:
    (tmp_path / "Complaint of Jane Doe.eml").write_bytes(b"")
    assert "Jane" not in repr(poll(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    put(tmp_path, 1)
    (tmp_path / "mail 1.eml").chmod(0)
    assert titles(poll(tmp_path)) == ["A mail that cannot be read"]


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_is_none_is_a_mistake_in_the_settings(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceRefused, match="check `folder`") as raised:
        poll(tmp_path / name)
    assert raised.value.state is SourceState.MISCONFIGURED


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"folder": "another", "changed": 1, "inode": 1}'])
def test_a_cursor_that_is_not_ours_is_none(tmp_path: Path, cursor: str) -> None:
    put(tmp_path, 1)
    assert titles(poll(tmp_path, cursor)) == ["Concern 1"]
