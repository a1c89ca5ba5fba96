"""The answers of a module's exercises for whoever leads a group: right value, known mistakes and solution on one stated draw.
Nothing of this is part of a learner's page."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.exercises import units
from rapport.exercises.checking import filled, planted, value_text
from rapport.exercises.model import Exercise, Mistake, Workbook
from rapport.exercises.serving import key_on, served, table_on
from rapport.exercises.tables import table_text, text_html
from rapport.exercises.values import Value
from rapport.i18n.words import Words

WORDS = Words(__file__, {"pattern": "“{option}” in {n} rows or more"})


@dataclass(frozen=True)
class Answered:
    """An exercise with its answer on the draw `seed`.

    Attributes
    ----------
    table : str
        HTML of the table that the page shows, or ''.
    right : tuple of str
        Paragraphs (Markdown): the right value, the planted truth, the interval.
    accepted : str
        How far an answer may be off; '' where nothing is measured.
    mistakes : tuple of (str, str)
        What somebody who slips gets (a value, an option, a pattern of rows), and the sentence said to them.
    solution : str
        Markdown.
    """

    exercise: Exercise
    seed: int
    table: str
    right: tuple[str, ...]
    accepted: str
    mistakes: tuple[tuple[str, str], ...]
    solution: str


def answer_sheet(definition: Workbook, start: int = 1) -> list[Answered]:
    """Every exercise of a module answered on the first book that can be served from seed `start`.

    It is the draw that a learner's page shows first.

    Raises
    ------
    ContentError
        When no book can be served, or a computation fails.
    """
    seed = served(definition, 1, start)[0]
    found = []
    for exercise in definition:
        this = key_on(definition, exercise, seed)
        answer = exercise.answer
        accepted = f"± {units.written(answer.tolerance, answer.decimals, answer.unit)}" if answer.tolerance else ""
        found.append(
            Answered(
                exercise, seed, text_html(table_text(table_on(definition, exercise.table, seed), exercise.title, definition.words), exercise.title, frame=True) if exercise.table else "",
                tuple(planted(this)), accepted, tuple((_slip(exercise, mistake, value), mistake.says.strip()) for mistake, value in this.mistakes), filled(exercise.solution, this),
            )
        )  # fmt: skip
    return found


def _slip(exercise: Exercise, mistake: Mistake, value: Value | None) -> str:
    if mistake.when:
        return WORDS.say("pattern", n=mistake.when.at_least, option=exercise.answer.option_text(mistake.when.option))
    return "" if value is None else value_text(exercise.answer, value)
