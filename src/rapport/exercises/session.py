"""A learner's session with a module's exercises in a notebook: the book, hints one at a time, guesses, verdicts.
What happens is kept in the learner's record; the planted truth stays out of reach until it is earned or given up."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapport.content import ContentError
from rapport.exercises.checking import Verdict, check, reveal
from rapport.exercises.model import Books, Exercise, Workbook, load
from rapport.exercises.reading import Unread, read
from rapport.exercises.serving import key_on, serve, simulated, table_on
from rapport.exercises.tables import readable
from rapport.exercises.words import asked, say
from rapport.i18n.numbers import number

if TYPE_CHECKING:
    from rapport.learner import Record


@dataclass(frozen=True)
class Note:
    """Something a session says: Markdown paragraphs, and tables of raw data below them."""

    paragraphs: tuple[str, ...]
    tables: tuple[tuple[str, Any], ...] = ()

    def __repr__(self) -> str:
        return "\n\n".join([*self.paragraphs, *(f"{title}\n{table}" for title, table in self.tables)])

    def _repr_html_(self) -> str:
        from rapport.exercises.tables import table_html
        from rapport.markdown import to_html

        return f'<div class="note">{"".join(map(to_html, self.paragraphs))}{"".join(table_html(table, title, english=("thead", "tbody")) for title, table in self.tables)}</div>'


def open_workbook(module: str, seed: int | None = None, root: Path | None = None, books: Books | None = None, record: Record | None = None) -> Session:
    """Open a module's exercises on a fresh book.

    Parameters
    ----------
    module : str
        Stem of the module, such as ``10_when_it_goes_wrong``.
    seed : int, optional
        Where the book's seed begins. Default: ``RAPPORT_SEED``, then the draw kept in the learner's record, then
        the learner's own seed. The first seed from there on that can be served is used.
    root, books, record : optional
        The course folder, the makers of its books and the learner's record, where not the usual ones.

    Raises
    ------
    ContentError
        When the exercises are not valid, or the seed is no whole number ≥ 0.
    """
    from rapport.learner import open_record

    definition = load(module, root, books)
    record = open_record() if record is None else record
    fixed = seed if seed is not None else os.environ.get("RAPPORT_SEED")
    start = record.draw(module) if fixed is None else fixed
    start = _seed(record.seed if start is None else start)
    return Session(definition, serve(definition, start), record)


def _seed(raw: Any) -> int:
    text = str(raw).strip()
    if not (text.isascii() and text.isdigit()):
        raise ContentError(say("no_seed", seed=repr(raw)))
    return int(text)


class Session:
    """A module's exercises on one book; open it with `open_workbook`.

    Attributes
    ----------
    seed : int
        Seed of the book that was served.
    record : rapport.learner.Record
    """

    def __init__(self, definition: Workbook, seed: int, record: Record):
        self._definition, self.seed, self.record = definition, seed, record
        self._hints: dict[str, int] = {}

    def __repr__(self) -> str:
        minutes = sum(exercise.minutes for exercise in self._definition)
        return say("your_book", n=len(self._definition.exercises), module=self._definition.module, minutes=minutes, seed=self.seed)

    @cached_property
    def book(self) -> Any:
        """Tables of your book: a copy, so that what you change in it does not change how you are graded."""
        return copy.deepcopy(simulated(self._definition, self.seed).book)

    def show(self, name: str) -> Note:
        """The question of exercise `name`, the form of its answer, and the first rows of the tables it needs."""
        exercise = self._definition.exercise(name)
        return Note((f"**{exercise.title}** · {say('in_minutes', n=exercise.minutes)}", exercise.question.strip(), *asked(exercise)), self.data(name).tables)

    def data(self, name: str) -> Note:
        """The first rows of each table that exercise `name` needs."""
        exercise = self._definition.exercise(name)
        frames = [(table, getattr(self.book, table)) for table in exercise.data]
        return Note((), tuple((say("first_five", table=table, rows=number(len(frame)), columns=frame.shape[1]), frame.head(5)) for table, frame in frames))

    def table(self, name: str) -> Any:
        """The small table from which exercise `name` can be worked out by hand (a pandas DataFrame, or None)."""
        exercise = self._definition.exercise(name)
        return readable(table_on(self._definition, exercise.table, self.seed), self._definition.words) if exercise.table else None

    def hint(self, name: str) -> Note:
        """The next hint of exercise `name`; one at a time."""
        exercise = self._definition.exercise(name)
        at = self._hints.get(name, 0)
        if at >= len(exercise.hints):
            return Note((say("all_hints", count=at, name=repr(name)),))
        self._hints[name] = at + 1
        if at + 1 not in self.record.hints(*self._where(name)):  # seen again after a restart, it is no new hint
            self._keep("hint", name, number=at + 1)
        return Note((say("one_hint", number=at + 1, total=len(exercise.hints), hint=exercise.hints[at].strip()),))

    def predict(self, name: str, guess: Any) -> Note:
        """Keep your guess before you compute; you see it again afterwards. It stays as it was once you have tried."""
        exercise = self._definition.exercise(name)
        asked = exercise.predict or say("expect")
        given = read(guess, _guess_answer(exercise))
        if isinstance(given, Unread):
            return Note((say("dots", asked=asked.strip()) if given.outcome == "not_tried" else say("guess_broke", says=given.message),))
        if exercise.answer.kind == "match":
            return Note((say("no_guess"),))
        kept = self.record.prediction(*self._where(name))
        if kept is not None and self.record.attempts(*self._where(name)):
            return Note((say("guess_stays"),))
        if kept != given:
            self.record.add_prediction(*self._where(name), given)
        return self._with_notices(say("guess_noted"))

    def check(self, name: str, answer: Any) -> Verdict:
        """Check your answer to exercise `name` against the correct computation on your own book."""
        this = self._key(name)
        verdict = check(this, answer, self.record.prediction(*self._where(name)))
        if verdict.outcome != "not_tried":
            given = read(answer, this.exercise.answer) if verdict.outcome != "broke" else None
            self.record.add_attempt(*self._where(name), verdict.outcome, answer=given, mistakes=list(verdict.mistakes))
            notices = self._with_notices().paragraphs
            return replace(verdict, message="\n\n".join([verdict.message, *notices])) if notices else verdict
        return verdict

    def solution(self, name: str) -> Note:
        """The solution, the planted truth and its interval, once you have tried."""
        this = self._key(name)
        attempts = self.record.attempts(*self._where(name))
        if not attempts:
            return Note((say("try_first", name=repr(name)),))
        last = next((row.get("answer") for row in reversed(attempts) if row.get("answer") is not None), None)
        if not any(row["outcome"] in ("right", "given_up") for row in attempts):
            self.record.add_attempt(*self._where(name), "given_up")
        if not self.record.solution_shown(*self._where(name)):
            self._keep("solution", name)
        last = float(last) if isinstance(last, int | float) else None
        return Note((f"**{this.exercise.title}**", *reveal(this, last, self.record.prediction(*self._where(name)))))

    def another(self) -> Session:
        """The same exercises on another book; your record remembers the new draw."""
        other = Session(self._definition, serve(self._definition, self.seed + 1), self.record)
        self.record.set_draw(self._definition.module, other.seed)
        return other

    # ---- within ----

    def _key(self, name: str) -> Any:
        return key_on(self._definition, self._definition.exercise(name), self.seed)

    def _where(self, name: str) -> tuple[str, str, int]:
        return self._definition.module, name, self.seed

    def _keep(self, kind: str, name: str, **more: Any) -> None:
        self.record.add(kind, **dict(zip(("module", "exercise", "seed"), self._where(name))), **more)

    def _with_notices(self, *paragraphs: str) -> Note:
        notices, self.record.notices[:] = list(self.record.notices), []
        return Note((*paragraphs, *notices))


def _guess_answer(exercise: Exercise) -> Any:
    """A guess at an interval is one number: the value it should hold."""
    return exercise.answer.model_copy(update={"kind": "number"}) if exercise.answer.kind == "interval" else exercise.answer
