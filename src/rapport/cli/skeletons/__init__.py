"""`rapport new`: valid, commented skeletons from the template files in this folder. Nothing is ever overwritten.
In a template, @name@, @module@, @title@, @source@ and @moment@ are filled in."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path

from rapport.cli import UsageError
from rapport.content import MODULE_STEM, ContentError, display_path, module_stems, parse_yaml, read_text, write_text
from rapport.playbooks import moments

ID = re.compile(r"^[a-z][a-z0-9_]*\Z")
TAKEN = {*keyword.kwlist, "true", "false", "null"}  # words that Python or YAML read as something else


def module(root: Path, name: str) -> list[Path]:
    """Notebook, playbook and exercises of a new module; returns the files written.

    Raises
    ------
    UsageError
        When the name is no stem, its number is taken, or a file is there already.
    """
    if not MODULE_STEM.match(name) or not re.search("[a-z]", name):  # 11_20 is a number in YAML
        raise UsageError(f"Found {name!r}; a module is called by two digits and small letters, such as 11_the_long_run.")
    if taken := [stem for stem in module_stems(root) if stem[:2] == name[:2]]:
        raise UsageError(f"The number {name[:2]} belongs to {taken[0]}; choose another.")
    words = name[3:].replace("_", " ")
    told = {"module": name, "title": words[:1].upper() + words[1:], "source": _source(root, name), "name": "first_question", "moment": _moment(root)}
    made = {
        root / "notebooks" / f"{name}.ipynb": _template("notebook.ipynb", told),
        root / "playbooks" / name / "playbook.md": _template("playbook.md", told),
        root / "exercises" / f"{name}.yaml": _template("exercises.yaml", told) + _template("exercise.yaml", told),
        root / "exercises" / f"{name}.py": _template("exercises.py.txt", told) + _template("exercise.py.txt", told),
    }
    return [*_write(made), _workbook(name, root)]


def _moment(root: Path) -> str:
    """The last moment of the course's list, under which a card in the making is least in the way; empty where there is no list."""
    listed = moments.load(root)
    return listed.ids[-1] if listed else ""


def scenario(root: Path, name: str, stem: str) -> list[Path]:
    """A new scenario in a module; returns the file written."""
    from rapport.scenarios import files as scenario_files

    _known(root, stem)
    _plain(name)
    if name in scenario_files(root):
        raise UsageError(f"The scenario {name} is there already: {display_path(scenario_files(root)[name])}. Nothing was written.")
    told = {"name": name, "module": stem, "source": _source(root, stem, "scenario")}
    return _write({root / "playbooks" / stem / f"{name}.yaml": _template("scenario.yaml", told)})


def session(root: Path, stem: str) -> list[Path]:
    """The session plan of a module; returns the file written."""
    _known(root, stem)
    return _write({root / "playbooks" / stem / "session.md": _template("session.md", {"module": stem})})


def exercise(root: Path, name: str, stem: str) -> list[Path]:
    """A new exercise at the end of a module's; returns the files written or added to.

    Raises
    ------
    UsageError
        When the id or one of the function names is taken.
    """
    _known(root, stem)
    _plain(name)
    told = {"name": name, "module": stem, "source": _source(root, stem, "exercise")}
    declared, functions = (root / "exercises" / f"{stem}{suffix}" for suffix in (".yaml", ".py"))
    before = {
        declared: read_text(declared) if declared.exists() else _template("exercises.yaml", told),
        functions: read_text(functions) if functions.exists() else _template("exercises.py.txt", told),
    }
    document = parse_yaml(before[declared], declared)
    there = (document.data or {}).get("exercises") or []
    if any(each.get("id") == name for each in there):
        raise UsageError(f"The exercise {name} is there already: {display_path(declared)}. Nothing was written.")
    added = _template("exercise.py.txt", told)
    if taken := [each for each in re.findall(r"^def (\w+)", added, re.MULTILINE) if re.search(rf"^def {each}\b", before[functions], re.MULTILINE)]:
        raise UsageError(f"{display_path(functions)} has a function {taken[0]} already; choose another name. Nothing was written.")
    after = before[declared].rstrip("\n") + "\n" + ("\n" if there else "") + _template("exercise.yaml", told)
    read = (parse_yaml(after, declared).data or {}).get("exercises") or []
    if len(read) != len(there) + 1:
        raise ContentError("`exercises:` must be the last key of the file, so that one can be added at the end. Nothing was written.", declared)
    write_text(declared, after)
    write_text(functions, before[functions].rstrip("\n") + "\n" + added)
    return [declared, functions, _workbook(stem, root)]


def _workbook(stem: str, root: Path) -> Path:
    """Bring the module's workbook in line with its exercises."""
    from rapport.exercises.model import load
    from rapport.exercises.notebook import notebook_path, sync

    definition = load(stem, root)
    sync(definition)
    return notebook_path(definition)


def _write(made: dict[Path, str]) -> list[Path]:
    if there := [path for path in made if path.exists()]:
        raise UsageError(f"{display_path(there[0])} is there already. Nothing was written.")
    for path, text in made.items():
        write_text(path, text)
    return list(made)


def _template(name: str, told: dict[str, str]) -> str:
    text = (files(__name__) / name).read_text(encoding="utf-8")
    for key, value in told.items():
        text = text.replace(f"@{key}@", value)
    return text


def _source(root: Path, stem: str, kind: str | None = None) -> str:
    """An idea of data/coverage.yaml that fits: of this module and needing this kind if there is one."""
    from rapport import coverage

    ideas = list(coverage.read(root)[0].values())
    return max(ideas, key=lambda idea: (idea.belongs_to(stem), kind in idea.needs)).id


def _known(root: Path, stem: str) -> None:
    if stem not in module_stems(root):
        raise UsageError(f"No module {stem!r}; known are {', '.join(module_stems(root)) or 'none yet'}.")


def _plain(name: str) -> None:
    if not ID.match(name):
        raise UsageError(f"Found {name!r}; a name has small letters, digits and underscores and begins with a letter.")
    if name in TAKEN:
        raise UsageError(f"Found {name!r}, which means something else to Python or YAML; choose another name, such as {name}_case.")
