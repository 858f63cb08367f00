"""Hold archive, marts and reports against one another; every difference is a fault."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import Connection

from tests.independent import books
from tests.independent.books import File, Line, LineKey
from tests.independent.rates import Rates, converted
from tests.independent.reports import (
    bucket_faults,
    profit_faults,
    reconciliation_faults,
)
from tests.independent.rules import Rule, bucket_of, read_rules
from tests.independent.settlement import Settlement, read_settlement
from tests.independent.stores import Stores

_SEEDS = Path("dbt_project") / "seeds" / "amazon"
_SETTLEMENTS = "amazon_settlement"
_RATES = ("ecb_fx_rates", "manual_fx_rates")


@dataclass(frozen=True)
class Fault:
    """One difference: what must hold, where it does not, and both sides."""

    statement: str
    place: str
    expected: object
    found: object

    def sentence(self) -> str:
        return (
            f"{self.statement}: {self.place}: by the bytes {self.expected}, "
            f"in the books {self.found}"
        )


@dataclass
class Proof:
    """What was read and compared, and every fault."""

    file_count: int = 0
    amount_count: int = 0
    settlements: dict[int, Settlement] = field(default_factory=dict)  # by file
    faults: list[Fault] = field(default_factory=list)

    def note(self, statement: str, place: str, expected: object, found: object) -> None:
        if expected != found:
            self.faults.append(Fault(statement, place, expected, found))


def prove(connection: Connection[Any], archive: Path, checkout: Path) -> Proof:
    """Read every file that counts from its bytes, then compare.

    `archive` is the folder of originals, `checkout` the one that holds the rule tables.
    """
    proof = Proof()
    _check_archive(proof, connection, archive)
    files = books.files(connection)
    settings = books.settings(connection)
    rates = Rates(settings.conversion)
    by_id = {}
    for file in files:
        if not file.is_in_build:
            proof.note("an accepted file is in the books", file.name, "there", "not")
        elif file.feed in _RATES:
            _add_rates(rates, file, archive)
        elif file.feed == _SETTLEMENTS:
            by_id[file.file_id] = file
            _read(proof, file, archive, settings.time_zone)
    proof.file_count = len(files)
    _check_lines(proof, connection, by_id, rates, checkout)
    _check_declared(proof, connection)
    for place, expected, found in reconciliation_faults(connection, proof.settlements):
        proof.note("the reconciliation says what the file says", place, expected, found)
    return proof


def _check_archive(proof: Proof, connection: Connection[Any], archive: Path) -> None:
    for path, sha256 in books.archived(connection):
        try:
            found = hashlib.sha256((archive / path).read_bytes()).hexdigest()
        except FileNotFoundError:
            found = "no file"
        proof.note("an original is unchanged", path, sha256, found)


def _add_rates(rates: Rates, file: File, archive: Path) -> None:
    data = (archive / file.archive_path).read_bytes()
    if file.feed == "ecb_fx_rates":
        rates.add_ecb(data)
    else:
        rates.add_manual(data)


def _read(proof: Proof, file: File, archive: Path, time_zone: str) -> None:
    try:
        data = (archive / file.archive_path).read_bytes()
        settlement = read_settlement(data, time_zone)
    except (OSError, ValueError, UnicodeError) as error:
        proof.note("an accepted file can be read", file.name, "a settlement", error)
        return
    proof.settlements[file.file_id] = settlement
    proof.amount_count += len(settlement.amounts)
    proof.note(
        "the amounts of a file add up to its declared total",
        file.name,
        settlement.declared,
        settlement.total,
    )


def _check_lines(
    proof: Proof,
    connection: Connection[Any],
    files: dict[int, File],
    rates: Rates,
    checkout: Path,
) -> None:
    in_mart: dict[LineKey, list[Line]] = defaultdict(list)
    for line in books.lines(connection):
        in_mart[line.key].append(line)
    expected_lines = list(
        _expected_lines(proof.settlements, files, rates, checkout, in_mart)
    )
    for line in expected_lines:
        found = in_mart.pop(line.key, [])
        place = _place(files[line.source_file_id], line)
        proof.note("an amount stands in the mart once", place, 1, len(found))
        for other in found:
            for name in Line.__dataclass_fields__:
                proof.note(
                    f"the mart has the {name} of the bytes",
                    place,
                    getattr(line, name),
                    getattr(other, name),
                )
    for key, found in in_mart.items():
        proof.note("an amount of the mart is in a file", str(key), 0, len(found))
    for place, expected, seen in profit_faults(connection, expected_lines, checkout):
        proof.note("the profit report holds the lines' money", place, expected, seen)
    for place, expected, seen in bucket_faults(connection, expected_lines):
        proof.note("the buckets' report holds the lines' money", place, expected, seen)


def _expected_lines(
    settlements: dict[int, Settlement],
    files: dict[int, File],
    rates: Rates,
    checkout: Path,
    in_mart: dict[LineKey, list[Line]],
) -> Iterator[Line]:
    """The mart as it must be."""
    rules = read_rules(checkout / _SEEDS / "settlement_line_rules.csv")
    stores = Stores(checkout / _SEEDS / "marketplaces.csv")
    for file_id, settlement in settlements.items():
        whole_file = stores.of_file(settlement) or _only_store(file_id, in_mart)
        yield from _lines_of(
            files[file_id], settlement, rates, rules, stores, whole_file
        )


def _only_store(file_id: int, in_mart: dict[LineKey, list[Line]]) -> str:
    """For a file that names no store: the mart's word, which must be one for all."""
    said = {
        line.marketplace_code
        for found in in_mart.values()
        for line in found
        if line.source_file_id == file_id
    }
    return said.pop() if len(said) == 1 else "one store"


def _lines_of(
    file: File,
    settlement: Settlement,
    rates: Rates,
    rules: Iterable[Rule],
    stores: Stores,
    default_store: str,
) -> Iterator[Line]:
    for one in settlement.amounts:
        rate, rate_date = rates.rate(settlement.currency, one.posted_on) or (None, None)
        yield Line(
            source_file_id=file.file_id,
            source_line_number=one.line_number,
            amount_column=one.column,
            settlement_id=settlement.settlement_id,
            account_code=file.account_code or "",
            marketplace_code=stores.named(one.store_name) or default_store,
            posted_on=one.posted_on,
            sku=one.sku,
            transaction_type=one.triple[0],
            amount_type=one.triple[1],
            amount_description=one.triple[2],
            bucket=bucket_of(one.triple, one.posted_on, rules),
            amount=one.value,
            currency_code=settlement.currency,
            base_amount=None if rate is None else converted(one.value, rate),
            fx_rate=rate,
            fx_rate_date=rate_date,
        )


def _check_declared(proof: Proof, connection: Connection[Any]) -> None:
    rows = books.table(connection, "marts.fct_settlements")
    in_mart = {row["source_file_id"]: row for row in rows}
    proof.note(
        "each file is one settlement of the mart",
        "marts.fct_settlements",
        sorted(proof.settlements),
        sorted(row["source_file_id"] for row in rows),
    )
    for file_id, settlement in proof.settlements.items():
        row = in_mart.get(file_id)
        if row is None:
            continue
        for column, expected in (
            ("settlement_id", settlement.settlement_id),
            ("declared_total_amount", settlement.declared),
            ("lines_total_amount", settlement.total),
            ("residual_amount", Decimal()),
        ):
            proof.note(
                f"the mart has the {column} of the bytes",
                f"settlement {settlement.settlement_id}",
                expected,
                row[column],
            )


def _place(file: File, line: Line) -> str:
    return f"{file.name} line {line.source_line_number}, {line.amount_column}"
