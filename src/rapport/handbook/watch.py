"""The handbook while one writes: built again at every saved change, shown from this machine, reloaded in the open page.
What is served differs from the files in one line, which loads the reloader; the files stay as a reader gets them."""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from rapport import i18n
from rapport.content import ContentError
from rapport.handbook import package, parts
from rapport.handbook.assembly import Assembly
from rapport.handbook.kept import COURSE, PACKAGE, Kept
from rapport.handbook.workshop import Workshop

RELOADER = """(function () {
  const source = new EventSource("rapport-changes?page=" + encodeURIComponent(location.pathname.split("/").pop() || "index.html"));
  source.onmessage = function () { location.reload(); };
  source.onerror = function () { source.onopen = function () { location.reload(); }; };
})();
"""
_KEPT = '<script src="served.js" defer></script>'  # a page that changes as one writes is not to be kept by the browser
_BEFORE, _WHILE = "default-src 'none';", "default-src 'none'; connect-src 'self';"


def watch(root: Path, out: Path, edition: str, port: int, say: Callable[[str], None], fork: bool = True, browser: bool = False) -> None:
    """Build, serve on this machine, and build again at each change, until stopped.

    Parameters
    ----------
    root : Path
    out : Path
        The handbook's folder; only pages that changed are written again, the zip and the single files stay as they are.
    edition : str
    port : int
        0 for any that is free.
    say : callable
        Called with one sentence for each thing that happens.
    fork : bool
        See `handbook.build`.
    browser : bool
        Open the first page.
    """
    asyncio.run(_watch(Path(root), Path(out), edition, port, say, fork, browser))


async def _watch(root: Path, out: Path, edition: str, port: int, say: Callable[[str], None], fork: bool, browser: bool) -> None:
    from watchfiles import awatch

    listeners: dict[asyncio.Queue[str], str] = {}
    address = _serve(out, port, listeners)
    say(f"The handbook is shown at {address}; stop with Ctrl-C.")
    if browser:
        import webbrowser

        webbrowser.open(address)
    folders = [path for path in [*(root / folder for folder in COURSE), PACKAGE] if path.is_dir()]
    with Workshop(parts.WORK, fork) as shop:  # one for all: its processes begin with the page code imported
        async for changes in awatch(*folders, debounce=100, step=20, watch_filter=_counts, ignore_permission_denied=True):
            if any(Path(path).is_relative_to(PACKAGE) and Path(path).parent.name != "web" for _, path in changes):
                say("The machinery changed; starting again.")
                break
            began = time.monotonic()
            first = {language_of(page) for page in listeners.values()}  # what somebody looks at is made before the rest
            told = False
            for only in (first, ()) if first else ((),):
                try:
                    changed, left_out = await asyncio.get_running_loop().run_in_executor(None, rebuild, root, out, edition, shop, fork, only)
                except ContentError as error:
                    say(f"{error}\nThe pages stay as they were.")
                    break
                if changed or not (only or told):
                    say(f"{', '.join(changed) or 'No page'} changed ({time.monotonic() - began:.1f} s).")
                    told = True
                if not only:
                    for each in left_out:
                        say(f"{each}\nThe pages in this language stay as they were.")
                everywhere = not package.assets(package.SHEETS).keys().isdisjoint(changed)  # a style or script of all pages
                for listener, page in listeners.items():
                    if everywhere or page in changed:
                        listener.put_nowait("changed")
    os.execv(sys.executable, [sys.executable, *sys.argv])


def language_of(page: str) -> str:
    """Language of a page by the name of its file."""
    return next((lang for lang in i18n.LANGUAGES if page.endswith(f".{lang}.html")), i18n.SOURCE)


def rebuild(root: Path, out: Path, edition: str, shop: Workshop, fork: bool = True, only: Collection[str] = ()) -> tuple[list[str], tuple[str, ...]]:
    """Make the folder again in `shop`, or its pages in the languages `only`, and write the files that differ.

    Returns
    -------
    (list of str, tuple of str)
        Their names, sorted, and why a language is left out; its pages stay as they were.

    Raises
    ------
    ContentError
        As `handbook.build`; nothing is written then.
    """
    forget_caches()
    with Assembly(root, edition, Kept(root), lambda what, done, total: None, fork, shop, only) as assembly:
        site = assembly.some() if only else assembly.site()
        return package.update(out, site, whole=not only and not assembly.left_out), assembly.left_out


def forget_caches() -> None:
    """Empty every `lru_cache` of the package: a process that goes on may hold texts that have changed since."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "rapport":
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def _counts(_: Any, path: str) -> bool:
    parts = Path(path).parts
    return "__pycache__" not in parts and ".ipynb_checkpoints" not in parts and not Path(path).name.startswith(".") and not path.endswith(("~", ".tmp"))


def _serve(out: Path, port: int, listeners: dict[asyncio.Queue[str], str]) -> str:
    from tornado import httpserver, netutil, web

    class Page(web.StaticFileHandler):
        """Files of the folder; a page gets the reloader, and leave to listen to this server."""

        @classmethod
        def get_content(cls, abspath: str, start: int | None = None, end: int | None = None) -> bytes:
            data = Path(abspath).read_bytes()
            if abspath.endswith(".html"):
                text = data.decode().replace(_BEFORE, _WHILE, 1).replace(_KEPT, "", 1).replace("</body>", '<script src="rapport-reloader.js"></script></body>', 1)
                data = text.encode()
            return data[start:end]

        def get_content_size(self) -> int:
            return len(self.get_content(self.absolute_path))

        def set_extra_headers(self, path: str) -> None:
            self.set_header("Cache-Control", "no-store")

        def compute_etag(self) -> None:
            return None

        def should_return_304(self) -> bool:
            return False

    class Reloader(web.RequestHandler):
        def get(self) -> None:
            self.set_header("Content-Type", "text/javascript; charset=utf-8")
            self.finish(RELOADER)

    class Changes(web.RequestHandler):
        async def get(self) -> None:
            self.set_header("Content-Type", "text/event-stream")
            queue: asyncio.Queue[str] = asyncio.Queue()
            listeners[queue] = self.get_query_argument("page", "")
            try:
                self.write(": here\n\n")
                await self.flush()
                while True:
                    self.write(f"data: {await queue.get()}\n\n")
                    await self.flush()
            finally:
                del listeners[queue]

    sockets = netutil.bind_sockets(port, "127.0.0.1")
    handlers = [("/rapport-reloader.js", Reloader), ("/rapport-changes", Changes), ("/(.*)", Page, {"path": str(out), "default_filename": "index.html"})]
    httpserver.HTTPServer(web.Application(handlers)).add_sockets(sockets)
    return f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"
