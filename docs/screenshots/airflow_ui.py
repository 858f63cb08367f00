"""Pages of Airflow's UI, in one language."""

from __future__ import annotations

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from docs.screenshots.browser import resize, wait_until, wait_until_still

_WIDE, _HIGH = 1280, 800


class AirflowUi:
    """Airflow as its administrator sees it."""

    def __init__(self, driver: WebDriver, url: str, language: str) -> None:
        self._driver = driver
        self._url = url
        self._language = language

    def sign_in(self, name: str, password: str) -> None:
        """Use the sign-in page, then choose the language as the UI keeps it.

        Raises:
            PageFailed: Airflow does not let the person in.
        """
        resize(self._driver, _WIDE, _HIGH)
        self._driver.get(f"{self._url}/auth/login/")
        wait_until(
            self._driver,
            "the sign-in form",
            lambda page: page.find_elements(By.NAME, "username"),
        )
        self._driver.find_element(By.NAME, "username").send_keys(name)
        field = self._driver.find_element(By.NAME, "password")
        field.send_keys(password)
        field.submit()
        wait_until(
            self._driver,
            f"the page after {name} signed in",
            lambda page: "/auth/login" not in page.current_url,
        )
        self._driver.execute_script(
            "localStorage.setItem('i18nextLng', arguments[0])", self._language
        )

    def dag_list(self) -> bytes:
        """The list of DAGs with their last runs."""
        return self._picture("dags", "ingest_amazon_settlements")

    def grid(self, dag_id: str) -> bytes:
        """The grid of a DAG: its runs and tasks."""
        return self._picture(f"dags/{dag_id}", "fetch_settlements")

    def _picture(self, path: str, awaited_text: str) -> bytes:
        self._driver.get(f"{self._url}/{path}")
        wait_until(
            self._driver,
            awaited_text,
            lambda page: (
                awaited_text in page.execute_script("return document.body.innerText")
            ),
        )
        wait_until_still(self._driver, path)
        return bytes(self._driver.get_screenshot_as_png())
