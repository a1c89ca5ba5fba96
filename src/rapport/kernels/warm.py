"""What a kernel needs imported before it is forked: the scientific stack and Jupyter's kernel, without a thread among them.
Imported once, by the fork server that `kernels` starts, before whatever else `kernels.PRELOAD` names."""

from __future__ import annotations

import builtins
import os
import sys
from types import SimpleNamespace

NEVER = ("duckdb", "polars", "pyarrow")  # they start threads when imported, and a fork keeps only the one that forks

# pandas imports Arrow where it is installed. Hidden for this moment, it stays out; a notebook that wants Arrow still gets it.
sys.modules.update({name: None for name in NEVER})  # type: ignore[misc]
# pandas asks while it is imported whether a kernel runs it, and shows wide tables accordingly.
builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]

import ipykernel.kernelapp  # noqa: E402, F401
import ipywidgets  # noqa: E402, F401
import matplotlib.backends.backend_agg  # noqa: E402
import matplotlib.figure  # noqa: E402, F401
import matplotlib_inline.backend_inline  # noqa: E402, F401
import numpy  # noqa: E402, F401
import pandas  # noqa: E402, F401
import scipy.stats  # noqa: E402, F401

matplotlib.rcdefaults()  # it has looked for settings in the folder that the build was called in

for _name in NEVER:
    del sys.modules[_name]
del builtins.get_ipython  # type: ignore[attr-defined]


def threads() -> int:
    """Threads of this process, those of C libraries included."""
    return len(os.listdir("/proc/self/task"))


def single(name: str) -> None:
    """Refuse to go on when the imports of the module `name` have started a thread."""
    if threads() != 1:
        raise RuntimeError(f"{threads()} threads run after the imports of {name}; a kernel must not be forked from them.")


single(__name__)
