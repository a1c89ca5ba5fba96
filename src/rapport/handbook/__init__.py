"""The handbook: notebooks executed, pages rendered, checked, packaged and swapped in whole.
`build` makes all of it; `execute.write_outputs` stores outputs in the course's notebooks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from rapport.handbook.execute import NotebookError, Progress
from rapport.handbook.kept import Kept

__all__ = ["BuildResult", "NotebookError", "Progress", "build"]

EDITIONS = {"learner": "handbook", "facilitator": "facilitator"}  # edition and its folder


@dataclass(frozen=True)
class BuildResult:
    """What a build made.

    Attributes
    ----------
    index : Path
        The file to open.
    pages : tuple of Path
        Every page of the folder.
    zip : Path
        The folder as one file to hand on.
    singles : tuple of Path
        One self-contained file for each module; none in the facilitator's edition.
    cards : Path or None
        All cards in one file; None where there are none, and in the facilitator's edition.
    left_out : tuple of str
        Why a language of the course is not among the pages: its catalogue that cannot be read, by file and line.
    """

    index: Path
    pages: tuple[Path, ...]
    zip: Path
    singles: tuple[Path, ...]
    cards: Path | None = None
    left_out: tuple[str, ...] = ()


def build(root: Path, out: Path | None = None, progress: Progress | None = None, edition: str = "learner", *, fork: bool = True, kept: Kept | None = None) -> BuildResult:
    """Execute every notebook, render the handbook and put it in place; what has not changed since the last build is not made again.

    Parameters
    ----------
    root : Path
        The course.
    out : Path, optional
        Folder of the handbook, default ``build/handbook`` or ``build/facilitator`` in the course; the zip and the
        ``single`` folder are written beside it.
    progress : callable, optional
        Called as ``progress(what, done, total)``.
    edition : str
        ``learner``, or ``facilitator``: the same pages with answers, and what a trainer prints for a group.
    fork : bool
        Fork kernels and page makers from a process with everything imported, where the system can; the bytes are the same.
    kept : Kept, optional
        What earlier builds left, default ``build/kept`` in the course.

    Returns
    -------
    BuildResult

    Raises
    ------
    ContentError
        For anything wrong in the content, a notebook that fails, or a place that cannot be written. Whatever stood
        at `out` is then unchanged, as it is after Ctrl-C.
    """
    from rapport.content import closed
    from rapport.handbook import package
    from rapport.handbook.assembly import Assembly

    root = closed(Path(root))
    out = Path(out) if out is not None else root / "build" / EDITIONS[edition]
    tell = progress or (lambda what, done, total: None)
    package.check_destination(out)
    kept = kept or Kept(root)
    stamp = kept.key("built", kept.everything(), edition, str(out.resolve()))
    if (before := kept.get(stamp)) and package.unchanged(out, before["files"]):
        tell("nothing has changed", 1, 1)
        return _result(out, before)
    with Assembly(root, edition, kept, tell, fork) as assembly:
        made = assembly.files()
        package.deliver(out, made.site, made.beside)
    found = {"files": package.state(out, [*made.site, *(f"../{name}" for name in made.beside)]), "pages": made.pages, "beside": list(made.beside), "left_out": assembly.left_out}
    kept.put(stamp, found, [], time.time())
    kept.forget()
    tell("done", assembly.total, assembly.total)
    return _result(out, found)


def _result(out: Path, made: dict) -> BuildResult:
    beside = {name: out.parent / name for name in made["beside"]}
    cards = beside.pop("single/cards.html", None)
    archive, *singles = sorted(beside, key=lambda name: not name.endswith(".zip"))
    return BuildResult(out / "index.html", tuple(out / name for name in made["pages"]), beside[archive], tuple(beside[name] for name in singles), cards, tuple(made["left_out"]))
