"""A real JupyterLab in a real browser: module 10 opened in a workspace, run, its case played with the keyboard to an end,
and the same log found in Python. JupyterLab is started by `rapport lab`, as a learner starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rapport import learner

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "10_when_it_goes_wrong.ipynb"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stopping JupyterLab as Ctrl-C does is a POSIX matter")


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@pytest.fixture
def lab(browser, tmp_path):
    """`rapport lab` in a new workspace; yields the workspace and what the server says of itself. Closed with Ctrl-C."""
    workspace = tmp_path / "workspace"
    command = [sys.executable, "-c", "from rapport.cli import main; main()", "lab", "--no-browser", "--port", str(free_port()), "--workspace", str(workspace)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "JUPYTER"))} | {"RAPPORT_COURSE": str(ROOT)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            deadline = time.monotonic() + 90
            while not (found := sorted((workspace / ".rapport" / "jupyter" / "runtime").glob("jpserver-*.json"))):
                assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.2)
            yield workspace, json.loads(found[0].read_text())
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def press_until(page, selector: str, key: str = "Tab", limit: int = 60) -> None:
    """Press a key until the focused element matches; that is all a keyboard can do."""
    for _ in range(limit):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"the keyboard does not reach {selector}")


def play_with_the_keyboard(page) -> None:
    """From the start screen to an end, with Tab, arrows, Space and Enter."""
    page.locator("rapport-scenario .rs-start button").focus()
    page.keyboard.press("Enter")
    for _ in range(80):
        if page.locator("rapport-scenario [data-do]").count():
            return
        if page.locator("rapport-scenario [data-continue]").count():
            press_until(page, "[data-continue]", limit=1)
            page.keyboard.press("Enter")
        elif page.locator("rapport-scenario .rs-rank").count():
            press_until(page, "[data-reading=a]")
            page.keyboard.press("Space")
            press_until(page, "[data-reading=b]")
            page.keyboard.press("ArrowRight")
            press_until(page, "[data-sure]")
            page.keyboard.press("Space")
            press_until(page, ".rs-rank button")
            page.keyboard.press("Enter")
        else:
            press_until(page, ".rs-option")
            page.keyboard.press("Enter")
    pytest.fail("the case did not come to an end")


def run_all(page) -> None:
    """Run all cells from the menu and wait until the last one has run."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(
        """() => {
          const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((each) => each.textContent);
          return prompts.length && prompts.every((text) => /\\[\\d+\\]/.test(text));
        }""",
        timeout=120_000,
    )


def test_module_10_is_run_played_with_the_keyboard_and_its_log_found_in_python(lab, page_factory):
    workspace, server = lab
    before = NOTEBOOK.read_bytes()
    page = page_factory(width=1400, height=900, local=True)
    page.set_default_timeout(30_000)
    page.goto(f"{server['url']}lab/tree/notebooks/{NOTEBOOK.name}?token={server['token']}")
    page.locator(".jp-NotebookPanel .jp-KernelName", has_text="Python 3").wait_for()
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status=idle]")
    run_all(page)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'], .jp-OutputArea-error").count() == 0

    page.locator("rapport-scenario").scroll_into_view_if_needed()
    play_with_the_keyboard(page)
    played = page.evaluate("document.querySelector('rapport-scenario').log")
    assert len(played) > 5

    # The next code cell is `case.log_frame()`: its input gets the focus and is run with Shift+Enter.
    cell = page.locator(".jp-CodeCell", has_text="case.log_frame()")
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    cell.locator(f"table tbody tr:nth-of-type({len(played)})").wait_for(state="attached")
    heads = cell.locator("table thead th").all_inner_texts()
    rows = [dict(zip(heads, line.locator("th, td").all_inner_texts())) for line in cell.locator("table tbody tr").all()]
    assert len(rows) == len(played)
    for row, choice in zip(rows, played):
        for name in ("step", "market", "persona", "node", "beat", "decision", "option"):
            assert row[name] == str(choice[name])
        assert [int(number) for number in row["effects"].strip("[]").split(",")] == choice["effects"]

    record = json.loads((workspace / ".rapport" / "record.json").read_text(encoding="utf-8"))
    assert [event["path"] for event in record["events"] if event["kind"] == "run"] == [[choice["option"] for choice in played]]
    assert page.seen.requests == [], "nothing outside this machine was asked for: no news, no update check"
    assert page.locator(".jp-toast-button, .jp-Dialog").count() == 0
    assert NOTEBOOK.read_bytes() == before


def test_a_sitting_is_finished_with_the_keyboard_and_reported_in_python(lab, page_factory):
    workspace, server = lab
    page = page_factory(width=1400, height=900, local=True)
    page.set_default_timeout(30_000)
    page.goto(f"{server['url']}lab/tree/notebooks/assessment.ipynb?token={server['token']}")
    page.locator(".jp-NotebookPanel .jp-KernelName", has_text="Python 3").wait_for()
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status=idle]")
    run_all(page)
    page.locator("rapport-assessment [data-begin=pre]").focus()
    page.keyboard.press("Enter")
    for _ in range(12):
        for letter, rank in (("a", "2"), ("b", "3"), ("c", "1")):
            press_until(page, f"[data-letter={letter}]")
            page.keyboard.press("Space")
            press_until(page, f"[data-letter={letter}][value='{rank}']", "ArrowRight", 3)
        for part, value in (("check", "b"), ("best", "c"), ("worst", "a"), ("sure", "4")):
            press_until(page, f"[data-part={part}]")
            page.keyboard.press("Space")
            press_until(page, f"[data-part={part}][value='{value}']", "ArrowDown", 5)
        press_until(page, "[data-do=next]")
        page.keyboard.press("Enter")
    page.locator("rapport-assessment [data-scale=judgement]").wait_for()
    shown = page.locator("rapport-assessment [data-scale=judgement] strong").inner_text().split()[0]

    cell = page.locator(".jp-CodeCell", has_text="my_report()")
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-OutputArea-output", has_text=f"Before: judgement {shown} of 100").wait_for()
    (sitting,) = learner.open_record(workspace / ".rapport" / "record.json").events("sitting")
    assert {(each["ranking"], each["check"], each["best"], each["worst"], each["sure"]) for each in sitting["answers"]} == {("cab", "b", "c", "a", 4)}
    assert page.seen.requests == [] and len(sitting["answers"]) == 12


def test_a_bug_hunt_is_checked_in_the_notebook_and_reported_in_python(lab, page_factory):
    workspace, server = lab
    page = page_factory(width=1400, height=900, local=True)
    page.set_default_timeout(30_000)
    page.goto(f"{server['url']}lab/tree/notebooks/localisation_bug_hunt.ipynb?token={server['token']}")
    page.locator(".jp-NotebookPanel .jp-KernelName", has_text="Python 3").wait_for()
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status=idle]")
    run_all(page)
    page.locator("rapport-hunt [data-piece='order.items']").focus()
    for _ in range(2):  # two neighbours, both wrong
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.locator("rapport-hunt [data-do=check]").focus()
    page.keyboard.press("Enter")
    told = page.locator("rapport-hunt .hunt-result > p").first.inner_text()
    assert "you found 2" in told

    cell = page.locator(".jp-CodeCell", has_text="my_hunt(")
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-OutputArea-output", has_text=told).wait_for()
    (event,) = learner.open_record(workspace / ".rapport" / "record.json").events("hunt")
    assert event["marked"] == ["order.items", "order.total"] and event["scores"]["found"] == 2
    page.screenshot(path=str(workspace / "hunt.png"))
    assert page.seen.requests == []
