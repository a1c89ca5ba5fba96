"""Run notebooks from first cell to last, each in a fresh kernel of this interpreter, and write their stored outputs.
A failing cell becomes one `NotebookError` that shows the cell; the other notebooks finish first."""

from __future__ import annotations

import asyncio
import atexit
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from copy import deepcopy
from pathlib import Path
from typing import Any

from rapport import i18n
from rapport.content import ContentError, raise_all, read_text, words_of, write_text

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)`` whenever something begins or ends."""

SEED = "10"  # the learner seed of every build: a workbook gives the same book, so stored outputs can be compared
CELL_TIMEOUT = 120  # seconds; a course cell takes a few at most
AT_ONCE = 2

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
# matplotlib says this once on a machine that has never drawn a chart; it is no fault of the notebook.
_FONT_CACHE = re.compile(r"Matplotlib is building the font cache[^\n]*\n?")
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


BAKED = "text/vnd.rapport.page+html"
"""Kind of output that holds an explorer's form for a page; made in a build only, never stored in a notebook."""

# Run after a cell marked as explorer: `_` is what the cell ended with, so page and notebook show the same data.
_BAKE = f"from rapport.widgets import explorer_html\nfrom IPython.display import display\ndisplay({{{BAKED!r}: explorer_html(_)}}, raw=True)"


class NotebookError(ContentError):
    """A notebook could not be run; the message holds the notebook, the cell, its source and the error.

    Parameters
    ----------
    path : Path
        The notebook.
    cell : int or None
        Position among all cells, from 1.
    source : str
        The source of that cell.
    error : str
        What went wrong, one line.
    """

    def __init__(self, path: Path, cell: int | None, source: str, error: str):
        self.cell, self.source, self.error = cell, source, error
        shown = "".join(f"\n    {line}" for line in source.strip().splitlines())
        super().__init__(f"{error}{shown}", path, key=f"cell {cell}" if cell else None)


def notebook_paths(root: Path, stems: Sequence[str] | None = None) -> list[Path]:
    """Notebooks and workbooks of the course, or of `stems` only.

    Raises
    ------
    ContentError
        For a stem that names neither.
    """
    known = [path for folder in ("notebooks", "exercises") for path in sorted((root / folder).glob("*.ipynb"))]
    if not stems:
        return known
    for stem in stems:
        if all(path.stem != stem for path in known):
            there = sorted({path.stem for path in known})
            raise ContentError(f"no notebook is called {stem!r}; there are {', '.join(there) or 'none'}.", root / "notebooks")
    return [path for path in known if path.stem in stems]


def read_notebook(path: Path) -> Any:
    """A notebook as nbformat's node; a file that is none is a `ContentError`."""
    import nbformat

    try:
        notebook = nbformat.reads(read_text(path), as_version=4)
        nbformat.validate(notebook)
    except ContentError:
        raise
    except Exception as error:  # nbformat raises JSON, key and schema errors alike
        reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
        raise ContentError(f"not a valid notebook ({reason}); open and save it in JupyterLab, or restore it.", path) from None
    return notebook


def run_notebook(notebook: Any, path: Path, root: Path, *, for_page: bool = False, timeout: int = CELL_TIMEOUT, running: set | None = None) -> Any:
    """Run every cell in a fresh kernel and return a copy with its outputs, normalised.

    This is the one place where a kernel is started.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Left as it is.
    path : Path
        Where it came from, for messages.
    root : Path
        The course; kernels find it as ``RAPPORT_COURSE``.
    for_page : bool
        Also bake explorers, so that a page can show them without a kernel.
    timeout : int
        Seconds a single cell may take.
    running : set, optional
        Kernel managers at work; the one started here is in it while it runs, so that a stop can end it.

    Raises
    ------
    NotebookError
        When a cell raises, takes too long, ends its kernel, or writes to stderr.
    """
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat.v4 import new_code_cell

    notebook = deepcopy(notebook)
    numbers = {id(cell): number for number, cell in enumerate(notebook.cells, 1)}
    if for_page:
        notebook.cells = [each for cell in notebook.cells for each in ([cell, new_code_cell(_BAKE)] if _explores(cell) else [cell])]
    reached: dict[str, Any] = {}

    def note(cell: Any, cell_index: int, **_: Any) -> None:
        if id(cell) in numbers:
            reached["cell"] = cell

    def fail(error: str) -> NotebookError:
        cell = reached.get("cell")
        return NotebookError(path, numbers.get(id(cell)), cell.source if cell else "", error)

    with tempfile.TemporaryDirectory(prefix="rapport-run-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "work").mkdir()
        # Sockets in our own folder where the system has them: no port to race for, nothing listens on the network.
        transport = {"transport": "ipc"} if os.name == "posix" else {}
        manager = AsyncKernelManager(kernel_spec_manager=_this_interpreter(), connection_file=str(place / "kernel.json"), **transport)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=timeout,
            record_timing=False,
            force_raise_errors=True,
            coalesce_streams=True,
            on_cell_start=note,
            resources={"metadata": {"path": str(place / "work")}},
            extra_arguments=["--HistoryManager.enabled=False"],
        )
        client.owns_km = True
        if running is not None:
            running.add(manager)
        try:
            client.execute(env=_environment(root, place))
        except CellExecutionError as error:
            raise fail(f"{error.ename}: {error.evalue}") from None
        except CellTimeoutError:
            raise fail(f"the cell was still running after {timeout} seconds; make it shorter.") from None
        except DeadKernelError:
            raise fail("the kernel ended in this cell (out of memory, or stopped).") from None
        finally:
            if running is not None:
                running.discard(manager)
            # The client has ended its kernel by now; where that start was stopped it would try again at exit and fail aloud.
            atexit.unregister(client._cleanup_kernel)
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None]):
        if following is not None and id(following) not in numbers:
            cell.outputs += following.outputs
    notebook.cells = [cell for cell in notebook.cells if id(cell) in numbers]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr" and (said := _FONT_CACHE.sub("", output.text).strip()):
                lines = said.splitlines()
                line = next((line for line in lines if "Warning" in line), lines[-1])
                raise NotebookError(path, numbers[id(cell)], cell.source, f"the cell wrote to stderr, which no reader should meet: {line.strip()}")
    return normalise(notebook)


