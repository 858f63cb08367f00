"""What must hold in any warehouse and archive at rest, whatever happened before."""

from __future__ import annotations

from acorn.postgres import admin_connection
from config.home import archive_root
from config.warehouse import database_name
from extract.verify_archive import damaged_originals

# Each statement counts what breaks the rule.
_INTAKE = {
    "every file has one batch": """
        select count(*) from ops.source_files as file where 1 <> (
            select count(*) from ops.load_batches as batch
            where batch.file_id = file.file_id
        )
    """,
    "every batch is decided": """
        select count(*) from ops.load_batches where status in ('received', 'loaded')
    """,
    "every file was seen": """
        select count(*) from ops.source_files as file where not exists (
            select from ops.file_sightings as seen where seen.file_id = file.file_id
        )
    """,
    "the events of a batch lead to its status, one after the other": """
        with events as (
            select
                batch_id, from_status, to_status, event_id,
                lag(to_status) over (partition by batch_id order by event_id)
                    as status_before,
                max(event_id) over (partition by batch_id) as last_id
            from ops.batch_events
        )
        select count(*) from events
        join ops.load_batches as batch using (batch_id)
        where events.from_status is distinct from events.status_before
            or (events.event_id = last_id and events.to_status <> batch.status)
    """,
    "a quarantined batch has an open alert, and no other batch has": """
        select count(*) from ops.load_batches as batch
        where batch.decided_by = 'gate A' and (batch.status = 'quarantined') <> exists (
            select from ops.alerts as alert
            where alert.kind = 'quarantined_batch' and alert.resolved_at is null
                and alert.subject_key = 'batch ' || batch.batch_id
        )
    """,
    "every verdict has its results, once": """
        select count(*) from (
            select batch_id, check_name from ops.gate_results
            where gate = 'A' group by batch_id, check_name having count(*) > 1
        ) as doubled
    """,
}
_BOOKS = {
    "no build is left running": """
        select count(*) from ops.builds where status = 'running'
    """,
    "the newest build is published, each report once": """
        select count(*) from (
            select max(build_id) as build_id from ops.builds where status = 'built'
        ) as newest
        where 5 <> (
            select count(distinct report) from ops.publications
            where publications.build_id = newest.build_id
        ) or 5 <> (
            select count(*) from ops.publications
            where publications.build_id = newest.build_id
        )
    """,
    "lines are known since their batch was decided": """
        select count(*) from marts.fct_settlement_lines as line
        join ops.load_batches as batch using (batch_id)
        where line.known_at <> batch.decided_at
    """,
    "settlements are known since their batch was decided": """
        select count(*) from marts.fct_settlements as settlement
        join ops.load_batches as batch using (batch_id)
        where settlement.known_at <> batch.decided_at
    """,
    "reports are as of the newest decision": """
        select count(*) from reports.settlement_reconciliation
        where as_of <> (select max(decided_at) from ops.load_batches)
    """,
}


def broken_intake_rules() -> list[str]:
    """Rules on files, batches, raw rows and archive that do not hold."""
    return _broken(_INTAKE) + _broken_raw() + _broken_archive()


def broken_books_rules() -> list[str]:
    """Rules on builds, marts and reports that do not hold."""
    return _broken(_BOOKS)


def _broken(rules: dict[str, str]) -> list[str]:
    broken = []
    with admin_connection(database_name()) as connection:
        for rule, statement in rules.items():
            row = connection.execute(statement.encode()).fetchone()
            if row is None or row[0]:
                broken.append(f"{rule}: {row and row[0]} do not")
    return broken


def _broken_raw() -> list[str]:
    """Rows of raw tables that no batch accounts for, or of which some are lacking."""
    broken = []
    with admin_connection(database_name()) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'raw' order by 1"
        ).fetchall()
        for (table,) in tables:
            row = connection.execute(
                f"""
                with found as (
                    select _file_id as file_id, count(*) as rows,
                        count(distinct _line_number) as lines
                    from raw.{table} group by _file_id
                ), told as (
                    select file_id, row_count as rows from ops.load_batches
                    where raw_table = 'raw.{table}' and row_count > 0
                )
                select count(*) from found full join told using (file_id)
                where found.rows is distinct from told.rows or found.rows <> lines
                """
            ).fetchone()
            if row is None or row[0]:
                broken.append(f"raw.{table} has what its batches say: {row} do not")
    return broken


def _broken_archive() -> list[str]:
    with admin_connection(database_name()) as connection:
        broken = damaged_originals(connection)
        row = connection.execute("select count(*) from ops.source_files").fetchone()
    kept = [path for path in archive_root().glob("*/[!.]*") if path.is_file()]
    if row is None or len(kept) < row[0]:
        broken.append(f"the archive holds {len(kept)} files of {row}")
    return broken
