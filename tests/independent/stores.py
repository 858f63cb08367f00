"""The store of a line: the one it names, else the one most of its file's lines name."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from tests.independent.settlement import Settlement


class Stores:
    """Marketplaces by the name that settlement files give them."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self._by_name = {row["settlement_name"].lower(): row for row in rows}
        # Multi-channel orders, shipped from that store's country.
        self._by_name |= {
            f"non-amazon {row['marketplace_code'].lower()}": row for row in rows
        }

    def named(self, name: str) -> str | None:
        """The code of a store by its name in files; None: the name says no store."""
        row = self._by_name.get(name.strip().lower())
        return row["marketplace_code"] if row else None

    def of_file(self, settlement: Settlement) -> str | None:
        """The store that most amounts of a file name; None: no amount names one."""
        counted = Counter(
            code for one in settlement.amounts if (code := self.named(one.store_name))
        )
        best = sorted(counted, key=lambda code: (-counted[code], code))
        return best[0] if best else None
