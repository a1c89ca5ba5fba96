"""One Chromium for all browser tests, with the network cut off and every console error collected."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rapport.cli.browser import find_browser

# The helpers beside the other tests, also when only this folder is run.
sys.path.insert(0, str(Path(__file__).parents[1]))

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
MISSING = (
    "No Chromium or Chrome was found, so the browser tests are left out: install one (Debian: apt-get install chromium) or name its program in RAPPORT_CHROMIUM."
)


def _until(page, expression: str, *, arg=None, timeout: float = 30_000) -> None:
    """Wait until an expression is true in a page, asked again from outside it."""
    from playwright.sync_api import Error

    end, last = time.monotonic() + timeout / 1000, None
    while time.monotonic() < end:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as error:
            last = error  # a page that is being loaded anew has no element yet, or no context at all
        page.wait_for_timeout(30)
    raise AssertionError(f"not true after {timeout / 1000:.0f} s: {expression}") from last


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A running browser (Playwright, synchronous); without one the tests are skipped, and in CI they fail."""
    program = find_browser()
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    from playwright.sync_api import Page, sync_playwright

    Page.wait_for_function = _until  # Playwright's own waits inside the page by `eval`, which the pages' policy refuses
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The handbook of this course, built once for all browser tests."""
    from rapport import handbook
    from rapport.content import course_root

    return handbook.build(course_root(Path(__file__).parent), tmp_path_factory.mktemp("build") / "handbook")


@dataclass
class Seen:
    """What a page did behind the reader's back; attached to every page as ``page.seen``."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def page_factory(browser) -> Iterator:
    """Make a page: ``page_factory(width=390, dark=True, javascript=True, touch=False, reduced_motion=True, **context_options)``.

    Requests other than ``file:``, ``data:`` and ``blob:`` are blocked and listed in ``page.seen.requests``; console
    errors, warnings and exceptions are listed in ``page.seen.errors``. Pages close after the test. ``local=True`` lets
    requests to this machine through (for a server that the test itself runs).
    """
    contexts = []

    def make(width=1280, height=900, dark=False, javascript=True, touch=False, reduced_motion=True, local=False, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            has_touch=touch,
            reduced_motion="reduce" if reduced_motion else "no-preference",
            **options,
        )
        context.set_default_timeout(5000)
        contexts.append(context)
        seen = Seen()

        def guard(route):
            url = route.request.url
            if url.startswith(("file:", "data:", "blob:")) or (local and url.startswith(("http://127.0.0.1", "http://localhost", "ws://127.0.0.1", "ws://localhost"))):
                route.continue_()
            else:
                seen.requests.append(url)
                route.abort()

        context.route("**/*", guard)
        page = context.new_page()
        page.seen = seen
        page.on("console", lambda message: seen.errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
