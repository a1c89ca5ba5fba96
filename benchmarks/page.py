"""How soon a page of the handbook answers a click on a slow computer: milliseconds from the hand to the next picture, the processor slowed four times.
Run `python benchmarks/page.py` after `rapport build`, on a computer that does nothing else; it prints a table in Markdown with the median and the slowest of five.

The mouse is moved, pressed and let go as a hand does it, a tenth of a second lies between the three, and the page settles after each. Sent in one go they are
handled in one go, and what the page does when a mouse comes along would count as part of its answer; so would what a test driver puts into the page to see
whether its click arrived, or to find what it clicks. Pressing and letting go are both timed, each to the picture after it, and the longer of the two is what counts."""

from __future__ import annotations

import argparse
import re
import statistics
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from rapport.cli.browser import find_browser

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 50
# From the stamp of the event to just after the frame that follows it: the work, the layout and the painting.
CLOCK = """window.took = [];
for (const kind of ["pointerdown", "click", "change"]) addEventListener(kind, (event) => {
  if (!event.isTrusted && kind === "click") return;
  const began = event.timeStamp;
  requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => window.took.push([kind, performance.now() - began]); channel.port2.postMessage(0); });
}, { capture: true });"""
# Brings what is clicked into view and tells where its middle is, without the driver's own way, which leaves listeners to every click in the page.
FIND = """(selector) => { const there = document.querySelector(selector); const seen = (box) => box.top >= 0 && box.bottom <= innerHeight;
  if (!seen(there.getBoundingClientRect())) there.scrollIntoView({ block: "center", behavior: "instant" });
  const box = there.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }"""
HAND = 100  # milliseconds that a hand takes from one movement to the next

CASE = "rapport-scenario"
TO_RANKING = """() => { const find = (selector) => document.querySelector("rapport-scenario " + selector); for (let move = 0; move < 90 && !find(".rs-rank"); move += 1) (find("[data-continue]") || find(".rs-option") || find(".rs-start button")).click();
  for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click(); }"""
TO_LAST = """() => { const find = (selector) => document.querySelector("rapport-scenario " + selector); const element = document.querySelector("rapport-scenario"); const graph = element.graph;
  for (let move = 0; move < 90; move += 1) {
    if (element._telling && graph.nodes[element._walk.node].beat === "end") return;
    if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    (find("[data-continue]") || find(".rs-option") || find(".rs-start button") || find(".rs-rank button[type=submit]")).click();
  } }"""
ANSWERED = "() => { const form = document.querySelector('rapport-exercise[data-kind=number] form.exercise-answer'); form.querySelector('input').value = '-987654'; }"
MATCHED = "() => { for (const select of document.querySelectorAll('rapport-exercise[data-kind=match] form.exercise-answer select')) { select.selectedIndex = 1; select.dispatchEvent(new Event('change')); } }"

ACTS = [  # what is done, page, what is made ready, what is clicked
    ("a case is begun", "{module}", "() => {}", f"{CASE} .rs-start button"),
    ("a choice in a case", "{module}", "() => document.querySelector('rapport-scenario .rs-start button').click()", f"{CASE} .rs-option"),
    ("a ranking is settled", "{module}", TO_RANKING, f"{CASE} .rs-rank button"),
    ("the debrief of a case", "{module}", TO_LAST, f"{CASE} [data-continue]"),
    ("a number is checked", "{module}", ANSWERED, "rapport-exercise[data-kind=number] .exercise-main"),
    ("pairs are checked", "{module}", MATCHED, "rapport-exercise[data-kind=match] .exercise-main"),
    ("the explorer is moved", "10_when_it_goes_wrong", "() => {}", "rapport-explorer select"),
    ("a piece of the hunt is marked", "localisation_bug_hunt", "() => {}", "rapport-hunt .hunt-piece"),
    ("the hunt is counted", "localisation_bug_hunt", "() => {}", "rapport-hunt [data-do=check]"),
    ("a sitting is begun", "assessment", "() => {}", "rapport-assessment [data-begin]"),
]


def waited(page: Page, kind: str) -> float:
    """Milliseconds from an event of `kind` to the picture after it."""
    for _ in range(1000):  # the pages' policy lets nothing wait inside them
        found = [took for name, took in page.evaluate("window.took") if name == kind]
        if found:
            return found[0]
        page.wait_for_timeout(20)
    raise SystemExit(f"{page.url}: no {kind} arrived; does something lie over what is clicked?")


def took(page: Page, address: str, ready: str, selector: str) -> float:
    """Milliseconds from the hand to the picture after it, on a page opened anew and settled."""
    page.goto(address)
    page.evaluate("localStorage.clear()")
    page.reload()
    page.wait_for_timeout(500)
    page.evaluate(ready)
    page.evaluate(FIND, selector)
    page.wait_for_timeout(500)
    if "select" in selector:
        page.evaluate("window.took.length = 0")
        page.locator(selector).first.select_option(index=1)
        return waited(page, "change")
    page.mouse.move(*page.evaluate(FIND, selector))
    page.wait_for_timeout(HAND)
    page.evaluate("window.took.length = 0")
    page.mouse.down()
    page.wait_for_timeout(HAND)
    page.mouse.up()
    return max(waited(page, "click"), waited(page, "pointerdown"))


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--folder", type=Path, default=ROOT / "build" / "handbook")
    args.add_argument("--runs", type=int, default=5)
    args.add_argument("--slower", type=int, default=4)
    args.add_argument("--only", default="", help="a part of what is done, or of the page's name, as the table says them")
    wanted = args.parse_args()
    modules = sorted(path.stem for path in wanted.folder.glob("[0-9]*_*.html") if re.fullmatch(r"\d\d_[a-z_]+", path.stem))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        print(f"Chromium {browser.version}, processor slowed {wanted.slower} times, {wanted.runs} runs; milliseconds; budget {BUDGET} for the median.\n")
        print("| What is done | Page | Median | Slowest | In the budget |\n|---|---|---|---|---|")
        over = 0
        for what, name, ready, selector in ACTS:
            for module in modules if "{" in name else [name]:
                if wanted.only not in what and wanted.only not in name.format(module=module):
                    continue
                page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
                page.add_init_script(CLOCK)
                page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": wanted.slower})
                times = [took(page, (wanted.folder / f"{name.format(module=module)}.html").as_uri(), ready, selector) for _ in range(wanted.runs)]
                page.close()
                middle = statistics.median(times)
                over += middle >= BUDGET
                print(f"| {what} | {name.format(module=module)} | {middle:.0f} | {max(times):.0f} | {'yes' if middle < BUDGET else 'no'} |", flush=True)
        browser.close()
    print(f"\n{over} of the lines above are over the budget." if over else "\nEvery line is in the budget.")


if __name__ == "__main__":
    main()
