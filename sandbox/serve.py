"""Serve the demo company's world like the Selling Partner API, on 127.0.0.1.

    python -m sandbox.serve --port 8800 --seed 1 --orders 600 --rate-scale 60

The world is generated below `--data-dir` once per set of arguments and reused.
`--until` is today unless given: getReports looks back 90 days from now, so a world
that ended long ago lists nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.company.plan import MIN_PERIODS
from sandbox.company.world import WORLD_VERSION, write_world
from sandbox.generate import add_world_arguments
from sandbox.sp_api.app import create_app

HOST = "127.0.0.1"


def ensure_world(
    data_dir: Path, seed: int, orders: int, until: date, periods: int = MIN_PERIODS
) -> Path:
    """Return the folder of a world, generating it unless it is already there."""
    root = data_dir / f"seed{seed}-orders{orders}-until{until}-periods{periods}"
    manifest = root / "manifest.json"
    if manifest.exists():
        found = json.loads(manifest.read_text(encoding="utf-8"))
        if found["world_version"] == WORLD_VERSION:
            return root
    write_world(root, seed, orders, until, periods)
    return root


@contextmanager
def running(app: Starlette, port: int = 0) -> Iterator[str]:
    """Run an app in a thread for a test; yield its base URL."""
    config = uvicorn.Config(app, host=HOST, port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the sandbox server did not start within 10 seconds")
        time.sleep(0.01)
    try:
        yield f"http://{HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.serve")
    add_world_arguments(parser, datetime.now(UTC).date())
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--rate-scale", type=float, default=1.0)
    parser.add_argument("--token-seconds", type=int, default=3600)
    default_dir = Path(tempfile.gettempdir()) / "acorn-sandbox"
    parser.add_argument("--data-dir", type=Path, default=default_dir)
    options = parser.parse_args(arguments)
    root = ensure_world(
        options.data_dir,
        options.seed,
        options.orders,
        options.until,
        options.periods,
    )
    app = create_app(
        root,
        options.until,
        rate_scale=options.rate_scale,
        token_seconds=options.token_seconds,
        queue_seconds=15 / options.rate_scale,
        work_seconds=30 / options.rate_scale,
    )
    url = f"http://{options.host}:{options.port}"
    print(f"sandbox at {url}, world in {root}", flush=True)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
