"""Write groups as the V2 flat file: 24 columns, one amount per row.

Line 2 alone carries dates, total and currency, as in real files. The total is only
known after the last row, so rows go to a temporary file first; a large settlement
never sits in memory.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sandbox.company.plan import DAY, Settlement
from sandbox.company.rows import Group, Money

HEAD = (
    "settlement-id settlement-start-date settlement-end-date deposit-date "
    "total-amount currency transaction-type order-id merchant-order-id "
    "adjustment-id shipment-id marketplace-name"
).split()
V2_COLUMNS = (
    HEAD
    + (
        "amount-type amount-description amount fulfillment-id posted-date "
        "posted-date-time order-item-code merchant-order-item-id "
        "merchant-adjustment-item-id sku quantity-purchased promotion-id"
    ).split()
)
CLOCK = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)]
FLUSH_ROWS = 20_000
IN_MEMORY = 16 * 1024 * 1024


class _Days(dict[int, str]):
    def __init__(self, style: str) -> None:
        super().__init__()
        self._format = "%d.%m.%Y" if style == "dotted" else "%Y-%m-%d"

    def __missing__(self, day: int) -> str:
        text = datetime.fromtimestamp(day * DAY, UTC).strftime(self._format)
        self[day] = text
        return text


class Writer:
    """Common part: keep the sum, spill rows to a temporary file, then finish."""

    columns: list[str] = V2_COLUMNS

    def __init__(self, settlement: Settlement) -> None:
        market = settlement.market
        self.settlement = settlement
        self.total = 0
        self.lines = 0
        self._money = Money(market.decimals, market.decimal_mark)
        self._days = _Days(market.date_style)
        self._eol = market.eol
        self._head = settlement.settlement_id + "\t" * 6
        self._rows: list[str] = []
        self._body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)

    def stamp(self, instant: int) -> str:
        """Write an instant as this layout does."""
        day, second = divmod(instant, DAY)
        return f"{self._days[day]} {CLOCK[second]} UTC"

    def add(self, group: Group) -> None:
        """Append the rows of a group."""
        raise NotImplementedError

    def _flush(self) -> None:
        self._body.write("".join(self._rows).encode(self.settlement.market.encoding))
        self._rows = []

    def finish(self, path: Path, declared: int) -> str:
        """Write column names, line 2 and the body; return the file's SHA-256."""
        self._flush()
        plan = self.settlement
        second = [
            plan.settlement_id,
            self.stamp(plan.start),
            self.stamp(plan.end),
            self.stamp(plan.end + 2 * DAY),
            self._money[declared],
            plan.market.currency,
        ] + [""] * (len(self.columns) - 6)
        top = "".join("\t".join(r) + self._eol for r in (self.columns, second))
        if not plan.has_last_newline:
            self._body.seek(-len(self._eol), 2)
            self._body.truncate()
        self._body.seek(0)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            target.write(top.encode("ascii"))
            shutil.copyfileobj(self._body, target, 1024 * 1024)
        self.discard()
        return file_hash(path)

    def discard(self) -> None:
        """Drop the body; the rows of a missing settlement end here."""
        self._rows = []
        self._body.close()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file without reading it whole into memory."""
    digest = sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


class V2Writer(Writer):
    """The current layout: one amount per row."""

    def add(self, group: Group) -> None:
        (
            kind,
            lines,
            posted,
            order,
            merchant,
            adjustment,
            shipment,
            marketplace,
            fulfillment,
            item,
            adjustment_item,
            sku,
            quantity,
            promotion,
        ) = group
        day, second = divmod(posted, DAY)
        date = self._days[day]
        left = (
            f"{self._head}{kind}\t{order}\t{merchant}\t{adjustment}\t{shipment}"
            f"\t{marketplace}\t"
        )
        right = (
            f"\t{fulfillment}\t{date}\t{date} {CLOCK[second]} UTC\t{item}\t"
            f"\t{adjustment_item}\t{sku}\t{quantity}\t"
        )
        plain = right + self._eol
        promoted = right + promotion + self._eol
        money, rows, total = self._money, self._rows, self.total
        for key, amount, is_promotion in lines:
            total += amount
            tail = promoted if is_promotion else plain
            rows.append(f"{left}{key}\t{money[amount]}{tail}")
        self.total = total
        self.lines += len(lines)
        if len(rows) > FLUSH_ROWS:
            self._flush()
