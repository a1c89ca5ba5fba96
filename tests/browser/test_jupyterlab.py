"""A real JupyterLab in a real browser: module 10 opened in a workspace, run, its case played with the keyboard to an end,
and the same log found in Python. JupyterLab is started by `rapport lab`, as a learner starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rapport import i18n, learner, workspace
from rapport.exercises import key, load, serve
from rapport.exercises.serving import simulated
from rapport.i18n.leftovers import leftovers

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


def open_notebook(page, server, path: str) -> None:
    """Open a notebook: the first one by its address, a further one beside it from the menu."""
    if page.locator(".jp-NotebookPanel").count():
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("^Open from Path")).click()
        page.locator(".jp-Dialog input").fill(path)
        page.keyboard.press("Enter")
        page.locator(".lm-TabBar-tab", has_text=NOTEBOOK.name).nth(1).wait_for()
    else:
        page.goto(f"{server['url']}lab/tree/{path}?token={server['token']}")
    page.locator(".jp-NotebookPanel:visible .jp-CodeCell", has_text=f'speak("{path[:2]}")').first.wait_for()
    page.locator(".jp-NotebookPanel:visible .jp-KernelName", has_text="Python 3").wait_for()
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator[data-status=idle]")


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
          const prompts = [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .jp-InputPrompt")].map((each) => each.textContent);
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
# ---- In other languages -----------------------------------------------------------------------------------------

# Texts of the notebook in front, prose and outputs: without code, raw data, formulas, what is marked as English, and hidden parts.
_TEXTS = """() => {
  const found = [];
  const panel = document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden)");
  const left = (element) => { const out = element.closest("code, pre, math, script, style, thead, tbody, [lang=en]"); return out && panel.contains(out); }; // JupyterLab's own page is marked as English
  for (const part of panel.querySelectorAll(".jp-MarkdownOutput, .jp-OutputArea-output")) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const inside = walker.currentNode.parentElement;
      if (!left(inside)) found.push(walker.currentNode.nodeValue);
    }
    for (const each of part.querySelectorAll("[aria-label], [alt], [title], [placeholder]")) {
      if (getComputedStyle(each).display === "none") continue;
      for (const name of ["aria-label", "alt", "title", "placeholder"]) if (each.getAttribute(name) && !left(each)) found.push(each.getAttribute(name));
    }
  }
  return found;
}"""


def english_on(page, lang: str) -> list[str]:
    allowed = {"me"}  # the first profile's name
    texts = page.evaluate(_TEXTS)
    assert sum(map(len, texts)) > 5000, "the scan reads the notebook in front"
    return [f"{each.words} | {each.around}" for text in texts for each in leftovers(text, lang) if f"book.{each.words}" not in each.around and not re.match(r"book\.\w+$", each.words) and each.words not in allowed]


def play_decisions(page, decisions: int) -> int:
    """From the start screen through so many decisions; how many screens were seen."""
    front = page.locator(".jp-NotebookPanel:visible rapport-scenario")
    front.locator(".rs-start button").click()
    for screens in range(1, 60):
        acted = page.evaluate("() => document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) rapport-scenario').log.filter((row) => row.beat === 'act').length")
        if acted >= decisions:
            return screens
        go_on = front.locator("[data-continue]")
        if go_on.count():
            go_on.click()
        elif front.locator(".rs-rank").count():
            for number, letter in enumerate("abc", 1):
                front.locator(f"[data-reading={letter}][value='{number}']").check()
            front.locator("[data-sure]").first.check()
            front.locator(".rs-rank button").click()
        else:
            front.locator(".rs-option").first.click()
    pytest.fail("the decisions did not come to an end")


@pytest.fixture
def translated(lab):
    """The workspace of `lab` with the copies of every language, as `rapport lab --lang` lays them."""
    folder, server = lab
    for lang in i18n.LANGUAGES:
        with i18n.speaking(lang):
            workspace.refresh(ROOT, folder)
    return folder, server


def test_module_10_in_two_languages_in_one_jupyterlab(translated, page_factory):
    folder, server = translated
    page = page_factory(width=1400, height=900, local=True)
    page.set_default_timeout(60_000)
    for lang in ("gu", "lv"):
        open_notebook(page, server, f"{lang}/notebooks/{NOTEBOOK.name}")
        run_all(page)
        play_decisions(page, 2)
        assert page.locator(".jp-NotebookPanel:visible rapport-scenario").get_attribute("lang") == lang
        assert english_on(page, lang) == []
        if lang == "gu":
            loaded = page.evaluate("() => [...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family.replaceAll('\"', ''))")
            assert "Noto Sans Gujarati" in loaded, "letters do not depend on the fonts of this computer"
    # Both lie open in one page now, and each player still speaks its own language.
    page.locator(".lm-TabBar-tab", has_text=NOTEBOOK.name).first.click()
    run_all(page)
    play_decisions(page, 1)
    assert english_on(page, "gu") == []
    assert page.seen.requests == []


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_the_workbook_is_answered_in_another_language(lang, translated, page_factory):
    folder, server = translated
    page = page_factory(width=1400, height=900, local=True)
    page.set_default_timeout(60_000)
    open_notebook(page, server, f"{lang}/exercises/{NOTEBOOK.name}")
    run_all(page)
    record = learner.open_record(folder / ".rapport" / "record.json")
    definition = load(NOTEBOOK.stem, ROOT)
    right = key(definition, definition.exercise("recovery_rate"), simulated(definition, serve(definition, record.seed))).value
    cell = page.locator(".jp-CodeCell", has_text='workbook.check("recovery_rate"')
    for answer, outcome in (("1", "wrong"), (f"{right:.1f}", "right")):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(f'workbook.check("recovery_rate", "{answer}")')
        page.keyboard.press("Shift+Enter")
        cell.locator(f".verdict-{outcome}").wait_for()
        assert english_on(page, lang) == []
    kept = learner.open_record(folder / ".rapport" / "record.json").events("attempt")
    assert [(each["outcome"], each["language"]) for each in kept] == [("wrong", lang), ("right", lang)]
