"""Publish reports: what gate B let through becomes what everybody reads.

All reports change in one transaction, and only rows that differ are touched: readers
never wait and never see half of a publication. The same build published again changes
nothing. What was published when, with row counts and hashes, is in ops.publications.

Data flow: marts.rpt_* -> reports.*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from deliver.build_lock import marts_of
from deliver.content_hash import content_sha256


class PublicationRefused(Exception):
    """The build is not whole, or gate B did not let it through."""


@dataclass(frozen=True)
class Publication:
    """One report as it stands after publishing."""

    report: str  # reports.profit_by_sku_month, ...
    row_count: int
    content_sha256: str


@dataclass(frozen=True)
class _Report:
    """A table of the schema reports: it has the shape of `marts.rpt_<name>`."""

    name: str
    key: tuple[str, ...]

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier("reports", self.name)

    @property
    def candidate(self) -> sql.Identifier:
        return sql.Identifier("marts", f"rpt_{self.name}")


_REPORTS = (
    _Report(
        "profit_by_sku_month",
        ("account_code", "marketplace_code", "month", "sku", "currency_code"),
    ),
    _Report(
        "profit_by_bucket",
        (
            *("account_code", "marketplace_code", "month", "sku", "currency_code"),
            "bucket",
        ),
    ),
    _Report("settlement_reconciliation", ("account_code", "subject")),
    _Report("unmapped_skus", ("account_code", "marketplace_code", "sku")),
    _Report(
        "unclassified_lines",
        (
            *("account_code", "marketplace_code", "currency_code"),
            *("transaction_type", "amount_type", "amount_description"),
        ),
    ),
)


def publish_reports(build_id: int) -> list[Publication]:
    """Publish the reports of a build that passed gate B; asking twice is harmless.

    Raises:
        BuildReplaced: it is not the newest build.
        PublicationRefused: it failed, still runs, or gate B did not let it through.
        BuildBusy: another build is at work and does not end.
    """
    with marts_of(build_id) as connection, connection.transaction():
        _require_built(connection, build_id)
        _require_passed(connection, build_id)
        return [_publish(connection, report, build_id) for report in _REPORTS]


def _require_built(connection: Connection[Any], build_id: int) -> None:
    row = connection.execute(
        "select status from ops.builds where build_id = %s", [build_id]
    ).fetchone()
    status = row[0] if row else "unknown"
    if status != "built":
        raise PublicationRefused(
            f"Build {build_id} is {status}. Only a build that is built is published."
        )


def _require_passed(connection: Connection[Any], build_id: int) -> None:
    """Each critical check of gate B held when it was last run on this build."""
    row = connection.execute(
        """
        select bool_and(is_success) from (
            select is_success, row_number() over (
                partition by check_name order by gate_result_id desc
            ) as age
            from ops.gate_results
            where gate = 'B' and run_id = %s and batch_id is null
                and severity = 'critical'
        ) as latest
        where age = 1
        """,
        [f"build-{build_id}"],
    ).fetchone()
    if row is None or row[0] is not True:
        raise PublicationRefused(
            f"Gate B has not let build {build_id} through: the reports stay as they "
            f"are. `acorn build` runs the gate and says what does not tie."
        )


def _publish(
    connection: Connection[Any], report: _Report, build_id: int
) -> Publication:
    if not _has_shape_of_candidate(connection, report):
        _create(connection, report)
    _take_over_changes(connection, report)
    row = connection.execute(
        sql.SQL("select count(*) from {}").format(report.table)
    ).fetchone()
    assert row is not None  # count(*) answers one row
    publication = Publication(
        report=f"reports.{report.name}",
        row_count=row[0],
        content_sha256=content_sha256(connection, "reports", report.name),
    )
    _record(connection, publication, build_id)
    return publication


def _has_shape_of_candidate(connection: Connection[Any], report: _Report) -> bool:
    """Whether the report exists with the columns, types and order of its model."""
    row = connection.execute(
        """
        with shapes as (
            select
                table_schema,
                array_agg(
                    concat_ws(
                        ' ', column_name, data_type, numeric_precision, numeric_scale,
                        is_nullable
                    )
                    order by ordinal_position
                ) as columns
            from information_schema.columns
            where (table_schema, table_name) in (('reports', %s), ('marts', %s))
            group by table_schema
        )
        select count(*) = 2 and count(distinct columns) = 1 from shapes
        """,
        [report.name, f"rpt_{report.name}"],
    ).fetchone()
    return bool(row and row[0])


def _create(connection: Connection[Any], report: _Report) -> None:
    """Make the table anew; within the transaction, so readers keep the old one."""
    key = sql.SQL(", ").join(map(sql.Identifier, report.key))
    connection.execute(sql.SQL("drop table if exists {}").format(report.table))
    connection.execute(
        sql.SQL(
            "create table {} (like {} including comments, primary key ({}))"
        ).format(report.table, report.candidate, key)
    )
    described = connection.execute(
        "select obj_description(cast(%s as regclass))", [f"marts.rpt_{report.name}"]
    ).fetchone()
    connection.execute(  # `like` takes over the comments of columns only
        sql.SQL("comment on table {} is {}").format(
            report.table, sql.Literal(described[0] if described else None)
        )
    )
    # Readers only after the policy that shows each person their own stores.
    connection.execute("select ops.protect_report(%s)", [report.name])


def _take_over_changes(connection: Connection[Any], report: _Report) -> None:
    same_key = sql.SQL(" and ").join(
        sql.SQL("candidate.{0} = published.{0}").format(sql.Identifier(column))
        for column in report.key
    )
    names = {
        "published": report.table,
        "candidate": report.candidate,
        "same_key": same_key,
    }
    connection.execute(
        sql.SQL(
            """
            delete from {published} as published
            where not exists (
                select from {candidate} as candidate
                where {same_key}
                    and row(candidate.*) is not distinct from row(published.*)
            )
            """
        ).format(**names)
    )
    connection.execute(
        sql.SQL(
            """
            insert into {published}
            select candidate.* from {candidate} as candidate
            where not exists (select from {published} as published where {same_key})
            """
        ).format(**names)
    )


def _record(
    connection: Connection[Any], publication: Publication, build_id: int
) -> None:
    connection.execute(
        """
        insert into ops.publications (
            build_id, report, row_count, content_sha256, as_of
        )
        select
            build_id, %(report)s, cast(%(rows)s as bigint),
            cast(%(sha256)s as text), as_of
        from ops.builds
        where build_id = %(build_id)s
            and not exists (
                select from ops.publications as known
                where known.build_id = %(build_id)s and known.report = %(report)s
            )
        """,
        {
            "build_id": build_id,
            "report": publication.report,
            "rows": publication.row_count,
            "sha256": publication.content_sha256,
        },
    )
