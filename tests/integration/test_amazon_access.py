"""Credentials, the access check, the call record, and who may fetch when."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.company import CompanyFileError
from config.home import CHECKOUT
from extract.amazon import settlements
from extract.amazon.client import SellerConnection, from_environment, open_client
from extract.amazon.preflight import Check, check_access, check_clock
from extract.amazon.reports import only_fetcher
from extract.api_calls import open_call_log
from extract.errors import CredentialError
from sandbox.credentials import CLIENT_SECRET
from tests.integration.amazon_sandbox import fetch, file_hashes

pytestmark = pytest.mark.integration

VARIABLE = "AIRFLOW_CONN_AMAZON_NA_DEMO_FE"
FIELDS = {
    "conn_type": "generic",
    "login": "an-id",
    "password": "a-secret",
    "extra": {"refresh_token": "a-token"},
}


def test_a_connection_comes_from_airflows_variable(postgres_home, monkeypatch):
    monkeypatch.setenv(VARIABLE, json.dumps(FIELDS))

    connection = from_environment("na-demo", "FE")

    assert connection == SellerConnection(
        "na-demo", "FE", "JP", "an-id", "a-secret", "a-token"
    )
    assert connection.api_endpoint == "https://sellingpartnerapi-fe.amazon.com"
    assert connection.lwa_token_url == "https://api.amazon.com/auth/o2/token"


def test_extra_may_be_text_and_addresses_can_be_replaced(postgres_home, monkeypatch):
    extra = {"refresh_token": "a-token", "token_url": "http://127.0.0.1:1/token"}
    fields = FIELDS | {"host": "http://127.0.0.1:1/", "extra": json.dumps(extra)}
    monkeypatch.setenv(VARIABLE, json.dumps(fields))

    connection = from_environment("na-demo", "FE")

    assert connection.api_endpoint == "http://127.0.0.1:1"
    assert connection.lwa_token_url == extra["token_url"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, VARIABLE),
        ("generic://an-id:a-secret@host", "no JSON object"),
        (json.dumps(FIELDS | {"password": ""}), "lacks password"),
        (json.dumps(FIELDS | {"extra": {}}), "lacks refresh_token"),
        (json.dumps(FIELDS | {"host": "a-secret.example"}), "must begin with https"),
    ],
)
def test_a_connection_that_cannot_be_used_says_what_it_lacks(
    postgres_home, monkeypatch, value, told
):
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)

    with pytest.raises(CredentialError, match=told) as hit:
        from_environment("na-demo", "FE")

    assert "a-secret" not in str(hit.value) and "a-token" not in str(hit.value)


def test_an_unknown_account_and_a_region_without_store_are_refused(
    postgres_home, monkeypatch
):
    monkeypatch.setenv("AIRFLOW_CONN_AMAZON_NOBODY_NA", json.dumps(FIELDS))
    monkeypatch.setenv("AIRFLOW_CONN_AMAZON_NA_DEMO_EU", json.dumps(FIELDS))

    with pytest.raises(CompanyFileError, match="nobody"):
        from_environment("nobody", "NA")
    with pytest.raises(CredentialError, match="its regions are FE, NA"):
        from_environment("na-demo", "EU")


def test_a_good_connection_passes_every_check(amazon):
    checks = check_access(amazon.connection("na-demo", "NA"))

    assert [check.name for check in checks] == [
        *("token", "clock", "stores", "reports role")
    ]
    assert all(check.is_success for check in checks), checks
    assert "CA, US" in checks[2].detail


def test_the_check_names_the_missing_role_and_goes_on(amazon):
    amazon.fault("revoke_role", role="Finance and Accounting")

    checks = {check.name: check for check in check_access(amazon.connection())}

    assert checks["stores"].is_success
    assert not checks["reports role"].is_success
    assert '"Finance and Accounting"' in checks["reports role"].detail


def test_the_check_ends_at_a_refused_token(amazon):
    [check] = check_access(amazon.connection(refresh_token="revoked"))

    assert (check.name, check.is_success) == ("token", False)
    assert "invalid_grant" in check.detail


def test_a_store_the_seller_has_not_is_named(amazon, monkeypatch, tmp_path: Path):
    company = (CHECKOUT / "config" / "company.demo.yml").read_text(encoding="utf-8")
    other = tmp_path / "company.yml"
    other.write_text(company.replace("[UK, DE, FR]", "[UK, DE, IT]"), encoding="utf-8")
    monkeypatch.setenv("ACORN_COMPANY", str(other))

    checks = {check.name: check for check in check_access(amazon.connection())}

    assert not checks["stores"].is_success
    assert "the stores IT" in checks["stores"].detail


@pytest.mark.parametrize(("seconds", "passes"), [(60, True), (61, False), (-61, False)])
def test_a_clock_may_be_off_by_a_minute(seconds, passes):
    served_at = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)

    check = check_clock(
        "Sun, 22 Nov 2026 08:00:00 GMT", served_at + timedelta(seconds=seconds)
    )

    assert isinstance(check, Check) and check.is_success is passes


def test_every_call_is_recorded_with_its_outcome(amazon, warehouse):
    amazon.fault("server_error", operation="getReports", status=503)

    fetch(amazon.connection())

    calls = warehouse.rows(
        "select operation, http_status, attempt, error is null, request_id is not null,"
        " rate_limit is not null from ops.api_calls order by call_id",
    )
    assert calls[:3] == [
        ("getAccessToken", 200, 1, True, True, False),
        ("getReports", 503, 1, False, True, True),
        ("getReports", 200, 2, True, True, True),
    ]
    assert calls[-1] == ("download", 200, 1, True, True, False)
    assert len(calls) == len(amazon.state.calls)
    with open_call_log("amazon", "eu-demo", "EU") as log:  # what a new bucket reads
        past = log.past_calls("getReports", timedelta(hours=1))
    assert [call.http_status for call in past] == amazon.statuses("getReports")


def test_no_answer_at_all_is_recorded_too(amazon, warehouse):
    connection = amazon.connection(token_url="http://127.0.0.1:9/token")

    [check] = check_access(connection)

    assert not check.is_success and "did not answer" in check.detail
    assert warehouse.rows("select http_status, attempt from ops.api_calls") == [
        (None, 1),
        (None, 2),
    ]


def test_no_secret_gets_into_logs_ledger_or_representation(amazon, warehouse, caplog):
    caplog.set_level(logging.DEBUG)
    amazon.fault("expire_document_url", count=2)
    amazon.fault("server_error", operation="getReports")
    connection = amazon.connection()

    with open_client(connection) as client:
        address = client.document_address(amazon.listed()[0].document_id)
    fetch(connection)

    tables = warehouse.rows(
        "select table_name from information_schema.tables where table_schema = 'ops'"
    )
    written = [str(warehouse.rows(f"select * from ops.{name}")) for name in tables]
    everything = "\n".join([caplog.text, repr(connection), repr(address), *written])
    assert "signature=" in address.url and len(caplog.records) > 50
    for secret in (CLIENT_SECRET, connection.refresh_token, "signature=", "Atza|"):
        assert secret not in everything


def test_error_texts_are_cleaned_before_they_are_recorded(warehouse):
    with pytest.raises(RuntimeError):
        with open_call_log("amazon", secrets=["hush"]) as log, log.recorded("call"):
            raise RuntimeError("hush at https://host/path?signature=abc for ever")

    assert warehouse.rows("select error from ops.api_calls") == [
        "RuntimeError: *** at https://host/path?*** for ever"
    ]


def test_a_second_fetcher_of_the_same_seller_waits(amazon, warehouse):
    connection, done = amazon.connection(), threading.Event()

    def second() -> None:
        fetch(connection)
        done.set()

    with warehouse.connect("loader") as ledger, only_fetcher(ledger, connection):
        waiting = threading.Thread(target=second)
        waiting.start()
        wait_until(
            lambda: (
                warehouse.rows(
                    "select count(*) from pg_locks where locktype = 'advisory'"
                    " and not granted and database ="
                    " (select oid from pg_database where datname = current_database())"
                )
                == [1]
            )
        )
        assert not done.is_set() and len(amazon.state.calls) == 0
    waiting.join(timeout=30)

    assert done.is_set()


def test_a_process_killed_in_the_middle_is_made_good_by_the_next(amazon, warehouse):
    amazon.fault("slow", operation="getReportDocument", seconds=0.3)
    running = subprocess.Popen(command(), env=environment(amazon), cwd=CHECKOUT)
    wait_until(lambda: warehouse.rows("select count(*) from ops.source_files") >= [2])
    running.send_signal(signal.SIGKILL)
    running.wait()
    amazon.state.faults.clear()

    again = subprocess.run(
        command(), env=environment(amazon), cwd=CHECKOUT, capture_output=True, text=True
    )

    assert again.returncode == 0, again.stderr
    assert warehouse.rows("select sha256 from ops.source_files order by 1") == (
        file_hashes(amazon.listed("na-demo", "NA"))
    )


def test_the_command_line_says_what_is_wrong(amazon, capsys, monkeypatch):
    amazon.fault("revoke_role", role="Finance and Accounting")
    for name, value in environment(amazon).items():
        monkeypatch.setenv(name, value)

    status = settlements.main(command()[3:])

    assert status == 1
    assert "Finance and Accounting" in capsys.readouterr().err


def command() -> list[str]:
    """Fetch the last 80 days from the command line."""
    today = datetime.now(UTC)
    start, end = today - timedelta(days=80), today + timedelta(days=1)
    return [
        *(sys.executable, "-m", "extract.amazon.settlements"),
        *("--account", "na-demo", "--region", "NA"),
        *("--from", f"{start:%Y-%m-%d}", "--to", f"{end:%Y-%m-%d}"),
    ]


def environment(amazon) -> dict[str, str]:
    connection = amazon.connection("na-demo", "NA")
    fields = {
        "conn_type": "generic",
        "login": connection.client_id,
        "password": connection.client_secret,
        "host": connection.endpoint,
        "extra": {
            "refresh_token": connection.refresh_token,
            "token_url": connection.token_url,
        },
    }
    return {**os.environ, "AIRFLOW_CONN_AMAZON_NA_DEMO_NA": json.dumps(fields)}


def wait_until(is_so) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, "waited 20 s in vain"
        time.sleep(0.05)
