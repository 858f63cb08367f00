"""Content hashes of tables: whether two states hold the same rows, told in SQL.

Every row is hashed and the hashes are added up, so the answer does not depend on the
order of rows and needs no sorting; the number of rows is part of it. Nothing is left
out: ids of files and batches come from the ledger, which a replay keeps.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from psycopg import Connection, sql


def content_sha256(connection: Connection[Any], schema: str, table: str) -> str:
    """The hash of all rows of a table. The session's time zone must be UTC."""
    # Half of an MD5 as a number, twice: a sum of bigint is numeric and cannot overflow.
    row = connection.execute(
        sql.SQL(
            """
            select count(*), coalesce(sum(first_half), 0), coalesce(sum(last_half), 0)
            from (
                select
                    cast(cast('x' || left(digest, 15) as bit(60)) as bigint)
                        as first_half,
                    cast(cast('x' || right(digest, 15) as bit(60)) as bigint)
                        as last_half
                from (
                    select md5(cast(source.* as text)) as digest from {} as source
                ) as hashed
            ) as halved
            """
        ).format(sql.Identifier(schema, table))
    ).fetchone()
    assert row is not None  # an aggregate without group by answers one row
    return sha256(":".join(map(str, row)).encode()).hexdigest()


def mart_hashes(connection: Connection[Any]) -> dict[str, str]:
    """The hash of every mart and report that exists, by `schema.table`."""
    tables = connection.execute(
        """
        select schemaname, tablename from pg_tables
        where schemaname in ('marts', 'reports') order by schemaname, tablename
        """
    ).fetchall()
    return {
        f"{schema}.{table}": content_sha256(connection, schema, table)
        for schema, table in tables
    }
