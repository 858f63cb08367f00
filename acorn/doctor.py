"""Checks of `acorn doctor`, each a line that passes or fails with its remedy."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import psycopg

from acorn.airflow import airflow_database, demo_settings
from acorn.parts import choose_superset_port, choose_web_port, saved_settings
from acorn.postgres import admin_connection
from acorn.stack_health import sick_parts
from acorn.superset import superset_python
from config.company import is_demo, load_company
from config.home import CHECKOUT, acorn_home, archive_root
from config.warehouse import ROLES, connect

_DISK_NEEDED_GB = 5
_POSTGRES_NEEDED = 15


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    is_success: bool
    detail: str


def examine() -> Iterator[Finding]:
    """Run every check; one that breaks is a failed line and does not stop the rest."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("python", _python),
        ("versions", _versions),
        ("disk", _disk),
        ("company.yml", _company),
        ("postgres", _postgres),
        *((f"role {role}", lambda role=role: _role(role)) for role in ROLES),
        ("archive", _archive),
        ("superset", _superset),
        ("port of Airflow", lambda: _port("api-server")),
        ("port of Superset", lambda: _port("superset")),
    ]
    for name, check in checks:
        yield _run(name, check)
    try:
        company = load_company()
    except Exception:  # the line company.yml above has told it
        return
    _show_demo_credentials()
    for account in company.accounts:
        for region in account.regions:
            yield from _amazon(account.code, region)


def _run(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except Exception as error:  # whatever it is, it is this line's finding
        text = " ".join(str(error).split()) or type(error).__name__
        return Finding(name, False, text)


def _python() -> str:
    found = sys.version.split()[0]
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise RuntimeError(f"Python {found}; needed is 3.11 to 3.13. Run `make setup`.")
    return found


def _versions() -> str:
    """Installed packages are those of requirements.txt."""
    wrong = []
    for line in (CHECKOUT / "requirements.txt").read_text().splitlines():
        name, separator, wanted = line.partition("==")
        if not separator:
            continue
        try:
            found = version(name.partition("[")[0])
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} {found}, pinned {wanted}")
    if wrong:
        raise RuntimeError(f"{'; '.join(wrong)}. Run `make setup`.")
    return "as pinned"


def _disk() -> str:
    free = shutil.disk_usage(acorn_home()).free // 10**9
    if free < _DISK_NEEDED_GB:
        raise RuntimeError(
            f"{free} GB free in {acorn_home()}; {_DISK_NEEDED_GB} needed"
        )
    return f"{free} GB free"


def _company() -> str:
    company = load_company()
    return f"{company.name.en}, {len(company.accounts)} accounts"


def _postgres() -> str:
    with connect("owner") as connection:
        number = connection.info.server_version // 10_000
        address = f"{connection.info.host}:{connection.info.port}"
    if number < _POSTGRES_NEEDED:
        raise RuntimeError(f"Postgres {number}; {_POSTGRES_NEEDED} or newer is needed")
    return f"version {number} at {address}"


def _role(role: str) -> str:
    with connect(role) as connection:
        connection.execute("select 1")
    return "logs in"


def _archive() -> str:
    """The newest document of the ledger is in the archive."""
    with connect("loader") as connection:
        row = connection.execute(
            "select count(*), (array_agg(archive_path order by file_id desc))[1] "
            "from ops.source_files"
        ).fetchone()
    assert row is not None
    if row[1] and not (archive_root() / row[1]).exists():
        raise RuntimeError(f"{archive_root() / row[1]} is missing")
    return f"{row[0]} documents in {archive_root()}"


def _superset() -> str:
    """Superset's environment holds the pinned version."""
    pins = (CHECKOUT / "dashboards" / "requirements.txt").read_text()
    wanted = re.findall(r"^apache-superset==(.+)$", pins, re.MULTILINE)[0]
    packages = superset_python().parent.parent / "lib"
    if not list(packages.glob(f"*/site-packages/apache_superset-{wanted}.dist-info")):
        raise RuntimeError(
            f"Superset {wanted} is not in {packages.parent}. Run `make setup`."
        )
    return f"version {wanted}"


def _port(part: str) -> str:
    """The port is free, or served by our own stack."""
    settings = saved_settings()
    is_superset = part == "superset"
    if settings is not None and not {part, "postgres"} & set(sick_parts(settings)):
        return settings.superset_url if is_superset else settings.web_url
    choose = choose_superset_port if is_superset else choose_web_port
    return f"{choose(None)} is free"


def _show_demo_credentials() -> None:
    """The demo's credentials are the running sandbox's; nobody sets them."""
    settings = saved_settings()
    if is_demo() and settings is not None and settings.sandbox_port:
        for name, value in demo_settings(settings.sandbox_port).items():
            os.environ.setdefault(name, value)


def _amazon(account_code: str, region: str) -> Iterator[Finding]:
    from extract.amazon.client import from_environment
    from extract.amazon.preflight import check_access

    name = f"amazon {account_code} {region}"
    if _is_in_airflow_alone(account_code, region):
        told = "made in Airflow's pages, encrypted there, not tried from here"
        yield Finding(name, True, f"{told}; the next run of an ingest does")
        return
    try:
        connection = from_environment(account_code, region)
        for check in check_access(connection):
            yield Finding(f"{name}: {check.name}", check.is_success, check.detail)
    except Exception as error:  # named on its own line, the other accounts go on
        yield Finding(name, False, " ".join(str(error).split()))


def _is_in_airflow_alone(account_code: str, region: str) -> bool:
    """Whether Airflow's database has the connection, and the environment has not."""
    from extract.amazon.connection import connection_id, environment_variable

    if os.environ.get(environment_variable(account_code, region)):
        return False
    try:
        with admin_connection(airflow_database()) as connection:
            found = connection.execute(
                "select from connection where conn_id = %s",
                [connection_id(account_code, region)],
            )
            return found.fetchone() is not None
    except psycopg.Error:  # Airflow was never set up here
        return False
