"""`make screenshots`: every dashboard and Airflow's main pages, in both languages.

The demo must be up (`make demo`). Addresses and passwords come from ACORN_HOME; the
pictures go to docs/images under stable names. Exit code 1, with a sentence, when a page
does not load, a tile shows an error, or a picture is too big.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docs.screenshots.airflow_ui import AirflowUi
from docs.screenshots.browser import PageFailed, browser
from docs.screenshots.pictures import check_total, keep
from docs.screenshots.stack import Stack, StackDown
from docs.screenshots.superset_ui import SupersetUi

IMAGES = Path(__file__).resolve().parent.parent / "images"
DASHBOARDS = ("settlements", "settlements-zh", "profit", "profit-zh")
# On a telephone one of each language is enough.
NARROW = ("settlements-zh", "profit")
WIDE_PIXELS, NARROW_PIXELS = 1280, 390


def main() -> int:
    """Make all pictures; the old ones stay until each new one is there."""
    try:
        stack = Stack.running()
        _superset(stack, WIDE_PIXELS, DASHBOARDS)
        _superset(stack, NARROW_PIXELS, NARROW)
        _airflow(stack)
        check_total(IMAGES)
    except (PageFailed, StackDown) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _superset(stack: Stack, width: int, slugs: tuple[str, ...]) -> None:
    suffix = "" if width == WIDE_PIXELS else f"-{width}"
    with browser(width) as driver:
        ui = SupersetUi(driver, stack.superset_url)
        ui.sign_in(*stack.reader)
        for slug in slugs:
            keep(ui.dashboard(slug), IMAGES / f"dashboard-{slug}{suffix}.png")


def _airflow(stack: Stack) -> None:
    for language, suffix in (("en", ""), ("zh-CN", "-zh")):
        with browser(WIDE_PIXELS) as driver:
            ui = AirflowUi(driver, stack.airflow_url, language)
            ui.sign_in(*stack.airflow_admin)
            keep(ui.dag_list(), IMAGES / f"airflow-dags{suffix}.png")
            grid = ui.grid("ingest_amazon_settlements")
            keep(grid, IMAGES / f"airflow-grid{suffix}.png")


if __name__ == "__main__":
    sys.exit(main())
