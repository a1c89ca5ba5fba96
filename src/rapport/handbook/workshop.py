"""Work done in processes forked from one that has everything imported: each starts with empty caches and hears what it reads.
Where a system cannot fork safely the same work is done here, one piece after the other."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from rapport import kernels
from rapport.content import ContentError
from rapport.kernels.alone import single

Work = str
"""A function by its place, ``package.module:function``; it takes a task's values and returns something that can be pickled."""


class Workshop:
    """Processes that do one kind of work.

    Parameters
    ----------
    work : str
        What is done with each task, ``package.module:function``.
    fork : bool
        Use processes where the system can fork from a warm one.

    Notes
    -----
    To be used with ``with``: at the end, or when the caller is stopped, the processes are gone. They begin to import at once:
    what the work's module imports, and whatever its function ``prepare``, where it has one, begins with: called with nothing to begin with,
    and with the first value of a task before the first of its kind.
    """

    def __init__(self, work: Work, fork: bool = True):
        self.work, self._process, self._stopped = work, None, False
        if fork and kernels.available():
            from rapport.kernels import fork as forks

            self._here, there = Pipe()
            # Not forked from the warm process of the kernels: without their libraries it is ready in half the time, and often no kernel is needed.
            self._process = get_context("spawn").Process(target=_master, args=(there, work))
            forks.start(self._process)
            there.close()

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Do no more; a thread that waits for what is done is told that the processes have ended."""
        self._stopped = True
        if self._process and not self._here.closed:
            with socket.socket(fileno=os.dup(self._here.fileno())) as line, contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # the master ends its workers when nobody listens any more
            self._process.join()
            self._here.close()

    def do(self, tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Any, set[str] | None, float]]:
        """Do all tasks, in any order.

        Yields
        ------
        (int, object, set of str or None, float)
            Number of the task, what came out (an exception where it failed), the files read
            (None where they are not known), and when the work began.
        """
        if not self._process:
            function = _function(self.work)
            for number, task in enumerate(tasks):
                if self._stopped:
                    return
                began = time.time()
                yield number, _result(function, task), None, began
            return
        # Sent from a thread of its own: master and caller would wait for each other, were both in the middle of sending.
        threading.Thread(target=self._send, args=(tasks,), daemon=True).start()
        for _ in tasks:
            try:
                yield self._here.recv()
            except EOFError:
                raise ContentError("a process of the build ended unexpectedly (out of memory, or stopped); build again, or with --no-fork.") from None

    def _send(self, tasks: Sequence[tuple[Any, ...]]) -> None:
        with contextlib.suppress(OSError):  # closed by a caller that was stopped
            for number, task in enumerate(tasks):
                self._here.send((number, task[0], pickle.dumps(task)))


def _master(conn: Connection, work: Work) -> None:
    """Import and prepare once, then fork one worker for each task, as many at once as there are cores; what was read meanwhile counts for all of them."""
    from rapport.kernels.reads import listen

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asked; we end when the pipe does
    kinds: set[str] = set()
    before: set[str] = set()
    listen(before.add)
    function = _function(work)
    prepare = getattr(sys.modules[function.__module__], "prepare", lambda kind: None)
    prepare("")
    gc.freeze()  # a worker neither looks through all this when it tidies up, nor copies the memory that it lies in
    waiting: deque[tuple[int, Any, bytes]] = deque()
    running: dict[Connection, Any] = {}
    try:
        while True:
            while waiting and len(running) < (os.cpu_count() or 2):
                number, kind, task = waiting.popleft()
                if kind not in kinds:
                    kinds.add(kind)
                    prepare(kind)
                    single(__name__)
                mine, its = get_context("fork").Pipe(duplex=False)
                worker = get_context("fork").Process(target=_worker, args=(its, function, number, task, before))
                worker.start()
                its.close()
                running[mine] = worker
            for ready in wait([conn, *running]):
                if ready is conn:
                    waiting.append(conn.recv())
                    continue
                worker = running.pop(ready)
                conn.send_bytes(ready.recv_bytes())  # a worker that died says nothing: the end of its pipe ends us, and our caller hears of it
                worker.join()
    except (EOFError, OSError):
        for worker in running.values():
            worker.kill()


def _worker(conn: Connection, function: Callable[..., Any], number: int, task: bytes, before: set[str]) -> None:
    from rapport.kernels.reads import listen

    began, reads = time.time(), set(before)
    listen(reads.add)
    conn.send((number, _result(function, pickle.loads(task)), reads, began))


def _result(function: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    try:
        return function(*task)
    except Exception as error:  # whoever asked decides: a fault in the content is collected, any other is raised
        return error


def _function(work: Work) -> Callable[..., Any]:
    module, _, name = work.partition(":")
    return getattr(import_module(module), name)
