"""Airflow's settings, made in one place, and its database.

Every setting is an environment variable from `airflow_environment()`; no airflow.cfg is
read. Secrets are in the environment of Airflow's processes and in
`ACORN_HOME/secrets.json`, nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from psycopg import sql

from acorn.airflow_people import grants_and_sign_ins, sign_ins
from acorn.command_error import CommandError
from acorn.executor import executor_settings
from acorn.postgres import admin_connection
from acorn.warehouse import ensure_database, ensure_login
from config.addresses import (
    airflow_public_url,
    airflow_url,
    bind_address,
    is_behind_tls,
    sandbox_url,
)
from config.company import is_demo
from config.home import CHECKOUT, acorn_home, archive_root, secret
from config.warehouse import server_environment, service_address

DAGS_FOLDER = CHECKOUT / "dags"
POOLS_FILE = CHECKOUT / "config" / "airflow" / "pools.json"
PLUGINS_FOLDER = CHECKOUT / "config" / "airflow" / "plugins"
_DATABASE_ROLE = "airflow"


class AirflowSetupFailed(CommandError):
    """Airflow's database could not be set up; the message carries the output's end."""


def airflow_database() -> str:
    """Name of Airflow's database: $ACORN_AIRFLOW_DATABASE or `airflow`."""
    return os.environ.get("ACORN_AIRFLOW_DATABASE", "airflow")


def airflow_home() -> Path:
    """AIRFLOW_HOME: task logs and nothing else of value."""
    return acorn_home() / "airflow"


def airflow_environment(web_port: int, sandbox_port: int | None) -> dict[str, str]:
    """The whole environment of Airflow's processes, secrets included."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        # Settings of another Airflow on this machine must not leak in; people's
        # passwords are for set-up alone.
        if not name.startswith(("AIRFLOW__", "AIRFLOW_HOME", "ACORN_PERSON_"))
    }
    return (
        inherited
        | _places()
        | _core_settings(web_port)
        | _secret_settings()
        | (demo_settings(sandbox_port) if sandbox_port else {})
    )


def ensure_airflow_database(
    environment: dict[str, str],
) -> Literal["first", "again", "none"]:
    """Create and migrate the database, pools, roles and users, if there is need.

    What was done last is noted as a comment on the database itself, so that the note
    cannot outlive the database it speaks of.

    Raises:
        AirflowSetupFailed: a step failed.
    """
    name = airflow_database()
    with admin_connection("postgres") as server:
        ensure_login(server, _DATABASE_ROLE, secret("airflow_password"))
        ensure_database(server, name, owner=_DATABASE_ROLE)
        done = server.execute(
            "select shobj_description(oid, 'pg_database')"
            " from pg_database where datname = %s",
            [name],
        ).fetchone()
        wanted = _setup_stamp()
        if done and done[0] == wanted:
            return "none"
        _run_setup(environment)
        server.execute(
            sql.SQL("comment on database {} is {}").format(
                sql.Identifier(name), sql.Literal(wanted)
            )
        )
    return "again" if done and done[0] else "first"


def _places() -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(airflow_home()),
        "ACORN_HOME": str(acorn_home()),
        "ACORN_ARCHIVE": str(archive_root()),
        "PYTHONPATH": str(CHECKOUT),
        **server_environment(),
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        ),
    }


def _core_settings(web_port: int) -> dict[str, str]:
    executor = executor_settings()
    return _as_variables(
        core=dict(
            dags_folder=DAGS_FOLDER,
            plugins_folder=PLUGINS_FOLDER,
            load_examples=False,
            parallelism=4,
            auth_manager="airflow.providers.fab.auth_manager.fab_auth_manager."
            "FabAuthManager",
            execution_api_server_url=f"{airflow_url(web_port)}/execution/",
            default_timezone="utc",
            **executor["core"],
        ),
        api=dict(
            host=bind_address(),
            port=web_port,
            base_url=airflow_public_url(web_port),
            workers=1,
            instance_name="Acorn",
            expose_config=False,
        ),
        # At 1 s, its default, ten tasks in a row take 5 s longer.
        scheduler=dict(
            scheduler_idle_sleep_time=0.1, task_instance_heartbeat_timeout=60
        ),
        dag_processor=dict(refresh_interval=30),
        logging=dict(
            base_log_folder=airflow_home() / "logs",
            colored_console_log=False,
            **executor["logging"],
        ),
        celery=executor.get("celery", {}),
        fab=dict(enable_proxy_fix=is_behind_tls()),
        usage_data_collection=dict(enabled=False),
    )


def _secret_settings() -> dict[str, str]:
    url = service_address(_DATABASE_ROLE, airflow_database()).sqlalchemy_url()
    # asyncpg takes the URL's options by variables alone: see _places.
    plain = url.partition("?")[0].replace("+psycopg2", "+asyncpg")
    return _as_variables(
        database=dict(sql_alchemy_conn=url, sql_alchemy_conn_async=plain),
        core=dict(fernet_key=secret("airflow_fernet_key")),
        api=dict(secret_key=secret("airflow_api_secret_key")),
        api_auth=dict(jwt_secret=secret("airflow_jwt_secret")),
    )


def demo_settings(sandbox_port: int) -> dict[str, str]:
    """Connections and addresses of the sandbox, for the demo company only."""
    if not is_demo():
        return {}
    from extract.amazon.connection import environment_variable
    from sandbox.credentials import demo_credentials

    url = sandbox_url(sandbox_port)
    settings = {"ACORN_ECB_URL": f"{url}/stats/eurofxref/eurofxref-hist.xml"}
    for entry in demo_credentials():
        name = environment_variable(entry["account_code"], entry["region"])
        connection = {
            "conn_type": "generic",
            "login": entry["client_id"],
            "password": entry["client_secret"],
            "host": url,
            "extra": {
                "refresh_token": entry["refresh_token"],
                "token_url": f"{url}/auth/o2/token",
            },
        }
        settings[name] = json.dumps(connection)
    return settings


def _as_variables(**sections: dict[str, Any]) -> dict[str, str]:
    return {
        f"AIRFLOW__{section.upper()}__{option.upper()}": str(value)
        for section, options in sections.items()
        for option, value in options.items()
    }


def _setup_stamp() -> str:
    parts = [
        version("apache-airflow"),
        version("apache-airflow-providers-fab"),
        grants_and_sign_ins(),
        POOLS_FILE.read_text(),
    ]
    return "acorn set-up " + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _run_setup(environment: dict[str, str]) -> None:
    airflow_home().mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "acorn.airflow_setup"],
        env=environment | {"ACORN_SETUP_USERS": json.dumps(sign_ins())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=CHECKOUT,
    )
    log = acorn_home() / "logs" / "airflow-setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(done.stdout)
    if done.returncode != 0:
        end = "\n".join(done.stdout.splitlines()[-15:])
        raise AirflowSetupFailed(
            f"Airflow's database could not be set up ({log}):\n{end}"
        )
