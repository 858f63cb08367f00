"""Headless Chromium, and waiting for what a page says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

# Tall, since tiles outside of the window are not loaded.
TALL_PIXELS = 5000
_GIVE_UP_SECONDS = 180.0
_STILL_SECONDS = 2.0
_DRIVER = "/usr/bin/chromedriver"
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # as root, and in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--lang=en",
)


class PageFailed(Exception):
    """A page or a tile did not load; the message names it and what it shows."""


@contextmanager
def browser(width: int) -> Iterator[WebDriver]:
    """A browser whose page is `width` pixels wide.

    Raises:
        PageFailed: there is no Chromium or no driver for it, or it hangs.
    """
    options = webdriver.ChromeOptions()
    for option in _OPTIONS:
        options.add_argument(option)
    try:
        driver = webdriver.Chrome(options=options, service=Service(_DRIVER))
    except WebDriverException as error:
        raise PageFailed(
            f"Chromium did not start with {_DRIVER}: {error.msg}. Install the packages "
            f"chromium and chromium-driver."
        ) from error
    try:
        driver.set_script_timeout(_GIVE_UP_SECONDS)
        resize(driver, width, TALL_PIXELS)
        yield driver
    except TimeoutException as error:
        raise PageFailed(
            f"Chromium answered nothing for long ({error.msg}). Run it again when the "
            f"machine is less busy."
        ) from error
    finally:
        driver.quit()


def resize(driver: WebDriver, width: int, height: int) -> None:
    """Give the page this size; a window cannot be as narrow as a telephone."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )


def wait_until(
    driver: WebDriver, what: str, is_done: Callable[[WebDriver], object]
) -> None:
    """Wait for a state of the page.

    Raises:
        PageFailed: it does not come; the message has the begin of the page's text.
    """
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    while not is_done(driver):
        if time.monotonic() > deadline:
            text = driver.execute_script("return document.body.innerText")
            raise PageFailed(
                f"{driver.current_url}: {what} did not appear within "
                f"{_GIVE_UP_SECONDS:.0f} s. The page says: {text[:300]!r}"
            )
        time.sleep(0.25)


def wait_until_still(driver: WebDriver, what: str) -> None:
    """Wait until the page has looked the same for a while: charts are animated.

    Raises:
        PageFailed: it goes on changing.
    """
    last, since = "", time.monotonic()

    def is_still(page: WebDriver) -> bool:
        nonlocal last, since
        seen = _thumbnail(page)
        if seen != last:
            last, since = seen, time.monotonic()
        return time.monotonic() - since > _STILL_SECONDS

    wait_until(driver, f"a still picture of {what}", is_still)


def _thumbnail(driver: WebDriver) -> str:
    """A small picture of the page, cheap enough to be taken again and again."""
    width, height = driver.execute_script("return [innerWidth, innerHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 0.25}
    order = {"format": "jpeg", "quality": 50, "clip": clip}
    return str(driver.execute_cdp_cmd("Page.captureScreenshot", order)["data"])
