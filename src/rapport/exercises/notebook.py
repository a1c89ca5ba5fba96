"""The workbook of a module's exercises as a notebook, generated from the YAML; its sources are never edited by hand.
`sync` writes it where it differs, `fill` puts answers in for a test run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rapport.content import write_text
from rapport.exercises.model import Exercise, Workbook
from rapport.exercises.words import WORDS, asked, say

_METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}


def notebook_path(definition: Workbook) -> Path:
    """Where the workbook lies: beside its YAML."""
    return definition.path.with_suffix(".ipynb")


def generate(definition: Workbook) -> Any:
    """The workbook as a notebook without outputs; the same definition gives the same notebook."""
    minutes = sum(exercise.minutes for exercise in definition)
    cells = [
        _text("opening", f"# {WORDS['workbook']}\n\n{say('workbook_count', n=len(definition.exercises), minutes=minutes)} {WORDS['workbook_yours']}\n\n{WORDS['workbook_how']}"),
        _code("open", _OPEN.format(module=definition.module)),
    ]
    for number, exercise in enumerate(definition, 1):
        cells += _cells(number, exercise)
    cells += [_text("another-text", f"## {WORDS['once_more']}\n\n{WORDS['once_more_says']}"), _code("another", "# workbook = workbook.another(); book = workbook.book")]
    return new_notebook(cells=cells, metadata=_METADATA)


_OPEN = """from rapport.exercises import open_workbook

workbook = open_workbook("{module}")
book = workbook.book
workbook"""

def _cells(number: int, exercise: Exercise) -> list[Any]:
    name = exercise.id
    question = [f"## {number} · {exercise.title}", f"*{say('minutes', count=exercise.minutes)}*", exercise.question.strip(), *asked(exercise)]
    cells = [_text(f"{name}-question", "\n\n".join(question))]
    if exercise.predict:
        cells += [_text(f"{name}-guess-text", exercise.predict.strip()), _code(f"{name}-guess", f'workbook.predict("{name}", ...)')]
    if exercise.data:
        cells.append(_code(f"{name}-data", f'workbook.data("{name}")'))
    table = [f'# workbook.table("{name}")     # {WORDS["table_says"]}'] if exercise.table else []
    help_lines = [*table, f'# workbook.hint("{name}")      # {WORDS["hint_says"]}', f'# workbook.solution("{name}")  # {WORDS["solution_says"]}']
    cells.append(_code(f"{name}-answer", f'{exercise.starter.rstrip()}\n\nworkbook.check("{name}", answer)'))
    cells.append(_code(f"{name}-help", "\n".join(help_lines)))
    return cells


def _identifier(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64]


def _text(name: str, source: str) -> Any:
    return new_markdown_cell(source, id=_identifier(name))


def _code(name: str, source: str) -> Any:
    return new_code_cell(source, id=_identifier(name))


def sources(notebook: Any) -> list[tuple[str, str, str]]:
    """(id, type, source) of every cell: what makes two notebooks the same but for their outputs."""
    return [(cell.id, cell.cell_type, cell.source) for cell in notebook.cells]


def sync(definition: Workbook) -> bool:
    """Write the workbook beside its YAML where its cells differ from what the YAML asks for.

    Returns
    -------
    bool
        Whether it was written. Stored outputs survive only while the cells stay the same.
    """
    path, made = notebook_path(definition), generate(definition)
    if path.is_file() and sources(nbformat.read(path, as_version=4)) == sources(made):
        return False
    write_text(path, nbformat.writes(made) + "\n")
    return True


def fill(notebook: Any, answers: Mapping[str, Any]) -> Any:
    """A copy of the workbook in which ``answer = ...`` of each named exercise is replaced by the ``repr`` of a value."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        name = cell.id.removesuffix("-answer")
        if cell.id.endswith("-answer") and name in answers:
            cell.source = re.sub(r"^answer = \.\.\..*$", lambda _: f"answer = {answers[name]!r}", cell.source, flags=re.MULTILINE)
    return copy
