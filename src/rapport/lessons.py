"""A module's notebook against the template of docs/authoring.md: sections in order, minutes that fit, claims with sources.
Nothing here runs a notebook; it reads the cells' text and their ``rapport`` metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rapport.content import MODULE_STEM, ContentError, course_root, module_stems, parse_yaml, raise_all, read_text
from rapport.playbooks import load as load_playbook
from rapport.playbooks import playbook_path
from rapport.playbooks.bibliography import Source, bibliography, cite

Section = Literal["moment", "outcomes", "idea", "predict", "data", "replies", "scenario", "exercises", "play", "incident", "review", "sources"]
SECTIONS: tuple[str, ...] = get_args(Section)
Belongs = Literal["module", "reference", "trainer", "none"]
WRITING = ("predict", "play", "incident")  # sections in which the learner writes

# What a section takes, in minutes: the estimate that the declared minutes are held against.
WORDS_A_MINUTE = 160
MINUTES = {"chart": 1.0, "explorer": 3.0, "decision": 2.5, "writing": 2.5, "review": 2.0}
LINES_OF_A_CELL = 16

_HTML = re.compile(r"<\s*/?\s*[a-zA-Z][^>\n]*>")
CLAIM = re.compile(r"^> \*\*(Strong|Mixed|Folklore|Legal)\*\*.*(?:\n>.*)*", re.MULTILINE)


class Marks(BaseModel):
    """A cell's ``rapport`` metadata. The last six say what stands on the page in place of the cell."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    section: Section | None = None
    minutes: Annotated[float, Field(ge=0)] = 0
    ids: list[str] = []
    today: list[str] = []
    scenario: str | None = None
    explorer: str | None = None
    exercises: str | None = None
    hunt: str | None = None
    review: str | None = None
    sources: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: its position from 1, whether it is code, its source, its marks."""

    number: int
    code: bool
    source: str
    marks: Marks


@dataclass(frozen=True)
class Part:
    """A section of a notebook: its name, its cells, the minutes it declares and those it seems to take."""

    name: str
    cells: tuple[Cell, ...]
    declared: float
    estimated: float


def belongs(path: Path, notebook: Mapping[str, Any]) -> Belongs:
    """Where a notebook of ``notebooks/`` has its page: ``module``, or what its metadata ``rapport.page`` says.

    ``reference`` is a page of every handbook, ``trainer`` one of the facilitator's, ``none`` a notebook for Jupyter only.

    Raises
    ------
    ContentError
        For a notebook that is no module and does not say.
    """
    if MODULE_STEM.match(path.stem):
        return "module"
    said = notebook.get("metadata", {}).get("rapport", {}).get("page")
    if said not in ("reference", "trainer", "none"):
        raise ContentError(
            f"found {said!r}; a notebook that is no module has the metadata {{\"rapport\": {{\"page\": …}}}} with reference, trainer or none.", path, key="metadata.rapport.page"
        )
    return said


def cells(path: Path) -> list[Cell]:
    """Cells of a notebook.

    Raises
    ------
    ContentErrors
        For metadata that is not of the template, with the cell's number.
    """
    try:
        raw = json.loads(read_text(path))["cells"]
    except (ValueError, KeyError, TypeError):
        raise ContentError("not a notebook (JSON with a list of cells); open and save it in JupyterLab, or restore it.", path) from None
    found, errors = [], []
    for number, cell in enumerate(raw, 1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        try:
            marks = Marks.model_validate(cell.get("metadata", {}).get("rapport", {}))
            found.append(Cell(number, cell["cell_type"] == "code", source, marks))
        except ValidationError as error:
            for item in error.errors():
                key = ".".join(["rapport", *map(str, item["loc"])])
                errors.append(ContentError(f"found {item.get('input')!r}; {item['msg'][0].lower()}{item['msg'][1:]} (docs/authoring.md lists the marks).", path, key=f"cell {number}: {key}"))  # fmt: skip
    raise_all(errors)
    return found


def parts(stem: str, root: Path) -> list[Part]:
    """Sections of a module's notebook in their order; cells before the first section belong to none."""
    groups: list[tuple[str, list[Cell]]] = []
    for cell in cells(notebook_path(stem, root)):
        if cell.marks.section and (not groups or groups[-1][0] != cell.marks.section):
            groups.append((cell.marks.section, []))
        if groups:
            groups[-1][1].append(cell)
    return [Part(name, tuple(group), sum(cell.marks.minutes for cell in group), _estimate(name, group, stem, root)) for name, group in groups]


def notebook_path(stem: str, root: Path) -> Path:
    """``notebooks/<stem>.ipynb`` of the course."""
    return root / "notebooks" / f"{stem}.ipynb"


def check(root: Path | None = None) -> int:
    """Hold every notebook of a module that is no draft against the template; returns how many were looked at.

    Raises
    ------
    ContentErrors
        Every fault of every notebook.
    """
    root = root or course_root()
    stems = [stem for stem in module_stems(root) if notebook_path(stem, root).exists() and playbook_path(stem, root).exists()]
    done = [stem for stem in stems if not load_playbook(stem, root).front.draft]
    raise_all(fault for stem in done for fault in faults(stem, root))
    return len(done)


