"""Whatever a file looks like: nothing lost, nothing doubled, and always a verdict."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from extract.importing import import_files
from tests.independent.settlement import read_settlement
from tests.properties.search import search
from tests.properties.settlements import made_files
from tests.unit.formats.settlements import V1_NAMES, V2_NAMES

pytestmark = pytest.mark.integration


def columns_of(is_v1: bool) -> list[str]:
    return [name.replace("-", "_") for name in (V1_NAMES if is_v1 else V2_NAMES)]


def loaded_cells(warehouse, file_id: int, is_v1: bool):
    """Line number and cells of a file's rows in raw, as told by the database."""
    columns = columns_of(is_v1)
    rows = warehouse.rows(
        f"select _line_number, {', '.join(columns)} "
        f"from raw.amazon_settlement_v{1 if is_v1 else 2} "
        "where _file_id = %s order by _line_number",
        file_id,
    )
    return [
        (number, {c: v for c, v in zip(columns, values, strict=True) if v is not None})
        for number, *values in rows
    ]


@search(6)
@given(files=st.lists(made_files(), min_size=8, max_size=8))
def test_a_sound_file_arrives_line_by_line_and_is_accepted(
    shared_warehouse, next_settlement_id, tmp_path_factory, files
):
    folder = tmp_path_factory.mktemp("files")
    numbers = [next_settlement_id() for _ in files]
    paths = [folder / f"{number}.txt" for number in numbers]
    for path, number, made in zip(paths, numbers, files, strict=True):
        path.write_bytes(made.data(number))

    verdicts = import_files(paths, "na-demo")

    for verdict, number, made in zip(verdicts, numbers, files, strict=True):
        told = (verdict.sentence(), made.data(number))
        assert verdict.status == "accepted", told
        assert loaded_cells(
            shared_warehouse, verdict.file_id, made.is_v1
        ) == made.cells(number), told
        assert shared_warehouse.rows(
            "select lines_total from ops.settlement_profiles where batch_id = %s",
            verdict.batch_id,
        ) == [made.total], told


@st.composite
def damaged_files(draw) -> bytes:
    """A sound file after something happened to its bytes."""
    made = draw(made_files())
    data = made.template
    at = draw(st.integers(0, len(data) - 1))
    lines = data.split(b"\n")
    line = draw(st.integers(0, len(lines) - 1))
    other = draw(st.integers(0, len(lines) - 1))
    junk = draw(st.binary(min_size=1, max_size=6))
    digit = draw(st.sampled_from(b"0123456789,.-\t "))
    return draw(
        st.sampled_from(
            [
                data[:at],
                data[at:],
                data[:at] + junk + data[at:],
                data[:at] + bytes([digit]) + data[at + 1 :],
                data[:at] + data[at + 1 :],
                b"\n".join(lines[:line] + lines[line + 1 :]),
                b"\n".join(lines[: line + 1] + lines[line:]),
                b"\n".join([*lines[:line], lines[other], *lines[line + 1 :]]),
                data + b"\n" + data,
                data.replace(b"\t", b";"),
                data.replace(b".", b","),
                data.decode(made.encoding).encode("utf-16"),
                junk,
            ]
        )
    )


@search(6)
@given(files=st.lists(damaged_files(), min_size=12, max_size=12))
def test_no_accepted_file_differs_from_its_declared_total(
    shared_warehouse, next_settlement_id, tmp_path_factory, files
):
    assume(len(set(files)) == len(files))
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for number, data in enumerate(files):
        paths.append(folder / f"{number}.txt")
        paths[-1].write_bytes(
            data.replace(b"99999999999", next_settlement_id().encode())
        )

    verdicts = import_files(paths, "na-demo")

    assert len(verdicts) == len(files)
    for path, verdict in zip(paths, verdicts, strict=True):
        data = path.read_bytes()
        assert verdict.status in ("accepted", "quarantined", "duplicate"), data
        if verdict.status == "quarantined":
            assert verdict.critical_reasons, data
        if verdict.status == "accepted":
            assert_books_hold(shared_warehouse, verdict, data)


def assert_books_hold(warehouse, verdict, data: bytes) -> None:
    """The file, read a second time, gives its declared total and the loaded lines."""
    settlement = read_settlement(data, "Asia/Shanghai")
    assert settlement.total == settlement.declared, data
    [(total, declared, lines)] = warehouse.rows(
        "select lines_total, declared_total, amount_count"
        " from ops.settlement_profiles where batch_id = %s",
        verdict.batch_id,
    )
    assert (total, declared) == (settlement.total, settlement.declared), data
    assert lines == len(settlement.amounts), data
