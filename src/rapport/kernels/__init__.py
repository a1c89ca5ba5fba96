"""Kernels that start quickly, through Jupyter's kernel provisioner interface, and what files they read.
Where a system cannot fork safely, `available` says so and kernels start the usual way."""

from __future__ import annotations

import sys

from rapport.kernels.reads import VARIABLE, heard

__all__ = ["PROVISIONER", "VARIABLE", "available", "heard"]

PROVISIONER = "rapport-fork"
"""Name of the provisioner in a kernel spec, and of its entry point in ``pyproject.toml``."""


def available() -> bool:
    """Whether kernels can be forked here: on Linux, where threads can be counted too."""
    return sys.platform == "linux"
