"""The parts of a module that can be done, and when a learner first did each: exercises settled, cases played to an end.
Each is read by id and title alone, so that nothing has to be simulated for it, and not before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from rapport import i18n, scenarios
from rapport.content import module_stems, parse_yaml, read_text, translated
from rapport.learner import Record
from rapport.playbooks import Front, ReviewItem, front_matter, playbook_path

SETTLED = ("right", "given_up")


@dataclass(frozen=True)
class Module:
    """A module that is there, in the language it was asked for in. Of its files each is read when something of it is asked for.

    Attributes
    ----------
    stem, lang : str
    root : Path
        The course.
    workbook : Path or None
        The file of its exercises.
    cases : dict of str to Path
        The file of each case by id.
    """

    stem: str
    lang: str
    root: Path
    workbook: Path | None
    cases: dict[str, Path]

    @property
    def number(self) -> str:
        """The two digits its stem begins with."""
        return self.stem[:2]

    @property
    def title(self) -> str:
        return self._front.title

    @property
    def review(self) -> list[ReviewItem]:
        """Its review items."""
        return self._front.review

    @cached_property
    def _front(self) -> Front:
        with i18n.speaking(self.lang):
            return front_matter(self.stem, self.root)

    @cached_property
    def exercises(self) -> dict[str, str]:
        """Titles of its exercises by id."""
        if self.workbook is None:
            return {}
        rows = self._read(self.workbook, "exercises", lambda data: {"exercises": [{"id": str(row["id"]), "title": str(row["title"])} for row in data.get("exercises", [])]})
        return {row["id"]: row["title"] for row in rows["exercises"]}

    @cached_property
    def case_titles(self) -> dict[str, str]:
        """Titles of its cases by id."""
        return {name: str(self._read(path, "scenario", lambda data: {"title": data["title"]} if "title" in data else {}).get("title", name)) for name, path in self.cases.items()}

    def _read(self, path: Path, kind: str, pick: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """What `pick` takes of a YAML file, in the module's language: the rest of its texts is not looked up."""
        document = parse_yaml(read_text(path), path)
        with i18n.speaking(self.lang):
            return translated(replace(document, data=pick(document.data)), kind).data


def modules(root: Path) -> dict[str, Module]:
    """Every module with a playbook, by stem; titles and questions in the reader's language."""
    cases = scenarios.files(root).values()
    return {
        stem: _module(stem, root, i18n.language(), _stamps(playbook_path(stem, root), root / "exercises" / f"{stem}.yaml", *(path for path in cases if path.parent.name == stem)))
        for stem in module_stems(root)
        if playbook_path(stem, root).exists()
    }


def _stamps(*paths: Path) -> tuple[tuple[Path, int, int], ...]:
    return tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.exists())


@lru_cache(maxsize=64)
def _module(stem: str, root: Path, lang: str, stamps: tuple[tuple[Path, int, int], ...]) -> Module:
    """A module, which keeps what was read of it in each language for as long as its files stay as they are."""
    there = [path for path, _, _ in stamps]
    workbook = root / "exercises" / f"{stem}.yaml"
    cases = {path.stem: path for path in there if path.parent.name == stem and path.suffix == ".yaml"}
    return Module(stem, lang, root, workbook if workbook in there else None, cases)


def finished(module: Module, record: Record) -> str | None:
    """When the last exercise of a module was first settled (right, or its solution opened) and its last case first played
    to an end, as the event says it; None while something is open, or where there is nothing to do."""
    first: dict[tuple[str, str], str] = {}
    for event in record.events():
        if event["kind"] == "attempt" and event["module"] == module.stem and event["outcome"] in SETTLED:
            first.setdefault(("exercise", event["exercise"]), event["at"])
        elif event["kind"] == "run" and event["scenario"] in module.cases:
            first.setdefault(("case", event["scenario"]), event["at"])
    if not first:
        return None  # of most modules a learner has done nothing: none of their files is opened
    wanted = [("exercise", name) for name in module.exercises] + [("case", name) for name in module.cases]
    return max((first[part] for part in wanted), default=None) if all(part in first for part in wanted) else None
