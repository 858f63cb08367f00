"""Write the demo company's world as files.

    python -m sandbox.generate --seed 1 --orders 600 --out world

The same arguments give byte-identical files. `--until` is the day by which the
world ends; the newest settlement of each marketplace ends 2 to 12 days before it.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from sandbox.company.plan import MIN_PERIODS
from sandbox.company.world import write_world

DEFAULT_UNTIL = date(2026, 10, 31)
DEFAULT_ORDERS = 600


def add_world_arguments(parser: argparse.ArgumentParser, until: date) -> None:
    """Add the arguments that name a world; the server takes the same ones."""
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS)
    parser.add_argument("--until", type=date.fromisoformat, default=until)
    parser.add_argument("--periods", type=int, default=MIN_PERIODS)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.generate")
    add_world_arguments(parser, DEFAULT_UNTIL)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    manifest = write_world(
        options.out, options.seed, options.orders, options.until, options.periods
    )
    rows = sum(entry["line_count"] for entry in manifest["files"])
    print(f"{len(manifest['files'])} files, {rows} rows in {options.out}")


if __name__ == "__main__":
    main()
