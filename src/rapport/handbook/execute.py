"""Run notebooks from first cell to last, each in a fresh kernel of this interpreter, and write their stored outputs.
A failing cell becomes one `NotebookError` that shows the cell; the other notebooks finish first."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from rapport import i18n, kernels
from rapport.content import ContentError, closed, outward, outward_says, raise_all, read_text, words_of, write_text
from rapport.handbook.kept import Kept, machinery
from rapport.playbooks.bibliography import cite

kernels.PRELOAD.append("rapport.widgets.preload")

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)`` whenever something begins or ends."""

SEED = "10"  # the learner seed of every build: a workbook gives the same book, so stored outputs can be compared
SCREEN = {"lines": 16, "letters": 400}  # of a failing cell and its error, so that both are seen at once
CELL_TIMEOUT = 120  # seconds; a course cell takes a few at most
AT_ONCE = (os.cpu_count() or 2) + 2  # kernels; some are always waiting for their start or their end

_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")  # of IPython's traceback, outermost first
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
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
        What went wrong.
    line : int, optional
        Line of the cell in which it did, from 1; kept as ``cell_line``.

    Notes
    -----
    The message fits a screen: of a long cell it shows the lines around `line`, of a long error its beginning.
    """

    def __init__(self, path: Path, cell: int | None, source: str, error: str, line: int | None = None):
        self.cell, self.source, self.error, self.cell_line = cell, source, error, line
        told = error if len(error) <= SCREEN["letters"] else f"{error[: SCREEN['letters']]} …"
        super().__init__(f"{told}{_around(source, line)}", path, key=f"cell {cell}" if cell else None)


def _around(source: str, line: int | None) -> str:
    """The source of a cell, or its lines around one of them, which is pointed at."""
    lines = source.rstrip().splitlines()
    first = max(0, min((line or 1) - 1 - SCREEN["lines"] // 2, len(lines) - SCREEN["lines"]))
    shown = [f"  {'→' if number == line else ' '} {text}" for number, text in enumerate(lines, 1)][first : first + SCREEN["lines"]]
    before, after = first, len(lines) - first - len(shown)
    return "".join(f"\n{each.rstrip()}" for each in [f"    … {before} lines before"] * bool(before) + shown + [f"    … {after} lines after"] * bool(after))


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
    cells = ((number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "markdown")
    raise_all(ContentError(outward_says(address), path, key=f"cell {number}") for number, cell in cells if (address := outward(cell.source, path)))
    return notebook


def run_notebook(
    notebook: Any, path: Path, root: Path, *, for_page: bool = False, timeout: int = CELL_TIMEOUT, running: set | None = None, fork: bool = True, reads: set[str] | None = None
) -> Any:
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
    fork : bool
        Fork the kernel from a warm process where the system can (`rapport.kernels`); the outputs are the same.
    reads : set of str, optional
        Filled with the absolute paths of the files that the kernel read.

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

    def fail(error: str, traceback: str = "") -> NotebookError:
        cell = reached.get("cell")
        line = _IN_CELL.findall(_COLOURS.sub("", traceback))
        return NotebookError(path, numbers.get(id(cell)), cell.source if cell else "", error, int(line[0]) if line else None)

    with tempfile.TemporaryDirectory(prefix="rapport-run-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "work").mkdir()
        # Sockets in our own folder where the system has them: no port to race for, nothing listens on the network.
        transport = {"transport": "ipc"} if os.name == "posix" else {}
        manager = AsyncKernelManager(kernel_spec_manager=_this_interpreter(fork and kernels.available()), connection_file=str(place / "kernel.json"), **transport)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=timeout,
            record_timing=False,
            force_raise_errors=True,
            coalesce_streams=True,
            shutdown_kernel="immediate",  # a kernel of ours has nothing to put away
            on_cell_start=note,
            resources={"metadata": {"path": str(place / "work")}},
            extra_arguments=["--HistoryManager.enabled=False", "--IPKernelApp.exec_lines=__import__('rapport.kernels.reads').kernels.reads.begin()"],
        )
        client.owns_km = True
        if running is not None:
            running.add(manager)
        try:
            client.execute(env=_environment(root, place))
        except CellExecutionError as error:
            raise fail(f"{error.ename}: {error.evalue}", error.traceback) from None
        except CellTimeoutError:
            raise fail(f"the cell was still running after {timeout} seconds; make it shorter.") from None
        except DeadKernelError:
            raise fail("the kernel ended in this cell (out of memory, or stopped).") from None
        finally:
            if running is not None:
                running.discard(manager)
            # The client has ended its kernel by now; where that start was stopped it would try again at exit and fail aloud.
            atexit.unregister(client._cleanup_kernel)
        if reads is not None:
            reads |= kernels.heard(place / "reads")
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


def in_language(notebook: Any, path: Path, kept: Kept | None = None) -> Any:
    """A copy with its prose, and the sentences in its code, in the reader's language; an ordinary notebook again.

    A workbook is made anew from its exercises, which have the translations. What `kept` holds of an earlier time is taken from there.
    """
    if i18n.language() == i18n.SOURCE:
        return notebook
    if path.parent.name == "exercises":
        from rapport.exercises import load
        from rapport.exercises.notebook import generate

        return generate(load(path.stem, path.parents[1]))
    notebook = deepcopy(notebook)
    written = [[cell.cell_type, cell.source] for cell in notebook.cells]
    key = kept.key("words", path.name, i18n.language(), str(i18n.marking()), json.dumps(written)) if kept else ""
    said = kept.get(key) if kept else None
    if said is None:
        from rapport.i18n import catalogue, texts

        began, change = time.time(), words_of(path)
        said = [texts.markdown(source, change) if kind == "markdown" else texts.code(source, change) for kind, source in written]
        if kept:
            po = catalogue.po_path(path, path.parents[1], i18n.language())
            kept.put(key, said, [str(po.resolve()), texts.__file__, catalogue.__file__, i18n.__file__], began)
    for cell, source in zip(notebook.cells, said, strict=True):
        cell.source = source
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


def run_all(root: Path, paths: Iterable[Path], progress: Progress | None = None, *, for_page: bool = False, fork: bool = True, kept: Kept | None = None) -> dict[Path, Any]:
    """Run several notebooks in the reader's language; see `run_languages`.

    Returns
    -------
    dict of Path to nbformat.NotebookNode
        In the order of `paths`.
    """
    return run_languages(root, {i18n.language(): list(paths)}, progress, for_page=for_page, fork=fork, kept=kept)[i18n.language()]


def run_languages(
    root: Path, wanted: Mapping[str, Sequence[Path]], progress: Progress | None = None, *, for_page: bool = False, fork: bool = True, kept: Kept | None = None
) -> dict[str, dict[Path, Any]]:
    """Run notebooks, each in some languages, as many at once as there are cores; all finish before any error is raised.

    Parameters
    ----------
    root, progress, for_page, fork
        As in `run_notebook`; `progress` is called as ``progress(what, done, total)``.
    wanted : mapping of str to sequence of Path
        Notebooks by language.
    kept : Kept, optional
        Results of earlier runs: a notebook none of whose files has changed is not run again.

    Returns
    -------
    dict of str to dict of Path to nbformat.NotebookNode
        By language and path, in the order of `wanted`.

    Raises
    ------
    ContentError
        With every notebook that failed; one that fails in English is told once.
    """
    closed(root)
    asked = [(lang, path) for lang, paths in wanted.items() for path in paths]
    done: dict[tuple[str, Path], Any] = {}
    errors: dict[tuple[str, Path], ContentError] = {}
    running: set = set()
    stopped = threading.Event()
    marking = i18n.marking()
    reading = cache(read_notebook)  # once for all languages

    def one(lang: str, path: Path) -> Any:
        if stopped.is_set():
            raise NotebookError(path, None, "", "was not run.")
        with i18n.speaking(lang, marking=marking):  # a thread does not know it by itself
            notebook = in_language(reading(path), path, kept)
            if kept is None:
                return run_notebook(notebook, path, root, for_page=for_page, running=running, fork=fork)
            key = kept.key("run", machinery(), path.relative_to(root).as_posix(), lang, str(marking), str(for_page), _asked(notebook))
            if (found := kept.get(key)) is not None:
                return _with_outputs(notebook, found)
            reads: set[str] = set()
            began = time.time()
            ran = run_notebook(notebook, path, root, for_page=for_page, running=running, fork=fork, reads=reads)
            kept.put(key, [cell.outputs for cell in ran.cells if cell.cell_type == "code"], reads - {str(path.resolve())}, began)  # its own file: `_asked` has what counts of it
            return ran

    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {pool.submit(one, *each): each for each in asked}
        try:
            for number, future in enumerate(as_completed(futures)):
                lang, path = futures[future]
                try:
                    done[lang, path] = future.result()
                except ContentError as error:
                    errors[lang, path] = error
                if progress:
                    progress(f"ran {path.parent.name}/{path.name}" + (f" ({lang})" if lang != i18n.SOURCE else ""), number + 1, len(asked))
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
    raise_all(sorted((error for (lang, path), error in errors.items() if lang == i18n.SOURCE or (i18n.SOURCE, path) not in errors), key=str))
    return {lang: {path: done[lang, path] for path in paths} for lang, paths in wanted.items()}


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


def stale(root: Path, progress: Progress | None = None, *, fork: bool = True, kept: Kept | None = None) -> list[Path]:
    """Notebooks whose stored outputs are not those of a run today; nothing is written.

    Parameters
    ----------
    root, progress, fork, kept
        As in `run_all`; a build's kept runs serve here too.
    """
    found = []
    with i18n.speaking(i18n.SOURCE, marking=True):
        for path, notebook in run_all(root, notebook_paths(root), progress, for_page=True, fork=fork, kept=kept).items():
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs = [output for output in cell.outputs if BAKED not in output.get("data", {})]
            if to_text(notebook) != read_text(path):
                found.append(path)
    return found


def to_text(notebook: Any) -> str:
    """`notebook` as the text of its file: sorted keys, one final newline."""
    import nbformat

    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def _asked(notebook: Any) -> str:
    """What a run is asked to do: code and marks of its cells, and the sources its prose cites, which a cell may list; other sentences change nothing."""
    cited = cite("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"))
    return json.dumps([cited, *([cell.source, cell.metadata] for cell in notebook.cells if cell.cell_type == "code")], sort_keys=True)


def _with_outputs(notebook: Any, outputs: Sequence[Any]) -> Any:
    """A normalised copy with the outputs of an earlier run, one list for each code cell."""
    import nbformat

    notebook = deepcopy(notebook)
    for cell, made in zip((cell for cell in notebook.cells if cell.cell_type == "code"), outputs, strict=True):
        cell.outputs = [nbformat.from_dict(output) for output in made]
    return normalise(notebook)


def _explores(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("rapport", {}).get("explorer"))


def _this_interpreter(fork: bool) -> Any:
    """Kernel specs that always name this interpreter, whatever kernels are installed elsewhere."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    class ThisInterpreter(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [sys.executable, "-P", "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            how = {"kernel_provisioner": {"provisioner_name": kernels.PROVISIONER}} if fork else {}
            return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python", metadata=how)

    return ThisInterpreter()


def _environment(root: Path, place: Path) -> dict[str, str]:
    """Environment of a kernel: the course, a record of its own, nothing of the user's settings of Python, Jupyter or IPython."""
    theirs = ("JUPYTER_", "IPYTHON", "PYTHON", "MATPLOTLIB", "MPL")
    return {name: value for name, value in os.environ.items() if not name.startswith(theirs)} | kernels.own_python() | {
        "RAPPORT_COURSE": str(Path(root).resolve()),
        "RAPPORT_RECORD": str(place / "record.json"),
        "RAPPORT_SEED": SEED,
        kernels.VARIABLE: str(place / "reads"),
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
