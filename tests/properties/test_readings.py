"""Numbers and dates: Python, gate A and the models read the same, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from expectations.sql_values import amount, iso_text, moment
from extract.formats.dates import parse_timestamp
from extract.formats.numbers import parse_amount
from tests.properties.search import search
from tests.properties.settlements import SEPARATORS, written_amounts

pytestmark = pytest.mark.integration
ZONES = ["", " UTC", "+00:00", "-0730", "Z", " PDT", " JST", " CEST", "+05", " XYZ"]
# What a hurried hand or a broken file puts in place of a sign.
ODD_SIGNS = "0123456789,./-+: \u00a0\u202f\u2212'Tenan"


@dataclass
class Reader:
    """Reads texts as gate A does, and as the staging model does."""

    connection: Connection[Any]
    staging: str  # the model's SQL over the tables `given_rows` and `given_batches`

    def both(
        self, numbers: list[tuple[str, str]], times: list[tuple[str, str]]
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """What gate A reads of each (style, text); what staging reads of the former.

        Numbers and times come in pairs of one row. Staging sees only rows that gate A
        reads, as in life.
        """
        with self.connection.transaction(force_rollback=True):
            self._fill(numbers, times)
            gate = self.connection.execute(
                f"""
                select {amount("row.amount", "batch.decimal_style")},
                    {moment(iso_text("row.posted_date_time", "batch.timestamp_style"))}
                from given_rows as row
                inner join given_batches as batch on batch.file_id = row._file_id
                order by row._file_id
                """.encode()
            ).fetchall()
            readable = [n for n, values in enumerate(gate) if None not in values]
            self.connection.execute(
                "delete from given_rows where not _file_id = any(%s)", [readable]
            )
            staged = self.connection.execute(
                "select source_file_id, amount, posted_at"
                f" from ({self.staging}) as lines".encode()
            ).fetchall()
        return [n for n, _ in gate], [t for _, t in gate], sorted(staged)

    def _fill(
        self, numbers: list[tuple[str, str]], times: list[tuple[str, str]]
    ) -> None:
        with self.connection.cursor() as cursor:
            for n, ((number_style, number), (time_style, time)) in enumerate(
                zip(numbers, times, strict=True)
            ):
                cursor.execute(
                    "insert into given_rows (_file_id, _line_number, amount,"
                    " posted_date_time) values (%s, 3, %s, %s)",
                    [n, number, time],
                )
                cursor.execute(
                    "insert into given_batches (batch_id, file_id, feed, raw_table,"
                    " decimal_style, timestamp_style, known_at)"
                    " values (%s, %s, 'amazon_settlement', '', %s, %s, now())",
                    [n, n, number_style, time_style],
                )


@pytest.fixture(scope="module")
def reader(shared_warehouse, compiled_models) -> Iterator[Reader]:
    staging = compiled_models["stg_amazon__settlement_lines_v2"]
    staging = re.sub(r'"\w+"\."raw"\."amazon_settlement_v2"', "given_rows", staging)
    staging = re.sub(r'"\w+"\."ops"\."visible_batches"', "given_batches", staging)
    with shared_warehouse.connect("transformer") as connection:
        for name, like in (
            ("given_rows", "raw.amazon_settlement_v2"),
            ("given_batches", "ops.visible_batches"),
        ):
            connection.execute(f"create temp table {name} (like {like})".encode())
        yield Reader(connection, staging)


@st.composite
def numbers(draw: Any) -> tuple[str, str]:
    """A style, and a text that may be a number in it, or nearly one."""
    style, own = (draw(st.sampled_from(["point", "comma"])) for _ in range(2))
    text, _ = draw(written_amounts(own))
    return style, draw(_disturbed(text))


@st.composite
def times(draw: Any) -> tuple[str, str]:
    """A style, and a text that may be an instant in it, or nearly one."""
    style, own = (draw(st.sampled_from(sorted(SEPARATORS))) for _ in range(2))
    instant = datetime(2024, 2, 27, tzinfo=UTC) + timedelta(
        seconds=draw(st.integers(0, 3 * 10**8))
    )
    written = draw(
        st.sampled_from(
            [" %H:%M:%S", "T%H:%M:%S", " %H:%M", "", " %-H:%M", " %-I:%M:%S %p"]
        )
    )
    zone = draw(st.sampled_from(ZONES)) if written else ""
    day = SEPARATORS[own]
    if draw(st.booleans()):
        day = day.replace("%d", "%-d").replace("%m", "%-m")
    if draw(st.booleans()) and own not in ("iso", "ymd_slash"):
        day = day.replace("%Y", "%y")
    text = f"{instant:{day}{written}}{zone}"
    return style, draw(_disturbed(text))


@st.composite
def _disturbed(draw: Any, text: str) -> str:
    if draw(st.integers(0, 2)):
        return text
    at = draw(st.integers(0, len(text)))
    until = draw(st.integers(at, min(len(text), at + 2)))
    return (
        text[:at] + draw(st.text(st.sampled_from(ODD_SIGNS), max_size=2)) + text[until:]
    )


@pytest.mark.parametrize(
    ("style", "text", "instant"),
    [
        ("mdy_slash", "1/5/26 3:04:05 AM PST", "2026-01-05 11:04:05"),
        ("mdy_slash", "1/15/2026 12:04:05 PM UTC", "2026-01-15 12:04:05"),
        ("mdy_slash", "01/05/2026 12:04:05 AM", "2026-01-05 00:04:05"),
        ("dmy_dot", "5.1.2026 3:04", "2026-01-05 03:04:00"),
        ("dmy_dash", "05-01-26", "2026-01-05 00:00:00"),
        ("dmy_slash", "5/1/26 03:04:05.5-07:00", "2026-01-05 10:04:05.5"),
        ("mdy_slash", "1/15/2026", "2026-01-15 00:00:00"),
        ("ymd_slash", "2026/1/5 3:04:05 JST", "2026-01-04 18:04:05"),
        ("mdy_slash", "1/5/6", None),
        ("mdy_slash", "1/5/2026 13:04 PM", None),
        ("mdy_slash", "1/5-26", None),
    ],
)
def test_dates_without_leading_zeros_are_read_by_all_three(
    reader, style, text, instant
):
    _, [read], staged = reader.both([("point", "1.00")], [(style, text)])

    expected = instant and datetime.fromisoformat(f"{instant}+00:00")
    assert read == expected
    assert [moment for _, _, moment in staged] == ([expected] if expected else [])
    if expected:
        assert parse_timestamp(text, style) == expected


@search(20)
@given(st.lists(st.tuples(numbers(), times()), min_size=60, max_size=60))
def test_gate_and_models_read_what_python_reads_or_nothing(reader, rows):
    given_numbers, given_times = [n for n, _ in rows], [t for _, t in rows]

    by_gate, times_by_gate, staged = reader.both(given_numbers, given_times)

    for (style, text), read in zip(given_numbers, by_gate, strict=True):
        if read is not None:
            assert read == parse_amount(text, style), (style, text)
    for (style, text), read in zip(given_times, times_by_gate, strict=True):
        if read is not None:
            assert read == parse_timestamp(text, style), (style, text)
    readable = [
        (n, *read)
        for n, read in enumerate(zip(by_gate, times_by_gate, strict=True))
        if None not in read
    ]
    assert staged == readable
