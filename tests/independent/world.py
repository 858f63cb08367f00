"""Warehouses to prove: the sandbox's invented company, and files in every odd form."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from acorn.postgres import admin_connection
from acorn.warehouse import ensure_warehouse
from config.home import CHECKOUT
from config.warehouse import connect
from deliver.build import build_warehouse
from deliver.publish import publish_reports
from expectations.gate_b import check_books
from extract.importing import import_files
from tests.independent.proof import Proof, prove
from tests.unit.formats.settlements import V1_NAMES, settlement

SAMPLES = CHECKOUT.parent / "shared" / "samples" / "settlement"
_ORDERS = 80


@dataclass(frozen=True)
class Books:
    """A built and published warehouse with its archive."""

    database: str
    archive: Path

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The pipeline's settings point here meanwhile."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ACORN_WAREHOUSE_DATABASE", self.database)
            patch.setenv("ACORN_ARCHIVE", str(self.archive))
            patch.delenv("ACORN_COMPANY", raising=False)
            yield

    def prove(self, connection: Connection[Any] | None = None) -> Proof:
        """The second proof, in a session of its own unless one is given."""
        if connection is not None:
            return prove(connection, self.archive, CHECKOUT)
        with self.opened(), connect("transformer") as own:
            return prove(own, self.archive, CHECKOUT)

    @contextmanager
    def damaged(self, statement: str = "") -> Iterator[Connection[Any]]:
        """Books after `statement`, for the eyes of one session; undone in the end."""
        with self.opened(), admin_connection(self.database) as connection:
            connection.execute("set timezone to 'UTC'")
            with connection.transaction(force_rollback=True):
                if statement:
                    connection.execute(statement.encode())
                yield connection


def build_books(folder: Path, seed: int, *, with_odd_forms: bool) -> Books:
    """Import, build and publish the world of a seed, on the server that runs."""
    made = Books(f"independent_{seed}_{os.getpid()}", folder / "archive")
    world = folder / "world"
    subprocess.run(
        [
            *(sys.executable, "-m", "sandbox.generate", "--seed", str(seed)),
            *("--orders", str(_ORDERS), "--out", str(world)),
        ],
        check=True,
        capture_output=True,
    )
    if with_odd_forms:
        write_odd_forms(world)
    with made.opened():
        ensure_warehouse(made.database)
        import_files([world / "fx" / "eurofxref-hist.xml"], None, "ecb_fx_rates")
        if with_odd_forms:
            import_files([world / "fx" / "company.csv"], None)
        for account in ("na-demo", "eu-demo"):
            import_files(sorted((world / account).iterdir()), account)
        build = build_warehouse()
        assert check_books(build.build_id).is_success
        publish_reports(build.build_id)
    return made


def write_odd_forms(world: Path) -> None:
    """Files that the sandbox does not make, and the real ones if they are at hand."""
    for name, (account, data) in _odd_forms().items():
        (world / account / name).write_bytes(data)
    for path in SAMPLES.glob("*.txt"):
        account = "eu-demo" if path.name.startswith("uk") else "na-demo"
        shutil.copyfile(path, world / account / path.name)
    (world / "fx" / "company.csv").write_text(
        "rate_date,currency_code,base_currency_code,rate\n"
        "2026-06-05,USD,CNY,7.1234567\n2026-06-04,EUR,CNY,8.0\n2026-06-05,EUR,USD,1.1\n"
    )


def _odd_forms() -> dict[str, tuple[str, bytes]]:
    def made(settlement_id: str, *lines: dict[str, str], header=None, **form) -> bytes:
        own = {"settlement-id": settlement_id}
        return settlement(
            *(own | line for line in lines), header=own | (header or {}), **form
        )

    japan = {"marketplace-name": "Amazon.co.jp", "currency": ""}
    comma = {"amount": "10,50", "posted-date": "05.06.2026"}
    v1 = {"amount-type": "", "amount-description": "", "amount": ""}
    v1_names = [*V1_NAMES, *v1, "posted-date-time"]
    return {
        "half_backslashes.txt": (
            "na-demo",
            made(
                "801",
                japan | {"amount": "-1050", "sku": "表ソ|予\\"},
                japan | {"amount": "2100", "sku": "\\n能ー"},
                header={"currency": "JPY", "total-amount": "1050"},
                encoding="cp932",
                end="\r\n",
            ),
        ),
        "slashes.txt": (
            "na-demo",
            made(
                "802",
                {"posted-date-time": "06/04/2026 23:30:00 PDT", "amount": "1,234.50"},
                {"posted-date-time": "06/13/2026 10:00:00 UTC", "amount": " "},
                {"posted-date-time": "06/13/2026 10:00:00 UTC", "amount": "0.10"},
                header={
                    "settlement-start-date": "06/03/2026 08:00:00 UTC",
                    "settlement-end-date": "06/17/2026 08:00:00 UTC",
                    "deposit-date": "06/19/2026 08:00:00 UTC",
                    "total-amount": "1,234.60",
                },
            ),
        ),
        "commas.txt": (
            "eu-demo",
            made(
                "803",
                comma | {"amount": "1.234,50", "sku": "größe"},
                comma | {"amount": "-0,05", "amount-description": "Unheard of"},
                header={"currency": "EUR", "total-amount": "1.234,45"},
                encoding="cp1252",
            ),
        ),
        "old_layout.txt": (
            "na-demo",
            made(
                "804",
                v1 | {"price-type": "Principal", "price-amount": "10.00 "},
                v1
                | {"item-related-fee-type": "Commission", "misc-fee-amount": " "}
                | {"item-related-fee-amount": "-1.50"},
                v1 | {"other-amount": "2.00", "transaction-type": "Storage Fee"},
                header={"total-amount": "10.50 "},
                names=v1_names,
            ),
        ),
    }
