"""A real browser without a window, where the system has one: Debian's ``chromium``, or another of its names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The program, by its usual names."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser; the test is skipped where the system has none."""
    program = find_browser()
    if program is None:
        pytest.skip("there is no Chromium on this system: install `chromium` to test the gallery in a browser")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


class Visit:
    """A page that is open, with everything that it complained of or asked the network for."""

    def __init__(self, browser: Browser, file: Path, anchor: str = "", **context: Any) -> None:
        self.complaints: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **context})
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", self._request)
        self.page.goto(f"{file.as_uri()}{anchor}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith("file:"):
            self.complaints.append(f"request: {request.url}")

    def names(self) -> list[str]:
        """The activations that are shown in the list, in their order."""
        return self.page.eval_on_selector_all(
            "li:not([hidden]) > .card .name", "all => all.filter(n => n.checkVisibility()).map(n => n.textContent)"
        )

    def curve(self, kind: str = "value") -> str:
        """The path of a curve in the live plot."""
        path = self.page.locator(f".live .curve.{kind}:not(.section)").first.get_attribute("d")
        assert path
        return path

    def close(self) -> None:
        self.context.close()
