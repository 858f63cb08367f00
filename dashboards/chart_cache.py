"""The cache of chart data: fast, per user, and never older than the reports.

Each key carries the moment of the last publication. Once reports are published, no
older entry is found any more and every tile of a page speaks of the same books. Live
views (waiting files, last gate) change between publications: a minute is the longest
any answer is kept. Superset puts the signed-in user into each key
(CACHE_QUERY_BY_USER), so that one person's rows are never served to another.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from flask_caching.backends.filesystemcache import FileSystemCache
from sqlalchemy import create_engine

CHART_DATA_SECONDS = 60
_LOOK_SECONDS = 1.0  # a page of twenty tiles asks for the publication once
_STATEMENT = "select published_at::text from reports.data_status"


class PublishedCache(FileSystemCache):
    """Files in a folder, their keys tied to the last publication."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._warehouse = create_engine(
            os.environ["ACORN_SUPERSET_WAREHOUSE_URL"],
            pool_size=1,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "application_name": "superset cache"},
        )
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._publication = ""
        super().__init__(*args, **options)

    def _get_filename(self, key: str) -> str:
        if key != self._fs_count_file:  # the library's own count of files
            key = f"{self._last_publication()}/{key}"
        return str(super()._get_filename(key))

    def _last_publication(self) -> str:
        with self._lock:
            if time.monotonic() - self._looked_at > _LOOK_SECONDS:
                with self._warehouse.connect() as connection:
                    self._publication = str(connection.execute(_STATEMENT).scalar())
                self._looked_at = time.monotonic()
            return self._publication
