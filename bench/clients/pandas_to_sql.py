"""pandas: read each file, hand it to `to_sql`."""

import pandas
import sqlalchemy

from bench.clients.job import answer, now, read_job

_ROWS_AT_ONCE = 10_000


def main() -> None:
    job = read_job()
    url = job.url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sqlalchemy.create_engine(url)
    engine.connect().close()
    ready = now()
    for path in job.files:
        frame = pandas.read_csv(path, sep="\t", dtype=str, quoting=3)
        frame.columns = pandas.Index(job.columns)
        frame.to_sql(
            job.table, engine, if_exists="append", index=False, chunksize=_ROWS_AT_ONCE
        )
    answer(ready)


main()
