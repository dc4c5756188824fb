"""A headless Chromium for the tests that look at a page."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

__all__ = ["Browser", "chromium"]

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_OURS = ("file:", "data:", "blob:", "about:", "chrome:")


class Browser:
    """A browser with the page that a test looks at."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def show(self, page: Path, width: int = 1280, height: int = 800, *, dark: bool = False) -> None:
        """Open a file in a window of that size; what earlier pages logged is forgotten."""
        wishes = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.complaints()
        self.requests()
        self.driver.get(page.as_uri())

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the script returns
        """Run JavaScript in the page and return its value."""
        return self.driver.execute_script(script, *arguments)

    def complaints(self) -> list[str]:
        """Return what the console complained about since the last look."""
        return [entry["message"] for entry in self._log("browser") if entry["level"] != "INFO"]

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the last look, those on this disk left out."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        asked = [
            event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"
        ]
        return [address for address in asked if not address.startswith(_OURS)]

    def _log(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(name)  # type: ignore[no-untyped-call] # selenium's gap
        return found


def chromium(profile: Path) -> Iterator[Browser]:
    """Start a browser with a fresh profile, and end it with the test."""
    if os.environ.get("MILVUS_TCK_NO_BROWSER"):
        pytest.skip("MILVUS_TCK_NO_BROWSER is set: nobody looks at the page")
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    driver_program = shutil.which("chromedriver")
    if program is None or driver_program is None:
        missing = "Chromium" if program is None else "chromedriver"
        pytest.fail(
            f"there is no {missing} here to look at the report with. Install one (Debian: apt-get install chromium "
            "chromium-driver), or set MILVUS_TCK_NO_BROWSER=1 to leave these tests out.",
            pytrace=False,
        )
    driver = webdriver.Chrome(options=_options(program, profile), service=Service(driver_program))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


def _options(program: str, profile: Path) -> webdriver.ChromeOptions:
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return options
