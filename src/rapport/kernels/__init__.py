"""Kernels that start quickly, through Jupyter's kernel provisioner interface, and what files they read.
Where a system cannot fork safely, `available` says so and kernels start the usual way."""

from __future__ import annotations

import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from rapport.kernels.reads import VARIABLE, heard

__all__ = ["PRELOAD", "PROVISIONER", "VARIABLE", "available", "heard"]

PROVISIONER = "rapport-fork"
"""Name of the provisioner in a kernel spec, and of its entry point in ``pyproject.toml``."""
PRELOAD = ["rapport.kernels.warm"]
"""Modules that the fork server imports when it starts, in order; whoever runs notebooks adds what theirs import."""


def own_python() -> dict[str, str]:
    """What Python reads from the environment, for a process of ours: modules come from where this program has its own, never from
    the folder it was called in, nothing that a user's ``PYTHONPATH``, ``PYTHONSTARTUP`` or the like names is run, and charts look as Matplotlib comes."""
    package = str(Path(__file__).resolve().parents[2])
    installed = {str(Path(sysconfig.get_path(name)).resolve()) for name in ("purelib", "platlib")}
    charts = find_spec("matplotlib")
    plain = {"MATPLOTLIBRC": str(Path(charts.origin).parent / "mpl-data" / "matplotlibrc")} if charts and charts.origin else {}
    return {"PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "0"} | plain | ({} if package in installed else {"PYTHONPATH": package})


def available() -> bool:
    """Whether kernels can be forked here: on Linux, where threads can be counted too."""
    return sys.platform == "linux"
