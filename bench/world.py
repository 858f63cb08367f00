"""The data: a year of settlements in six marketplaces, by the sandbox's writers.

All settlements are in the V2 layout and fit to be accepted, so that every contender
works on the same rows. Files are UTF-8, cp1252 and Shift_JIS, with LF and CRLF ends;
every second one is gzipped. The same arguments give the same bytes.

Beside the source files stand decoded copies (UTF-8, LF): with backslashes doubled for
COPY's text format, and plain for programs that read CSV.
"""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox import fx
from sandbox.company.layouts import V2_COLUMNS
from sandbox.company.markets import MARKETS
from sandbox.company.plan import DAY, PERIOD_DAYS, Chains, Settlement, plan_world
from sandbox.company.products import Product, products_for, write_product_map
from sandbox.company.settlement import ChainState, build, opening_reserve

SEED = 1
PERIODS = 26
NEW_SETTLEMENT_LINES = 20_000
COLUMNS = tuple(name.replace("-", "_") for name in V2_COLUMNS)

# The newest settlement ends in June; those that come in later end before October.
_UNTIL = date(2026, 6, 30)
_RATES_UNTIL = date(2026, 10, 31)
_LINES_PER_ORDER = 7.05  # as the sandbox's orders come out, over all marketplaces
_LINES_PER_NEW_ORDER = 6.62  # ... and in the US
_MANIFEST = "bench.json"
_VERSION = 2  # raise when the same arguments give other files


@dataclass(frozen=True)
class SettlementFile:
    """One settlement: its source file, and what must arrive of it."""

    name: str  # below source/, copy_text/ and plain/
    account_code: str
    encoding: str
    line_count: int  # detail lines, the header row not counted
    total: str  # sum of its lines, in its own currency

    @property
    def is_gzip(self) -> bool:
        return self.name.endswith(".gz")


@dataclass(frozen=True)
class World:
    """Files in a folder: the history, and settlements that come in one by one."""

    folder: Path
    history: tuple[SettlementFile, ...]
    newcomers: tuple[SettlementFile, ...]

    @property
    def amount_count(self) -> int:
        return sum(file.line_count for file in self.history)

    @property
    def row_count(self) -> int:
        """Rows in the raw table: each file has a header row besides."""
        return self.amount_count + len(self.history)

    @property
    def total(self) -> Decimal:
        """A checksum, across currencies."""
        return sum((Decimal(file.total) for file in self.history), Decimal(0))

    def source(self, file: SettlementFile) -> Path:
        return self.folder / "source" / file.name

    def decoded(self, kind: str) -> list[Path]:
        """The history as UTF-8 with LF ends; `kind` is copy_text or plain."""
        return [
            self.folder / kind / file.name.removesuffix(".gz") for file in self.history
        ]

    @property
    def rates(self) -> Path:
        return self.folder / "eurofxref-hist.xml"

    @property
    def product_map(self) -> Path:
        return self.folder / "product_map.csv"


def ensure_world(folder: Path, amounts: int, newcomers: int) -> World:
    """The world of about that many amounts in `folder`; made unless it is there."""
    made_of = {"version": _VERSION, "amounts": amounts, "newcomers": newcomers}
    manifest = folder / _MANIFEST
    if manifest.exists():
        found = json.loads(manifest.read_text())
        if found["made_of"] == made_of:
            return _world(folder, found)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    orders = round(amounts / _LINES_PER_ORDER)
    files = _write_settlements(folder, orders, newcomers)
    write_product_map(folder / "product_map.csv", orders)
    fx.write_history(folder / "eurofxref-hist.xml", fx.FIRST_DAY, _RATES_UNTIL)
    known: dict[str, Any] = {"made_of": made_of} | {
        part: [asdict(file) for file in some] for part, some in files.items()
    }
    manifest.write_text(json.dumps(known, indent=1))  # last: then all of it is there
    return _world(folder, known)


def _world(folder: Path, known: dict[str, Any]) -> World:
    history, newcomers = (
        tuple(SettlementFile(**entry) for entry in known[part])
        for part in ("history", "newcomers")
    )
    return World(folder, history, newcomers)


def _write_settlements(
    folder: Path, orders: int, newcomers: int
) -> dict[str, list[SettlementFile]]:
    files: dict[str, list[SettlementFile]] = {"history": [], "newcomers": []}
    for market, chain in zip(MARKETS, _chains(orders).values(), strict=True):
        products = products_for(market, orders)
        state = ChainState(reserve=opening_reserve(SEED, chain[0]))
        later = _later(chain[-1], newcomers) if market.code == "US" else []
        for part, some in (("history", chain), ("newcomers", later)):
            for settlement in some:
                is_gzip = len(files[part]) % 2 == 1
                file = _write(folder, settlement, state, products, is_gzip)
                files[part].append(file)
    return files


def _chains(orders: int) -> Chains:
    """The sandbox's plan, without what gate A would keep out of the books."""
    chains = plan_world(SEED, orders, _UNTIL, PERIODS)
    for chain in chains.values():
        for settlement in chain:
            settlement.is_missing = False
            settlement.wrong_by = 0
            settlement.layout = "v2"
            settlement.has_promotions = True
    return chains


def _later(last: Settlement, count: int) -> list[Settlement]:
    """Settlements that follow the newest one of a chain."""
    return [
        replace(
            last,
            index=last.index + number,
            settlement_id=str(int(last.settlement_id) + number * 400_000_000),
            start=last.end + (number - 1) * PERIOD_DAYS * DAY,
            end=last.end + number * PERIOD_DAYS * DAY,
            order_count=round(NEW_SETTLEMENT_LINES / _LINES_PER_NEW_ORDER),
            is_lean=False,
            unknown_fee=None,
            reserve_break=0,
        )
        for number in range(1, count + 1)
    ]


def _write(
    folder: Path,
    settlement: Settlement,
    state: ChainState,
    products: list[Product],
    is_gzip: bool,
) -> SettlementFile:
    built = build(SEED, settlement, state, products)
    state.settlement_id = settlement.settlement_id
    market = settlement.market
    name = f"{market.account_code}/{market.code}_{settlement.settlement_id}.txt"
    path = folder / "source" / name
    built.writer.finish(path, built.lines_total)
    _decode(path, market.encoding, folder, name)
    if is_gzip:
        with path.open("rb") as plain, gzip.open(f"{path}.gz", "wb", 6) as packed:
            shutil.copyfileobj(plain, packed)
        path.unlink()
    return SettlementFile(
        name=f"{name}.gz" if is_gzip else name,
        account_code=market.account_code,
        encoding=market.encoding,
        line_count=built.writer.lines,
        total=str(Decimal(built.lines_total).scaleb(-market.decimals)),
    )


def _decode(path: Path, encoding: str, folder: Path, name: str) -> None:
    text = path.read_bytes().decode(encoding).replace("\r\n", "\n")
    for kind, content in (
        ("copy_text", text.replace("\\", "\\\\")),
        ("plain", text),
    ):
        target = folder / kind / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())
