"""Branching cases: read, compile to a graph, walk, and prove that checking beats guessing.

`check(root)` reads every scenario of a course and raises what is wrong; `load(name)` gives one compiled graph."""

from __future__ import annotations

from pathlib import Path

from rapport import i18n
from rapport.content import ContentError, Document, course_root, parse_yaml, raise_all, read_text
from rapport.i18n.words import Words
from rapport.scenarios.compile import Graph, compile_case
from rapport.scenarios.model import AXES, Case, case_of, read_case
from rapport.scenarios.policy import PolicyRow, policy_faults, policy_table
from rapport.scenarios.walk import Walk, begin, follow, play_out

WORDS = Words(__file__, {"no_scenario": "no scenario {name}; known are {known}."})
__all__ = [
    "AXES", "Case", "Graph", "PolicyRow", "Walk", "begin", "check", "compile_scenario", "files", "follow", "load", "load_all",
    "play_out", "policy_faults", "policy_table", "read_case",
]  # fmt: skip


def files(root: Path | None = None) -> dict[str, Path]:
    """Scenario id → file, over all modules of the course, sorted.

    Raises
    ------
    ContentError
        When two modules use the same scenario name.
    """
    root = root or course_root()
    found: dict[str, Path] = {}
    for path in sorted(root.glob("playbooks/*/*.yaml")):
        if path.stem in found:
            raise ContentError(f"the scenario name {path.stem!r} is used by {found[path.stem].parent.name} too; rename one.", path)
        found[path.stem] = path
    return found


def compile_scenario(path: Path) -> Graph:
    """Read and compile one scenario file in the reader's language; see `compile_case` for the graph.

    The hash is that of the English case in every language, so that a walk goes on where the language is switched.
    """
    source = parse_yaml(read_text(path), path)
    with i18n.speaking(i18n.SOURCE):
        english = _compiled(source)
    return english if i18n.language() == i18n.SOURCE else _compiled(source, english["hash"])


def _compiled(source: Document, named: str | None = None) -> Graph:
    case, document = case_of(source)
    if document.path.parent.name != case.module:
        raise document.error(f"found {case.module!r} in the folder {document.path.parent.name}; the module is the folder's name.", "module")
    return compile_case(case, document, named)


def load(name: str, root: Path | None = None) -> Graph:
    """Compiled graph of a scenario by its name.

    Raises
    ------
    ContentError
        An unknown name (those known are listed) or a fault in the file.
    """
    known = files(root)
    if name not in known:
        raise ContentError(unknown(name, root))
    return compile_scenario(known[name])


def unknown(name: str, root: Path | None = None) -> str:
    """The sentence on a scenario that is not there, in the reader's language."""
    return WORDS.say("no_scenario", name=repr(name), known=", ".join(files(root)) or "–")


def load_all(root: Path | None = None) -> dict[str, Graph]:
    """Every compiled graph of the course, by name."""
    return {name: compile_scenario(path) for name, path in files(root).items()}


def check(root: Path | None = None) -> dict[str, list[PolicyRow]]:
    """Validate every scenario and its policy bar.

    Returns
    -------
    dict
        scenario id → one `PolicyRow` per place.

    Raises
    ------
    ContentError
        All faults of all scenarios at once.
    """
    errors, tables = [], {}
    for name, path in files(root).items():
        try:
            graph = compile_scenario(path)
        except ContentError as error:
            errors.append(error)
            continue
        tables[name] = policy_table(graph)
        errors += [ContentError(fault, path) for fault in policy_faults(graph, tables[name])]
    raise_all(errors)
    return tables
