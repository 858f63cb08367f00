"""The Great Expectations project: made at run time, kept as state in ACORN_HOME/gx.

Its files hold what suites and queries were, the newest results and the Data Docs. The
lasting record of every check is ops.gate_results, so they may be made anew. The
warehouse's address is put in at run time, so no password is written; nothing is sent
anywhere.

Great Expectations takes seconds to import; it is imported inside the functions, and
`import_ahead` lets that happen while the server works on a gate's statements.
"""

from __future__ import annotations

import fcntl
import importlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.home import acorn_home
from config.warehouse import address

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.file_data_context import (
        FileDataContext,
    )

_ADDRESS_VARIABLE = "ACORN_GX_WAREHOUSE_URL"
# The server ends a query whose client was killed; a gate's longest takes seconds.
_STATEMENT_MINUTES = 15
# Data Docs list every stored result on their first page, so the oldest go.
_RESULTS_KEPT = 40
SITE = "local_site"
_VIEW = {
    "view": {"module_name": "expectations.data_docs", "class_name": "PlainPageView"}
}


def project_folder() -> Path:
    """Where the project is kept."""
    return acorn_home() / "gx"


def data_docs_index() -> Path:
    """First page of the Data Docs; it exists after the first gate run."""
    return project_folder() / "uncommitted" / "data_docs" / SITE / "index.html"


def import_ahead() -> None:
    """Begin to import Great Expectations in the background; returns at once.

    Whoever imports it next waits for the rest. An import that fails is told there.
    """
    threading.Thread(target=_import_quietly, daemon=True).start()


def _import_quietly() -> None:
    with suppress(ImportError):
        importlib.import_module("great_expectations")


@contextmanager
def open_project(role: str) -> Iterator[FileDataContext]:
    """The project with the warehouse's address of `role`, ours alone meanwhile.

    Two gates write the same files, so the second one waits here. A gate that did not
    come to its end (killed, disk full) may have left a file cut short, with which Great
    Expectations cannot even start: then the project is made anew.
    """
    folder = project_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "project.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        in_use = folder / "in_use"
        if in_use.exists():
            _remove_all_but(folder, {in_use.name, "project.lock"})
        in_use.touch()
        yield _open(role)
        in_use.unlink()


def warehouse_variable() -> str:
    """What stands in the project's files in place of the warehouse's address."""
    return "${" + _ADDRESS_VARIABLE + "}"


def forget_old_results(suite_name: str) -> None:
    """Drop the results of this suite's oldest runs and their pages."""
    state = project_folder() / "uncommitted"
    for kept in (state / "validations", state / "data_docs" / SITE / "validations"):
        runs = sorted((kept / suite_name).glob("*/"), key=lambda run: run.name)
        for run in runs[:-_RESULTS_KEPT]:
            shutil.rmtree(run, ignore_errors=True)


def _remove_all_but(folder: Path, names: set[str]) -> None:
    for path in folder.iterdir():
        if path.name in names:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _open(role: str) -> FileDataContext:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(
        mode="file",
        context_root_dir=project_folder(),
        runtime_environment={_ADDRESS_VARIABLE: _sqlalchemy_url(role)},
    )
    sites = context.variables.data_docs_sites or {}
    wanted = _site_settings(dict(sites[SITE]))
    if context.config.analytics_enabled is not False or sites[SITE] != wanted:
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        context.variables.data_docs_sites = {**sites, SITE: wanted}
        context.enable_analytics(False)  # saves all three
    return context


def _site_settings(made: dict[str, Any]) -> dict[str, Any]:
    """The site as Great Expectations makes it, with our view for all its pages."""
    return made | {
        "show_how_to_buttons": False,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"} | _VIEW,
        "site_section_builders": {"expectations": _VIEW, "validations": _VIEW},
    }


def _sqlalchemy_url(role: str) -> str:
    milliseconds = _STATEMENT_MINUTES * 60_000
    return address(role).sqlalchemy_url(
        options=f"-c timezone=UTC -c statement_timeout={milliseconds}",
        application_name="acorn-gate",
    )
