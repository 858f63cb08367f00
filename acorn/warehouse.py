"""Set up a warehouse database: roles, schemas, ledger, raw tables, grants, people.

The SQL is in `config/postgres/`; every statement may run again. Roles belong to the
server, so their passwords are set on each run to those of this ACORN_HOME. Who may see
which stores is taken over from company.yml on each run, and what signs a person's name
(`reports.person`) from the secret superset_person_key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from hashlib import sha256

from psycopg import Connection, sql

from acorn.postgres import admin_connection
from config.company import Company, load_company
from config.home import CHECKOUT, secret
from config.stores import labels, stores
from config.warehouse import ROLES, database_name
from expectations.chinese import FAULTS

_SQL_FOLDER = CHECKOUT / "config" / "postgres"
ADMINISTRATOR = "admin"  # signs in to Superset and sees everything
_SETUP_LOCK = 7_201_001  # advisory lock: two set-ups at once would collide


def ensure_warehouse(database: str | None = None) -> None:
    """Create or complete the roles, the database and everything in it.

    Raises:
        CompanyFileError: company.yml cannot be used.
    """
    name = database or database_name()
    company = load_company()
    with admin_connection("postgres") as server:
        server.execute("select pg_advisory_lock(%s)", [_SETUP_LOCK])
        _ensure_roles(server)
        ensure_database(server, name, owner="owner")
        _let_in(server, name)
        with admin_connection(name) as warehouse:
            with warehouse.transaction():
                warehouse.execute("set local role owner")
                _run_sql_files(warehouse)
                _take_over_settings(warehouse, company)
                key = secret("superset_person_key").encode()
                _fill(warehouse, "person_key", [_hmac_pads(key)])


def take_over_company() -> bool:
    """Let the warehouse know company.yml as it is now; answers whether that was news.

    Rows alone are written, no table is changed: it may run beside tasks.

    Raises:
        CompanyFileError: company.yml cannot be used.
    """
    company = load_company()
    with admin_connection(database_name()) as warehouse, warehouse.transaction():
        warehouse.execute("set local role owner")
        return _take_over_settings(warehouse, company)


def ensure_database(server: Connection, name: str, owner: str) -> None:
    """Create database `name` unless it exists; let only its owner connect.

    Otherwise every login of the server may: Superset's to Airflow's connections, say.
    """
    found = server.execute("select from pg_database where datname = %s", [name])
    if found.fetchone() is None:
        server.execute(
            sql.SQL("create database {} owner {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
    asked = server.execute(
        "select has_database_privilege('public', %s, 'connect')", [name]
    )
    if asked.fetchone() == (True,):
        server.execute(
            sql.SQL("revoke connect on database {} from public").format(
                sql.Identifier(name)
            )
        )


def ensure_login(server: Connection, role: str, password: str) -> None:
    """Create login role `role` unless it exists; set its password.

    An administrator who is no superuser becomes a member of it: only members may hand
    a database over to a role, or act as it.
    """
    found = server.execute("select from pg_roles where rolname = %s", [role])
    verb = "create" if found.fetchone() is None else "alter"
    server.execute(
        sql.SQL("{} role {} with login password {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
        )
    )
    asked = server.execute("select pg_has_role(current_user, %s, 'member')", [role])
    if asked.fetchone() == (False,):
        server.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)))


def _ensure_roles(server: Connection) -> None:
    for role in ROLES:
        ensure_login(server, role, secret(f"{role}_password"))
    # The owner sets up schemas on the transformer's behalf.
    server.execute("grant transformer to owner")
    # A reader's runaway query must end by itself; writers are bounded by their tasks.
    server.execute("alter role analyst set statement_timeout = '10min'")
    server.execute("alter role analyst set default_transaction_read_only = on")
    server.execute("alter role bi set default_transaction_read_only = on")


def _let_in(server: Connection, warehouse: str) -> None:
    """Let our own roles connect, and so who was granted one of them."""
    shut_out = server.execute(
        "select role from unnest(cast(%s as text[])) as role"
        " where not has_database_privilege(role, %s, 'connect')",
        [list(ROLES), warehouse],
    ).fetchall()
    for (role,) in shut_out:
        server.execute(
            sql.SQL("grant connect on database {} to {}").format(
                sql.Identifier(warehouse), sql.Identifier(role)
            )
        )


def _run_sql_files(warehouse: Connection) -> None:
    """Run the SQL, unless it was run as it is now: its locks wait for every load.

    Each command sets up. Beside a load that is at work it would wait for its end, hold
    up all others meanwhile, and could meet it in a deadlock. Whether a report lacks its
    policy (50_row_security.sql) is looked at each time.
    """
    texts = [path.read_text() for path in sorted(_SQL_FOLDER.glob("*.sql"))]
    version = sha256("".join(texts).encode()).hexdigest()
    if _stands(warehouse, version):
        return
    warehouse.execute("set local client_min_messages = warning")
    for text in texts:
        warehouse.execute(text)
    warehouse.execute(
        sql.SQL("comment on schema ops is {}").format(sql.Literal(version))
    )


def _stands(warehouse: Connection, version: str) -> bool:
    """Whether this version of the SQL was run and every report has its policy."""
    row = warehouse.execute(
        """
        select obj_description(to_regnamespace('ops'), 'pg_namespace') = %s
            and not exists (
                select from pg_tables
                where schemaname = 'reports' and not exists (
                    select from pg_policies as policy
                    where policy.schemaname = 'reports'
                        and policy.tablename = pg_tables.tablename
                        and policy.policyname = 'store_access'
                )
            )
        """,
        [version],
    ).fetchone()
    return bool(row and row[0])


def _take_over_settings(warehouse: Connection, company: Company) -> bool:
    """Let policies and live views know people, stores and texts as they are now.

    Answers whether anything was different.
    """
    access = {(p.name, store) for p in company.people for store in p.store_patterns}
    access.add((ADMINISTRATOR, "*"))
    tables: dict[str, Iterable[tuple[object, ...]]] = {
        "store_access": access,
        "stores": map(astuple, stores(company)),
        "labels": ((*key, *text) for key, text in labels().items()),
        "check_faults": FAULTS.items(),
    }
    return any([_fill(warehouse, name, rows) for name, rows in tables.items()])


def _hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer key of HMAC-SHA256 (RFC 2104): Postgres has only SHA-256."""
    block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def _fill(warehouse: Connection, name: str, rows: Iterable[tuple[object, ...]]) -> bool:
    """Make a table of ops hold exactly these rows; answers whether it did not."""
    table = sql.Identifier("ops", name)
    wanted = set(rows)
    held = warehouse.execute(sql.SQL("select * from {}").format(table)).fetchall()
    if wanted == set(held):
        return False
    warehouse.execute(sql.SQL("delete from {}").format(table))
    values = sql.SQL(", ").join([sql.Placeholder()] * len(next(iter(wanted))))
    with warehouse.cursor() as cursor:
        cursor.executemany(
            sql.SQL("insert into {} values ({})").format(table, values), wanted
        )
    return True