def in_language(notebook: Any, path: Path) -> Any:
    """A copy with its prose, and the sentences in its code, in the reader's language; an ordinary notebook again.

    A workbook is made anew from its exercises, which have the translations.
    """
    if i18n.language() == i18n.SOURCE:
        return notebook
    if path.parent.name == "exercises":
        from rapport.exercises import load
        from rapport.exercises.notebook import generate

        return generate(load(path.stem, path.parents[1]))
    from rapport.i18n import texts

    change = words_of(path)
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = texts.markdown(cell.source, change) if cell.cell_type == "markdown" else texts.code(cell.source, change)
    return notebook


def normalise(notebook: Any) -> Any:
    """A copy without what differs from run to run: times, widget ids and state, addresses, interpreter version."""
    notebook = deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    count = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = [output for output in cell.outputs if not (output.output_type == "stream" and output.name == "stderr")]
        if cell.source.strip():
            count += 1
        cell.execution_count = count if cell.source.strip() else None
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = cell.execution_count
            if "text" in output:
                output.text = _ADDRESS.sub("0x0", output.text)
            data = output.get("data", {})
            data.pop(_WIDGET_VIEW, None)
            for kind in ("text/plain", "text/html"):
                if isinstance(data.get(kind), str):
                    data[kind] = _ADDRESS.sub("0x0", data[kind])
    return notebook


def run_all(root: Path, paths: Iterable[Path], progress: Progress | None = None, *, for_page: bool = False) -> dict[Path, Any]:
    """Run several notebooks in the reader's language, two at once; all finish before any error is raised.

    Returns
    -------
    dict of Path to nbformat.NotebookNode
        In the order of `paths`.
    """
    paths = list(paths)
    done: dict[Path, Any] = {}
    errors: list[ContentError] = []
    running: set = set()
    stopped = threading.Event()
    spoken = i18n.language(), i18n.marking()

    def one(path: Path) -> Any:
        if stopped.is_set():
            raise NotebookError(path, None, "", "was not run.")
        with i18n.speaking(*spoken):  # a thread does not know it by itself
            return run_notebook(in_language(read_notebook(path), path), path, root, for_page=for_page, running=running)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {pool.submit(one, path): path for path in paths}
        try:
            for number, future in enumerate(as_completed(futures)):
                path = futures[future]
                try:
                    done[path] = future.result()
                except ContentError as error:
                    errors.append(error)
                if progress:
                    progress(f"ran {path.parent.name}/{path.name}", number + 1, len(paths))
        except BaseException:  # Ctrl-C above all: end the kernels, or their threads would hold the program
            stopped.set()
            while wait(futures, timeout=0.2).not_done:  # again and again: a kernel may be just about to start
                for manager in list(running):
                    if manager.provisioner is not None:
                        # in a thread of its own: the caller may be inside an event loop (a notebook, for one)
                        ender = threading.Thread(target=lambda kernel=manager.provisioner: asyncio.run(kernel.kill()))
                        ender.start()
                        ender.join()
            raise
    raise_all(sorted(errors, key=str))
    return {path: done[path] for path in paths}


def write_outputs(root: Path, stems: Sequence[str] | None = None, progress: Progress | None = None) -> list[Path]:
    """Run notebooks and store their outputs in them; the only writer of stored outputs.

    Parameters
    ----------
    root : Path
        The course.
    stems : sequence of str, optional
        Notebooks to run, by stem; all when none is named.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    list of Path
        Notebooks whose file changed. Nothing is written when any of them fails.
    """
    changed = []
    for path, notebook in run_all(root, notebook_paths(root, stems), progress).items():
        text = to_text(notebook)
        if text != read_text(path):
            write_text(path, text)
            changed.append(path)
    return changed


def to_text(notebook: Any) -> str:
    """`notebook` as the text of its file: sorted keys, one final newline."""
    import nbformat

    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def _explores(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("rapport", {}).get("explorer"))


def _this_interpreter() -> Any:
    """Kernel specs that always name this interpreter, whatever kernels are installed elsewhere."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    class ThisInterpreter(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python")

    return ThisInterpreter()


def _environment(root: Path, place: Path) -> dict[str, str]:
    """Environment of a kernel: the course, a record of its own, nothing of the user's Jupyter or IPython settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "IPYTHON"))} | {
        "RAPPORT_COURSE": str(Path(root).resolve()),
        "RAPPORT_RECORD": str(place / "record.json"),
        "RAPPORT_SEED": SEED,
        "RAPPORT_LANG": i18n.language(),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "JUPYTER_CONFIG_DIR": str(place / "jupyter"),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(place / "ipython"),
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "NO_COLOR": "1",
    }
