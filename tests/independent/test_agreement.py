"""The second proof and `acorn verify` agree on sound books, and both find damage."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acorn import penny_proof, proof_tables
from acorn.commands.verify_ import command as verify
from config.warehouse import connect
from tests.independent.damage import DAMAGES
from tests.independent.world import Books, build_books

pytestmark = pytest.mark.integration
PIPELINE = {"acorn", "config", "dags", "deliver", "expectations", "extract"}
WITH_HANDS_ON_THE_PIPELINE = {"__main__.py", "world.py", "test_agreement.py"}


@pytest.fixture(scope="module")
def odd_books(postgres_home, tmp_path_factory) -> Books:
    """The invented company, with files in every odd form among its own."""
    return build_books(tmp_path_factory.mktemp("odd"), 11, with_odd_forms=True)


@pytest.fixture(scope="module")
def plain_books(postgres_home, tmp_path_factory) -> Books:
    """Another company, as the sandbox makes it."""
    return build_books(tmp_path_factory.mktemp("plain"), 12, with_odd_forms=False)


def run_verify(books: Books) -> Result:
    with books.opened():
        return CliRunner().invoke(verify)


def test_the_second_proof_shares_no_code_with_the_pipeline():
    folder = Path(__file__).parent
    for path in folder.glob("*.py"):
        if path.name in WITH_HANDS_ON_THE_PIPELINE:
            continue
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not imported & PIPELINE, path.name


@pytest.mark.parametrize("made", ["odd_books", "plain_books"])
def test_both_proofs_agree_on_sound_books(request, made):
    books: Books = request.getfixturevalue(made)
    proof = books.prove()
    verified = run_verify(books)

    assert [fault.sentence() for fault in proof.faults] == []
    assert verified.exit_code == 0, verified.output
    assert (
        f"Proven: {len(proof.settlements)} settlements, {proof.amount_count} amounts"
        in verified.output
    )
    with books.opened(), connect("analyst") as connection:
        [(rows,)] = connection.execute(
            "select count(*) from marts.fct_settlement_lines"
        ).fetchall()
    assert proof.amount_count == rows > 500


def test_every_odd_form_is_among_the_books(odd_books):
    found = {one.settlement_id: one for one in odd_books.prove().settlements.values()}

    assert {"801", "802", "803", "804"} <= found.keys()
    assert [str(one.total) for one in (found["801"], found["803"])] == [
        "1050",
        "1234.45",
    ]
    assert [one.sku for one in found["801"].amounts] == ["表ソ|予\\", "\\n能ー"]


@pytest.mark.parametrize("name", DAMAGES)
def test_both_proofs_notice(odd_books, name):
    damage = DAMAGES[name]

    with odd_books.damaged(damage.sql) as connection:
        by_bytes = {fault.statement for fault in odd_books.prove(connection).faults}
        by_verify = broken_statements(connection)

    assert damage.by_bytes in by_bytes or not damage.by_bytes, by_bytes
    assert damage.by_verify in by_verify


@pytest.mark.parametrize("damage", ["changed", "lost"])
def test_both_proofs_notice_a_damaged_original(odd_books, damage):
    path = next(path for path in odd_books.archive.rglob("*") if path.is_file())
    original = path.read_bytes()
    path.unlink()
    if damage == "changed":
        path.write_bytes(original[:-1] + b"?")
    try:
        with odd_books.damaged() as connection:
            by_bytes = {fault.statement for fault in odd_books.prove(connection).faults}
            by_verify = broken_statements(connection)
    finally:
        path.write_bytes(original)

    assert "an original is unchanged" in by_bytes
    assert by_verify == {"the archive holds every original as it was received"}


def broken_statements(connection) -> set[str]:
    """What `acorn verify` would mark as FAIL."""
    proof_tables.prepare(connection)
    return {check.statement for check in penny_proof.checks(connection) if check.faults}
