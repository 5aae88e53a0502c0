"""A visit to the map page: clicks that are counted, places on the map in degrees, and a console that stays empty."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import asinh, pi, radians, tan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from playwright.sync_api import sync_playwright
from servers.pages import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).parents[2]

QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium as root in a container, and without calls to anybody."""

AXE: Final = ROOT / "app" / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

_AWAY: Final = re.compile(
    r"Failed to load resource: net::ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"
)
"""What Chromium itself says of each request to a server that is down or goes down; no page can help it."""

_REFUSED: Final = re.compile(r"Failed to load resource: the server responded with a status of (\d{3}) ")
"""And of each that is refused."""


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One user with one browser profile."""

    context: BrowserContext
    page: Page
    console: list[str] = field(default_factory=list)
    clicks: int = 0
    is_server_down: bool = False
    """Set while a test has stopped the server."""
    refusals: list[int] = field(default_factory=list)
    """Statuses of the refusals that the test itself asks for, each as often as it does."""

    @classmethod
    @contextmanager
    def begun(cls, browser: Browser, **settings: Any) -> Iterator[Self]:
        """A profile with nothing in it; `settings` are Playwright's of a context."""
        settings = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | settings
        context = browser.new_context(**settings)
        context.set_default_timeout(30_000)
        visit = cls(context, context.new_page())
        visit.page.on("console", visit._heard)
        visit.page.on("pageerror", lambda error: visit.console.append(f"error: {error}"))
        try:
            yield visit
        finally:
            context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if self.is_server_down and _AWAY.match(message.text):
            return
        if (refused := _REFUSED.match(message.text)) and int(refused[1]) in self.refusals:
            self.refusals.remove(int(refused[1]))
            return
        self.console.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def expect_quiet_console(self) -> None:
        assert self.console == []

    def button(self, name: str, *, exact: bool = True) -> Any:
        return self.page.get_by_role("button", name=name, exact=exact)

    def click(self, target: Any) -> None:
        """On a control; counted."""
        self.clicks += 1
        target.click()

    def step(self, name: str) -> None:
        """To one of the six steps."""
        self.click(self.page.get_by_role("navigation", name="Steps").get_by_role("button", name=name))

    def pixel_of(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place is in the window, by what the page's address says of its view."""
        fragment = dict(part.split("=", 1) for part in self.page.url.split("#", 1)[1].split("&"))
        zoom, middle_lat, middle_lon = (float(part) for part in fragment["view"].split("/"))
        box = self.page.locator(".map").bounding_box()
        assert box
        scale = 256 * 2**zoom
        x0, y0 = mercator(middle_lon, middle_lat)
        x, y = mercator(lon, lat)
        return box["x"] + box["width"] / 2 + (x - x0) * scale, box["y"] + box["height"] / 2 + (y - y0) * scale

    def click_map(self, lon: float, lat: float) -> None:
        """At a place; counted."""
        self.clicks += 1
        self.page.mouse.click(*self.pixel_of(lon, lat))

    def followed(self, count: int = 1) -> list[float]:
        """Seconds from each label to the map that follows it on the screen, once there are so many."""
        self.page.wait_for_function(
            "count => performance.getEntriesByName('landshot:followed').length >= count",
            arg=count,
            polling=50,  # and not in every frame, which takes time from what is measured
        )
        entries = self.page.evaluate(
            "performance.getEntriesByName('landshot:followed').map(entry => entry.duration)"
        )
        return [milliseconds / 1000 for milliseconds in entries]

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA, one line each."""
        self.page.evaluate(AXE.read_text())  # a script element would be against the page's own policy
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", list(WCAG)
        )
        return [
            f"{violation['id']}: {violation['help']} {json.dumps([node['html'] for node in violation['nodes']])}"
            for violation in found["violations"]
        ]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator as shares of the world's width, x to the east and y to the south."""
    return lon / 360, 0.5 - asinh(tan(radians(lat))) / (2 * pi)
