r"""Profile loaded settlement files: one statement per layout, one pass over their rows.

What a file says of itself (settlement, period, declared total, sum of its lines) goes
to ops.settlement_profiles, one row per batch, with the faults found on the way in
`findings`: per fault a count, the first line and a sample. The suite judges these rows.

How one pass stays cheap: rows are grouped by what repeats (settlement, currency, store,
posting hour); a value that is in order adds nothing to the group key, an odd one is
itself a key. Then everything but amounts and the minutes of posting times is looked at
once per group, of which a settlement has some hundred, and not once per line. (A scan
before finds the header row; it costs a twentieth of the pass.)

Cost grows with the lines of the profiled batches only: each is read by the index on
`_file_id`. Profiling the same batch again gives the same row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from expectations.currencies import WITHOUT_MINOR_UNIT, quoted
from expectations.sql_values import amount, iso_text, moment

# The columns that hold money on a detail line, per layout.
AMOUNT_COLUMNS = {
    "raw.amazon_settlement_v2": ("amount",),
    "raw.amazon_settlement_v1": (
        "shipment_fee_amount",
        "order_fee_amount",
        "price_amount",
        "item_related_fee_amount",
        "misc_fee_amount",
        "other_fee_amount",
        "promotion_amount",
        "direct_payment_amount",
        "other_amount",
    ),
}
# When a line was posted, and whether that is written as days are (date_style) or as
# times are. V2 has the time in a column of its own; a line without it has the day.
_POSTED = {
    "raw.amazon_settlement_v2": (
        "coalesce(raw_row.posted_date_time, raw_row.posted_date)",
        "raw_row.posted_date_time is null",
    ),
    "raw.amazon_settlement_v1": ("raw_row.posted_date", "true"),
}
# How a time goes on after its hour, as Amazon writes it: `:08:14 UTC`.
_MINUTES = frozenset(f":{minute:02}" for minute in range(60))
_SECONDS = frozenset(
    minute + zone for minute in _MINUTES for zone in (" UTC", "Z", "+00:00", "")
)
_HEADER_COLUMNS = (
    "header_settlement_id, header_currency, total_amount, settlement_start_date,"
    " settlement_end_date, deposit_date, declared_total, start_at, end_at,"
    " deposit_at"
)

# Per finding: when a group shows it, and the text to show for it.
_FINDINGS = {
    "settlement_id_missing": ("settlement_id is null", "''"),
    "settlement_id_malformed": (
        r"settlement_id !~ '^\d{1,20} *$'",
        "settlement_id",
    ),
    "other_settlement": (
        "rtrim(settlement_id) <> header_settlement_id",
        "settlement_id",
    ),
    "other_currency": ("rtrim(currency) <> header_currency", "currency"),
    "total_malformed": (
        "is_header and declared_total is null",
        "total_amount",
    ),
    "start_malformed": (
        "is_header and start_at is null",
        "settlement_start_date",
    ),
    "end_malformed": ("is_header and end_at is null", "settlement_end_date"),
    "deposit_malformed": ("is_header and deposit_at is null", "deposit_date"),
    "amount_malformed": ("bad_amount is not null", "bad_amount"),
    "amount_missing": ("not is_header and not has_amount", "''"),
    "amount_on_header": ("is_header and has_amount", "''"),
    "fraction": ("fraction is not null", "fraction"),
    "posted_missing": (
        "not is_header and posted_hour is null and odd_posted is null",
        "''",
    ),
    "posted_malformed": (
        "coalesce(posted_hour, odd_posted) is not null and posted_at is null",
        "coalesce(odd_posted, posted_hour)",
    ),
    "quantity_malformed": (
        r"odd_quantity !~ '^-?\d{1,9} *$'",
        "odd_quantity",
    ),
}

_STATEMENT = Path(__file__).with_name("settlement_profile.sql")


def profile_settlements(connection: Connection[Any], batch_ids: Sequence[int]) -> None:
    """Write the profile of each of these loaded batches, in the caller's transaction.

    Batches whose raw table is not a settlement layout get none.
    """
    # The planner cannot know how few groups there are, and would sort all lines.
    connection.execute("set local enable_sort = off")
    for raw_table in AMOUNT_COLUMNS:
        connection.execute(
            _statement(raw_table),
            {"batch_ids": list(batch_ids), "raw_table": raw_table},
        )
    connection.execute("set local enable_sort to default")


def _statement(raw_table: str) -> sql.Composed:
    columns = AMOUNT_COLUMNS[raw_table]
    values = [f"value_{column}" for column in columns]
    posted, is_day_style = _POSTED[raw_table]
    parts = {
        "posted": posted,
        "is_day_style": is_day_style,
        "minutes": quoted(_MINUTES),
        "seconds": quoted(_SECONDS),
        "without_minor_unit": quoted(WITHOUT_MINOR_UNIT),
        "header_columns": _HEADER_COLUMNS,
        "delivered": ", ".join(f"raw_row.{column}" for column in columns),
        "delivered_names": ", ".join(columns),
        "values": ", ".join(
            f"{amount(f'raw_row.{column}', 'batch.decimal_style')} as value_{column}"
            for column in columns
        ),
        "sum_of_values": " + ".join(f"coalesce({value}, 0)" for value in values),
        "bad_amount": _first(
            f"case when {column} is not null and {value} is null then {column} end"
            for column, value in zip(columns, values, strict=True)
        ),
        "fraction": _first(
            f"case when {value} <> trunc({value}) then {column} end"
            for column, value in zip(columns, values, strict=True)
        ),
        "posted_iso": iso_text(
            "coalesce(oddities[1], posted_hour)",
            "case when is_day_style then date_style else timestamp_style end",
        ),
        "start_iso": iso_text("settlement_start_date", "timestamp_style"),
        "end_iso": iso_text("settlement_end_date", "timestamp_style"),
        "deposit_iso": iso_text("deposit_date", "timestamp_style"),
        "total": amount("total_amount", "decimal_style"),
        "posted_at": moment("posted_iso"),
        "start_at": moment("start_iso"),
        "end_at": moment("end_iso"),
        "deposit_at": moment("deposit_iso"),
        "faults": _faults(),
        "sample": _sample(),
        "extents": ", ".join(_extents()),
    }
    # All parts are texts of this package, none is data.
    return sql.SQL(_STATEMENT.read_text()).format(
        table=sql.Identifier(*raw_table.split(".")),
        **{name: sql.SQL(part) for name, part in parts.items()},
    )


def _first(expressions: Iterable[str]) -> str:
    return f"coalesce({', '.join(expressions)}, null)"


def _faults() -> str:
    """The names of all findings that a group shows, as an array."""
    names = ", ".join(
        f"case when {fault} then '{name}' end" for name, (fault, _) in _FINDINGS.items()
    )
    return f"array_remove(array[{names}], null)"


def _sample() -> str:
    """What a group shows of the finding `name`."""
    samples = " ".join(
        f"when '{name}' then {sample}" for name, (_, sample) in _FINDINGS.items()
    )
    return f"case name {samples} end"


def _extents() -> list[str]:
    """First and last posting time with their lines; the line of each header row."""
    header = """'header', jsonb_build_object(
        'line', min(first_line) filter (where is_header))"""
    first, last = (
        f"""'{name}', case when count(posted_at) > 0 then jsonb_build_object(
            'at', {pick}(posted_at),
            'line', (array_agg(first_line order by posted_at {order}, first_line)
                filter (where posted_at is not null))[1]
        ) end"""
        for name, pick, order in (
            ("posted_first", "min", "asc"),
            ("posted_last", "max", "desc"),
        )
    )
    second_header = """'second_header', case
        when sum(line_count) filter (where is_header) > 1 then jsonb_build_object(
            'count', sum(line_count) filter (where is_header),
            'line', max(last_header_line)
        ) end"""
    return [first, last, header, second_header]
