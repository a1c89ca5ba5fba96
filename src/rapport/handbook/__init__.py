"""The handbook: notebooks executed, pages rendered, checked, packaged and swapped in whole.
`build` makes all of it; `execute.write_outputs` stores outputs in the course's notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rapport import i18n
from rapport.content import ContentError
from rapport.handbook.execute import NotebookError, Progress

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
    left_out : tuple of str
        Why a language of the course is not among the pages: its catalogue that cannot be read, by file and line.
    """

    index: Path
    pages: tuple[Path, ...]
    zip: Path
    singles: tuple[Path, ...]
    left_out: tuple[str, ...] = ()


def build(root: Path, out: Path | None = None, progress: Progress | None = None, edition: str = "learner") -> BuildResult:
    """Execute every notebook, render the handbook and put it in place.

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

    Returns
    -------
    BuildResult

    Raises
    ------
    ContentError
        For anything wrong in the content, a notebook that fails, or a place that cannot be written. Whatever stood
        at `out` is then unchanged, as it is after Ctrl-C.
    """
    from rapport.handbook import execute, facilitator, package, pages
    from rapport.i18n.catalogue import catalogue

    root = Path(root)
    out = Path(out) if out is not None else root / "build" / EDITIONS[edition]
    archive = f"rapport-{EDITIONS[edition]}"
    tell = progress or (lambda what, done, total: None)
    package.check_destination(out)
    paths = execute.notebook_paths(root)
    if not any(path.parent.name == "notebooks" for path in paths):
        raise ContentError("there is no notebook to make a handbook from; `rapport new module NAME` begins one.", root / "notebooks")
    langs = languages(root)
    lessons = [path for path in paths if path.parent.name == "notebooks"]  # what other languages run: workbooks are asked on the page
    # A notebook of which nothing is translated yet gives the outputs it gave in English; it is run once.
    runs = {lang: paths if lang == i18n.SOURCE else [path for path in lessons if catalogue(path, root, lang).entries] for lang in langs}
    total = sum(map(len, runs.values())) + 3
    done, made, singles, english = 0, [], {}, {}
    for lang, wanted in runs.items():
        with i18n.speaking(lang, marking=True):
            executed = execute.run_all(root, wanted, lambda what, number, _: tell(f"{what} ({lang})" if lang != i18n.SOURCE else what, done + number, total), for_page=True)
            english = executed if lang == i18n.SOURCE else english
            executed |= {path: execute.in_language(english[path], path) for path in lessons if path not in executed}
            done += len(wanted)
            tell("reading playbooks, cases and exercises", done, total)
            modules = pages.read_modules(root, executed)
            if edition == "facilitator":
                made += facilitator.site_pages(root, modules, pages.read_references(root, executed, ("reference", "trainer")))
                continue
            made += pages.site_pages(root, modules, pages.read_references(root, executed))
            singles |= {f"single/{(page := pages.single_page(root, module)).file}": page for module in modules}
    pages.link_languages(made)
    tell("making pages", done + 1, total)
    site = package.site_files(made, package.FACILITATOR if edition == "facilitator" else ())
    beside = {f"{archive}.zip": package.zipped(site, archive)} | {name: package.single_file(page) for name, page in singles.items()}
    tell("putting it in place", done + 2, total)
    package.deliver(out, site, beside)
    tell("done", total, total)
    return BuildResult(
        index=out / "index.html",
        pages=tuple(out / page.file for page in made),
        zip=out.parent / f"{archive}.zip",
        singles=tuple(out.parent / name for name in singles),
        left_out=tuple(f"{lang}: {error}" for lang, error in unreadable(root).items()),
    )


def unreadable(root: Path) -> dict[str, Exception]:
    """Languages whose catalogues cannot be read, each with its first fault; the handbook is made without them."""
    from rapport.i18n import checks
    from rapport.i18n.catalogue import FOLDER

    return dict(checks.check(root).unreadable) if (root / FOLDER).is_dir() else {}


def languages(root: Path) -> tuple[str, ...]:
    """Languages the handbook is made in: English, and each that can be read and holds a settled translation of course text."""
    from rapport.i18n import checks
    from rapport.i18n.catalogue import FOLDER

    if not (root / FOLDER).is_dir():
        return (i18n.SOURCE,)
    checked = checks.check(root)
    settled = {row.lang for row in checked.covered if row.settled} - set(checked.unreadable)
    return tuple(lang for lang in i18n.LANGUAGES if lang == i18n.SOURCE or lang in settled)
