"""Ports of this machine: which are free, and which a Postgres of ours has."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(number: int) -> bool:
    """Whether nobody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


def port_of_server(data: Path) -> int | None:
    """The port of the Postgres that holds a data folder; None: none does.

    Postgres notes its process and, when it has come so far, its port in postmaster.pid.
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        if str(data) in psutil.Process(int(lines[0])).cmdline():
            return int(lines[3])
    except (OSError, IndexError, ValueError, psutil.Error):
        pass
    return None
