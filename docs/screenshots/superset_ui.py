"""Dashboards of Superset, loaded to the last tile."""

from __future__ import annotations

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from docs.screenshots.browser import (
    TALL_PIXELS,
    PageFailed,
    resize,
    wait_until,
    wait_until_still,
)

# How the page tells what it is at, asked of the page itself.
_TILES = "return document.querySelectorAll('[data-test=\"chart-container\"]').length"
_LOADING = """return document.querySelectorAll(
    '.loading, [data-test="loading-indicator"], .ant-spin-spinning').length"""
_FAULTS = """return [...document.querySelectorAll(
    '.ant-alert-error, [data-test="error-alert"], .missing-chart-container')
].map(tile => tile.innerText.trim()).filter(text => text)"""
# The page fills the window whatever it holds; its rows say where the content ends.
_HEIGHT = """return Math.ceil(Math.max(0, ...[...document.querySelectorAll(
    '.grid-container .dashboard-component')
].map(row => row.getBoundingClientRect().bottom))) + 16"""


class SupersetUi:
    """Superset as one signed-in person sees it."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self._driver = driver
        self._url = url

    def sign_in(self, name: str, password: str) -> None:
        """Use the sign-in page.

        Raises:
            PageFailed: Superset does not let the person in.
        """
        self._driver.get(f"{self._url}/login/")
        wait_until(self._driver, "the sign-in form", _has("#username"))
        self._driver.find_element(By.CSS_SELECTOR, "#username").send_keys(name)
        field = self._driver.find_element(By.CSS_SELECTOR, "#password")
        field.send_keys(password)
        field.submit()
        wait_until(
            self._driver,
            f"the page after {name} signed in",
            lambda page: "/login" not in page.current_url,
        )

    def dashboard(self, slug: str) -> bytes:
        """A picture of the whole dashboard.

        Raises:
            PageFailed: it does not load, or a tile shows an error.
        """
        width = self._driver.execute_script("return window.innerWidth")
        language = "zh" if slug.endswith("-zh") else "en"
        self._driver.get(f"{self._url}/lang/{language}")
        resize(self._driver, width, TALL_PIXELS)
        self._driver.get(f"{self._url}/superset/dashboard/{slug}/")
        wait_until(self._driver, f"tiles of {slug}", _says(_TILES))
        wait_until(self._driver, f"the end of loading of {slug}", _says_not(_LOADING))
        wait_until_still(self._driver, slug)
        self._refuse_faults(slug)
        resize(self._driver, width, self._driver.execute_script(_HEIGHT))
        wait_until(self._driver, f"the end of loading of {slug}", _says_not(_LOADING))
        wait_until_still(self._driver, slug)
        self._refuse_faults(slug)
        return bytes(self._driver.get_screenshot_as_png())

    def _refuse_faults(self, slug: str) -> None:
        faults = self._driver.execute_script(_FAULTS)
        if faults:
            raise PageFailed(f"Dashboard {slug} shows: {'; '.join(faults)[:500]}")


def _has(selector: str):  # type: ignore[no-untyped-def]
    return lambda page: page.find_elements(By.CSS_SELECTOR, selector)


def _says(script: str):  # type: ignore[no-untyped-def]
    return lambda page: page.execute_script(script)


def _says_not(script: str):  # type: ignore[no-untyped-def]
    return lambda page: not page.execute_script(script)
