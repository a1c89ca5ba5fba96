"""Running notebooks: outputs stored the same each time, failures shown with their cell, nothing of the user's settings."""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_code_cell

from rapport.content import ContentError
from rapport.handbook import execute


def course(tmp_path, **notebooks):
    for folder in ("notebooks", "playbooks", "exercises"):
        (tmp_path / folder).mkdir()
    for stem, sources in notebooks.items():
        nbformat.write(tiny_course.notebook(*map(new_code_cell, sources)), tmp_path / "notebooks" / f"{stem}.ipynb")
    return tmp_path


def test_outputs_are_stored_and_the_same_each_time(tmp_path):
    root = course(tmp_path, **{"01_a": ["print(object())", "", "import ipywidgets\nipywidgets.IntSlider()", "{'b': 1, 'a': {3, 1, 2}}"]})
    path = root / "notebooks" / "01_a.ipynb"
    assert execute.write_outputs(root) == [path]
    first = path.read_bytes()
    assert execute.write_outputs(root) == [] and path.read_bytes() == first
    stored = json.loads(first)
    assert "widgets" not in stored["metadata"] and stored["metadata"]["language_info"] == {"name": "python"}
    assert [cell["execution_count"] for cell in stored["cells"]] == [1, None, 2, 3]
    assert stored["cells"][0]["outputs"][0]["text"] == ["<object object at 0x0>\n"]
    assert list(stored["cells"][2]["outputs"][0]["data"]) == ["text/plain"]
    assert first.endswith(b"}\n") and not first.endswith(b"\n\n")


def test_a_kernel_is_this_interpreter_with_a_record_seed_and_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/nowhere")
    code = "import os, sys\nprint(sys.executable)\nprint(os.environ['RAPPORT_COURSE'])\nprint(os.environ['RAPPORT_SEED'], 'JUPYTER_CONFIG_PATH' in os.environ)\nprint(os.environ['RAPPORT_RECORD'], os.getcwd())"
    root = course(tmp_path, **{"01_a": [code]})
    path = root / "notebooks" / "01_a.ipynb"
    ran = execute.run_notebook(execute.read_notebook(path), path, root)
    program, place, seed, own = ran.cells[0].outputs[0].text.splitlines()
    assert program == sys.executable and place == str(root) and seed == f"{execute.SEED} False"
    assert "rapport-run-" in own.split()[0] and not own.split()[1].startswith(str(root))


def test_a_failing_cell_is_shown_and_the_others_finish_first(tmp_path):
    root = course(tmp_path, **{"01_bad": ["1 + 1", "x = 0\n1 / x"], "02_warns": ["import warnings\nwarnings.warn('old way')"], "03_good": ["print('fine')"]})
    before = {path: path.read_bytes() for path in (root / "notebooks").iterdir()}
    told = []
    with pytest.raises(ContentError) as caught:
        execute.write_outputs(root, progress=lambda *each: told.append(each))
    bad, warns = caught.value.errors
    assert isinstance(bad, execute.NotebookError) and bad.cell == 2
    assert "01_bad.ipynb: cell 2: ZeroDivisionError: division by zero\n    x = 0\n  → 1 / x" in str(bad)
    assert "02_warns.ipynb: cell 1" in str(warns) and "UserWarning: old way" in str(warns)
    assert [done for _, done, _ in told] == [1, 2, 3]
    assert {path: path.read_bytes() for path in before} == before, "nothing is written when one fails"


def test_the_message_of_a_long_failing_cell_fits_a_screen_and_points_at_its_line(tmp_path):
    source = "\n".join(f"a{number} = {number}" for number in range(60)) + "\nraise ValueError('x' * 900)\n" + "\n".join(f"b{number} = {number}" for number in range(30))
    with pytest.raises(execute.NotebookError) as failed:
        root = course(tmp_path, **{"01_long": [source]})
        path = root / "notebooks" / "01_long.ipynb"
        execute.run_notebook(execute.read_notebook(path), path, root)
    told = str(failed.value).splitlines()
    assert failed.value.cell == 1 and failed.value.cell_line == 61
    assert len(told) <= 20 and all(len(line) < 500 for line in told)
    assert "  → raise ValueError('x' * 900)" in told and "    … 52 lines before" in told and "    a59 = 59" in told


def test_notebooks_of_several_languages_run_together_and_a_fault_is_told_once(tmp_path):
    root = course(tmp_path, **{"01_bad": ["1 / 0"], "02_good": ["import os\nprint(os.environ['RAPPORT_LANG'])"]})
    bad, good = sorted((root / "notebooks").iterdir())
    ran = execute.run_languages(root, {"en": [good], "lv": [good], "gu": []})
    assert {lang: [found[path].cells[0].outputs[0].text.strip() for path in found] for lang, found in ran.items()} == {"en": ["en"], "lv": ["lv"], "gu": []}
    told = []
    with pytest.raises(ContentError) as caught:
        execute.run_languages(root, {"en": [bad, good], "lv": [bad]}, lambda *each: told.append(each))
    assert isinstance(caught.value, execute.NotebookError) and str(caught.value).count("ZeroDivisionError") == 1
    assert sorted(what for what, _, _ in told) == ["ran notebooks/01_bad.ipynb", "ran notebooks/01_bad.ipynb (lv)", "ran notebooks/02_good.ipynb"]


