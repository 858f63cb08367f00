"""Bad files beside good ones, through `acorn import`: told, kept, and put right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from acorn.commands.import_ import command as import_command
from acorn.commands.release_ import command as release_command
from config.home import archive_root
from tests.bad_input.cases import BAD_FILES, BLANK_CELLS, GOOD, NEW_COLUMN
from tests.unit.formats.settlements import SETTLEMENT_ID

pytestmark = pytest.mark.integration
FEED = {"binary junk", "UTF-16", "gzip cut short", "empty", "HTML page"}


@dataclass(frozen=True)
class Imported:
    """What `acorn import` said: its exit code, and a line for each file."""

    exit_code: int
    lines: dict[str, str]


def acorn_import(*paths: Path) -> Imported:
    done = CliRunner().invoke(
        import_command, [*map(str, paths), "--account", "na-demo"]
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    told = [line for line in done.output.splitlines() if " file " in line]
    return Imported(
        done.exit_code,
        {path.name: line for path, line in zip(paths, told, strict=True)},
    )


def own(data: bytes, number: int) -> bytes:
    """The file of another settlement."""
    return data.replace(SETTLEMENT_ID.encode(), f"{20_000_000_000 + number}".encode())


def file_name(case: str) -> str:
    return f"{case.replace(' ', '_')}.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def imported(shared_warehouse, folder) -> Imported:
    """All bad files in one import, a good one before, between and after them."""
    paths = []
    for number, (case, bad) in enumerate(BAD_FILES.items()):
        paths.append(folder / file_name(case))
        paths[-1].write_bytes(own(bad.data, number))
    for number, at in ((901, 0), (902, 5), (903, len(paths) + 2)):
        paths.insert(at, folder / f"good_{number}.txt")
        paths[at].write_bytes(own(GOOD, number))
    return acorn_import(*paths)


@pytest.mark.parametrize("case", BAD_FILES)
def test_the_verdict_names_file_line_expected_and_found(
    imported, shared_warehouse, case
):
    bad, name = BAD_FILES[case], file_name(case)
    line = imported.lines[name]

    assert imported.exit_code == 2
    assert f"file {name} is quarantined" in line
    assert line.startswith("amazon_settlement" if case not in FEED else "unknown"), line
    assert f"expected {bad.expected}" in line and bad.found in line, line
    assert bad.line is None or f"line {bad.line}:" in line, line
    assert (bad.check, bad.line) in shared_warehouse.rows(
        """
        select check_name, line_number from ops.gate_results
        inner join ops.load_batches using (batch_id)
        inner join ops.source_files using (file_id)
        where original_name = %s and severity = 'critical' and not is_success
        """,
        name,
    )


@pytest.mark.parametrize("case", BAD_FILES)
def test_the_original_is_kept_byte_for_byte(imported, shared_warehouse, folder, case):
    name = file_name(case)

    [path] = shared_warehouse.rows(
        "select archive_path from ops.source_files where original_name = %s", name
    )

    assert (archive_root() / path).read_bytes() == (folder / name).read_bytes()


def test_good_files_of_the_same_import_are_accepted(imported, shared_warehouse):
    for number in (901, 902, 903):
        assert imported.lines[f"good_{number}.txt"].endswith("is accepted.")
    assert shared_warehouse.rows(
        """
        select count(distinct _file_id), count(*) from raw.amazon_settlement_v2
        inner join ops.source_files on file_id = _file_id
        where original_name like 'good_%%'
        """
    ) == [(3, 9)]


def test_the_file_fetched_again_is_accepted(imported, shared_warehouse, tmp_path):
    """The remedy that the verdicts name: the right file, whatever came before it."""
    paths = []
    for number, case in enumerate(BAD_FILES):
        paths.append(tmp_path / file_name(case))
        paths[-1].write_bytes(own(GOOD, number))

    again = acorn_import(*paths)

    assert again.exit_code == 0, again.lines
    assert all(line.endswith("is accepted.") for line in again.lines.values())


def test_a_new_column_is_a_warning_and_a_blank_cell_is_an_empty_one(
    shared_warehouse, tmp_path
):
    column, blank = tmp_path / "column.txt", tmp_path / "blank.txt"
    column.write_bytes(own(NEW_COLUMN, 910))
    blank.write_bytes(own(BLANK_CELLS, 911))

    done = acorn_import(column, blank)

    assert done.exit_code == 0, done.lines
    assert "is accepted: line 1: expected only columns" in done.lines["column.txt"]
    assert "new_fee" in done.lines["column.txt"]
    assert (
        "is accepted: line 5: expected an amount, found none"
        in (done.lines["blank.txt"])
    )


def test_the_same_bytes_under_another_name_are_the_same_file(
    shared_warehouse, tmp_path
):
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_bytes(own(GOOD, 920))
    second.write_bytes(own(GOOD, 920))

    done = acorn_import(first, second)

    assert done.exit_code == 0
    assert shared_warehouse.rows(
        """
        select file.original_name, count(*), count(distinct batch_id)
        from ops.source_files as file
        inner join ops.load_batches using (file_id)
        inner join ops.file_sightings as sighting using (file_id)
        where sighting.original_name in ('first.txt', 'second.txt') group by 1
        """
    ) == [("first.txt", 2, 1)]


def test_other_content_waits_until_a_person_lets_it_take_the_place(
    shared_warehouse, tmp_path
):
    first, second = tmp_path / "june.txt", tmp_path / "june_again.txt"
    first.write_bytes(own(GOOD, 930))
    second.write_bytes(
        own(GOOD, 930).replace(b"12.50", b"13.50").replace(b"2.00", b"3.00")
    )

    done = acorn_import(first, second)

    assert "is accepted" in done.lines["june.txt"]
    assert "is quarantined" in done.lines["june_again.txt"]
    assert "accepted with 12.50 USD" in done.lines["june_again.txt"]
    [batch_id] = shared_warehouse.rows(
        "select batch_id from ops.load_batches inner join ops.source_files"
        " using (file_id) where original_name = 'june_again.txt'"
    )
    released = CliRunner().invoke(
        release_command, [str(batch_id), "--reason", "Amazon restated it"]
    )
    assert released.exit_code == 0, released.output
    assert shared_warehouse.rows(
        "select original_name, status from ops.load_batches inner join"
        " ops.source_files using (file_id) where original_name like 'june%%' order by 1"
    ) == [("june.txt", "superseded"), ("june_again.txt", "released")]
