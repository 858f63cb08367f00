"""The cache of chart data: fast, per user, and never older than the reports.

Each key carries a publication: the last one when the request for the data came in.
What a request computes is kept under that one, even if reports are published while it
computes, so that no answer from older reports is ever found under a newer publication.
Within a second of a publication, new requests find none of the older answers. Tiles ask
one by one: those of one page may stand on both sides of a publication, until the page
is loaded anew.

Live views (waiting files, last gate) change between publications: a minute is the
longest any answer is kept. Superset puts the signed-in user into each key
(CACHE_QUERY_BY_USER), so that one person's rows are never served to another.
"""

from __future__ import annotations

import os
import threading
import time
from functools import cache

from flask import g, has_request_context
from flask_caching.backends.filesystemcache import FileSystemCache
from sqlalchemy import create_engine

CHART_DATA_SECONDS = 60
_LOOK_SECONDS = 1.0  # a page of twenty tiles asks for the publication once
_STATEMENT = "select published_at::text from reports.data_status"


class PublishedCache(FileSystemCache):
    """Files in a folder, their keys tied to a publication."""

    def _get_filename(self, key: str) -> str:
        if key != self._fs_count_file:  # the library's own count of files
            key = f"{publication_of_request()}/{key}"
        return str(super()._get_filename(key))


def publication_of_request() -> str:
    """The last publication when the request first asked; the same to its end.

    Chart data asks at its start (`dashboards/superset_config.py`): a forced refresh
    stores without looking anything up before.
    """
    if not has_request_context():
        return _warehouse().publication()
    if "acorn_publication" not in g:
        g.acorn_publication = _warehouse().publication()
    return str(g.acorn_publication)


class _Warehouse:
    """Looks up the last publication, at most once a second for all threads."""

    def __init__(self) -> None:
        self._engine = create_engine(
            os.environ["ACORN_SUPERSET_WAREHOUSE_URL"],
            pool_size=1,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "application_name": "superset cache"},
        )
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._publication = ""

    def publication(self) -> str:
        with self._lock:
            if time.monotonic() - self._looked_at > _LOOK_SECONDS:
                with self._engine.connect() as connection:
                    self._publication = str(connection.execute(_STATEMENT).scalar())
                self._looked_at = time.monotonic()
            return self._publication


@cache
def _warehouse() -> _Warehouse:
    return _Warehouse()
