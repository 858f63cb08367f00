"""Gate A on files that went through archive and loader, as people hand them in."""

from __future__ import annotations

import pytest

from config.company import DEMO_COMPANY
from config.warehouse import connect
from expectations.gate_a import check_batches
from expectations.release import DecisionRefused, recheck_batch, release_batch
from extract.importing import import_files
from extract.load.loader import load_batch
from tests.expectations.builders import SAMPLES, V2_NAMES, Settlement, status_of

pytestmark = pytest.mark.integration


def write(path, settlement: Settlement, names=tuple(V2_NAMES)):
    rows = ["\t".join(row.get(name, "") for name in names) for row in settlement.rows()]
    path.write_text("\n".join(["\t".join(names), *rows]) + "\n")
    return path


def test_a_new_column_is_a_warning_and_the_file_is_accepted(warehouse, tmp_path):
    path = write(tmp_path / "june.txt", Settlement(), (*V2_NAMES, "carbon-fee-type"))

    (verdict,) = import_files([path], "na-demo")

    assert verdict.status == "accepted"
    assert [r.check_name for r in verdict.reasons] == ["known_columns"]
    assert "carbon_fee_type" in verdict.sentence()


def test_a_file_of_blank_lines_is_set_aside(warehouse, tmp_path):
    path = tmp_path / "blank.txt"
    path.write_text("\t".join(V2_NAMES) + "\n" + "\t" * (len(V2_NAMES) - 1) + "\n")

    (verdict,) = import_files([path], "na-demo")

    assert verdict.status == "quarantined"
    assert [r.check_name for r in verdict.critical_reasons] == ["header_row_is_there"]
    with pytest.raises(DecisionRefused, match="no one may waive"):
        release_batch(verdict.batch_id, "finance", "please")


def test_a_file_that_cannot_be_read_is_not_released(warehouse, tmp_path):
    path = tmp_path / "scan.txt"
    path.write_text("not a settlement\n")
    (verdict,) = import_files([path], "na-demo")

    with pytest.raises(DecisionRefused, match="was never loaded"):
        release_batch(verdict.batch_id, "finance", "please")


def test_a_corrected_setting_and_a_recheck_let_the_file_in(
    warehouse, tmp_path, monkeypatch
):
    settlement = Settlement()
    settlement.header["settlement-start-date"] = "2026-02-01 08:00:00 UTC"
    path = write(tmp_path / "quarter.txt", settlement)
    (verdict,) = import_files([path], "na-demo")
    assert [r.check_name for r in verdict.critical_reasons] == ["period_is_sane"]
    company = tmp_path / "company.yml"
    company.write_text(
        DEMO_COMPANY.read_text() + "thresholds: {settlement_longest_days: 200}\n"
    )
    monkeypatch.setenv("ACORN_COMPANY", str(company))

    recheck_batch(verdict.batch_id, "finance")
    with connect("loader", autocommit=True) as connection:
        load_batch(connection, verdict.batch_id)
    (again,) = check_batches()

    assert again.status == "accepted"
    assert again.reasons == ()
    assert status_of(warehouse, verdict.batch_id) == "accepted"


@pytest.mark.skipif(not SAMPLES.exists(), reason="real samples are not at hand")
def test_real_files_are_accepted_without_a_warning(warehouse):
    paths = sorted(SAMPLES.glob("*.txt"))
    british = [path for path in paths if path.name.startswith("uk")]
    others = [path for path in paths if path not in british]

    verdicts = import_files(others, "na-demo") + import_files(british, "eu-demo")

    assert {verdict.sentence() for verdict in verdicts} == {
        f"amazon_settlement file {path.name} is accepted." for path in paths
    }
