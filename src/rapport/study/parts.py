"""The parts of a module that can be done, and when a learner first did each: exercises settled, cases played to an end.
Exercises are read by id and title alone, so that nothing has to be simulated for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rapport import scenarios
from rapport.content import module_stems, parse_yaml, read_text
from rapport.learner import Record
from rapport.playbooks import load, playbook_path

SETTLED = ("right", "given_up")


@dataclass(frozen=True)
class Module:
    """A module that is there: its stem, title, and the titles of its exercises and cases by id."""

    stem: str
    title: str
    exercises: dict[str, str]
    cases: dict[str, str]

    @property
    def number(self) -> str:
        """The two digits its stem begins with."""
        return self.stem[:2]


def modules(root: Path) -> dict[str, Module]:
    """Every module with a playbook, by stem."""
    cases = {name: path for name, path in scenarios.files(root).items()}
    found = {}
    for stem in module_stems(root):
        if playbook_path(stem, root).exists():
            exercises = root / "exercises" / f"{stem}.yaml"
            asked = parse_yaml(read_text(exercises), exercises).data.get("exercises", []) if exercises.exists() else []
            own = {name: str(parse_yaml(read_text(path), path).data.get("title", name)) for name, path in cases.items() if path.parent.name == stem}
            found[stem] = Module(stem, load(stem, root).front.title, {str(row["id"]): str(row["title"]) for row in asked}, own)
    return found


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
