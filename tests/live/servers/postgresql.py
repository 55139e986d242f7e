"""PostgreSQL 15: a private cluster on 127.0.0.1 that gives a fresh database when asked."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
from pathlib import Path

import psycopg
from psycopg import sql

from tests.live.servers.process import Process, free_port, run, wait_until
from tests.live.servers.server import Server

PROGRAMS = Path("/usr/lib/postgresql/15/bin")

# A throw-away cluster needs no durability, and is ten times quicker without.
OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=32MB"
    " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
)


class PostgreSQL(Server):
    NAME = "postgresql"
    PACKAGES = ("postgresql-15",)

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self._numbers = itertools.count(1)

    @property
    def address(self) -> str:
        """The cluster's own database, for administration, as SQLAlchemy spells it."""
        return self._url("postgres")

    def launch(self) -> None:
        user = "postgres" if os.geteuid() == 0 else None  # initdb and postgres refuse to be root
        if user is not None:
            shutil.chown(self.folder, user, user)
        data = self.folder / "data"
        run(
            f"{PROGRAMS}/initdb -D {data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync",
            self.folder / "initdb.log",
            user=user,
        )
        # SIGQUIT is the immediate stop: nothing of this cluster is worth writing down.
        server = Process(
            f"{PROGRAMS}/postgres -D {data} -p {self.port} {OPTIONS}",
            log=self.folder / "server.log",
            user=user,
            stop_signal=signal.SIGQUIT,
        )
        self.run_daemon(server, [self.port])
        wait_until(self._answers, "PostgreSQL")

    def create_database(self, template: str = "template0") -> str:
        """A new database, empty or a copy of the database `template`; gives its URL."""
        name = f"trustwatch_{next(self._numbers)}"
        with self._connect() as connection:
            names = sql.Identifier(name), sql.Identifier(template)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self._url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database of `create_database`, whoever is still connected to it."""
        name = sql.Identifier(url.rpartition("/")[2])
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._url("postgres").replace("+psycopg", ""), autocommit=True)

    def _answers(self) -> bool:
        # The port opens a moment before the cluster takes sessions.
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True
