"""What a warehouse holds, in a form that two runs of the same work must share.

Marts and reports are compared with the product's own content hash (deliver/
content_hash.py), over views that say the same in terms which a fault may not change:

- ids of files and batches: a rolled back insert leaves a gap in their numbers, so a
  file stands as its SHA-256. `batch 12` and `file 12` inside texts lose their number,
  as does the batch in the key of a line.
- `known_at`, `as_of` and the days counted up to `as_of`: moments of this run's own
  decisions. They are left out of the hash; `rules.py` holds them against the ledger.

Everything else counts: every row and every other column, raw tables and verdicts too.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

from acorn.postgres import admin_connection
from config.warehouse import database_name
from deliver.content_hash import content_sha256

_SCHEMA = "chaos"
_OWN_MOMENTS = {"known_at", "as_of", "age_days"}
_FILE_OF_BATCH = (
    "(select file.sha256 from ops.load_batches as batch join ops.source_files as file"
    " using (file_id) where batch.batch_id = source.{})"
)
_SHA256 = "(select file.sha256 from ops.source_files as file where file_id = source.{})"
_ID_IN_TEXT = r"regexp_replace(source.{}, '\m(batch|file) \d+', '\1 #', 'g')"
_BY_NAME = {
    "batch_id": _FILE_OF_BATCH,
    "file_id": _SHA256,
    "source_file_id": _SHA256,
    "_file_id": _SHA256,
    # It begins with the batch.
    "settlement_line_key": r"regexp_replace(source.{}, '^\d+', '#')",
}
_LEDGER = r"""
    select
        file.sha256, file.byte_count, file.archive_path, file.original_name,
        file.source, file.authority, file.feed, file.account_code, file.region,
        file.marketplace_ids, file.report_id, file.encoding, file.decimal_style,
        file.timestamp_style, file.date_style, file.line_ending,
        batch.raw_table, batch.row_count, batch.content_sha256, batch.status,
        regexp_replace(batch.reason, '\m(batch|file) \d+', '\1 #', 'g') as reason,
        standing_file.sha256 as superseded_by,
        regexp_replace(alert.message_en, '\m(batch|file|release) \d+', '\1 #', 'g')
            as alert
    from ops.source_files as file
    join ops.load_batches as batch on batch.file_id = file.file_id
    left join ops.load_batches as standing on standing.batch_id = batch.superseded_by
    left join ops.source_files as standing_file
        on standing_file.file_id = standing.file_id
    left join ops.alerts as alert
        on alert.subject_key = 'batch ' || batch.batch_id and alert.resolved_at is null
"""


def books_hashes() -> dict[str, str]:
    """The hash of every mart and report."""
    return _hashes(("marts", "reports"))


def intake_hashes() -> dict[str, str]:
    """The hash of every raw table and of the ledger of files."""
    return _hashes(("raw",))


def rows_of(name: str) -> list[str]:
    """The rows behind a hash, as sorted text: evidence when two differ."""
    with _opened() as connection:
        view = _view(connection, *name.split("."))
        rows = connection.execute(
            sql.SQL("select cast(source.* as text) from {} as source").format(view)
        )
        return sorted(row[0] for row in rows)


def _hashes(schemas: tuple[str, ...]) -> dict[str, str]:
    with _opened() as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s)",
            [list(schemas)],
        ).fetchall()
        if "raw" in schemas:
            tables.append(("ops", "ledger"))
        hashes = {}
        for schema, table in sorted(tables):
            _view(connection, schema, table)
            hashes[f"{schema}.{table}"] = content_sha256(
                connection, _SCHEMA, f"{schema}_{table}"
            )
        return hashes


def _opened() -> Connection[Any]:
    connection = admin_connection(database_name())
    connection.execute("set timezone to 'UTC'")
    connection.execute(f"create schema if not exists {_SCHEMA}")
    return connection


def _view(connection: Connection[Any], schema: str, table: str) -> sql.Identifier:
    """A view of a table as it is compared; a temporary one could not be named."""
    name = sql.Identifier(_SCHEMA, f"{schema}_{table}")
    query = sql.SQL(_LEDGER) if schema == "ops" else _query(connection, schema, table)
    connection.execute(sql.SQL("drop view if exists {}").format(name))
    connection.execute(sql.SQL("create view {} as {}").format(name, query))
    return name


def _query(connection: Connection[Any], schema: str, table: str) -> sql.Composable:
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = %s and table_name = %s order by ordinal_position",
        [schema, table],
    ).fetchall()
    shown = []
    for column, data_type in columns:
        if column in _OWN_MOMENTS:
            continue
        form = _BY_NAME.get(column)
        if form is None:
            is_text = data_type == "text" and schema != "raw"
            form = _ID_IN_TEXT if is_text else "source.{}"
        name = sql.Identifier(column)
        shown.append(sql.SQL(form + " as {}").format(name, name))
    return sql.SQL("select {} from {} as source").format(
        sql.SQL(", ").join(shown), sql.Identifier(schema, table)
    )
