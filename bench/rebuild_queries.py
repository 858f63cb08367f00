"""What DuckDB is given, its script, and the results that must be equal."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from config.company import load_company
from config.home import CHECKOUT

_SEEDS = CHECKOUT / "dbt_project" / "seeds"
_SCRIPTS = Path(__file__).with_name("duckdb")


@dataclass(frozen=True)
class Source:
    """A table that DuckDB is given: its query, and which columns are whole numbers."""

    query: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One result, as each engine answers it; money as numeric with four decimals."""

    acorn: str
    duckdb: str


def _buckets() -> list[str]:
    with (_SEEDS / "finance" / "buckets.csv").open(newline="") as file:
        return [row["bucket"] for row in csv.DictReader(file)]


def duckdb_script() -> str:
    """bench/duckdb/*.sql with the company's settings and the seed's buckets."""
    company = load_company()
    buckets = _buckets()
    return "\n".join(
        path.read_text() for path in sorted(_SCRIPTS.glob("*.sql"))
    ).format(
        base_currency=company.base_currency,
        time_zone=company.time_zone,
        longest_gap_days=company.fx.longest_gap_days,
        seeds=_SEEDS,
        bucket_sums=",\n    ".join(
            f"coalesce(sum(case when bucket = '{bucket}' then {amount} end), 0)"
            f" as {prefix}{bucket}_amount"
            for bucket in buckets
            for prefix, amount in (("", "amount"), ("base_", "base_amount"))
        ),
        column_sums=",\n    ".join(
            f"sum({column}) as {column}" for column in _amount_columns()
        ),
        total=" + ".join(f"{bucket}_amount" for bucket in buckets),
        base_total=" + ".join(f"base_{bucket}_amount" for bucket in buckets),
    )


def _amount_columns() -> list[str]:
    return [
        f"{prefix}{bucket}_amount" for bucket in _buckets() for prefix in ("", "base_")
    ]


# As the loader left them, and of each batch what ops.visible_batches would say.
SOURCES = {
    "amazon_settlement_v2": Source(
        "select * from raw.amazon_settlement_v2", ("_file_id", "_line_number")
    ),
    "ecb_fx_rates": Source(
        "select * from raw.ecb_fx_rates", ("_file_id", "_line_number")
    ),
    "batches": Source(
        """
        select batch.batch_id, file.file_id, file.account_code, file.decimal_style,
            file.timestamp_style, file.date_style, batch.decided_at as known_at
        from ops.load_batches as batch
        inner join ops.source_files as file on file.file_id = batch.file_id
        where batch.status in ('accepted', 'released')
            and file.feed = 'amazon_settlement'
        """,
        ("batch_id", "file_id"),
    ),
}


def _compared() -> dict[str, Compared]:
    columns = _amount_columns()
    profit = "account_code, marketplace_code, month, sku, currency_code, " + ", ".join(
        f"cast({name} as bigint)" for name in ("units", "line_count")
    )
    amounts = ", ".join(f"cast({column} as numeric(18, 4))" for column in columns)
    settlements = (
        "settlement_id, account_code, marketplace_code, currency_code,"
        " cast(line_count as bigint), "
        + ", ".join(
            f"cast({name} as numeric(18, 4))"
            for name in (
                "declared_total_amount",
                "lines_total_amount",
                "base_lines_total_amount",
                "previous_reserve_amount",
                "current_reserve_amount",
            )
        )
    )
    totals = (
        "bucket, count(*), cast(sum(amount) as numeric(18, 4)),"
        " cast(sum(base_amount) as numeric(18, 4))"
    )
    return {
        "profit": Compared(
            f"select {profit}, {amounts} from marts.rpt_profit_by_sku_month",
            f"select {profit}, {amounts} from profit",
        ),
        "settlements": Compared(
            f"select {settlements} from marts.fct_settlements",
            f"select {settlements} from settlements",
        ),
        "buckets": Compared(
            f"select {totals} from marts.fct_settlement_lines group by bucket",
            f"select {totals} from settlement_lines group by bucket",
        ),
    }


COMPARED = _compared()
