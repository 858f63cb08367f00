"""DuckDB: run one script in a database of its own."""

import json
import sys

import duckdb

from bench.clients.job import answer, now


def main() -> None:
    job = json.load(sys.stdin)
    with duckdb.connect(job["database"], config={"threads": job["threads"]}) as engine:
        for name, path in job["attached"].items():
            engine.execute(f"attach '{path}' as {name} (read_only)")
        ready = now()
        engine.execute(job["script"])
    answer(ready)


main()
