"""Modules as PDF: each one-file page printed by Chromium without scripts, with bookmarks, page numbers and a language.
What differs from the page is in ``web/pdf.css``; the same browser and fonts give the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

from rapport.content import ContentError, display_path
from rapport.handbook import package

FOLDER = "pdf"
ARGUMENTS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip
MINUTES = 3  # for one document, after which a browser that hangs is given up


def write(singles: Iterable[Path], out: Path, browser: str, progress: Callable[[str, int, int], None]) -> list[Path]:
    """Print each one-file page to a PDF of its name.

    Parameters
    ----------
    singles : iterable of Path
        One-file forms of modules, as `handbook.build` makes them.
    out : Path
        Folder of the PDFs, replaced as a whole once all are there.
    browser : str
        Path of Chromium or Chrome, 131 or newer (for page numbers).
    progress : callable
        ``progress(what, done, total)``.

    Returns
    -------
    list of Path
        In the order of `singles`.

    Raises
    ------
    ContentError
        When the browser gives no PDF, or the place cannot be written; what stood at `out` is then unchanged.
    """
    paths = list(singles)
    package.check_destination(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    made: dict[str, bytes] = {}
    pool = ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1))
    try:
        for path, data in zip(paths, pool.map(lambda path: printed(path, browser, out.parent), paths)):
            made[f"{path.stem}.pdf"] = data
            progress(f"printed {path.stem}", len(made), len(paths))
    finally:
        pool.shutdown(cancel_futures=True)
    package.deliver(out, made | {package.MARKER: package.MARKER_TEXT.encode()}, {})
    return [out / name for name in made]


def printed(path: Path, browser: str, beside: Path) -> bytes:
    """The PDF of a one-file page; the browser works in a folder that is made in `beside` and removed."""
    # Not the system's folder of temporary files: a browser in a sandbox of its own may see another one.
    with tempfile.TemporaryDirectory(prefix=".pdf-", dir=beside, ignore_cleanup_errors=True) as folder:
        page, pdf = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(still(path.read_text(encoding="utf-8")), encoding="utf-8")
        # Chromium refuses its sandbox to root, as whom containers run; the page has no scripts and loads nothing.
        root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        command = [browser, *ARGUMENTS, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={pdf}", page.as_uri()]
        try:
            ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60 * MINUTES)
            said = ran.stderr.decode(errors="replace").strip().splitlines()
        except subprocess.TimeoutExpired:
            said = [f"it did not end within {MINUTES} minutes"]
        except OSError as error:
            said = [str(error.strerror)]
        data = pdf.read_bytes() if pdf.exists() else b""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-32:]:
        raise ContentError(f"cannot be printed: {browser} gave no PDF ({said[-1] if said else 'and did not say why'}). Name another Chromium or Chrome in RAPPORT_CHROMIUM.", path)
    return settled(data)


def still(html: str) -> str:
    """A one-file page as it is printed: nothing that runs, the styles of paper, its title at the foot of each sheet."""
    html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    title = unescape(re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1])
    words = re.sub(r'([\\"])', r"\\\1", title)
    foot = f'@page {{ @bottom-left {{ content: "{words}"; }} }}'.replace("<", r"\3c ")
    return html.replace("</head>", f"<style>{(package.WEB / 'pdf.css').read_text(encoding='utf-8')}{foot}</style>\n</head>", 1)


def settled(pdf: bytes) -> bytes:
    """A PDF without the date and the machine it was made on; every offset in it stays where it was."""

    def blank(match: re.Match[bytes]) -> bytes:
        return b" " * len(match[0])

    head, info, rest = pdf.partition(b"/Creator (")
    end = re.search(rb"(?<!\\)\)", rest)
    if not info or not end:
        return pdf
    creator = b"/Creator (Rapport)".ljust(len(info) + end.end())
    return head + creator + re.sub(rb"/(?:CreationDate|ModDate) \([^)]*\)", blank, rest[end.end() :], count=2)


def told(paths: Iterable[Path]) -> str:
    """A sentence on where the PDFs are."""
    listed = list(paths)
    return f"{len(listed)} PDFs are in {display_path(listed[0].parent)}" if listed else "There is no module to print."
