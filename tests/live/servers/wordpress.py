"""WordPress: a local paper's site with posts, comments and feeds, written to by its REST API."""

from __future__ import annotations

import base64
import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.live.servers.courier import COMMENTS, POSTS
from tests.live.servers.mariadb import MariaDB
from tests.live.servers.php import web_server
from tests.live.servers.process import run, tail
from tests.live.servers.server import SETTINGS, WebServer

THEME = "twentytwentythree"


class WordPress(WebServer):
    """ "The Vale Courier", an invented paper, with the posts and comments of `courier`."""

    NAME = "wordpress"
    PACKAGES = (
        "wordpress",
        f"wordpress-theme-{THEME}",
        "php-cli",
        "php-mysql",
        "php-mbstring",
        "php-xml",
        *MariaDB.PACKAGES,
    )

    def __init__(self) -> None:
        super().__init__()
        self._database = MariaDB()

    @property
    def feed(self) -> str:
        """RSS 2.0 of the newest 20 posts, whole texts."""
        return f"{self.url}/feed/"

    @property
    def comments_feed(self) -> str:
        return f"{self.url}/comments/feed/"

    @property
    def rest(self) -> str:
        """The REST API, readable by anybody as far as it shows what is published."""
        return f"{self.url}/wp-json/wp/v2"

    def launch(self) -> None:
        self._database.start()
        site = self._copy_site()
        environment = {"DATABASE_PORT": str(self._database.port), "SITE_URL": self.url}
        self._key = self._install(site, environment)
        router, log = SETTINGS / "wordpress_router.php", self.folder / "server.log"
        self.run_daemon(web_server(self.port, site, router, log, environment), [self.port])
        self._seed()

    def stop(self, *, keep: bool = False) -> None:
        super().stop(keep=keep)
        self._database.stop(keep=keep)

    def post(self, title: str, body: str, date: datetime) -> dict[str, Any]:
        """Publish a post dated `date` (aware) with `body` as HTML; gives what the REST API answers.

        WordPress says of a new post that it was last modified at its date, be that years ago.
        """
        fields = {"title": title, "content": body, "status": "publish", "date_gmt": gmt(date)}
        return self._call("POST", "posts", fields)

    def draft(self, title: str, body: str) -> dict[str, Any]:
        """Write a post that only its editors may see."""
        return self._call("POST", "posts", {"title": title, "content": body, "status": "draft"})

    def edit(self, post: int, **fields: str) -> dict[str, Any]:
        """Change fields of a post, by their names in the REST API."""
        return self._call("POST", f"posts/{post}", fields)

    def delete(self, post: int) -> None:
        """Remove a post for good, not into the bin."""
        self._call("DELETE", f"posts/{post}?force=true")

    def comment(self, post: int, author: str, body: str, date: datetime) -> dict[str, Any]:
        """Publish a reader's comment on a post."""
        fields = {"post": post, "author_name": author, "content": body, "date_gmt": gmt(date)}
        fields |= {"author_email": "reader@courier.test", "status": "approve"}
        return self._call("POST", "comments", fields)

    def _copy_site(self) -> Path:
        # WordPress finds its settings beside its own files, so it needs a copy of them.
        site, log = self.folder / "site", self.folder / "copy.log"
        run(f"cp -aL /usr/share/wordpress {site}", log)
        run(f"cp -aL /var/lib/wordpress/wp-content/themes/{THEME} {site}/wp-content/themes", log)
        run(f"cp {SETTINGS}/wp-config.php {site}", log)
        return site

    def _install(self, site: Path, environment: dict[str, str]) -> str:
        """Gives the key to the REST API, as HTTP's basic authentication wants it."""
        log = self.folder / "install.log"
        run(f"php {SETTINGS}/wordpress_install.php", log, cwd=site, env=environment)
        return base64.b64encode(f"editor:{tail(log, lines=1)}".encode()).decode()

    def _call(self, method: str, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.rest}/{path}",
            method=method,
            data=None if fields is None else json.dumps(fields).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Basic {self._key}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            result: dict[str, Any] = json.load(answer)
        return result

    def _seed(self) -> None:
        now = datetime.now(UTC)
        self.posts = {
            slug: self.post(title, body, now - timedelta(hours=age)) for slug, age, title, body in POSTS
        }
        for slug, age, author, body in COMMENTS:
            self.comment(self.posts[slug]["id"], author, body, now - timedelta(hours=age))


def gmt(moment: datetime) -> str:
    """UTC without an offset, as the REST API's `date_gmt` wants it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
