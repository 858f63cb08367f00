"""Run a suite's rules over many batches with one Great Expectations checkpoint.

Callers judge batches in groups of 200: Great Expectations hands out at most 200
unexpected rows of a rule, a rule answers at most one row per batch, so none can be cut
off. That every row came is checked all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from psycopg import Connection, sql

from expectations.context import (
    forget_old_results,
    open_project,
    warehouse_variable,
)
from expectations.rules import Fault
from expectations.suites.suite import Suite

if TYPE_CHECKING:
    from great_expectations.checkpoint.checkpoint import Checkpoint, CheckpointResult
    from great_expectations.data_context.data_context.file_data_context import (
        FileDataContext,
    )

GROUP_SIZE = 200


class GateFailed(Exception):
    """A gate could not judge. Nothing was decided; the message says why."""


def find_faults(
    connection: Connection[Any],
    suite: Suite,
    queries: Sequence[sql.Composable],
    role: str,
    run_id: str,
) -> list[Fault]:
    """Every fault that the suite's rules find in the rows of these queries.

    One checkpoint runs per query. Great Expectations connects as `role`; `connection`
    only helps to write the queries down.

    Raises:
        GateFailed: a rule's query failed, or not every faulty batch was named.
    """
    faults: list[Fault] = []
    if not queries:
        return faults
    with open_project(role) as project:
        for number, query in enumerate(queries):
            # A query asset has to begin with SELECT; a suite's may begin with WITH.
            asset = sql.SQL("select * from ({}) as suite_rows").format(query)
            result = _run(
                project, suite, asset.as_string(connection), f"{run_id}-{number:04}"
            )
            faults += _faults(suite, result)
        forget_old_results(suite.name)
    return faults


def _run(
    project: FileDataContext, suite: Suite, query: str, run_name: str
) -> CheckpointResult:
    from great_expectations import RunIdentifier

    datasource = project.data_sources.add_or_update_postgres(
        "warehouse", connection_string=warehouse_variable()
    )
    rows = datasource.add_query_asset(suite.name, query=query)
    try:
        checkpoint = _checkpoint(project, suite, rows)
        return checkpoint.run(run_id=RunIdentifier(run_name=run_name))
    finally:
        datasource.get_execution_engine().close()


def _checkpoint(project: FileDataContext, suite: Suite, rows: Any) -> Checkpoint:
    import great_expectations as gx
    from great_expectations.checkpoint.actions import UpdateDataDocsAction

    expectations = project.suites.add_or_update(
        gx.ExpectationSuite(
            name=suite.name,
            expectations=[rule.as_expectation() for rule in suite.rules],
        )
    )
    validation = project.validation_definitions.add_or_update(
        gx.ValidationDefinition(
            name=suite.name,
            data=rows.add_batch_definition_whole_table("batches of this run"),
            suite=expectations,
        )
    )
    return project.checkpoints.add_or_update(
        gx.Checkpoint(
            name=suite.name,
            validation_definitions=[validation],
            actions=[UpdateDataDocsAction(name="update Data Docs")],
            result_format={"result_format": "COMPLETE"},
        )
    )


def _faults(suite: Suite, result: CheckpointResult) -> list[Fault]:
    (validation,) = result.run_results.values()
    if len(validation.results) != len(suite.rules):
        raise GateFailed(
            f"Suite {suite.name}: {len(validation.results)} of {len(suite.rules)} "
            f"rules were run."
        )
    return [
        fault
        for outcome in validation.results
        for fault in _faults_of_rule(suite, outcome)
    ]


def _faults_of_rule(suite: Suite, outcome: Any) -> list[Fault]:
    rule = suite.rule(outcome.expectation_config.meta["check_name"])
    if outcome.success:
        return []
    found = outcome.result.get("details", {}).get("unexpected_rows")
    if found is None:
        raise GateFailed(f"Rule {rule.check_name} could not be run: {_cause(outcome)}")
    if len(found) != outcome.result["observed_value"]:
        raise GateFailed(
            f"Rule {rule.check_name} found {outcome.result['observed_value']} batches "
            f"at fault and named {len(found)}."
        )
    return [Fault.from_row(rule, row) for row in found]


def _cause(outcome: Any) -> str:
    for failure in (outcome.exception_info or {}).values():
        if isinstance(failure, dict) and failure.get("exception_message"):
            return str(failure["exception_message"]).split("\n[SQL:")[0]
    return "no cause was given"
