"""What every DAG has to keep to; see docs/dags.md."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.home import CHECKOUT
from dags.dag_support import defaults, tags

DAG_FILES = sorted((CHECKOUT / "dags").glob("*.py"))
NAMES = [path.stem for path in DAG_FILES]
VERBS = ("ingest", "transform", "check", "publish", "maintain", "backfill")


def test_dags_import_clean_without_reaching_outside(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert sorted(dag_bag.dags) == NAMES


@pytest.mark.parametrize("path", DAG_FILES, ids=NAMES)
def test_dag_file_and_function_share_a_name_that_begins_with_a_verb(path: Path) -> None:
    tree = ast.parse(path.read_text())
    decorated = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(
            "dag" in ast.unparse(mark).split("(")[0] for mark in node.decorator_list
        )
    ]

    assert decorated == [path.stem]
    assert path.stem.split("_")[0] in VERBS


@pytest.mark.parametrize("name", NAMES)
def test_dag_carries_its_manual(dag_bag: Any, name: str) -> None:
    manual = dag_bag.dags[name].doc_md

    assert manual
    for heading in ("**What.**", "**When.**", "**Running it again**", "**Backfill.**"):
        assert heading in manual


@pytest.mark.parametrize("name", NAMES)
def test_dag_shows_its_name_and_a_chinese_one(dag_bag: Any, name: str) -> None:
    # The name comes first: alerts, runbooks and the API go by it.
    shown, _, chinese = dag_bag.dags[name].dag_display_name.partition(" · ")

    assert shown == name
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


@pytest.mark.parametrize("name", NAMES)
def test_dag_is_bounded_and_tagged(dag_bag: Any, name: str) -> None:
    dag = dag_bag.dags[name]

    assert dag.catchup is False
    assert 1 <= dag.max_active_runs <= 2
    assert dag.deadline
    assert set(dag.tags) <= tags.ALL
    kinds = [tag.split(":")[0] for tag in dag.tags]
    assert kinds.count("domain") == kinds.count("tier") == 1
    assert ("source" in kinds) == name.startswith("ingest_")


@pytest.mark.parametrize("name", NAMES)
def test_tasks_have_owner_limits_and_alerts(dag_bag: Any, name: str) -> None:
    text = (CHECKOUT / "dags" / f"{name}.py").read_text()
    assert "retries=" in text and "timeout=" in text
    for task in dag_bag.dags[name].task_dict.values():
        assert task.owner == defaults.OWNER
        assert task.retries <= 5
        assert timedelta(0) < task.execution_timeout <= timedelta(hours=12)
        assert task.on_failure_callback and task.retry_policy


def test_pools_that_tasks_name_are_made_by_up(dag_bag: Any) -> None:
    import json

    made = set(json.loads((CHECKOUT / "config/airflow/pools.json").read_text()))
    used = {
        task.pool for dag in dag_bag.dags.values() for task in dag.task_dict.values()
    }

    assert used - {"default_pool"} == made


def test_assets_chain_raw_to_reports(dag_bag: Any) -> None:
    told = {
        name: {a.name for t in dag.task_dict.values() for a in t.outlets or ()}
        for name, dag in dag_bag.dags.items()
    }
    wanted = {
        name: {a.name for a in dag.timetable.asset_condition.objects}
        for name, dag in dag_bag.dags.items()
        if dag.timetable.asset_condition
    }

    assert wanted["transform_warehouse"] == {
        asset for name in told if name.startswith("ingest_") for asset in told[name]
    }
    assert wanted["publish_reports"] == told["transform_warehouse"] == {"marts"}
    assert wanted["publish_dbt_docs"] == told["publish_reports"] == {"reports"}


def test_only_dags_know_the_orchestrator() -> None:
    offenders = []
    folders = ("extract", "expectations", "deliver", "config", "sandbox")
    plugins = CHECKOUT / "config" / "airflow" / "plugins"  # they are part of Airflow
    for path in (p for name in folders for p in (CHECKOUT / name).rglob("*.py")):
        if plugins in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(name.split(".")[0] == "airflow" for name in names):
                offenders.append(str(path))

    assert offenders == []


def test_task_code_is_imported_inside_tasks() -> None:
    # Parsing happens every 30 seconds; Great Expectations alone takes 4 to import.
    allowed = {"extract.errors"}
    for path in (CHECKOUT / "dags").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            module = (
                getattr(node, "module", None)
                if isinstance(node, ast.ImportFrom)
                else None
            )
            if module and module.split(".")[0] in (
                "extract",
                "expectations",
                "deliver",
            ):
                assert module in allowed, f"{path.name} imports {module} while parsing"


def test_catalogue_page_is_up_to_date(tmp_path: Path) -> None:
    # In a process of its own: the page is made from DAGs read afresh.
    made = subprocess.run(
        [
            sys.executable,
            "-c",
            "from dags.dag_support.catalogue import page; print(page(), end='')",
        ],
        env=os.environ | {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert made == (CHECKOUT / "docs" / "dags.md").read_text(), "run `make docs`"
