"""From a landed file to published reports, through the real Airflow stack.

The demo company runs once (`acorn demo`). Then, round by round, one more settlement of
its US store is put into the drop folder and `ingest_manual_drops` is triggered, as the
schedule would; assets start the build and the publication. The clock stops when the
published report shows the settlement.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from acorn.airflow_api import AirflowApi
from acorn.parts import saved_settings
from acorn.ports import free_port
from config.home import CHECKOUT, acorn_home
from config.warehouse import connect
from sandbox.company.markets import MARKETS
from sandbox.company.plan import MIN_PERIODS, Settlement, plan_world
from sandbox.company.products import products_for
from sandbox.company.settlement import ChainState, build
from sandbox.generate import DEFAULT_ORDERS

_GIVE_UP_SECONDS = 300.0
_LOOK_SECONDS = 0.1
_SEED = 77
_ACCOUNT = "na-demo"


class NotDelivered(Exception):
    """The stack did not come up, or a settlement did not reach the reports."""


@dataclass(frozen=True)
class Delivery:
    """Seconds from the landing of one file until each step was done."""

    line_count: int
    accepted_s: float
    built_s: float
    published_s: float


def measure_delivery(
    work: Path, rounds: int, say: Callable[[str], None]
) -> list[Delivery]:
    """Bring up the stack in a home of its own, deliver `rounds` files, stop it.

    Raises:
        NotDelivered: the demo failed, or a settlement was not published in time.
    """
    os.environ["ACORN_HOME"] = str(work / "stack")
    say("  preparing: the demo company in a stack of its own (some minutes)")
    ports = ("--airflow-port", str(free_port()), "--superset-port", str(free_port()))
    try:
        _acorn("demo", *ports)
        deliveries = []
        for number in range(rounds):
            delivery = _deliver(number)
            deliveries.append(delivery)
            say(
                f"  delivery, round {number + 1} of {rounds}: {delivery.line_count}"
                f" lines, accepted {delivery.accepted_s:.1f} s, built"
                f" {delivery.built_s:.1f} s, published {delivery.published_s:.1f} s"
            )
        return deliveries
    finally:
        _acorn("down")


def _acorn(*arguments: str) -> None:
    done = subprocess.run(
        [CHECKOUT / ".venv" / "bin" / "acorn", *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        last = "\n".join(done.stdout.splitlines()[-15:])
        raise NotDelivered(
            f"acorn {arguments[0]} ended with {done.returncode}:\n{last}"
        )


def _deliver(number: int) -> Delivery:
    settlement = _settlement(number)
    name = f"US_{settlement.settlement_id}.txt"
    path = acorn_home() / "drops" / _ACCOUNT / f"{name}.part"
    line_count = _write(settlement, path)
    settings = saved_settings()
    if settings is None:
        raise NotDelivered(f"No stack runs in {acorn_home()}.")
    api = AirflowApi(settings.web_url)
    path.rename(path.with_suffix(""))
    landed = datetime.now(UTC)
    api.post("dags/ingest_manual_drops/dagRuns", {"logical_date": None, "conf": {}})
    _await_report(settlement.settlement_id)
    published_s = (datetime.now(UTC) - landed).total_seconds()
    with connect("owner") as connection:
        row = connection.execute(
            """
            select
                (select max(decided_at) from ops.load_batches),
                (select max(finished_at) from ops.builds where status = 'built')
            """
        ).fetchone()
    assert row is not None  # a query without a table answers one row
    accepted_s, built_s = ((moment - landed).total_seconds() for moment in row)
    return Delivery(line_count, accepted_s, built_s, published_s)


def _await_report(settlement_id: str) -> None:
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    with connect("analyst", autocommit=True) as connection:
        while time.monotonic() < deadline:
            found = connection.execute(
                "select from reports.settlement_reconciliation"
                " where settlement_id = %s and status = 'matched'",
                [settlement_id],
            ).fetchone()
            if found is not None:
                return
            time.sleep(_LOOK_SECONDS)
    raise NotDelivered(
        f"Settlement {settlement_id} was not in the reports within "
        f"{_GIVE_UP_SECONDS:.0f} s. Airflow's logs are in {acorn_home() / 'logs'}."
    )


def _settlement(number: int) -> Settlement:
    """A settlement beside the newest of the US store, as of a second account type.

    Its period is one that the demo company has exchange rates for.
    """
    today = datetime.now(UTC).date()
    newest = plan_world(_SEED, DEFAULT_ORDERS, today, MIN_PERIODS)["US"][-1]
    return replace(
        newest,
        settlement_id=str(29_000_000_000 + int(time.time()) % 10**8 + number),
        order_count=max(newest.order_count, 100),
        layout="v2",
        wrong_by=0,
        is_missing=False,
        is_lean=False,
        unknown_fee=None,
        reserve_break=0,
    )


def _write(settlement: Settlement, path: Path) -> int:
    (market,) = (market for market in MARKETS if market.code == "US")
    products = products_for(market, DEFAULT_ORDERS)
    built = build(_SEED, settlement, ChainState(reserve=0), products)
    path.parent.mkdir(parents=True, exist_ok=True)
    built.writer.finish(path, built.lines_total)
    return built.writer.lines
