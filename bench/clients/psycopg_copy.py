"""psycopg: stream decoded files into COPY as they are, without any metadata."""

import psycopg

from bench.clients.job import answer, now, read_job

_BLOCK_BYTES = 256 * 1024


def main() -> None:
    job = read_job()
    with psycopg.connect(job.url, autocommit=True) as connection:
        ready = now()
        statement = (
            f"copy {job.table} ({', '.join(job.columns)}) from stdin"
            " (format text, header, null '')"
        )
        for path in job.files:
            with (
                open(path, "rb") as file,
                connection.cursor() as cursor,
                cursor.copy(statement) as copy,
            ):
                while block := file.read(_BLOCK_BYTES):
                    copy.write(block)
    answer(ready)


main()
