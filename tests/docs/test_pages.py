"""What pages name is there: files, commands, options, settings; languages in step."""

from __future__ import annotations

import csv
import re
import subprocess
from functools import cache

import click
import pytest
import yaml

from acorn.cli import _COMMANDS, _acorn
from config.home import CHECKOUT
from dashboards.bundle import read_spec
from tests.bad_input.cases import BAD_FILES
from tests.docs.pages import Page, all_pages, page
from tests.independent.damage import DAMAGES

PAGES = list(all_pages())
TRANSLATED = [
    (page(p.name.replace(".zh-CN", "")), p) for p in PAGES if "zh-CN" in p.name
]
_OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


def _id(value: object) -> str:
    return value.name if isinstance(value, Page) else str(value)


@pytest.mark.parametrize("found", PAGES, ids=_id)
def test_links_lead_somewhere(found: Page):
    for link in found.links:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (found.path.parent / name).resolve() if name else found.path
        assert target.exists(), f"{found.name} links to {link}"
        if anchor:
            there = page(str(target.relative_to(CHECKOUT)))
            assert anchor in there.anchors, f"{found.name} links to {link}"


@pytest.mark.parametrize("found", PAGES, ids=_id)
def test_commands_and_options_exist(found: Page):
    for code in found.code:
        for name, rest in re.findall(r"(?<![\w./-])acorn ([a-z]+)\b([^|;&#\n]*)", code):
            if name not in _COMMANDS:
                assert "git clone" in code, f"{found.name}: acorn {name} is no command"
                continue
            known = _options(name)
            for option in _OPTION.findall(re.sub(r"\".*?\"", "", rest)):
                assert option in known, f"{found.name}: acorn {name} has no {option}"


@pytest.mark.parametrize("found", PAGES, ids=_id)
def test_make_targets_exist(found: Page):
    targets = set(
        re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    )
    for code in found.code:
        for target in re.findall(r"(?:^|&& )make ([a-z-]+)", code):
            assert target in targets, f"{found.name}: make {target} is no target"


@pytest.mark.parametrize("found", PAGES, ids=_id)
def test_paths_in_the_repository_exist(found: Page):
    folders = "acorn bench config dags dashboards dbt_project deliver docs".split()
    folders += "expectations extract sandbox tests".split()
    for span in found.spans:
        if span.split("/")[0] in folders and re.fullmatch(r"[\w./-]+/[\w./-]*", span):
            assert (CHECKOUT / span).exists(), f"{found.name} names {span}"


@pytest.mark.parametrize("found", PAGES, ids=_id)
def test_variables_are_read_somewhere(found: Page):
    for variable in set(re.findall(r"\bACORN_[A-Z_]*[A-Z]\b", "\n".join(found.code))):
        assert variable in _source() or _is_secret(variable), (
            f"{found.name} names {variable}, which nothing reads"
        )


@pytest.mark.parametrize("found", PAGES, ids=_id)
def test_settings_of_company_yml_exist(found: Page):
    example = yaml.safe_load((CHECKOUT / "company.example.yml").read_text())
    for section, name in re.findall(r"`(fx|thresholds)\.(\w+)", _text(found)):
        assert name in example[section], f"{found.name} names {section}.{name}"


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED, ids=_id)
def test_languages_are_in_step(english: Page, chinese: Page):
    assert [level for level, _ in english.headings] == [
        level for level, _ in chinese.headings
    ]
    assert [[len(row) for row in rows] for _, rows in english.tables] == [
        [len(row) for row in rows] for _, rows in chinese.tables
    ]
    assert _bullets(english) == _bullets(chinese)
    assert [block.language for block in english.blocks] == [
        block.language for block in chinese.blocks
    ]


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED, ids=_id)
def test_languages_link_to_each_other(english: Page, chinese: Page):
    assert chinese.path.name in english.links
    assert english.path.name in chinese.links


def test_readme_and_finance_are_in_both_languages():
    names = {chinese.name for _, chinese in TRANSLATED}
    assert {"README.zh-CN.md", "docs/finance.zh-CN.md"} <= names


def test_reliability_lists_each_bad_file_and_each_damage():
    found = page("docs/reliability.md")
    listed = {row[0]: row[1] for _, rows in found.tables for row in rows}
    for case, bad in BAD_FILES.items():
        assert listed.get(case) == f"`{bad.check}`"
    assert {f"- {damage}" for damage in DAMAGES} <= {line for _, line in found.prose}


@pytest.mark.parametrize(
    ("name", "label", "yes"),
    [("finance.md", "label_en", "yes"), ("finance.zh-CN.md", "label_zh", "是")],
)
def test_buckets_of_the_finance_pages_are_the_seeds(name: str, label: str, yes: str):
    wanted = [
        (f"`{row['bucket']}`", row[label], row["is_profit"] == "true")
        for row in _seed("buckets")
    ]
    tables = [rows for _, rows in page(f"docs/{name}").tables]
    shown = next(rows for rows in tables if rows[1][0] == "`product_sales`")
    assert [(row[0], row[1], row[2] == yes) for row in shown[1:]] == wanted
    assert all(row[3] for row in shown)


def test_the_english_bucket_descriptions_are_the_seeds():
    wanted = {row["description"] for row in _seed("buckets")}
    tables = page("docs/finance.md").tables
    assert wanted <= {cell for _, rows in tables for row in rows for cell in row}


@pytest.mark.parametrize(
    ("name", "language"), [("finance.md", "en"), ("finance.zh-CN.md", "zh")]
)
def test_each_number_of_the_dashboards_is_defined(name: str, language: str):
    defined = {row[0] for _, rows in page(f"docs/{name}").tables for row in rows}
    for dataset in read_spec()["datasets"].values():
        for metric in dataset.get("metrics", {}).values():
            label = metric[language]
            assert label in defined, f"{name} does not define {label}"


@pytest.mark.parametrize(
    ("name", "label"), [("finance.md", "label_en"), ("finance.zh-CN.md", "label_zh")]
)
def test_each_status_of_a_settlement_is_explained(name: str, label: str):
    words = _text(page(f"docs/{name}"))
    for row in _seed("labels"):
        if row["subject"] in ("settlement_status", "reserve_chain_status"):
            assert row[label] in words and f"`{row['value']}`" in words, row


def test_no_page_names_an_absolute_path_of_somebodys_machine():
    for found in PAGES:
        assert not re.search(r"/(home|root|work|Users)/", _text(found)), found.name


@cache
def _options(name: str) -> set[str]:
    command = _acorn.get_command(click.Context(_acorn), name)
    assert command is not None
    options = {o for parameter in command.params for o in parameter.opts}
    return options | {"-h", "--help"}


@cache
def _source() -> str:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py", "*.yml", "Makefile"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = [CHECKOUT / name for name in listed if not name.startswith("tests/")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _is_secret(variable: str) -> bool:
    """Secrets are read as ACORN_<NAME>; those of people bear the person's name."""
    name = variable.removeprefix("ACORN_").lower()
    is_persons = name.startswith("person_") and name.endswith("_password")
    return f'"{name}"' in _source() or is_persons


def _text(found: Page) -> str:
    return found.path.read_text(encoding="utf-8")


def _bullets(found: Page) -> int:
    return sum(bool(re.match(r" *(-|\d+\.) ", line)) for _, line in found.prose)


def _seed(name: str) -> list[dict[str, str]]:
    path = CHECKOUT / "dbt_project" / "seeds" / "finance" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
