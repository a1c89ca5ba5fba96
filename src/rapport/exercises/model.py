"""What an author writes for an exercise (YAML) and how a module's exercises are read and validated.
The computations are named functions in the Python file beside it; every mistake gets its file and line."""

from __future__ import annotations

import hashlib
import linecache
import traceback
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from rapport.content import ContentError, course_root, module_stems, raise_all, read_text, read_yaml
from rapport.exercises.faults import faults, nearest
from rapport.exercises.words import say

ID = r"^[a-z][a-z0-9_]*$"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Declared):
    """One option of a choice, or one thing that rows can be matched with."""

    id: str = Field(pattern=ID)
    text: str = Field(min_length=1)


class Row(_Declared):
    """One row to be matched; ``answer`` is the id of the option that belongs to it."""

    id: str = Field(pattern=ID)
    text: str = Field(min_length=1)
    answer: str


class Answer(_Declared):
    """What is asked for. ``tolerance`` is the half-width of what is accepted, in ``unit``."""

    kind: Literal["number", "interval", "choice", "match"]
    unit: str = ""
    decimals: int = Field(default=0, ge=0, le=6)
    tolerance: float | None = None
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()
    passing: int | None = Field(default=None, alias="pass")

    def option_text(self, option: str) -> str:
        """Text of the option with id `option`."""
        return next((each.text for each in self.options if each.id == option), option)


class When(_Declared):
    """A pattern in matched rows: at least ``at_least`` rows answered with ``option``."""

    option: str = Field(validation_alias=AliasChoices("option", "remedy"))
    at_least: int = Field(ge=1)


class Mistake(_Declared):
    """A known slip: a function that makes it, an option that shows it, or a pattern of matched rows."""

    id: str = Field(pattern=ID)
    says: str = Field(min_length=1)
    compute: str | None = None
    option: str | None = None
    when: When | None = None


class Truth(_Declared):
    """The planted truth: ``compute(truth, book)``, and a sentence about it with ``{truth}`` in it."""

    compute: str
    says: str = Field(min_length=1)


class Exercise(_Declared):
    """One exercise as its author writes it; field meanings in ``docs/authoring.md``."""

    id: str = Field(pattern=ID)
    title: str = Field(min_length=1)
    minutes: int = Field(ge=1, le=60)
    outcome: int = Field(ge=1)
    sources: tuple[str, ...] = Field(min_length=1)
    question: str = Field(min_length=1)
    data: tuple[str, ...] = ()
    table: str | None = None
    answer: Answer
    predict: str | None = None
    compute: str | None = None
    truth: Truth | None = None
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = ()
    starter: str
    solution: str = Field(min_length=1)


class ExerciseFile(_Declared):
    """The YAML file of a module's exercises; ``words`` says how headings and categories of its small tables read."""

    module: str
    book: str
    words: dict[str, str] = {}
    exercises: tuple[Exercise, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class Workbook:
    """A module's exercises, ready to be asked: declarations, functions, and how its book comes about.

    Attributes
    ----------
    module : str
        Stem, such as ``10_when_it_goes_wrong``.
    path : Path
        The YAML file; the functions lie beside it under the same stem.
    exercises : tuple of Exercise
    functions : mapping of str to callable
        Public functions of the Python file.
    simulate : callable
        ``simulate(seed)`` gives an object with ``.book`` and ``.truth``.
    hash : str
        Sixteen hexadecimal digits that change with either file.
    words : mapping of str to str
        What a heading or category of a small table is called, by its name there.
    """

    module: str
    path: Path
    exercises: tuple[Exercise, ...]
    functions: Mapping[str, Callable[..., Any]] = field(repr=False)
    simulate: Callable[[int], Any] = field(repr=False)
    hash: str
    words: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self.exercises)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workbook) and self._makes == other._makes

    def __hash__(self) -> int:
        return hash(self._makes)

    @property
    def _makes(self) -> tuple:
        """What decides which book a seed gives: the same in every language."""
        return self.path, self.hash, self.simulate

    def exercise(self, name: str) -> Exercise:
        """The exercise with id `name`; an unknown one is a `ContentError` that lists what there is."""
        for exercise in self.exercises:
            if exercise.id == name:
                return exercise
        known = [exercise.id for exercise in self.exercises]
        raise ContentError(f"{say('no_exercise', name=repr(name))} {nearest(name, known)}")

    def run(self, function: str, *parts: Any) -> Any:
        """Result of a named function; what it raises becomes a `ContentError` at its line."""
        try:
            return self.functions[function](*parts)
        except ContentError:
            raise
        except Exception as error:  # an author's function may fail in any way; they learn where
            path = self.path.with_suffix(".py")
            # A group that is empty by chance is the book's doing, not the author's.
            kind = NoAnswer if isinstance(error, ZeroDivisionError) else ContentError
            raise kind(f"{function} stopped with {type(error).__name__}: {error}", path, _line_of(error, path)) from error


