"""The dbt docs: every table and column explained, and what is made from what.

One HTML page that needs nothing else, in ACORN_HOME/dbt-docs. It describes the newest
build, so it is made again only when the project, its settings or the tables' columns
differ from those it was made of. dbt works in a folder of its own meanwhile: a build
may run at the same time.

Data flow: dbt_project, the warehouse's catalogue -> ACORN_HOME/dbt-docs/index.html.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from config.home import acorn_home
from config.warehouse import connect
from deliver import dbt
from deliver.build import Build, load_build
from deliver.project import project_sha256

_WORK = "docs-target"
_STAMP = "docs.sha256"


def dbt_docs_folder() -> Path:
    """Where the page is: index.html."""
    return acorn_home() / "dbt-docs"


def refresh_dbt_docs(build_id: int) -> bool:
    """Make the page anew if it is out of date; answers whether it was.

    Raises:
        LookupError: there is no such build.
        DbtFailed: dbt could not make it; the old page stays.
    """
    build = load_build(build_id)
    wanted = _fingerprint(build)
    stamp = dbt.dbt_folder() / _STAMP
    page = dbt_docs_folder() / "index.html"
    if page.exists() and stamp.exists() and stamp.read_text() == wanted:
        return False
    _replace(page, _generate(build))
    stamp.write_text(wanted)
    return True


def _fingerprint(build: Build) -> str:
    with connect("transformer") as connection:
        row = connection.execute(
            """
            select md5(string_agg(
                concat_ws(' ', table_schema, table_name, column_name, data_type),
                e'\\n' order by table_schema, table_name, ordinal_position
            ))
            from information_schema.columns
            where table_schema not in ('pg_catalog', 'information_schema')
            """
        ).fetchone()
    parts = [project_sha256(), str(sorted(build.vars.items())), str(row)]
    return sha256("\n".join(parts).encode()).hexdigest()


def _generate(build: Build) -> Path:
    work = dbt.dbt_folder() / _WORK
    dbt.run(("docs", "generate", "--static"), build.vars, target=work)
    return work / "static_index.html"


def _replace(page: Path, made: Path) -> None:
    """Readers see the old page or the new one, never half of one."""
    page.parent.mkdir(parents=True, exist_ok=True)
    # Copied first: the two may be on different volumes, where a rename cannot be whole.
    fresh = dbt_docs_folder().parent / f".dbt-docs-{os.getpid()}.html"
    shutil.copyfile(made, fresh)
    fresh.replace(page)
