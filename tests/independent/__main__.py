"""`python -m tests.independent`: the second proof, on the warehouse of this ACORN_HOME.

Only where the server and the archive are is asked of the pipeline's settings.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from config.home import archive_root
from config.warehouse import connect
from tests.independent.proof import prove

_MOST_SHOWN = 20


def main() -> int:
    checkout = Path(__file__).resolve().parents[2]
    with connect("transformer") as connection:
        proof = prove(connection, archive_root(), checkout)
    print(f"{'settlement':<20} {'cur':<4}{'amounts':>8}{'declared':>16}{'bytes':>16}")
    for one in proof.settlements.values():
        print(
            f"{one.settlement_id:<20} {one.currency:<4}{len(one.amounts):>8}"
            f"{one.declared:>16,.2f}{one.total:>16,.2f}"
        )
    for statement, count in Counter(f.statement for f in proof.faults).items():
        print(f"FAIL {statement}: {count} times")
    for fault in proof.faults[:_MOST_SHOWN]:
        print(f"     {fault.sentence()}")
    print(
        f"{len(proof.settlements)} settlements, {proof.amount_count} amounts read from "
        f"{proof.file_count} files: {len(proof.faults)} differences."
    )
    return 1 if proof.faults else 0


if __name__ == "__main__":
    sys.exit(main())
