"""Every DAG, read once, as Airflow reads it: no network, no connection, no variable."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest

from config.home import CHECKOUT


@pytest.fixture(scope="session")
def dag_bag(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The DagBag of dags/, read with everything outside out of reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        # Reading DAGs must need nothing of a home; an unusable one proves it.
        patch.setenv("ACORN_HOME", os.devnull)
        from airflow.dag_processing.dagbag import DagBag  # noqa: TID251 - the test subject
        from airflow.sdk import Connection, Variable  # noqa: TID251

        def refuse(*arguments: object, **named: object) -> None:
            raise AssertionError("reading a DAG file reached outside")

        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "create_connection", refuse)
        patch.setattr(Connection, "get", refuse)
        patch.setattr(Variable, "get", refuse)
        bag = DagBag(dag_folder=str(CHECKOUT / "dags"))
    return bag  # the ban ends here: other tests of this process may reach out
