"""Kernels forked from a warm process: no thread before the fork, each on its own, the same outputs as ordinary ones."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_code_cell

from rapport import kernels
from rapport.handbook import execute
from rapport.kernels import reads

pytestmark = pytest.mark.skipif(not kernels.available(), reason="kernels are forked on Linux only")


def run(tmp_path, *sources, **options):
    path = tmp_path / "notebooks" / "01_a.ipynb"
    return execute.run_notebook(tiny_course.notebook(*map(new_code_cell, sources)), path, tmp_path, **options)


def said(notebook):
    return "".join(output.text for cell in notebook.cells for output in cell.outputs if output.output_type == "stream").split("\n")[:-1]


def test_the_warm_process_has_one_thread_and_none_of_the_engines():
    code = "import sys, rapport.kernels.warm\nfrom rapport.kernels import alone\nprint(alone.threads(), sorted({'numpy', 'pandas', 'matplotlib', *alone.ENGINES} & set(sys.modules)), 'get_ipython' in vars(__builtins__))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"OPENBLAS_NUM_THREADS": "1", "PATH": "", "PYTHONPATH": str(Path(kernels.__file__).parents[2])})
    assert ran.stdout.split("\n")[0] == "1 ['matplotlib', 'numpy', 'pandas'] False", ran.stderr


def test_a_thread_in_the_warm_process_is_refused():
    """Without the variable NumPy's linear algebra starts its own threads, and the module must notice."""
    code = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\nimport rapport.kernels.warm"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"OPENBLAS_NUM_THREADS": "1", "PATH": "", "PYTHONPATH": str(Path(kernels.__file__).parents[2])})
    assert ran.returncode == 1 and "2 threads run after the imports" in ran.stderr


def test_a_forked_kernel_begins_with_the_stack_and_nothing_of_ours(tmp_path):
    code = "import sys\nprint('pandas' in sys.modules, 'duckdb' in sys.modules, 'pyarrow' in sys.modules, 'rapport.handbook' in sys.modules)\nimport duckdb, pyarrow, polars\nprint(duckdb.sql('select 1').fetchall(), pyarrow.array([1]).to_pylist(), polars.Series([1]).sum())"
    assert said(run(tmp_path, code)) == ["True False False False", "[(1,)] [1] 1"]


def test_one_notebook_cannot_see_another(tmp_path):
    """State, environment, figures, random numbers, options and the working folder are each kernel's own."""
    first = run(
        tmp_path,
        "import os, builtins, random\nimport numpy as np, pandas as pd, matplotlib\nfrom matplotlib import pyplot as plt\n"
        "print(np.random.random(), random.random(), os.getcwd(), os.getpid())\n"
        "builtins.seen = 1\nos.environ['SEEN'] = '1'\nplt.figure()\nnp.random.seed(1)\npd.set_option('display.max_rows', 3)\nmatplotlib.rcParams['lines.linewidth'] = 9\nopen('seen', 'w').close()",
    )
    second = run(
        tmp_path,
        "import os, builtins, random\nimport numpy as np, pandas as pd, matplotlib\nfrom matplotlib import pyplot as plt\n"
        "print(np.random.random(), random.random(), os.getcwd(), os.getpid())\n"
        "print(hasattr(builtins, 'seen'), 'SEEN' in os.environ, plt.get_fignums(), pd.get_option('display.max_rows'), matplotlib.rcParams['lines.linewidth'], os.listdir())",
    )
    one, two = said(first)[0].split(), said(second)[0].split()
    assert all(a != b for a, b in zip(one, two)), (one, two)
    assert said(second)[1] == "False False [] 60 1.5 []"


def test_outputs_are_the_same_forked_and_not(tmp_path):
    sources = (
        "import numpy as np\nimport pandas as pd\nwide = pd.DataFrame(np.arange(44).reshape(2, 22), columns=[f'a_long_name_{n}' for n in range(22)])\nprint(wide)\nwide",
        "pd.Series(['ā', None, 'ક'])",
        "set('abcdefgh'), hash('text')",
        "from matplotlib.figure import Figure\nfigure = Figure(figsize=(2, 1))\nfigure.subplots().plot([1, 2])\nfigure",
        "import matplotlib\nprint(matplotlib.get_backend())",
        "1 / 3\nimport sys\nprint(sys.argv[0].rsplit('/', 1)[-1][:17], __name__)",
    )
    forked, ordinary = (run(tmp_path, *sources, fork=fork) for fork in (True, False))
    assert execute.to_text(forked) == execute.to_text(ordinary)


def test_a_forked_kernel_that_hangs_or_dies_is_named(tmp_path):
    with pytest.raises(execute.NotebookError, match="cell 1: the cell was still running after 1 second"):
        run(tmp_path, "import time\ntime.sleep(60)", timeout=1)
    with pytest.raises(execute.NotebookError, match="cell 2: the kernel ended"):
        run(tmp_path, "1", "import os\nos._exit(3)")


@pytest.mark.parametrize("fork", (True, False))
def test_what_a_notebook_reads_is_heard(tmp_path, fork):
    (tmp_path / "read.txt").write_text("here")
    heard: set[str] = set()
    run(tmp_path, f"open({str(tmp_path / 'read.txt')!r}).read()\nopen({str(tmp_path / 'written.txt')!r}, 'w').close()\nimport rapport.charts", reads=heard, fork=fork)
    assert str(tmp_path / "read.txt") in heard and str(tmp_path / "written.txt") not in heard
    assert str(Path(kernels.__file__).parents[1] / "charts.py") in heard, "a compiled module counts as its source"


def test_listening_speaks_of_the_sources_of_compiled_modules():
    assert reads.source_of("/a/__pycache__/b.cpython-311.pyc") == "/a/b.py"
    assert reads.source_of("/a/b.csv") == "/a/b.csv"


def test_stored_outputs_of_the_shortest_notebook_come_out_of_a_forked_kernel():
    root = Path(__file__).parents[1]
    path = min(execute.notebook_paths(root), key=lambda path: path.stat().st_size)
    assert execute.to_text(execute.run_notebook(execute.read_notebook(path), path, root)) == execute.to_text(execute.normalise(nbformat.read(path, as_version=4)))
