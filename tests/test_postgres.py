"""Each test's database is its own, on both kinds of store."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_database_is_empty_when_a_test_gets_it(database_url: str, turn: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE visitor (turn text)"))
        connection.execute(sa.text("INSERT INTO visitor VALUES (:turn)"), {"turn": turn})
        assert connection.scalars(sa.text("SELECT turn FROM visitor")).all() == [turn]
    engine.dispose()
