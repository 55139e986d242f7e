"""MariaDB: the database that WordPress keeps its posts in."""

from __future__ import annotations

import os
import shutil

from tests.live.servers.process import Process, free_port, run
from tests.live.servers.server import Server


class MariaDB(Server):
    """Holds one empty database, `wordpress`; the user `root` has no password on this throw-away server."""

    NAME = "mariadb"
    PACKAGES = ("mariadb-server",)

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def launch(self) -> None:
        user = "mysql" if os.geteuid() == 0 else None  # it refuses to be root
        if user is not None:
            shutil.chown(self.folder, user, user)
        first = self.folder / "first.sql"
        first.write_text("CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4;\n")
        place = f"--no-defaults --datadir={self.folder}/data --tmpdir={self.folder}"
        run(
            f"mariadb-install-db {place} --auth-root-authentication-method=normal --skip-test-db",
            self.folder / "install.log",
            user=user,
        )
        server = Process(
            f"/usr/sbin/mariadbd {place} --bind-address=127.0.0.1 --port={self.port}"
            f" --socket={self.folder}/socket --pid-file={self.folder}/pid --init-file={first}"
            " --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M",
            log=self.folder / "server.log",
            user=user,
        )
        self.run_daemon(server, [self.port])
