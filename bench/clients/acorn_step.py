"""Acorn's own steps: `python -m bench.clients.acorn_step STEP`, in Acorn's environment.

archive            source files (some gzipped) into the archive and the ledger
load               load what is archived
archive_and_load   both
import             archive, load and judge, as `acorn import` does
gate               judge what is loaded (gate A)
dbt                build the marts
publish            gate B and publication of the newest build
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.clients.job import answer, now


def archive(documents: list[dict[str, str]]) -> float:
    from extract.archive import archive_document
    from extract.records import SourceDocument
    from extract.transport import unpacked

    from config.warehouse import connect

    with connect("loader", autocommit=True) as connection:
        ready = now()
        for document in documents:
            path = Path(document["path"])
            with unpacked(path) as content:
                archive_document(
                    connection,
                    SourceDocument(
                        path=content,
                        original_name=path.name,
                        source="manual",
                        authority="manual",
                        account_code=document["account"],
                    ),
                )
    return ready


def load() -> float:
    from extract.load.loader import load_received

    from config.warehouse import connect

    with connect("loader", autocommit=True) as connection:
        ready = now()
        load_received(connection)
    return ready


def archive_and_load(documents: list[dict[str, str]]) -> float:
    ready = archive(documents)
    load()
    return ready


def import_documents(documents: list[dict[str, str]]) -> float:
    from extract.importing import import_files

    ready = now()
    for document in documents:
        for verdict in import_files([Path(document["path"])], document["account"]):
            if verdict.status != "accepted":
                raise SystemExit(verdict.sentence())
    return ready


def gate() -> float:
    from expectations.gate_a import check_batches

    ready = now()
    refused = [v.sentence() for v in check_batches() if v.status != "accepted"]
    if refused:
        raise SystemExit("\n".join(refused))
    return ready


def dbt() -> float:
    from deliver.build import build_warehouse

    ready = now()
    build_warehouse()
    return ready


def publish() -> float:
    from deliver.publish import publish_reports
    from expectations.gate_b import check_books

    from config.warehouse import connect

    with connect("transformer") as connection:
        (build_id,) = connection.execute(
            "select max(build_id) from ops.builds"
        ).fetchone() or (0,)
    ready = now()
    verdict = check_books(build_id)
    if not verdict.is_success:
        failed = [r.check_name for r in verdict.results if not r.is_success]
        raise SystemExit(f"Gate B failed: {', '.join(failed)}")
    publish_reports(build_id)
    return ready


_WITH_DOCUMENTS = {
    "archive": archive,
    "archive_and_load": archive_and_load,
    "import": import_documents,
}
_WITHOUT = {"load": load, "gate": gate, "dbt": dbt, "publish": publish}


def main() -> None:
    step = sys.argv[1]
    if step in _WITHOUT:
        answer(_WITHOUT[step]())
    else:
        answer(_WITH_DOCUMENTS[step](json.load(sys.stdin)))


main()