def faults(stem: str, root: Path) -> Iterator[ContentError]:
    """What in a module's notebook does not fit the template."""
    path, front = notebook_path(stem, root), load_playbook(stem, root).front
    try:
        every, sections = cells(path), parts(stem, root)
    except ContentError as error:
        yield error
        return
    if not every or every[0].source.strip() != f"# {front.title}":
        yield ContentError(f"the first cell must be the heading '# {front.title}', as in the playbook's title.", path, key="cell 1")
    names = [part.name for part in sections]
    if names != list(SECTIONS):
        yield ContentError(f"found the sections {', '.join(names) or 'none'}; the template has {', '.join(SECTIONS)}, each once and in this order.", path)
    total = sum(part.declared for part in sections)
    if total != front.minutes:
        yield ContentError(f"the sections declare {total:g} minutes, the playbook {front.minutes}; make them equal.", path)
    for part in sections:
        low, high = 0.75 * part.estimated - 0.5, 2 * part.estimated + 2
        if not low <= part.declared <= high:
            yield ContentError(
                f"the section {part.name!r} declares {part.declared:g} minutes; its text, charts, decisions and exercises suggest about {part.estimated:.0f} "
                f"({max(low, 0):.0f} to {high:.0f} is accepted).", path, key=f"cell {part.cells[0].number}",
            )  # fmt: skip
    known = bibliography(root)
    for cell in every:
        yield from (ContentError(problem, path, key=f"cell {cell.number}") for problem in _cell_faults(cell, known))


def _cell_faults(cell: Cell, known: Mapping[str, Source]) -> Iterator[str]:
    if cell.code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > LINES_OF_A_CELL:
            yield f"the code has {len(lines)} lines; a learner reads at most {LINES_OF_A_CELL} at once. Split it, or move a helper into the package."
        return
    if match := _HTML.search(re.sub(r"`[^`]*`|\$[^$]*\$", "", cell.source)):
        yield f"found {match[0]!r}; Markdown cells hold no HTML, use Markdown."
    for name in cite(cell.source):
        if name not in known:
            yield f"source {name!r} is not in data/sources.bib; add it there or correct the link."
    for claim in CLAIM.finditer(cell.source):
        yield from unsupported(claim, known)


def unsupported(claim: re.Match[str], known: Mapping[str, Source]) -> Iterator[str]:
    """Sentences on what a claim box (a match of `CLAIM`) rests on and may not."""
    seen = [known[name].seen for name in cite(claim[0]) if name in known]
    if claim[1] in ("Strong", "Mixed") and "abstract" not in seen:
        yield f"the claim {claim[0][:60]!r}… is badged {claim[1]} and links no source whose abstract was seen; link one, as [Name 2014](#source-id)."
    if "citation" in seen:
        yield f"the claim {claim[0][:60]!r}… rests on a source that was not seen; keep it to the further reading."


def _estimate(name: str, group: list[Cell], stem: str, root: Path) -> float:
    words = sum(len(re.findall(r"\w+", cell.source)) for cell in group if not cell.code)
    minutes = words / WORDS_A_MINUTE + MINUTES["writing"] * (name in WRITING)
    for cell in group:
        minutes += MINUTES["chart"] * ("charts.show(" in cell.source) + MINUTES["explorer"] * bool(cell.marks.explorer) + MINUTES["review"] * bool(cell.marks.review)
        if cell.marks.scenario:
            minutes += MINUTES["decision"] * decisions(root / "playbooks" / stem / f"{cell.marks.scenario}.yaml")
        if cell.marks.today:
            minutes += _exercise_minutes(root / "exercises" / f"{stem}.yaml", cell)
    return minutes


def decisions(path: Path) -> int:
    """Decisions on the longest way through a case; those named like a piece of luck are not counted."""
    case = parse_yaml(read_text(path), path).data or {}
    luck = set(case.get("events") or {})
    leads = {}
    for decision in case.get("decisions") or []:
        onward = [act.get("next") for act in decision.get("acts") or []]
        leads[decision.get("id")] = {go for each in onward for go in ([route.get("go") for route in each] if isinstance(each, list) else [each])}

    def longest(name: str, before: frozenset[str]) -> int:
        if name not in leads or name in before:  # an ending, or a circle that the case's own check reports
            return 0
        return (name not in luck) + max((longest(onward, before | {name}) for onward in leads[name]), default=0)

    return longest(case.get("start"), frozenset())


def _exercise_minutes(path: Path, cell: Cell) -> float:
    minutes = {item.get("id"): item.get("minutes", 0) for item in (parse_yaml(read_text(path), path).data or {}).get("exercises") or []}
    if unknown := [name for name in cell.marks.today if name not in minutes]:
        raise ContentError(f"cell {cell.number} of the notebook names {', '.join(unknown)}; there are {', '.join(map(str, minutes))}.", path)
    return sum(minutes[name] for name in cell.marks.today)
