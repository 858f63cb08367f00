"""Superset's settings and its database; set-up runs in Superset's own environment.

Superset lives in `.venv-superset`: it needs other versions than Airflow and dbt. It is
told what it needs by environment variables, which `dashboards/superset_config.py`
reads. It gets the secrets of its own two database logins, the key of its sessions and
the key that signs for whom it asks, and no others.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from psycopg import sql

from acorn.command_error import CommandError
from acorn.postgres import admin_connection
from acorn.warehouse import ensure_database, ensure_login
from config.addresses import bind_address, is_behind_tls
from config.company import load_company
from config.home import CHECKOUT, acorn_home, secret
from config.warehouse import address, service_address

ADMIN_USER = "admin"
DASHBOARDS = CHECKOUT / "dashboards"
_DATABASE_ROLE = "superset"
_VENV = CHECKOUT / ".venv-superset"


class SupersetMissing(CommandError):
    """Superset's environment is not built; the message says how to build it."""


class SupersetSetupFailed(CommandError):
    """Superset could not be set up; the message carries the output's end."""


def superset_python() -> Path:
    """The Python of Superset's environment.

    Raises:
        SupersetMissing: it was never built.
    """
    python = _VENV / "bin" / "python"
    if not python.exists():
        raise SupersetMissing(
            f"There is no {_VENV}. Run `make setup`, which builds it."
        )
    return python


def superset_database() -> str:
    """Name of Superset's own database: $ACORN_SUPERSET_DATABASE or `superset`."""
    return os.environ.get("ACORN_SUPERSET_DATABASE", "superset")


def superset_command(port: int) -> tuple[str, ...]:
    """The web server: one process of eight threads, or $WEB_CONCURRENCY processes."""
    return (
        *(str(superset_python()), "-m", "gunicorn", "--worker-class", "gthread"),
        *("--threads", "8", "--timeout", "120", "--graceful-timeout", "10"),
        # Its control socket has one fixed place per user: two stacks would share it.
        *("--no-control-socket", "--bind", f"{bind_address()}:{port}"),
        "superset.app:create_app()",
    )


def superset_environment() -> dict[str, str]:
    """The whole environment of Superset's processes, secrets included."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        # Neither the stack's other secrets nor another Superset's settings get in.
        if not name.startswith(("ACORN_", "AIRFLOW", "SUPERSET", "FLASK", "GUNICORN"))
    }
    metadata = service_address(_DATABASE_ROLE, superset_database())
    return inherited | {
        "ACORN_BEHIND_TLS": str(int(is_behind_tls())),
        "PYTHONPATH": str(CHECKOUT),
        "SUPERSET_CONFIG_PATH": str(DASHBOARDS / "superset_config.py"),
        "SUPERSET_HOME": str(acorn_home() / "superset"),
        "SUPERSET_SECRET_KEY": secret("superset_secret_key"),
        "ACORN_SUPERSET_METADATA_URL": metadata.sqlalchemy_url(),
        "ACORN_SUPERSET_WAREHOUSE_URL": address("bi").sqlalchemy_url(),
        "ACORN_SUPERSET_PERSON_KEY": secret("superset_person_key"),
    }


def ensure_superset() -> Literal["first", "again", "none"]:
    """Set up the database and provision what people see, if there is need.

    What was done last is noted as a comment on the database itself, so that the note
    cannot outlive the database it speaks of.

    Raises:
        SupersetMissing: Superset's environment is not built.
        SupersetSetupFailed: a step failed.
    """
    superset_python()
    name = superset_database()
    with admin_connection("postgres") as server:
        ensure_login(server, _DATABASE_ROLE, secret("superset_password"))
        ensure_database(server, name, owner=_DATABASE_ROLE)
        done = server.execute(
            "select shobj_description(oid, 'pg_database')"
            " from pg_database where datname = %s",
            [name],
        ).fetchone()
        orders = _orders()
        wanted = _setup_stamp(orders)
        if done and done[0] == wanted:
            return "none"
        _provision(orders)
        server.execute(
            sql.SQL("comment on database {} is {}").format(
                sql.Identifier(name), sql.Literal(wanted)
            )
        )
    return "again" if done and done[0] else "first"


def _orders() -> str:
    """Who may sign in, as JSON for the provisioning: passwords included."""
    people = [
        {
            "name": person.name,
            "role": person.dashboards,
            "password": secret(person.secret_name),
        }
        for person in load_company().people
        if person.dashboards
    ]
    admin = {"name": ADMIN_USER, "password": secret("superset_admin_password")}
    return json.dumps({"admin": admin, "people": people}, sort_keys=True)


def _setup_stamp(orders: str) -> str:
    digest = hashlib.sha256(orders.encode())
    environment = superset_environment()
    for name in sorted(environment):
        if name.startswith(("SUPERSET_SECRET", "ACORN_SUPERSET")):
            digest.update(f"{name}={environment[name]}\n".encode())
    for path in _sources():
        digest.update(f"{path.relative_to(CHECKOUT)}\n".encode() + path.read_bytes())
    return "acorn set-up " + digest.hexdigest()


def _sources() -> Iterator[Path]:
    """Files that decide what is provisioned: code, spec, lock, contracts of reports."""
    suffixes = {".py", ".yml", ".css", ".lock", ".svg"}
    yield from sorted(p for p in DASHBOARDS.rglob("*") if p.suffix in suffixes)
    # The words beside columns come from the models' descriptions and docs blocks.
    models = CHECKOUT / "dbt_project" / "models"
    yield from sorted(p for p in models.rglob("*") if p.suffix in {".yml", ".md"})


def _provision(orders: str) -> None:
    """Run `dashboards.provision`; the orders go by its standard input."""
    done = subprocess.run(
        [str(superset_python()), "-m", "dashboards.provision"],
        env=superset_environment(),
        input=orders,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=CHECKOUT,
    )
    log = acorn_home() / "logs" / "superset-setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(done.stdout)
    if done.returncode != 0:
        end = "\n".join(done.stdout.splitlines()[-15:])
        raise SupersetSetupFailed(f"Superset could not be set up ({log}):\n{end}")
