"""House rules of the dbt project, read from dbt's own manifest. No database needed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.company import DEMO_COMPANY, load_company
from config.home import CHECKOUT
from deliver.project import dbt_vars

PROJECT = CHECKOUT / "dbt_project"
SELECTORS = {"staging", "marts", "everyday", "all"}
PREFIXES = {"staging": ("stg_",), "intermediate": ("int_",)}
MART_PREFIXES = ("fct_", "dim_", "rpt_")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt understands the project to be."""
    target = tmp_path_factory.mktemp("dbt")
    placeholders = dict.fromkeys(
        ("DBT_HOST", "DBT_DATABASE", "DBT_USER", "DBT_PASSWORD"), "none"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "parse"),
            *("--vars", json.dumps(dbt_vars(load_company(DEMO_COMPANY)))),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env={
            **os.environ,
            **placeholders,
            "DBT_PORT": "1",
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(target),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Deprecat" not in done.stdout, done.stdout
    return json.loads((target / "manifest.json").read_text())


def nodes(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == kind]


def layer(model: dict[str, Any]) -> str:
    return Path(model["original_file_path"]).parts[1]


def test_models_are_named_after_their_layer_and_folder(manifest):
    for model in nodes(manifest, "model"):
        prefixes = PREFIXES.get(layer(model), MART_PREFIXES)
        folder = Path(model["original_file_path"]).parent.name
        assert model["name"].startswith(prefixes), model["name"]
        if layer(model) != "marts":
            assert model["name"].split("__")[0].endswith(f"_{folder}"), model["name"]


def test_models_have_their_yaml_beside_them(manifest):
    for model in nodes(manifest, "model"):
        described_in = (model["patch_path"] or "").removeprefix("acorn://")
        expected = Path(model["original_file_path"]).with_suffix(".yml")
        assert described_in == str(expected), model["name"]


def test_models_say_their_grain_first(manifest):
    for model in nodes(manifest, "model"):
        assert re.match(r"(One row per|Every) ", model["description"]), model["name"]


def test_models_have_a_tested_key(manifest):
    tested = {
        node
        for test in nodes(manifest, "test")
        if test.get("test_metadata")
        and test["test_metadata"]["name"] in ("unique", "unique_combination")
        for node in test["depends_on"]["nodes"]
    }
    keyed_by_index = {
        model["unique_id"]
        for model in nodes(manifest, "model")
        if any(index.get("unique") for index in model["config"].get("indexes") or [])
    }
    for model in nodes(manifest, "model"):
        assert model["unique_id"] in tested | keyed_by_index, model["name"]


def test_marts_keep_their_contract(manifest):
    marts = [model for model in nodes(manifest, "model") if layer(model) == "marts"]

    assert marts
    for model in marts:
        assert model["config"]["contract"]["enforced"], model["name"]
        for column in model["columns"].values():
            assert column["description"], f"{model['name']}.{column['name']}"


def test_rules_have_hand_made_rows(manifest):
    tested = {
        unit_test["model"]
        for unit_test in manifest["unit_tests"].values()
        if unit_test["description"]
    }
    assert tested >= {
        "stg_amazon__settlement_lines_v1",
        "stg_amazon__settlement_lines_v2",
        "int_finance__line_buckets",
        "int_finance__fx_rates_daily",
        "int_finance__settlement_chain",
        "fct_settlement_lines",
    }


def test_staging_reads_sources_and_nothing_else_does(manifest):
    ledger_facts = {"source.acorn.ops.visible_batches", "source.acorn.ops.load_batches"}
    build_facts = {"source.acorn.ops.builds"}
    for model in nodes(manifest, "model"):
        depends_on = set(model["depends_on"]["nodes"])
        if layer(model) == "staging":
            assert not any(d.startswith("model.") for d in depends_on), model["name"]
        else:
            sources = {d for d in depends_on if d.startswith("source.")}
            assert sources <= ledger_facts | build_facts, model["name"]


def test_sql_is_portable_and_names_no_schema():
    forbidden = {
        "::": "cast()",
        "distinct on": "row_number()",
        "select distinct": "group by",
        "from raw.": "source()",
        "from ops.": "source()",
        "from marts.": "ref()",
    }
    for path in (PROJECT / "models").rglob("*.sql"):
        text = re.sub(r"--.*", "", path.read_text().lower())
        for sign, instead in forbidden.items():
            assert sign not in text, f"{path.name}: write {instead} for {sign}"


def test_postgres_alone_is_named_in_macros_that_can_be_replaced():
    for path in (PROJECT / "macros").rglob("*.sql"):
        text = path.read_text()
        if "postgres__" in text:
            assert "adapter.dispatch(" in text, path.name


def test_selectors_are_those_that_dags_run(manifest):
    assert set(manifest["selectors"]) == SELECTORS


def test_rules_do_not_leave_a_kind_of_fee_open():
    """A rule with an open description would swallow fees nobody has seen yet."""
    rules = (PROJECT / "seeds" / "amazon" / "settlement_line_rules.csv").read_text()
    open_types = {
        line.split(",")[1]
        for line in rules.splitlines()[1:]
        if line.split(",")[2] == "*"
    }
    assert open_types == {"CouponRedemptionFee", "Inbound Defect Fee"}
    assert not re.search(r"^[^,]*,\*,", rules, re.MULTILINE)