class NoAnswer(ContentError):
    """The right value or a mistake has no finite value on this book, so the book cannot be served."""


Books = Mapping[str, Callable[[int], Any]]


@lru_cache(maxsize=1)
def known_books() -> Books:
    """How each named book comes about: one function of a seed for every preset of `rapport.simulation`."""
    from rapport.simulation import PRESETS, simulate

    return {name: lambda seed, firm=firm: simulate(firm, seed) for name, firm in PRESETS.items()}


def load(module: str, root: Path | None = None, books: Books | None = None, sources: Collection[str] | None = None) -> Workbook:
    """Read and validate a module's exercises.

    Parameters
    ----------
    module : str
        Stem of the module, such as ``10_when_it_goes_wrong``.
    root : Path, optional
        The course folder (default: found from the working folder).
    books : mapping, optional
        Book names and their makers (default: the presets of the simulation).
    sources : collection of str, optional
        Known coverage ids; where given, a ``sources`` entry outside it is an error.

    Raises
    ------
    ContentError
        With file and line for each mistake found; several at once where there are several.
    """
    root = course_root() if root is None else Path(root)
    path = root / "exercises" / f"{module}.yaml"
    if not path.is_file():
        known = sorted({p.stem for p in (root / "exercises").glob("*.yaml")})
        raise ContentError(f"{say('no_module', name=repr(module))} {nearest(module, known or module_stems(root))}", path)
    file, document = read_yaml(path, ExerciseFile)
    functions = _functions(path.with_suffix(".py"))
    books = known_books() if books is None else books
    errors = []
    if file.module != module:
        errors.append(document.error(f"found {file.module!r}; the file is called {path.name}, so this is {module!r}.", "module"))
    if file.book not in books:
        errors.append(document.error(f"no book is called {file.book!r}. {nearest(file.book, list(books))}", "book"))
    seen: dict[str, int] = {}
    for index, exercise in enumerate(file.exercises):
        if exercise.id in seen:
            first = document.line("exercises", seen[exercise.id], "id")
            errors.append(document.error(f"the id {exercise.id!r} is already used on line {first}; give each exercise its own.", "exercises", index, "id"))
        seen.setdefault(exercise.id, index)
        errors += faults(exercise, functions, sources, lambda problem, *keys, i=index: document.error(problem, "exercises", i, *keys))
    raise_all(errors)
    digest = hashlib.sha256(read_text(path).encode() + b"\0" + read_text(path.with_suffix(".py")).encode()).hexdigest()[:16]
    return Workbook(module, path, file.exercises, functions, books[file.book], digest, file.words)


# ---- the functions beside it ------------------------------------------------------------------------------------


def _functions(path: Path) -> dict[str, Callable[..., Any]]:
    """Public functions defined in the Python file at `path` (not the ones it imports)."""
    text = read_text(path)
    module = types.ModuleType(f"rapport_exercises_{path.stem}")
    module.__file__ = str(path)
    # The file is compiled from the text read here, so no byte-code is left in the course folder.
    linecache.cache.pop(str(path), None)
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102  (the course's own code)
    except SyntaxError as error:
        raise ContentError(f"not valid Python: {error.msg}.", path, error.lineno) from None
    except Exception as error:
        raise ContentError(f"cannot be run: {type(error).__name__}: {error}", path, _line_of(error, path)) from error
    return {name: thing for name, thing in vars(module).items() if isinstance(thing, types.FunctionType) and thing.__module__ == module.__name__ and name[0] != "_"}


def _line_of(error: BaseException, path: Path) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None
