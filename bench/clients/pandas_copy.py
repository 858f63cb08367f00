"""pandas: read each file, write it as CSV in memory, COPY that."""

import io

import pandas
import psycopg

from bench.clients.job import answer, now, read_job


def main() -> None:
    job = read_job()
    with psycopg.connect(job.url, autocommit=True) as connection:
        ready = now()
        statement = (
            f"copy {job.table} ({', '.join(job.columns)}) from stdin (format csv)"
        )
        for path in job.files:
            frame = pandas.read_csv(path, sep="\t", dtype=str, quoting=3)
            text = io.StringIO()
            frame.to_csv(text, index=False, header=False)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write(text.getvalue())
    answer(ready)


main()
