"""The parts of a module that can be done, and when a learner first did each: exercises settled, cases played to an end.
Exercises are read by id and title alone, so that nothing has to be simulated for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapport import i18n, scenarios
from rapport.content import module_stems, parse_yaml, read_text, translated
from rapport.learner import Record
from rapport.playbooks import ReviewItem, load, playbook_path

SETTLED = ("right", "given_up")


@dataclass(frozen=True)
class Module:
    """A module that is there: its stem, title, review items, and the titles of its exercises and cases by id."""

    stem: str
    title: str
    review: tuple[ReviewItem, ...]
    exercises: dict[str, str]
    cases: dict[str, str]

    @property
    def number(self) -> str:
        """The two digits its stem begins with."""
        return self.stem[:2]


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
    """A module read once in each language for as long as its files stay as they are."""
    front, exercises, cases = load(stem, root).front, {}, {}
    for path, _, _ in stamps:
        if path == root / "exercises" / f"{stem}.yaml":
            exercises = {str(row["id"]): str(row["title"]) for row in translated(parse_yaml(read_text(path), path), "exercises").data.get("exercises", [])}
        elif path.suffix == ".yaml":
            cases[path.stem] = str(translated(parse_yaml(read_text(path), path), "scenario").data.get("title", path.stem))
    return Module(stem, front.title, tuple(front.review), exercises, cases)


def finished(module: Module, record: Record) -> str | None:
    """When the last exercise of a module was first settled (right, or its solution opened) and its last case first played
    to an end, as the event says it; None while something is open, or where there is nothing to do."""
    first: dict[tuple[str, str], str] = {}
    for event in record.events():
        if event["kind"] == "attempt" and event["module"] == module.stem and event["outcome"] in SETTLED:
            first.setdefault(("exercise", event["exercise"]), event["at"])
        elif event["kind"] == "run":
            first.setdefault(("case", event["scenario"]), event["at"])
    wanted = [("exercise", name) for name in module.exercises] + [("case", name) for name in module.cases]
    return max((first[part] for part in wanted), default=None) if all(part in first for part in wanted) else None
