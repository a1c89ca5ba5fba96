"""A kernel provisioner that forks kernels from a process with the scientific stack imported.
The process is the standard library's fork server, which starts no thread; `warm` is what it imports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running, set_forkserver_preload
from types import ModuleType
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from rapport.kernels import PRELOAD, own_python

_starting = threading.Lock()
# Read by libraries while they are imported: one thread for linear algebra, charts without a window, a debugger that says nothing of frozen modules.
_AT_IMPORT = {"OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
_SETTINGS = ("PYTHON", "MATPLOTLIB", "MPL")  # a user's, which would reach into every kernel


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of the warm process; signals, waiting and ending are those of a local kernel."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork a kernel for the arguments of `cmd`, in ``kwargs["cwd"]`` with the environment ``kwargs["env"]``."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        self.cwd = kwargs.get("cwd") or os.getcwd()
        process = get_context("forkserver").Process(target=_run, args=(arguments, dict(kwargs["env"]), str(self.cwd)))
        start(process)
        self.process, self.pid, self.pgid = _Forked(process), process.pid, process.pid
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and be back when it has ended: who asked would look again only a tenth of a second later."""
        await super().kill(restart)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wait(), 1)

    async def wait(self) -> int | None:
        """Wait for the kernel's end; looks often, since ending is half of what starting costs here."""
        while self.process and await self.poll() is None:
            await asyncio.sleep(0.005)
        ended, self.process = self.process, None
        return ended.wait() if ended else 0


class _Forked:
    """A forked process with the part of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any):
        self._process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(process: Any) -> None:
    """Start a process of the ``forkserver`` context, with the warm process where it does not run yet, or one of the ``spawn`` context.

    The child would run the caller's script again to have its ``__main__``; nothing here needs that, so it finds none.
    """
    forked = isinstance(process, ForkServerProcess)
    with _starting:
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            with _settled():
                if forked:
                    set_forkserver_preload(PRELOAD)
                    ensure_running()
                else:
                    process.start()
            if forked:
                process.start()  # waits until the warm process has everything imported
        finally:
            sys.modules["__main__"] = main


@contextlib.contextmanager
def _settled() -> Iterator[None]:
    """Inside, the environment is what a process of ours may inherit."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(_SETTINGS):
            del os.environ[name]
    os.environ.update(_AT_IMPORT | own_python())
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _run(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """The forked process becomes a kernel: a session, an environment, a folder and random numbers of its own."""
    import numpy
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    numpy.random.seed()
    # The kernel ends by itself when the warm process does, and that one when the build does.
    arguments = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.argv = ["ipykernel_launcher", *arguments]
    launch_new_instance(argv=arguments)
