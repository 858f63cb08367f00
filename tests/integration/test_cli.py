"""The commands from outside: real processes, a real Postgres, one ACORN_HOME."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration


class Shell:
    """Runs `acorn` in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.environment = os.environ | {"ACORN_HOME": str(home)}
        for name in ("ACORN_WAREHOUSE_DATABASE", "ACORN_ARCHIVE", "ACORN_COMPANY"):
            self.environment.pop(name, None)

    def acorn(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "acorn", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    subprocess.run(
        [
            *(sys.executable, "-m", "sandbox.generate"),
            *("--seed", "1", "--orders", "150", "--out", str(folder)),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    """Commands in a home of their own; its Postgres is stopped in the end."""
    with tempfile.TemporaryDirectory(prefix="acorn-test-cli-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        shell = Shell(Path(folder))
        yield shell
        shell.acorn("down")


@pytest.fixture(scope="module")
def built(shell: Shell, world: Path) -> Shell:
    for account in ("na-demo", "eu-demo"):
        done = shell.acorn(
            "import",
            *map(str, sorted((world / account).iterdir())),
            "--account",
            account,
        )
        assert done.returncode in (0, 2), done.stdout + done.stderr
    done = shell.acorn("build")
    assert done.returncode == 0, done.stdout + done.stderr
    return shell


def test_import_prints_one_verdict_per_file(shell: Shell, world: Path, tmp_path: Path):
    good = sorted((world / "eu-demo").glob("DE_*"))[0]
    broken = tmp_path / "broken.txt"
    broken.write_bytes(good.read_bytes()[: good.stat().st_size // 2])

    done = shell.acorn("import", str(good), str(broken), "--account", "eu-demo")

    verdicts = [line for line in done.stdout.splitlines() if ".txt" in line]
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(verdicts) == 2
    assert good.name in verdicts[0] and "accepted" in verdicts[0]
    assert broken.name in verdicts[1] and "quarantined" in verdicts[1]


def test_import_refuses_an_account_that_is_not_there(shell: Shell, world: Path):
    done = shell.acorn("import", str(world / "manifest.json"), "--account", "nobody")
    assert done.returncode == 1
    assert "na-demo" in done.stderr and "Traceback" not in done.stderr


def test_import_of_a_missing_file_is_an_error(shell: Shell):
    done = shell.acorn("import", "/nowhere/at-all.txt", "--account", "na-demo")
    assert done.returncode == 1
    assert "at-all.txt" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_quarantine_is_listed_and_a_wrong_total_is_never_released(built: Shell):
    listed = built.acorn("release")
    assert listed.returncode == 0, listed.stderr
    wrong_total = next(
        line for line in listed.stdout.splitlines() if "add up to" in line
    )
    batch_id = wrong_total.split()[1]

    released = built.acorn("release", batch_id, "--reason", "it will be fine")
    rechecked = built.acorn("release", batch_id, "--recheck")

    assert released.returncode == 1 and "Traceback" not in released.stderr
    assert rechecked.returncode == 2 and "quarantined" in rechecked.stdout


def test_verify_proves_every_settlement(built: Shell):
    done = built.acorn("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "residual 0.00" in done.stdout
    assert "FAIL" not in done.stdout


def test_second_build_changes_nothing(built: Shell):
    ask = (
        "select md5(string_agg(line::text, '|' order by settlement_line_key)) "
        "from marts.fct_settlement_lines as line"
    )
    before = built.acorn("query", ask, "--csv").stdout
    assert built.acorn("build").returncode == 0
    assert built.acorn("query", ask, "--csv").stdout == before


def test_explain_adds_up_the_archived_lines(built: Shell):
    asked = built.acorn(
        "query",
        "select account_code, marketplace_code, sku, month, currency_code "
        "from reports.profit_by_sku_month where sku <> '' "
        "order by abs(total_amount) desc limit 1",
        "--csv",
    )
    names, values = (line.split(",") for line in asked.stdout.splitlines())
    keys = [f"{name}={value}" for name, value in zip(names, values, strict=True)]

    done = built.acorn("explain", "reports.profit_by_sku_month", *keys)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "sha256" in done.stdout and "they agree" in done.stdout


def test_explain_names_a_column_that_is_not_there(built: Shell):
    done = built.acorn("explain", "marts.fct_settlements", "colour=red")
    assert done.returncode == 1
    assert "colour" in done.stderr and "settlement_id" in done.stderr


def test_query_is_read_only(built: Shell):
    done = built.acorn("query", "delete from marts.fct_settlement_lines")
    assert done.returncode == 1
    assert "refused" in done.stderr


@pytest.mark.parametrize(
    "corruption",
    [
        "delete from marts.fct_settlement_lines where settlement_line_key = ("
        "select min(settlement_line_key) from marts.fct_settlement_lines)",
        "update marts.fct_settlement_lines set amount = amount + 0.01 where "
        "settlement_line_key = ("
        "select min(settlement_line_key) from marts.fct_settlement_lines)",
        "update marts.fct_settlement_lines set bucket = 'refunds' where "
        "settlement_line_key = (select min(settlement_line_key) from "
        "marts.fct_settlement_lines where bucket = 'product_sales' and amount <> 0)",
        "update marts.fct_settlement_lines set fx_rate = fx_rate * 2 where "
        "settlement_line_key = (select min(settlement_line_key) from "
        "marts.fct_settlement_lines where amount <> 0)",
        "update reports.profit_by_sku_month set total_amount = total_amount + 0.01",
    ],
    ids=["dropped", "cent", "bucket", "rate", "report"],
)
def test_verify_finds_a_corrupted_warehouse(built: Shell, corruption: str):
    copy = "warehouse_corrupted"
    _copy_warehouse(built, copy, corruption)
    built.environment["ACORN_WAREHOUSE_DATABASE"] = copy
    try:
        done = built.acorn("verify")
    finally:
        del built.environment["ACORN_WAREHOUSE_DATABASE"]
    assert done.returncode == 1, done.stdout
    assert "FAIL" in done.stdout


def _copy_warehouse(shell: Shell, name: str, corruption: str) -> None:
    script = (
        "import sys\n"
        "from acorn.postgres import admin_connection\n"
        "name, corruption = sys.argv[1:]\n"
        "with admin_connection('postgres') as server:\n"
        "    server.execute(f'drop database if exists {name} with (force)')\n"
        "    server.execute(f'create database {name} template warehouse owner owner')\n"
        "with admin_connection(name) as copy:\n"
        "    assert copy.execute(corruption).rowcount > 0\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, name, corruption],
        env=shell.environment,
        check=True,
    )


def test_replay_gives_the_same_hashes(built: Shell):
    done = built.acorn("replay", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DIFFERS" not in done.stdout
    assert "marts.fct_settlement_lines" in done.stdout
    assert built.acorn("verify").returncode == 0


def test_doctor_prints_pass_or_fail_per_line(built: Shell):
    done = built.acorn("doctor")
    lines = done.stdout.splitlines()
    assert any(line.startswith("pass  postgres:") for line in lines), done.stdout
    # No sandbox runs here, so the line for each account and region must fail.
    assert any(line.startswith("FAIL  amazon na-demo") for line in lines)
    assert done.returncode == 1
