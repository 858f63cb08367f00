"""Polars: read each file, write it through ADBC."""

import adbc_driver_postgresql.dbapi
import polars

from bench.clients.job import answer, now, read_job


def main() -> None:
    job = read_job()
    with adbc_driver_postgresql.dbapi.connect(job.url) as connection:
        ready = now()
        for path in job.files:
            frame = polars.read_csv(
                path, separator="\t", infer_schema=False, quote_char=None
            )
            frame.columns = job.columns
            frame.write_database(
                job.table, connection, engine="adbc", if_table_exists="append"
            )
            connection.commit()
    answer(ready)


main()