def test_an_error_that_a_cell_is_tagged_to_raise_is_refused_as_well(tmp_path):
    root = course(tmp_path)
    cell = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    nbformat.write(tiny_course.notebook(cell), root / "notebooks" / "01_a.ipynb")
    with pytest.raises(execute.NotebookError, match="ZeroDivisionError"):
        execute.write_outputs(root)


def test_a_cell_that_does_not_end_is_stopped_and_named(tmp_path):
    root = course(tmp_path, **{"01_a": ["import time\ntime.sleep(60)"]})
    path = root / "notebooks" / "01_a.ipynb"
    with pytest.raises(execute.NotebookError, match="cell 1: the cell was still running after 1 second"):
        execute.run_notebook(execute.read_notebook(path), path, root, timeout=1)


def test_a_kernel_that_ends_itself_is_named(tmp_path):
    root = course(tmp_path, **{"01_a": ["import os\nos._exit(3)"]})
    with pytest.raises(execute.NotebookError, match="cell 1: the kernel ended"):
        execute.write_outputs(root)


def test_a_file_that_is_no_notebook_and_an_unknown_stem_are_named(tmp_path):
    root = course(tmp_path, **{"01_a": ["1"]})
    (root / "notebooks" / "02_b.ipynb").write_text('{"cells": 3}', encoding="utf-8")
    with pytest.raises(ContentError, match="02_b.ipynb: not a valid notebook"):
        execute.read_notebook(root / "notebooks" / "02_b.ipynb")
    with pytest.raises(ContentError, match="no notebook is called .09_x.; there are 01_a, 02_b"):
        execute.notebook_paths(root, ["09_x"])


def test_a_start_that_is_stopped_leaves_nothing_to_do_at_exit(tmp_path, monkeypatch):
    """Else Ctrl-C in the first seconds of a build ends in a traceback."""
    import atexit

    from nbclient import NotebookClient

    async def stopped(client):
        await client._async_cleanup_kernel()
        raise RuntimeError("stopped while starting")

    monkeypatch.setattr(NotebookClient, "async_start_new_kernel_client", stopped)
    root = course(tmp_path, **{"01_a": ["1 + 1"]})
    path = root / "notebooks" / "01_a.ipynb"
    left = []
    monkeypatch.setattr(atexit, "register", left.append)
    monkeypatch.setattr(atexit, "unregister", lambda callback: left.remove(callback) if callback in left else None)
    with pytest.raises(RuntimeError, match="stopped while starting"):
        execute.run_notebook(execute.read_notebook(path), path, root)
    assert [each for each in left if "_cleanup_kernel" in repr(each) or isinstance(getattr(each, "__self__", None), NotebookClient)] == []


def test_a_stop_also_ends_a_kernel_that_is_only_starting(tmp_path, monkeypatch):
    """Else Ctrl-C in the first seconds of a build waits until the notebook has run to its end."""
    import threading
    import time

    class Kernel:
        async def kill(self):
            killed.set()

    class Manager:
        provisioner = None

    killed, begun = threading.Event(), threading.Event()

    def run(notebook, path, root, *, running, **_):
        if path.stem == "01_a":
            assert begun.wait(10)  # the stop comes while the other one is starting, not before it
            return notebook
        running.add(manager := Manager())
        begun.set()
        time.sleep(1)
        manager.provisioner = Kernel()
        killed.wait(10)
        running.discard(manager)
        return notebook

    def stop(*_):
        raise KeyboardInterrupt

    root = course(tmp_path, **{"01_a": ["1"], "02_b": ["1"]})
    monkeypatch.setattr(execute, "run_notebook", run)
    with pytest.raises(KeyboardInterrupt):
        execute.run_all(root, execute.notebook_paths(root), stop)
    assert killed.is_set()


def test_a_stop_ends_the_kernels_and_is_passed_on(tmp_path):
    root = course(tmp_path, **{"01_fast": ["1"], "02_slow": ["import time\ntime.sleep(100)"]})

    def stop(*_):
        raise KeyboardInterrupt

    async def build_inside_an_event_loop():
        execute.write_outputs(root, progress=stop)

    with pytest.raises(KeyboardInterrupt):
        with ThreadPoolExecutor(1) as pool:  # this thread may have a loop already: the browser's
            pool.submit(lambda: asyncio.run(build_inside_an_event_loop())).result()
