"""`python -m tests.score SEED...`: detection against the answer key, per seed and kind.

Each seed is a world of its own, made by the sandbox, which shares no code with the
pipeline. It is imported, built and published in a database of its own; then what the
reports say is compared with what was injected. Exit code 1 if any precision or recall
is below 1.00.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.score.findings import KINDS, found, injected

_ORDERS = 600


def main() -> int:
    seeds = [int(seed) for seed in sys.argv[1:]] or [1, 2]
    is_perfect = True
    with tempfile.TemporaryDirectory(prefix="acorn-score-") as folder:
        Path(folder).chmod(0o755)  # Postgres may run as another user
        os.environ["ACORN_HOME"] = str(Path(folder) / "home")
        os.environ.pop("ACORN_COMPANY", None)
        from acorn.postgres import stop_postgres

        try:
            print(_row("seed", "kind", "injected", "found", "precision", "recall"))
            for seed in seeds:
                is_perfect &= _score_seed(Path(folder), seed)
        finally:
            stop_postgres()
    return 0 if is_perfect else 1


def _score_seed(folder: Path, seed: int) -> bool:
    world = folder / f"world-{seed}"
    os.environ["ACORN_WAREHOUSE_DATABASE"] = f"score_{seed}"
    os.environ["ACORN_ARCHIVE"] = str(folder / f"archive-{seed}")
    _run_pipeline(world, seed)
    is_perfect = True
    for kind in KINDS:
        truth, claims = injected(world, kind), found(kind)
        right = len(truth & claims)
        precision = right / len(claims) if claims else 1.0
        recall = right / len(truth) if truth else 1.0
        is_perfect &= precision == recall == 1.0
        print(
            _row(
                *(str(seed), kind, str(len(truth)), str(len(claims))),
                *(f"{precision:.2f}", f"{recall:.2f}"),
            ),
            flush=True,
        )
        for missed in sorted(truth - claims):
            print(f"      missed: {missed}")
        for wrong in sorted(claims - truth):
            print(f"      wrong:  {wrong}")
    return is_perfect


def _run_pipeline(world: Path, seed: int) -> None:
    from acorn.ready import ensure_ready
    from deliver.build import build_warehouse
    from deliver.publish import publish_reports
    from expectations.gate_b import check_books
    from extract.importing import import_files

    subprocess.run(
        [
            *(sys.executable, "-m", "sandbox.generate", "--seed", str(seed)),
            *("--orders", str(_ORDERS), "--out", str(world)),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    ensure_ready()
    import_files([world / "fx" / "eurofxref-hist.xml"], None, "ecb_fx_rates")
    for account in ("na-demo", "eu-demo"):
        import_files(sorted((world / account).iterdir()), account)
    build = build_warehouse()
    verdict = check_books(build.build_id)
    if not verdict.is_success:
        failed = [r.check_name for r in verdict.results if not r.is_success]
        raise SystemExit(f"seed {seed}: gate B failed: {', '.join(failed)}")
    publish_reports(build.build_id)


def _row(*cells: str) -> str:
    seed, kind, *numbers = cells
    return f"{seed:>5}  {kind:<22}" + "".join(f"{number:>11}" for number in numbers)


if __name__ == "__main__":
    sys.exit(main())
