"""How soon an author sees a saved sentence: seconds from the save to the sentence on the open page, with `rapport build --watch` at work.
Run `python benchmarks/watch.py` on a computer that does nothing else; it works on a copy of the course and prints a table in Markdown with the median and the slowest of five."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from rapport.cli.browser import find_browser

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 2.0
SHOWN = "words => document.querySelector('main')?.textContent.replaceAll('\\u00ad', '').replaceAll('\\u00a0', ' ').includes(words) ?? false"


def in_notebook(path: Path, words: str) -> None:
    """Put a sentence at the end of the notebook's first long text, in the place of the last one put there."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown" and len("".join(cell["source"])) > 200)
    cell["source"] = f"{''.join(cell['source']).partition(' Written at ')[0]} {words}"
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def in_text(path: Path, words: str) -> None:
    """Put a sentence at the end of a text, in the place of the last one put there."""
    path.write_text(f"{path.read_text(encoding='utf-8').partition(' Written at ')[0].rstrip()} {words}\n", encoding="utf-8")


CHANGES: list[tuple[str, str, str, Callable[[Path, str], None]]] = [  # what, the open page, the file that is saved, how
    ("a sentence in the longest module, read in English", "10_when_it_goes_wrong.html", "notebooks/10_when_it_goes_wrong.ipynb", in_notebook),
    ("the same, read in Gujarati", "10_when_it_goes_wrong.gu.html", "notebooks/10_when_it_goes_wrong.ipynb", in_notebook),
    ("a sentence in another module", "00_start_here.html", "notebooks/00_start_here.ipynb", in_notebook),
    ("a sentence about the course", "about.html", "playbooks/about.md", in_text),
]


def seen(page: Page, words: str) -> float:
    """Seconds until `words` are on the page, asked from outside: its policy lets nothing wait inside."""
    began = time.monotonic()
    while time.monotonic() - began < 60:
        try:
            if page.evaluate(SHOWN, words):
                return time.monotonic() - began
        except Error:  # it is being loaded anew
            pass
        time.sleep(0.02)
    raise SystemExit(f"{words!r} was not shown within a minute")


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--runs", type=int, default=5)
    wanted = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="rapport-bench-", ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        course = Path(folder) / "course"
        shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".git", ".venv", "build", "workspace", "tests", "docs", "__pycache__", "benchmarks"))
        if (ROOT / "build" / "kept").is_dir():  # as an author has it, who has built before
            shutil.copytree(ROOT / "build" / "kept", course / "build" / "kept")
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "RAPPORT_COURSE": str(course), "PYTHONUNBUFFERED": "1"}
        (Path(folder) / "run.py").write_text("from rapport.cli import main\nif __name__ == '__main__': main()\n")
        watching = subprocess.Popen([sys.executable, str(Path(folder) / "run.py"), "build", "--watch", "--port", "0"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert watching.stdout
            address = next(line for line in watching.stdout if "is shown at" in line).split(" at ")[1].split(";")[0]
            page = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]).new_page()
            print(f"{os.cpu_count()} cores, {wanted.runs} saves each; seconds from the save to the sentence on the open page; budget {BUDGET:g} for the median.\n")
            print("| What is saved | Page | Median | Slowest | In the budget |\n|---|---|---|---|---|")
            for what, name, file, change in CHANGES:
                page.goto(f"{address}{name}")
                time.sleep(8)  # the watcher and its processes are ready
                times = []
                for number in range(wanted.runs):
                    words = f"Written at {number + 1} o'clock for the {len(name)}th time."
                    change(course / file, words)
                    times.append(seen(page, words))
                    time.sleep(8)  # the other languages are made meanwhile
                middle = statistics.median(times)
                print(f"| {what} | {name} | {middle:.2f} | {max(times):.2f} | {'yes' if middle < BUDGET else 'no'} |", flush=True)
        finally:
            watching.send_signal(signal.SIGINT)
            watching.wait(30)


if __name__ == "__main__":
    main()
