"""How far a long command is, and about how long it still takes: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]


@contextmanager
def shown(title: str) -> Iterator[Progress]:
    """A function ``progress(what, done, total)`` that draws a bar on stderr while the block runs.

    Where stderr is no terminal nothing is drawn: a pipe or a log gets the result only.
    """
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("·"), TimeRemainingColumn()
    with Bars(*columns, speed_estimate_period=600, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def progress(what: str, done: int, total: int) -> None:
            bars.update(task, description=what, completed=done, total=total or None)

        yield progress
