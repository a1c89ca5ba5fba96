"""A process that others are forked from must have one thread: a fork keeps only the one that forks, and what the others held stays held."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ENGINES = ("duckdb", "polars", "pyarrow")
"""They start threads when they are imported."""


@contextmanager
def without_engines() -> Iterator[None]:
    """Inside, `ENGINES` cannot be imported: pandas, which imports Arrow where it is installed, does without. Afterwards who wants one still gets it."""
    sys.modules.update({name: None for name in ENGINES})  # type: ignore[misc]
    try:
        yield
    finally:
        for name in ENGINES:
            del sys.modules[name]


def threads() -> int:
    """Threads of this process, those of C libraries included."""
    return len(os.listdir("/proc/self/task"))


def single(name: str) -> None:
    """Refuse to go on when the imports of the module `name` have started a thread."""
    if threads() != 1:
        raise RuntimeError(f"{threads()} threads run after the imports of {name}; nothing must be forked from them.")
