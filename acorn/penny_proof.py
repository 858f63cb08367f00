"""The penny proof: every delivered cent stands in exactly one place, and is published.

It shares nothing with dbt or the gates: it reads the delivered text in `raw` with SQL
of its own, reads the rule table and the rates once more, and holds every amount against
the marts and the published reports. Any row a statement returns is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection

from acorn.proof_statements import STATEMENTS, bucket_statement
from deliver.content_hash import content_sha256
from extract.verify_archive import damaged_originals


@dataclass(frozen=True)
class SettlementProof:
    """One settlement: declared by Amazon, added up from raw, held by the mart."""

    settlement_id: str
    account_code: str
    currency_code: str
    line_count: int
    declared: Decimal
    raw_total: Decimal
    mart_total: Decimal

    @property
    def residual(self) -> Decimal:
        """The larger of the two differences from the declared total; 0 is proof."""
        return max(
            (self.raw_total - self.declared, self.mart_total - self.declared), key=abs
        )


@dataclass(frozen=True)
class Check:
    """One statement that must hold; `faults` counts where it does not."""

    statement: str
    faults: int
    example: str


def settlements(connection: Connection[Any]) -> list[SettlementProof]:
    """Each settlement with its three totals. Call `proof_tables.prepare` first."""
    rows = connection.execute(
        """
        with raw_totals as (
            select batch_id, count(*) as line_count, sum(amount) as total
            from proof_amounts group by batch_id
        ),
        mart_totals as (
            select batch_id, sum(amount) as total
            from marts.fct_settlement_lines group by batch_id
        )
        select header.settlement_id, header.account_code, header.currency_code,
            coalesce(raw_totals.line_count, 0), header.declared,
            coalesce(raw_totals.total, 0), coalesce(mart_totals.total, 0)
        from proof_headers as header
        left join raw_totals using (batch_id)
        left join mart_totals using (batch_id)
        order by header.account_code, header.currency_code, header.settlement_id
        """
    ).fetchall()
    return [SettlementProof(*row) for row in rows]


def checks(connection: Connection[Any]) -> list[Check]:
    """Every statement of the proof with the number of its faults and one of them."""
    buckets = connection.execute("select bucket from seeds.buckets order by 1")
    statements = [*STATEMENTS, bucket_statement([row[0] for row in buckets])]
    return [
        *(_check(connection, statement, sql) for statement, sql in statements),
        _unchanged_reports(connection),
        _whole_archive(connection),
    ]


def _unchanged_reports(connection: Connection[Any]) -> Check:
    published = connection.execute(
        """
        select report, content_sha256 from ops.publications
        where build_id = (select max(build_id) from ops.builds)
        """
    ).fetchall()
    changed = [
        report
        for report, sha256 in published
        if content_sha256(connection, *report.split(".")) != sha256
    ]
    return Check(
        "no report changed since it was published", len(changed), ", ".join(changed)
    )


def _whole_archive(connection: Connection[Any]) -> Check:
    damaged = damaged_originals(connection)
    return Check(
        "the archive holds every original as it was received",
        len(damaged),
        next(iter(damaged), ""),
    )


def _check(connection: Connection[Any], statement: str, sql: str) -> Check:
    counted = (
        f"select count(*) over () as faults, fault.* from ({sql}) as fault limit 1"  # noqa: S608, E501 - sql is one of the constants above
    )
    cursor = connection.execute(counted.encode())
    row = cursor.fetchone()
    if row is None:
        return Check(statement, 0, "")
    names = [column.name for column in cursor.description or ()]
    example = ", ".join(
        f"{name} {value}" for name, value in zip(names[1:], row[1:], strict=True)
    )
    return Check(statement, row[0], example)


def undecided_since_build(connection: Connection[Any]) -> int:
    """Batches accepted after the last build: not in the marts yet."""
    row = connection.execute(
        """
        select count(*) from ops.load_batches as batch
        where batch.status in ('accepted', 'released')
            and not exists (
                select 1 from ops.visible_batches as visible
                where visible.batch_id = batch.batch_id
            )
        """
    ).fetchone()
    return int(row[0]) if row else 0


def is_newest_build_published(connection: Connection[Any]) -> bool:
    """Whether marts and reports are of one build: the newest, built and published."""
    row = connection.execute(
        """
        select exists (
            select 1 from ops.publications
            where build_id = (select max(build_id) from ops.builds)
        )
        """
    ).fetchone()
    return bool(row and row[0])
