"""Which seeds are served: only books on which the right value and every known mistake can be told apart.
`sweep` reports how many seeds are turned away and why, `prove` tries every function of a module once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapport import i18n
from rapport.content import ContentError, raise_all
from rapport.exercises.checking import Clash, Key, Numbers, clashes, key, keyed, known, planted_truth
from rapport.exercises.model import Exercise, NoAnswer, Workbook, load
from rapport.exercises.tables import missing_words
from rapport.exercises.values import Value

PATIENCE = 500
MOST_ROWS = 40


@dataclass(frozen=True)
class Sweep:
    """How serving went over many seeds.

    Attributes
    ----------
    tried : int
        Number of seeds.
    turned_away : int
        Seeds on which some pair clashes.
    reasons : Counter of Clash
        On how many seeds each pair clashes.
    """

    tried: int
    turned_away: int
    reasons: Counter[Clash]

    @property
    def rejection_rate(self) -> float:
        """Share of seeds turned away, 0 to 1."""
        return self.turned_away / self.tried

    def __str__(self) -> str:
        worst = "; ".join(f"{clash.exercise}: {clash.first} and {clash.second} on {count}" for clash, count in self.reasons.most_common(5))
        return f"{self.turned_away} of {self.tried} seeds turned away ({self.rejection_rate:.0%}){f': {worst}' if worst else ''}"


@lru_cache(maxsize=32)  # the draws of a page are asked for once for each exercise and language
def simulated(definition: Workbook, seed: int) -> Any:
    """The simulated book of `seed`, kept for the next caller; not to be changed by anyone."""
    return definition.simulate(seed)


@lru_cache(maxsize=1024)
def known_on(definition: Workbook, exercise: str, seed: int) -> Numbers:
    """What the functions of an exercise find on the book of `seed`: the same in every language."""
    return known(definition, definition.exercise(exercise), simulated(definition, seed).book)


@lru_cache(maxsize=1024)
def _truth_on(definition: Workbook, exercise: str, seed: int) -> Value | None:
    return planted_truth(definition, definition.exercise(exercise), simulated(definition, seed))


def key_on(definition: Workbook, exercise: Exercise, seed: int) -> Key:
    """The key of `exercise` on the book of `seed`, with sentences in the language it was read in; errors as `key`."""
    return keyed(exercise, known_on(definition, exercise.id, seed), _truth_on(definition, exercise.id, seed))


@lru_cache(maxsize=1024)
def table_on(definition: Workbook, function: str, seed: int) -> Any:
    """The small table (a DataFrame) that a function makes of the book of `seed`, in no language; not to be changed by anyone."""
    return definition.run(function, simulated(definition, seed).book)


@lru_cache(maxsize=512)
def clashes_on(definition: Workbook, seed: int) -> tuple[Clash, ...]:
    """What cannot be told apart on the book of `seed`; worked out once, and asked for by each exercise of a page."""
    return tuple(clashes(definition, simulated(definition, seed), lambda exercise: known_on(definition, exercise.id, seed)))


def serve(definition: Workbook | str, seed: int, root: Path | None = None) -> int:
    """The first seed from `seed` on whose book can be served.

    Parameters
    ----------
    definition : Workbook or str
        A module's exercises, or the module's stem.
    seed : int
        Where to begin.

    Raises
    ------
    ContentError
        When none of 500 seeds will do; names the pair that clashes most often.
    """
    definition = load(definition, root) if isinstance(definition, str) else definition
    for candidate in range(seed, seed + PATIENCE):
        if not clashes_on(definition, candidate):
            return candidate
    found = sweep(definition, range(seed, seed + 20))
    raise ContentError(f"no seed from {seed} to {seed + PATIENCE - 1} can be served. {found}. Narrow the tolerance or change the mistake.", definition.path)


def served(definition: Workbook, count: int, start: int = 1) -> list[int]:
    """The first `count` seeds from `start` on that can be served."""
    seeds: list[int] = []
    while len(seeds) < count:
        seeds.append(serve(definition, seeds[-1] + 1 if seeds else start))
    return seeds


def sweep(definition: Workbook, seeds: Iterable[int]) -> Sweep:
    """Try every seed in `seeds` and count what clashes."""
    reasons: Counter[Clash] = Counter()
    tried = turned_away = 0
    for seed in seeds:
        found = clashes(definition, definition.simulate(seed))
        tried, turned_away = tried + 1, turned_away + bool(found)
        reasons.update(set(found))
    return Sweep(tried, turned_away, reasons)


def prove(definition: Workbook, seed: int = 1) -> None:
    """Run every function of a module on one served book.

    Raises
    ------
    ContentError
        For a table that the book has not, a function that fails or returns something unfit, a table too long to read or not the same in every language, a word that it lacks.
    """
    from rapport.content import parse_yaml, read_text

    document = parse_yaml(read_text(definition.path), definition.path)
    errors: list[ContentError] = []
    book = definition.simulate(seed)
    for index, exercise in enumerate(definition):
        for place, name in enumerate(exercise.data):
            if not hasattr(book.book, name):
                tables = [known for known, table in vars(book.book).items() if hasattr(table, "columns")]
                errors.append(document.error(f"the book has no table {name!r}; it has {', '.join(sorted(tables))}.", "exercises", index, "data", place))
        try:
            if exercise.table:
                table = definition.run(exercise.table, book.book)
                if not hasattr(table, "columns") or not 0 < len(table) <= MOST_ROWS:
                    found = f"{len(table)} rows" if hasattr(table, "columns") else type(table).__name__
                    errors.append(document.error(f"{exercise.table} returned {found}; it must return a table of 1 to {MOST_ROWS} rows.", "exercises", index, "table"))
                elif not _silent(table).equals(_silent(_elsewhere(definition, exercise.table, book.book))):
                    errors.append(document.error(f"{exercise.table} makes another table for readers of another language; give the cells that speak it as functions, which are asked for their text.", "exercises", index, "table"))
            key(definition, exercise, book)
        except NoAnswer:
            pass  # such a seed is not served; the sweep counts it
        except ContentError as error:
            errors.append(error)
    raise_all(errors)
    raise_all(missing_words(definition, book.book))
    serve(definition, seed)


def _elsewhere(definition: Workbook, function: str, book: Any) -> Any:
    with i18n.speaking(next(lang for lang in i18n.LANGUAGES if lang != i18n.language())):
        return definition.run(function, book)


def _silent(table: Any) -> Any:
    """A table without the cells that are asked for their text."""
    return table.map(lambda value: None if callable(value) else value)
