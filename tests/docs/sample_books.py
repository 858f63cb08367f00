"""The sample company of the docs, built once: sandbox world, real Postgres, real dbt.

The pages name the command: `python -m sandbox.generate --seed 1 --orders 600 --out
DIR`. The same arguments give the same files, so numbers on the pages can be held
against this warehouse to the cent.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WORLD = ("--seed", "1", "--orders", "600")


def build_sample_books(folder: Path) -> None:
    """Make the world in `folder`, import, build, check and publish it.

    $ACORN_WAREHOUSE_DATABASE and $ACORN_ARCHIVE say where to.
    """
    from deliver.build import build_warehouse
    from deliver.publish import publish_reports
    from expectations.gate_b import check_books
    from extract.importing import import_files

    subprocess.run(
        [sys.executable, "-m", "sandbox.generate", *WORLD, "--out", str(folder)],
        check=True,
        capture_output=True,
    )
    import_files([folder / "fx" / "eurofxref-hist.xml"], None, "ecb_fx_rates")
    import_files([folder / "company" / "product_map.csv"], "na-demo")
    for account in ("na-demo", "eu-demo"):
        import_files(sorted((folder / account).iterdir()), account)
    build = build_warehouse()
    verdict = check_books(build.build_id)
    assert verdict.is_success, verdict.sentence()
    publish_reports(build.build_id)
