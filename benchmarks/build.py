"""How long the handbook takes: one `jupyter nbconvert --to html --execute` for all notebooks in all languages, against `rapport build`.
Run `python benchmarks/build.py`; both sides work on the same notebooks in one run, and cells time themselves on both."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
# Runs in every kernel as IPython's start file: each cell adds its own seconds to a file of the kernel's own.
STARTUP = """
import os, time
_times = {}
def _begin(info): _times["at"] = time.perf_counter()
def _end(result):
    if "at" in _times:
        with open(os.path.join(os.environ["RAPPORT_TIMES"], str(os.getpid())), "a") as file:
            file.write(f"{time.perf_counter() - _times['at']}\\n")
get_ipython().events.register("pre_run_cell", _begin)
get_ipython().events.register("post_run_cell", _end)
"""


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--skip-peer", action="store_true", help="only our side")
    wanted = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        place = Path(folder)
        (place / "ipython/profile_default/startup").mkdir(parents=True)
        (place / "ipython/profile_default/startup/00-times.py").write_text(STARTUP)
        course = place / "course"
        shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".git", ".venv", "build", "workspace", "tests", "docs", "__pycache__", "benchmarks"))
        found = {"cores": os.cpu_count(), "ours": {"clean": ours(place, course, "memory")}}  # in a build of its own: to add it up for ten processes takes a share of the cores
        shutil.rmtree(course / "build")
        found["ours"]["clean"] |= {name: value for name, value in ours(place, course, "clean", memory=False).items() if name != "memory, MiB"}
        found["ours"]["nothing changed"] = ours(place, course, "again")
        notebook = course / "notebooks" / "10_when_it_goes_wrong.ipynb"
        for what, change in (("a sentence changed", _sentence), ("a code cell changed", _code)):
            notebook.write_text(json.dumps(change(json.loads(notebook.read_text()))))
            found["ours"][what] = ours(place, course, what.replace(" ", "-"))
        found["ours"]["a sentence changed, --watch"] = watched(place, course, notebook)
        print(json.dumps(found, indent=1), file=sys.stderr)  # the other side takes minutes
        if not wanted.skip_peer:
            found["nbconvert"] = theirs(place, course)
            mine, peer = found["ours"]["clean"], found["nbconvert"]
            found["ratios"] = {
                "nbconvert / clean build, wall": round(peer["wall"] / mine["wall"], 2),
                "overhead ours / nbconvert": round(mine["overhead"] / peer["overhead"], 3),
                "one sentence / clean": round(found["ours"]["a sentence changed"]["wall"] / mine["wall"], 3),
                "one sentence, --watch / clean": round(found["ours"]["a sentence changed, --watch"]["wall"] / mine["wall"], 3),
                "one code cell / clean": round(found["ours"]["a code cell changed"]["wall"] / mine["wall"], 3),
            }
    print(json.dumps(found, indent=1))


def ours(place: Path, course: Path, name: str, memory: bool = True) -> dict[str, float]:
    """A build of the course: seconds on the clock, seconds of the cells, what is left, and the most memory in MiB."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom rapport.handbook import execute\nreal = execute._environment\n"
        "execute._environment = lambda root, at: real(root, at) | {'IPYTHONDIR': sys.argv[2], 'RAPPORT_TIMES': sys.argv[3]}\n"
        "from rapport import handbook\n"
        "if __name__ == '__main__': handbook.build(Path(sys.argv[1]))\n"
    )
    (place / "ours.py").write_text(code)
    return _measured(place, name, [sys.executable, str(place / "ours.py"), str(course), str(place / "ipython")], os.cpu_count() or 1, place, memory)


def watched(place: Path, course: Path, notebook: Path) -> dict[str, float]:
    """Seconds until `rapport build --watch` has made the whole folder again after a sentence was changed, in all languages: the middle of five."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom statistics import median\nfrom rapport.handbook import parts, watch\nfrom rapport.handbook.workshop import Workshop\n"
        "def rebuild():\n    began = time.perf_counter()\n    changed, _ = watch.rebuild(course, course / 'build/handbook', 'learner', shop)\n    return time.perf_counter() - began, changed\n"
        "if __name__ == '__main__':\n    course, notebook = Path(sys.argv[1]), Path(sys.argv[2])\n    text = notebook.read_text()\n    with Workshop(parts.WORK) as shop:\n        rebuild()\n        took = []\n"
        "        for number in range(5):\n            notebook.write_text(text.replace('One more sentence.', f'Sentence number {number}.'))\n            took.append(rebuild())\n"
        "    assert all('10_when_it_goes_wrong.lv.html' in changed for _, changed in took)\n    print(median(seconds for seconds, _ in took))\n"
    )
    (place / "watched.py").write_text(code)
    told = subprocess.run([sys.executable, str(place / "watched.py"), str(course), str(notebook)], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, check=True, capture_output=True, text=True)
    return {"wall": round(float(told.stdout), 2)}


def theirs(place: Path, course: Path) -> dict[str, float]:
    """One nbconvert command for the same notebooks in the same languages."""
    sys.path.insert(0, str(ROOT / "src"))
    from rapport import i18n
    from rapport.handbook import execute
    from rapport.handbook.assembly import languages

    files = []
    for lang in languages(course)[0]:
        with i18n.speaking(lang):
            for path in execute.notebook_paths(course):
                if lang != i18n.SOURCE and path.parent.name != "notebooks":
                    continue
                files.append(place / "peer" / lang / f"{path.parent.name}-{path.name}")
                files[-1].parent.mkdir(parents=True, exist_ok=True)
                files[-1].write_text(execute.to_text(execute.in_language(execute.read_notebook(path), path)))
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--execute", "--output-dir", str(place / "html"), *map(str, files)]
    found = _measured(place, "peer", command, 1, place, RAPPORT_COURSE=str(course), RAPPORT_SEED="10", IPYTHONDIR=str(place / "ipython"), RAPPORT_RECORD=str(place / "record.json"))
    return found | {"notebooks": len(files)}


def _measured(place: Path, name: str, command: list[str], at_once: int, cwd: Path, memory: bool = True, **environment: str) -> dict[str, float]:
    times = place / f"times-{name}"
    times.mkdir()
    if name != "peer":
        command = [*command, str(times)]
    began = time.perf_counter()
    running = subprocess.Popen(command, cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "RAPPORT_TIMES": str(times)} | environment, stderr=subprocess.DEVNULL if name == "peer" else None)
    most = 0.0
    while True:
        most = max(most, _memory(running.pid) if memory else 0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(1)
            break
    wall = time.perf_counter() - began
    if running.returncode:
        raise SystemExit(f"{name} ended with exit code {running.returncode}")
    cells = sum(float(line) for path in times.iterdir() for line in path.read_text().split())
    return {"wall": round(wall, 2), "cells": round(cells, 2), "overhead": round(wall - cells / at_once, 2), "memory, MiB": round(most)}


def _memory(pid: int) -> float:
    """Memory of a process and all below it in MiB, pages that several share counted once (Linux's proportional set size)."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().pss
    return total / 2**20


def _sentence(notebook: dict) -> dict:
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown" and len("".join(cell["source"])) > 200)
    cell["source"] = "".join(cell["source"]) + "\n\nOne more sentence."
    return notebook


def _code(notebook: dict) -> dict:
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["source"] = "".join(cell["source"]) + "\n# one more comment"
    return notebook


if __name__ == "__main__":
    main()
