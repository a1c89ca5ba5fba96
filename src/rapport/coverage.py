"""Which ideas of the course's sources are carried by which objects, and what is missing: data/coverage.yaml against the course.
An idea counts as covered when an object of every kind it needs names its id; an exercise counts only with a known mistake."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from rapport.content import ContentError, Document, course_root, module_stems, parse_yaml, raise_all, read_text, read_yaml
from rapport.playbooks import load as load_playbook
from rapport.playbooks import playbook_path

Kind = Literal["play", "scenario", "data", "exercise", "facilitator", "page"]
KINDS: tuple[str, ...] = get_args(Kind)
ID = re.compile(r"^(?:G[123]|L1)-[A-Z]\d*(?:-[A-Za-z]\d*)?$")
Named = dict[str, dict[str, list[str]]]
"""id → kind → objects that name it, such as ``{"G2-S4": {"play": ["10_when_it_goes_wrong#equity-audit"]}}``."""


class Idea(BaseModel):
    """One idea of a source in the course's own words: the kinds of object it needs, and the modules it belongs to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, Field(pattern=ID.pattern)]
    statement: Annotated[str, Field(min_length=10)]
    needs: Annotated[list[Kind], Field(min_length=1)]
    modules: Annotated[list[Annotated[str, Field(pattern=r"^(?:\d\d|all)$")]], Field(min_length=1)]
    owed: dict[Kind, Annotated[str, Field(min_length=10)]] = {}

    def belongs_to(self, stem: str) -> bool:
        """Whether the module with this stem has to carry the idea."""
        return "all" in self.modules or stem[:2] in self.modules


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    ids: list[Idea]


@dataclass(frozen=True)
class Row:
    """One idea and one kind that it needs. ``state`` is ``covered``, ``owed`` or ``missing``."""

    id: str
    statement: str
    kind: str
    state: str
    objects: tuple[str, ...]
    note: str = ""


def read(root: Path | None = None) -> tuple[dict[str, Idea], Document]:
    """Ideas by id, and the document they came from.

    Raises
    ------
    ContentError
        For a malformed file, an id written twice, or something owed that is not needed.
    """
    found, document = read_yaml((root or course_root()) / "data" / "coverage.yaml", _File)
    ideas: dict[str, Idea] = {}
    errors = []
    for index, idea in enumerate(found.ids):
        if idea.id in ideas:
            errors.append(document.error(f"the id {idea.id} is listed twice; keep one.", "ids", index, "id"))
        for kind in set(idea.owed) - set(idea.needs):
            errors.append(document.error(f"{idea.id} owes {kind}, which it does not need; it needs {', '.join(idea.needs)}.", "ids", index, "owed"))
        ideas[idea.id] = idea
    raise_all(errors)
    return ideas, document


def report(root: Path | None = None, module: str | None = None) -> list[Row]:
    """One row for each idea and kind it needs, of one module or of all modules that exist and are no drafts.

    Parameters
    ----------
    root : Path, optional
        Course folder.
    module : str, optional
        A stem such as ``10_when_it_goes_wrong``.

    Raises
    ------
    ContentError
        When an object names an id that is not in ``data/coverage.yaml``, or the module does not exist.
    """
    root = root or course_root()
    ideas, _ = read(root)
    stems = module_stems(root)
    if module is not None and module not in stems:
        raise ContentError(f"no module is called {module!r}; there are {', '.join(stems) or 'none'}.", root)
    named = objects(root, ideas)
    wanted = [module] if module else [stem for stem in stems if not _draft(stem, root)]
    rows = []
    for idea in ideas.values():
        if not any(idea.belongs_to(stem) for stem in wanted):
            continue
        for kind in idea.needs:
            carriers = tuple(sorted(named.get(idea.id, {}).get(kind, [])))
            state = "covered" if carriers else "owed" if kind in idea.owed else "missing"
            rows.append(Row(idea.id, idea.statement, kind, state, carriers, idea.owed.get(kind, "")))
    return rows


def _draft(stem: str, root: Path) -> bool:
    return playbook_path(stem, root).exists() and load_playbook(stem, root).front.draft


def check(root: Path | None = None) -> list[Row]:
    """The report over every module that exists and is no draft.

    Raises
    ------
    ContentErrors
        One for each idea that lacks a kind, at its line in ``data/coverage.yaml``.
    """
    root = root or course_root()
    _, document = read(root)
    rows = report(root)
    at = {item["id"]: index for index, item in enumerate(document.data["ids"])}
    missing: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.state == "missing":
            missing[row.id].append(row.kind)
    raise_all(
        document.error(f"{name} needs {' and '.join(kinds)}: no such object names it. Name the id in one, or say under owed what brings it.", "ids", at[name])
        for name, kinds in missing.items()
    )
    return rows


def objects(root: Path, ideas: Mapping[str, Idea]) -> Named:
    """Everything in the course that names an id of `ideas`.

    Raises
    ------
    ContentErrors
        For ids that do not exist.
    """
    named: Named = defaultdict(lambda: defaultdict(list))
    errors = []
    for name, kind, carrier, path in _names(root):
        if name in ideas:
            named[name][kind].append(carrier)
        else:
            errors.append(ContentError(f"{carrier} names {name}, which is not in data/coverage.yaml; correct it or add it there.", path))
    raise_all(errors)
    return named


def _names(root: Path) -> Iterator[tuple[str, str, str, Path]]:
    """(id, kind, object, file) for every id that the course's files name."""
    for stem in module_stems(root):
        if (path := playbook_path(stem, root)).exists():
            book = load_playbook(stem, root)
            for play in book.plays:
                yield from ((name, "play", f"{stem}#{play.id}", path) for name in play.card.ids)
            for note in book.front.facilitator:
                yield from ((name, "facilitator", f"{stem}: {note.title}", path) for name in note.ids)
        for path in sorted((root / "playbooks" / stem).glob("*.yaml")):
            yield from ((name, "scenario", path.stem, path) for name in _sources(parse_yaml(read_text(path), path).data))
        if (path := root / "exercises" / f"{stem}.yaml").exists():
            for exercise in (parse_yaml(read_text(path), path).data or {}).get("exercises") or []:
                if exercise.get("mistakes"):
                    yield from ((name, "exercise", exercise.get("id", "?"), path) for name in exercise.get("sources") or [])
        if (path := root / "notebooks" / f"{stem}.ipynb").exists():
            for number, cell in enumerate(json.loads(read_text(path))["cells"], 1):
                ids = cell.get("metadata", {}).get("rapport", {}).get("ids") or []
                yield from ((name, "page", f"{stem}.ipynb cell {number}", path) for name in ids)
    from rapport.simulation import SIGNALS  # late: numpy and pandas, for a dictionary

    for name, parameters in SIGNALS.items():
        yield name, "data", f"simulation: {', '.join(parameters)}", root / "src" / "rapport" / "simulation"


def _sources(data: Any) -> list[str]:
    """Ids under every ``sources`` key of a scenario, whole case or single decision."""
    if isinstance(data, dict):
        own = [name for name in data.get("sources") or [] if isinstance(name, str) and ID.match(name)]
        return list(dict.fromkeys([*own, *(name for value in data.values() for name in _sources(value))]))
    if isinstance(data, list):
        return list(dict.fromkeys(name for value in data for name in _sources(value)))
    return []
