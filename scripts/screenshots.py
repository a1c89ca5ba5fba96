"""Takes the README's two pictures from a built handbook: its module page, and the case in mid-play.
For maintainers: `rapport build`, then `python scripts/screenshots.py` (needs the test tools and Chromium or Chrome)."""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from rapport.cli.browser import find_browser

ROOT = Path(__file__).resolve().parents[1]
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handbook", type=Path, default=ROOT / "build" / "handbook")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    module = options.handbook / "10_when_it_goes_wrong.html"
    if not module.exists():
        sys.exit(f"{module} does not exist; run rapport build first.")
    if not (program := find_browser()):
        sys.exit("No Chromium or Chrome was found; install one or name it in RAPPORT_CHROMIUM.")
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        page = browser.new_context(viewport=SIZE, reduced_motion="reduce", color_scheme="light").new_page()
        page.goto(module.resolve().as_uri())
        page.wait_for_selector("rapport-scenario .rs-start button")
        page.screenshot(path=options.out / "handbook.png")
        into_the_case(page)
        page.locator("rapport-scenario").screenshot(path=options.out / "scenario.png")
        browser.close()
    print(f"Wrote handbook.png and scenario.png to {options.out}")


def into_the_case(page: Page) -> None:
    """Begin the case, notice, rank the readings and ask one question, so that the picture shows an answer and its feedback."""
    case = page.locator("rapport-scenario")
    case.locator(".rs-start button").click()
    case.locator(".rs-option").first.click()
    case.locator("[data-continue]").click()
    for reading, rank in (("b", 1), ("a", 2)):
        case.locator(f"[data-reading={reading}][data-rank='{rank}']").click()
    case.locator("[data-sure='3']").click()
    case.locator(".rs-rank button[type=submit]").click()
    if case.locator("[data-continue]").count():
        case.locator("[data-continue]").click()
    case.locator(".rs-option").first.click()


if __name__ == "__main__":
    main()
