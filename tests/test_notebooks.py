"""Regression of every notebook of the course: run again by pytest-notebook, its outputs equal the stored ones.
Charts are compared by the data they plot, their size and their text alternative (in the output's metadata), not by bytes."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from pytest_notebook import nb_regression
from pytest_notebook.execution import execute_notebook
from pytest_notebook.nb_regression import NBRegressionError, NBRegressionFixture

from rapport.content import write_text
from rapport.handbook.execute import SEED, run_notebook, to_text

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [path for folder in ("notebooks", "exercises") for path in sorted((ROOT / folder).glob("*.ipynb"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS]

# What differs from run to run or from machine to machine without meaning anything. Text is never ignored.
IGNORED = (
    "/metadata/widgets",
    "/metadata/language_info",
    "/metadata/kernelspec",
    "/cells/*/metadata/execution",
    "/cells/*/outputs/*/data/application/vnd.jupyter.widget-view+json",
    "/cells/*/outputs/*/data/image/png",
)
REPLACED = (("/cells/*/outputs", r"0x[0-9a-f]+", "0x0"),)


@pytest.fixture
def regression(tmp_path, monkeypatch) -> NBRegressionFixture:
    """pytest-notebook, with a record, settings and a working folder of its own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    (tmp_path / "work").mkdir()
    return NBRegressionFixture(
        exec_cwd=str(tmp_path / "work"),
        exec_env={
            "RAPPORT_COURSE": str(ROOT),
            "RAPPORT_RECORD": str(tmp_path / "record.json"),
            "RAPPORT_SEED": SEED,
            "IPYTHONDIR": str(tmp_path / "ipython"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYTHONHASHSEED": "0",
            "NO_COLOR": "1",
        },
        diff_ignore=IGNORED,
        diff_replace=REPLACED,
        diff_use_color=False,
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_running_a_notebook_gives_its_stored_outputs(path, regression):
    regression.check(str(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_is_stored_with_outputs_and_without_errors(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code" and cell.source.strip()]
    assert any(cell.outputs for cell in cells)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error" or output.get("name") == "stderr"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_every_chart_has_a_text_alternative_and_the_data_it_plots(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                about = output.metadata
                assert len(about["image/png"]["alt"].split()) > 5
                assert about["image/png"]["width"] and about["image/png"]["height"]
                assert about["rapport"]["plotted"]


def test_notebooks_hold_no_path_of_a_machine():
    for path in NOTEBOOKS:
        text = json.dumps([cell.get("outputs", []) for cell in nbformat.read(path, as_version=4).cells])
        assert not re.search(r"(?<![\w./-])/(home|root|tmp|work|Users)/\w", text), path.name


# ---- The regression itself notices what it must ----

SOURCES = [
    "1 + 1",
    "print('total', 12.5, object())",
    "import pandas as pd\npd.DataFrame({'recovered': [41, 59]})",
    "import numpy as np\nfrom rapport import charts\nfig, ax = charts.figure('One rises', 'Points, simulated')\n"
    "charts.line(ax, np.arange(3), np.array([1.0, 2.0, 4.0]))\ncharts.show(fig, alt='A line that rises from 1 over 2 to 4.')",
    "import ipywidgets\nipywidgets.IntSlider(value=3)",
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    """A small notebook with every sort of output, stored the way `rapport execute` stores."""
    path = tmp_path_factory.mktemp("stored") / "small.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(SOURCES)])
    write_text(path, to_text(run_notebook(notebook, path, ROOT)))
    return path


@pytest.fixture(scope="module")
def ran(stored) -> list:
    """What one run of the small notebook gives; kept, so that comparing does not run it again."""
    return []


@pytest.fixture
def replay(ran, stored, monkeypatch) -> None:
    """Let pytest-notebook execute the small notebook once, and take that result from then on."""

    def once(notebook, **options):
        if not ran:
            ran.append(execute_notebook(notebook, **options))
        return ran[0]

    monkeypatch.setattr(nb_regression, "execute_notebook", once)


def altered(stored: Path, folder: Path, find: str, put: str) -> str:
    """A copy of the stored notebook with `find` replaced in its outputs."""
    notebook = json.loads(stored.read_text(encoding="utf-8"))
    outputs = json.dumps([cell["outputs"] for cell in notebook["cells"]], ensure_ascii=False)
    assert find in outputs
    for cell, changed in zip(notebook["cells"], json.loads(outputs.replace(find, put, 1))):
        cell["outputs"] = changed
    folder.mkdir()
    write_text(folder / "small.ipynb", json.dumps(notebook))
    return str(folder / "small.ipynb")


def test_an_unchanged_notebook_passes_although_widgets_and_addresses_differ(stored, regression, replay):
    regression.check(str(stored))


ALTERATIONS = {
    "a number in text/plain": ('"2"', '"3"'),
    "a printed number": ("total 12.5", "total 12.6"),
    "a number in a table's text": ("41\\n", "42\\n"),
    "a number in a table's HTML": ("<td>59</td>", "<td>58</td>"),
    "a plotted value": ("4.0", "4.1"),
    "a text alternative": ('"A line that rises from 1 over 2 to 4."', '"A line that falls from 4 over 2 to 1."'),
    "a chart's size": ('"width": ', '"width": 1'),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_output_is_caught(what, stored, regression, replay, tmp_path):
    with pytest.raises(NBRegressionError):
        regression.check(altered(stored, tmp_path / "altered", *ALTERATIONS[what]))


def test_the_picture_itself_is_not_compared(stored, regression, replay, tmp_path):
    text = stored.read_text(encoding="utf-8")
    picture = re.search(r'"image/png": "([A-Za-z0-9+/=\\n]+)"', text)[1]
    regression.check(altered(stored, tmp_path / "altered", picture, "AAAA"))


def test_a_cell_that_raises_fails_the_regression(regression, tmp_path):
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0", id="a")])
    path = tmp_path / "work" / "raises.ipynb"
    write_text(path, nbformat.writes(notebook))
    with pytest.raises(CellExecutionError):
        regression.check(str(path))
