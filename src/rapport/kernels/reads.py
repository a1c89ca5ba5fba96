"""Which files a process opens to read, told by Python's audit events: what a result rests on, without anybody listing it.
Libraries that open files without Python (Arrow, DuckDB) are not heard; whoever keeps results adds such data by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

VARIABLE = "RAPPORT_READS"
"""Environment variable that names the file to write paths to, one a line."""


def listen(note: Callable[[str], None]) -> None:
    """From now on, call `note` once with the absolute path of each file this process opens for reading; it cannot be undone."""
    me, seen = os.getpid(), set()

    def hear(event: str, args: tuple[Any, ...]) -> None:
        if event != "open" or os.getpid() != me:
            return
        path, mode = args[0], args[1]
        if isinstance(path, (str, os.PathLike)) and not (isinstance(mode, str) and set(mode) & set("wax")):
            path = os.path.abspath(os.fspath(path))
            if isinstance(path, str) and path not in seen:
                seen.add(path)
                note(source_of(path))

    for name, module in list(sys.modules.items()):  # what of ours was imported before anybody listened
        if name.partition(".")[0] == "rapport" and getattr(module, "__file__", None):
            hear("open", (module.__file__, "r"))
    sys.addaudithook(hear)


def begin() -> None:
    """`listen` in a kernel: paths go to the file that `VARIABLE` names, one a line."""
    if place := os.environ.get(VARIABLE):
        out = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        listen(lambda path: os.write(out, f"{path}\n".encode(errors="surrogateescape")))


def heard(place: str | os.PathLike[str]) -> set[str]:
    """The paths in the file that `begin` wrote."""
    with open(place, encoding="utf-8", errors="surrogateescape") as file:
        return {line.rstrip("\n") for line in file}


def source_of(path: str) -> str:
    """`path`, or for a compiled module the file it was compiled from."""
    folder, name = os.path.split(path)
    if name.endswith(".pyc") and os.path.basename(folder) == "__pycache__":
        return os.path.join(os.path.dirname(folder), f"{name.split('.')[0]}.py")
    return path
