"""Write the whole world as files, with manifest and answer key.

Files: `<account>/<marketplace>_<layout>_<settlement id>.txt`, `manifest.json`,
`answer_key.json`, `company/product_map.csv`, `fx/eurofxref-hist.xml`. The same
arguments give the same bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from sandbox import fx
from sandbox.company.answers import missing_entry, present_entries
from sandbox.company.markets import ACCOUNTS, MARKETS
from sandbox.company.plan import DAY, Chains, Settlement, plan_world
from sandbox.company.products import products_for, write_product_map
from sandbox.company.reimbursements import reimbursement_rows, write_reimbursements
from sandbox.company.rows import plain_amount
from sandbox.company.settlement import (
    Built,
    ChainState,
    build,
    opening_reserve,
)

# Raise when the same arguments give other bytes than before.
WORLD_VERSION = 2
V1_TYPE = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE"
V2_TYPE = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
Entry = dict[str, Any]


def iso(instant: int) -> str:
    """Write an instant as ISO 8601 in UTC."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_world(
    out: Path, seed: int, orders: int, until: date, periods: int = 6
) -> Entry:
    """Generate the world below `out` and return the manifest.

    A world that was in the folder before is replaced; the manifest is written last,
    so a folder with a manifest is complete.
    """
    _remove_old(out)
    chains = plan_world(seed, orders, until, periods)
    files: list[Entry] = []
    answers: list[Entry] = []
    reimbursed: list[dict[str, str]] = []
    for market in MARKETS:
        products = products_for(market, orders)
        chain = chains[market.code]
        state = ChainState(reserve=opening_reserve(seed, chain[0]))
        for settlement in chain:
            built = build(seed, settlement, state, products)
            reimbursed += reimbursement_rows(market, products, built.charges)
            if settlement.is_missing:
                built.writer.discard()
                answers.append(missing_entry(settlement, chains))
            else:
                answers += present_entries(settlement, built, state.settlement_id)
                files.append(_write_file(out, settlement, built))
            state.settlement_id = settlement.settlement_id
    _list_reports(seed, files, chains, until)
    write_product_map(out / "company" / "product_map.csv", orders)
    write_reimbursements(out / "company" / "reimbursements.csv", reimbursed)
    fx.write_history(out / "fx" / "eurofxref-hist.xml", fx.FIRST_DAY, until)
    _write_json(out / "answer_key.json", answers)
    arguments = {"seed": seed, "orders": orders, "until": str(until)}
    head: Entry = {"world_version": WORLD_VERSION, **arguments, "periods": periods}
    manifest = {**head, "files": files}
    _write_json(out / "manifest.json", manifest)
    return manifest


def _remove_old(out: Path) -> None:
    """Remove the files of the manifest found in the folder, if there is one."""
    manifest = out / "manifest.json"
    if manifest.exists():
        old = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.unlink()
        for entry in old["files"]:
            (out / entry["path"]).unlink(missing_ok=True)


def _write_file(out: Path, settlement: Settlement, built: Built) -> Entry:
    declared = built.lines_total + settlement.wrong_by
    name = _file_name(settlement)
    digest = built.writer.finish(out / name, declared)
    entry = _manifest_entry(settlement, name, declared, digest)
    entry["line_count"] = built.writer.lines
    return entry


def _file_name(settlement: Settlement) -> str:
    market = settlement.market
    leaf = f"{market.code}_{settlement.layout}_{settlement.settlement_id}.txt"
    return f"{market.account_code}/{leaf}"


def _manifest_entry(
    settlement: Settlement, name: str, declared: int, digest: str
) -> Entry:
    market = settlement.market
    return {
        "path": name,
        "account_code": market.account_code,
        "region": market.region,
        "marketplace_code": market.code,
        "marketplace_id": market.marketplace_id,
        "currency_code": market.currency,
        "settlement_id": settlement.settlement_id,
        "layout": settlement.layout,
        "report_type": V1_TYPE if settlement.layout == "v1" else V2_TYPE,
        "encoding": market.encoding,
        "period_start": iso(settlement.start),
        "period_end": iso(settlement.end),
        "deposit_date": iso(settlement.end + 2 * DAY),
        "declared_total": plain_amount(declared, market.decimals),
        "sha256": digest,
        "report_ids": [],
        "reports": [],
    }


def _list_reports(seed: int, files: list[Entry], chains: Chains, until: date) -> None:
    """Give each file its reports; a file listed twice has the same bytes twice.

    Ids count up per account, so both accounts use the same ids: Amazon's are unique
    only together with the seller.
    """
    plans = {s.settlement_id: s for chain in chains.values() for s in chain}
    suffix = f"0{(until - date(1970, 1, 1)).days}"
    for account in ACCOUNTS:
        rng = Random(f"{seed}:{account}:reports")
        listed: list[tuple[int, Entry]] = []
        for entry in files:
            if entry["account_code"] != account:
                continue
            plan = plans[entry["settlement_id"]]
            created = plan.end + rng.randint(1_200, 5_400)
            listed.append((created, entry))
            if plan.is_listed_twice:
                listed.append((created + rng.randint(600, 9_000), entry))
        listed.sort(key=lambda item: (item[0], item[1]["settlement_id"]))
        for number, (created, entry) in enumerate(listed):
            report_id = f"{50_001 + number}{suffix}"
            tag = sha256(f"{account}:{report_id}".encode()).hexdigest()
            region = entry["region"].lower()
            document = f"amzn1.spdoc.1.4.{region}.{tag[:8]}-{tag[8:12]}-{tag[12:24]}"
            entry["report_ids"].append(report_id)
            entry["reports"].append(
                {
                    "report_id": report_id,
                    "report_document_id": f"{document}.T{tag[24:36].upper()}",
                    "created_time": iso(created),
                    "compression": "GZIP" if number % 2 else "",
                }
            )
            entry["created_time"] = entry["reports"][0]["created_time"]


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
