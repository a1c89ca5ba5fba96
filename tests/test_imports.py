"""The rooms of `rapport`: imports run one way, and importing the package is light."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "rapport"

# Ground first. A room may import rooms of lower floors, never one of its own floor or above.
FLOORS = (
    ("i18n", "charts", "kernels"),
    ("facts",),
    ("metrics", "content", "markdown"),
    ("assessment", "hunt", "simulation", "scenarios", "exercises", "learner", "playbooks"),
    ("coverage", "lessons", "proofreading", "study"),
    ("widgets", "editing"),
    ("handbook",),
    ("workspace",),
    ("cli",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Rooms of one floor that lean on each other, each with its reason.
ALLOWED = {
    ("charts", "i18n"): "the numbers of a chart are written in the reader's language",
    ("markdown", "content"): "faulty Markdown is an author's mistake, told like the others",
    ("exercises", "simulation"): "an exercise is asked about a simulated book",
    ("exercises", "learner"): "attempts and hints are kept in the learner's record",
}
WITHOUT_PYTHON = {"web"}


def rooms() -> list[str]:
    found = {path.stem if path.suffix == ".py" else path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    return sorted(found - {"__init__"} - WITHOUT_PYTHON)


def imported(room: str, package: Path = PACKAGE) -> set[tuple[str, str]]:
    """(room imported, where) for every import anywhere in a room, also inside functions."""
    files = [package / f"{room}.py"] if (package / f"{room}.py").exists() else sorted((package / room).rglob("*.py"))
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            for name in names:
                parts = name.split(".")
                if parts[0] == "rapport" and len(parts) > 1 and parts[1] != room:
                    found.add((parts[1], f"{path.relative_to(package)}:{node.lineno}"))
    return found


def upward(room: str, found: set[tuple[str, str]]) -> list[str]:
    """Sentences on the imports that run the wrong way."""
    return [
        f"{where}: {room} imports {other}"
        for other, where in sorted(found)
        if other in FLOOR and FLOOR[other] >= FLOOR[room] and (room, other) not in ALLOWED
    ]


def test_every_room_has_its_floor():
    assert [room for room in rooms() if room not in FLOOR] == []


@pytest.mark.parametrize("room", [room for room in rooms() if room in FLOOR])
def test_imports_run_one_way(room):
    assert upward(room, imported(room)) == []


def test_an_import_that_runs_upward_is_noticed(tmp_path):
    (tmp_path / "content.py").write_text("def late():\n    from rapport.handbook import build\n    return build\n")
    assert upward("content", imported("content", tmp_path)) == ["content.py:2: content imports handbook"]


def test_simulation_and_metrics_do_not_know_each_other():
    assert "metrics" not in {name for name, _ in imported("simulation")}
    if "metrics" in rooms():
        assert "simulation" not in {name for name, _ in imported("metrics")}


@pytest.mark.parametrize("statement", ["import rapport", "import rapport.cli", "import rapport.cli.commands"])
def test_importing_is_light(statement):
    heavy = ("numpy", "pandas", "scipy", "matplotlib", "IPython", "nbconvert", "nbformat", "jupyterlab", "anywidget", "pydantic")
    code = f"import sys; {statement}; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_small_book_comes_without_the_engine_of_the_full_one():
    code = "import sys; from rapport.simulation import PRESETS, simulate; simulate(PRESETS['incidents'], 1); print('rapport.simulation.aurora.engine' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


@pytest.mark.parametrize("room", ["simulation", "exercises"])
def test_what_is_imported_late_is_what_type_checkers_are_told(room):
    module = importlib.import_module(f"rapport.{room}")
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in typed.body for alias in node.names}
    assert told == {name: f"rapport.{room}.{home}" for home, names in module._HOMES.items() for name in names}
    for name, home in told.items():
        assert getattr(module, name) is getattr(importlib.import_module(home), name)


def test_the_machinery_does_not_import_the_test_tools():
    tools = ("pytest", "playwright", "holidays")
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in tools], f"{path}:{node.lineno}"
