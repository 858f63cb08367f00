"""Writes docs/dags.md from the DAGs themselves, so that the page cannot lag behind.

python -m dags.dag_support.catalogue
"""

from __future__ import annotations

import importlib
import os
import tempfile
from typing import TYPE_CHECKING

from config.home import CHECKOUT

if TYPE_CHECKING:
    from airflow.sdk import DAG

PAGE = CHECKOUT / "docs" / "dags.md"
_HEAD = """# The DAGs

Written from `dags/` by `make docs`; change the DAG's docstring, not this page.

DAGs are chained by assets, not by the clock: raw feeds start `transform_warehouse`, its
marts start `publish_reports`. Each page part below is the manual that Airflow shows for
the DAG.

```
ingest_amazon_settlements --> raw.amazon_settlements --+
ingest_fx_rates ------------> raw.fx_rates ------------+--> transform_warehouse
ingest_manual_drops --------> raw.manual_files --------+            |
                                                                  marts
                                                                    |
                      publish_dbt_docs <-- reports <-- publish_reports
```
"""


def dag_names() -> list[str]:
    """The DAGs there are: one file each, named as the DAG."""
    return sorted(path.stem for path in (CHECKOUT / "dags").glob("*.py"))


def load_dag(name: str) -> DAG:
    """The DAG of that name, from its file."""
    from airflow.sdk import DAG

    module = importlib.import_module(f"dags.{name}")
    # The function of the same name stands in the module; call results do not.
    found = getattr(module, name)()
    assert isinstance(found, DAG)
    return found


def page() -> str:
    """The whole page."""
    dags = [load_dag(name) for name in dag_names()]
    rows = [
        f"| [{dag.dag_id}](#{dag.dag_id}) | {_schedule(dag)} | {_outlets(dag)} |"
        f" {', '.join(sorted(dag.tags))} |"
        for dag in dags
    ]
    table = ["| DAG | runs | feeds | tags |", "| --- | --- | --- | --- |", *rows]
    parts = [_HEAD, "\n".join(table) + "\n", *(_manual(dag) for dag in dags)]
    return "\n".join(parts)


def _manual(dag: DAG) -> str:
    tasks = ", ".join(f"`{name}`" for name in dag.task_dict)
    facts = (
        f"Tasks: {tasks}. Runs at once: {dag.max_active_runs}. "
        f"Owner: {dag.default_args['owner']}."
    )
    return f"## {dag.dag_id}\n\n{(dag.doc_md or '').strip()}\n\n{facts}\n"


def _schedule(dag: DAG) -> str:
    condition = dag.timetable.asset_condition
    if condition:
        return "on " + ", ".join(f"`{asset.name}`" for asset in condition.objects)
    return f"`{dag.timetable.expression}` {dag.timetable.timezone}"


def _outlets(dag: DAG) -> str:
    names = {
        asset.name for task in dag.task_dict.values() for asset in task.outlets or ()
    }
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"


def main() -> None:
    """Write the page."""
    # Importing airflow makes its folder; it must not land in the user's home.
    os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="acorn-airflow-"))
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
