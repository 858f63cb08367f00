"""Gate B: do the books tie? Runs after dbt and before anything is published.

If it fails, the reports stay as they were. Run as role transformer. What it found is
in ops.gate_results under the build's run id. Running it again on the same build answers
the same; a gate killed before its end has recorded nothing.

Data flow: marts.* -> intermediate.gate_b_* -> ops.gate_results, ops.alerts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from config.company import Company, load_company
from config.warehouse import connect
from deliver.alerts import raise_alert, resolve_alert
from deliver.build_lock import marts_of
from expectations.books import (
    ACCOUNTS_TABLE,
    LINES_CHECKED,
    batches_to_check,
    sum_up,
    table,
)
from expectations.checkpoints import find_faults
from expectations.context import import_ahead
from expectations.records import CheckResult, GateBResult
from expectations.rules import Fault
from expectations.suites.books import BOOKS_ACCOUNTS, BOOKS_SETTLEMENTS

_UNCLASSIFIED = "unclassified_lines"


def check_books(build_id: int, is_full: bool = False) -> GateBResult:
    """Whether the marts of this build tie; `is_full` reads every line of all history.

    Raises:
        LookupError: there is no such build.
        BuildReplaced: a newer build was started; that one will be checked.
        BuildBusy: another build is at work and does not end.
        GateFailed: a rule could not be run; the books count as not checked.
    """
    company = load_company()
    run_id = f"build-{build_id}"
    with connect("transformer", autocommit=True) as connection:
        _require_build(connection, build_id)
        import_ahead()
        # No other build may change the marts meanwhile, and no other gate run.
        with marts_of(build_id):
            checked = batches_to_check(connection, build_id, is_full)
            with connection.transaction():
                sum_up(connection, list(checked), company)
            faults = [
                fault
                for suite in (BOOKS_SETTLEMENTS, BOOKS_ACCOUNTS)
                for fault in find_faults(
                    connection, suite, [_rows_of(suite.name)], "transformer", run_id
                )
            ]
            result = _result(faults)
            with connection.transaction():
                _record(connection, result, run_id, checked)
                _tell_unclassified(connection, company)
        return result


def _require_build(connection: Connection[Any], build_id: int) -> None:
    found = connection.execute(
        "select from ops.builds where build_id = %s", [build_id]
    ).fetchone()
    if found is None:
        raise LookupError(f"There is no build {build_id}.")


def _rows_of(table_name: str) -> sql.Composed:
    return sql.SQL("select * from {}").format(table(table_name))


def _result(faults: list[Fault]) -> GateBResult:
    by_check = {fault.rule.check_name: fault for fault in faults}
    results = []
    for suite in (BOOKS_SETTLEMENTS, BOOKS_ACCOUNTS):
        for rule in suite.rules:
            fault = by_check.get(rule.check_name)
            results.append(
                CheckResult(
                    check_name=rule.check_name,
                    severity=rule.severity,
                    is_success=fault is None,
                    expected=fault.expected if fault else "",
                    observed=fault.observed if fault else "",
                    fault_count=fault.fault_count if fault else 0,
                )
            )
    is_success = all(r.is_success or r.severity == "warning" for r in results)
    return GateBResult(is_success=is_success, results=tuple(results))


def _record(
    connection: Connection[Any],
    result: GateBResult,
    run_id: str,
    checked: dict[int, str],
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.gate_results (
                gate, run_id, check_name, severity, is_success, fault_count, expected,
                observed
            )
            values ('B', %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    *(run_id, check.check_name, check.severity, check.is_success),
                    *(check.fault_count, check.expected or None),
                    check.observed or None,
                )
                for check in result.results
            ],
        )
        if result.is_success:
            # The next gate need not read these lines again.
            cursor.executemany(
                """
                insert into ops.gate_results (
                    gate, run_id, batch_id, check_name, severity, is_success, observed
                )
                values ('B', %s, %s, %s, 'critical', true, %s)
                """,
                [
                    (run_id, batch_id, LINES_CHECKED, rules_key)
                    for batch_id, rules_key in checked.items()
                ],
            )


def _tell_unclassified(connection: Connection[Any], company: Company) -> None:
    """An alert per account and currency above the limit; others are resolved."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_rows_of(ACCOUNTS_TABLE)).fetchall()
    for row in rows:
        subject = f"{row['account_code']} {row['currency_code']}"
        amount = row["unclassified_base_amount"]
        limit = row["unclassified_limit"]
        count = row["unclassified_line_count"]
        if count == 0 or (amount is not None and amount <= limit):
            resolve_alert(connection, _UNCLASSIFIED, subject)
            continue
        shown = _money(amount, company.base_currency)
        raise_alert(
            connection,
            kind=_UNCLASSIFIED,
            severity="warning",
            subject_key=subject,
            message_en=f"{subject}: {count} lines ({shown}) are unclassified. Add a "
            f"rule to settlement_line_rules.csv; marts.rpt_unclassified_lines lists "
            f"them.",
            message_zh=f"{subject}：有 {count} 行（{shown}）未分类。请在 "
            f"settlement_line_rules.csv 中添加规则；清单见 "
            f"marts.rpt_unclassified_lines。",
            amount=amount,
            currency_code=company.base_currency,
        )


def _money(amount: Decimal | None, currency_code: str) -> str:
    return "?" if amount is None else f"{amount:.2f} {currency_code}"
