"""What an author writes for an exercise (YAML) and how a module's exercises are read and validated.
The computations are named functions in the Python file beside it; every mistake gets its file and line."""

from __future__ import annotations

import ast
import difflib
import hashlib
import inspect
import linecache
import re
import traceback
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from rapport.content import ContentError, Document, course_root, module_stems, raise_all, read_text, read_yaml

ID = r"^[a-z][a-z0-9_]*$"
KINDS = ("number", "interval", "choice", "match")


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
    """The YAML file of a module's exercises."""

    module: str
    book: str
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
    """

    module: str
    path: Path
    exercises: tuple[Exercise, ...]
    functions: Mapping[str, Callable[..., Any]] = field(repr=False)
    simulate: Callable[[int], Any] = field(repr=False)
    hash: str

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self.exercises)

    def exercise(self, name: str) -> Exercise:
        """The exercise with id `name`; an unknown one is a `ContentError` that lists what there is."""
        for exercise in self.exercises:
            if exercise.id == name:
                return exercise
        known = [exercise.id for exercise in self.exercises]
        raise ContentError(f"no exercise is called {name!r}. {_nearest(name, known)}")

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
        raise ContentError(f"no exercises for the module {module!r}. {_nearest(module, known or module_stems(root))}", path)
    file, document = read_yaml(path, ExerciseFile)
    functions = _functions(path.with_suffix(".py"))
    books = known_books() if books is None else books
    errors = []
    if file.module != module:
        errors.append(document.error(f"found {file.module!r}; the file is called {path.name}, so this is {module!r}.", "module"))
    if file.book not in books:
        errors.append(document.error(f"no book is called {file.book!r}. {_nearest(file.book, list(books))}", "book"))
    seen: dict[str, int] = {}
    for index, exercise in enumerate(file.exercises):
        if exercise.id in seen:
            first = document.line("exercises", seen[exercise.id], "id")
            errors.append(document.error(f"the id {exercise.id!r} is already used on line {first}; give each exercise its own.", "exercises", index, "id"))
        seen.setdefault(exercise.id, index)
        errors += _faults(exercise, functions, sources, lambda problem, *keys, i=index: document.error(problem, "exercises", i, *keys))
    raise_all(errors)
    digest = hashlib.sha256(read_text(path).encode() + b"\0" + read_text(path.with_suffix(".py")).encode()).hexdigest()[:16]
    return Workbook(module, path, file.exercises, functions, books[file.book], digest)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(map(repr, known)) or 'none yet'}."


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


# ---- what can be wrong in an exercise ---------------------------------------------------------------------------

_Error = Callable[..., ContentError]


def _faults(exercise: Exercise, functions: Mapping[str, Callable[..., Any]], sources: Collection[str] | None, error: _Error) -> Iterator[ContentError]:
    """Every fault in `exercise`; ``error(problem, *keys)`` makes one at a key inside it."""
    kind = exercise.answer.kind
    yield from _answer_faults(exercise.answer, error)
    for name, keys, parts in _named_functions(exercise):
        if name not in functions:
            yield error(f"no function is called {name!r} in the Python file beside it. {_nearest(name, sorted(functions))}", *keys)
        elif not _takes(functions[name], parts):
            yield error(f"the function {name!r} must take {' and '.join(parts)}, in this order.", *keys)
    if kind == "match" and exercise.compute:
        yield error("matched rows have their answers written in `rows`; remove `compute`.", "compute")
    if kind != "match" and not exercise.compute:
        yield error("the key `compute` is missing: name the function that gives the right answer.")
    if kind in ("number", "interval"):
        for key in ("table", "truth"):
            if getattr(exercise, key) is None:
                yield error(f"the key `{key}` is missing; an exercise with a {kind} needs it.")
    if kind == "match" and exercise.predict:
        yield error("matched rows are not predicted; remove `predict`.", "predict")
    if len(exercise.hints) < 2:
        yield error(f"found {len(exercise.hints)} hint(s); give at least two, from a nudge to nearly there.", "hints")
    if not exercise.mistakes:
        yield error("no known mistake; an exercise counts only when its checker knows at least one.", "mistakes")
    yield from _mistake_faults(exercise, error)
    yield from _starter_faults(exercise.starter, error)
    yield from _leaks(exercise, error)
    for index, source in enumerate(exercise.sources):
        if sources is not None and source not in sources:
            yield error(f"unknown source id {source!r}. {_nearest(source, sorted(sources))}", "sources", index)


def _answer_faults(answer: Answer, error: _Error) -> Iterator[ContentError]:
    numeric = answer.kind in ("number", "interval")
    if numeric and answer.tolerance is None:
        yield error("the key `tolerance` is missing: half the width of what is accepted, in the answer's unit.", "answer")
    elif numeric and answer.tolerance is not None:
        if not answer.tolerance > 0:
            yield error(f"found {answer.tolerance:g}; a tolerance is greater than 0.", "answer", "tolerance")
        elif answer.tolerance < 0.5 * 10**-answer.decimals * (1 - 1e-9):
            yield error(f"found {answer.tolerance:g}; with {answer.decimals} decimals a correctly rounded answer needs at least {0.5 * 10**-answer.decimals:g}.", "answer", "tolerance")
    if numeric:
        for key, there in (("options", answer.options), ("rows", answer.rows)):
            if there:
                yield error(f"the answer is a {answer.kind}; remove `{key}`.", "answer", key)
    elif answer.tolerance is not None:
        yield error(f"an answer of kind {answer.kind} has no tolerance; remove it.", "answer", "tolerance")
    if not numeric and len(answer.options) < 2:
        yield error("give at least two options.", "answer", "options")
    if (answer.kind == "match") != bool(answer.rows):
        yield error("`rows` belong to an answer of kind match, and only there.", "answer")
    for key, things in (("options", answer.options), ("rows", answer.rows)):
        ids = [thing.id for thing in things]
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield error(f"the id {name!r} is used twice.", "answer", key, index, "id")
    options = [option.id for option in answer.options]
    for index, row in enumerate(answer.rows):
        if row.answer not in options:
            yield error(f"no option is called {row.answer!r}. {_nearest(row.answer, options)}", "answer", "rows", index, "answer")
    if answer.kind == "match" and not (answer.passing and 1 <= answer.passing <= len(answer.rows)):
        yield error(f"`pass` says how many of the {len(answer.rows)} rows must agree: 1 to {len(answer.rows)}.", "answer")
    elif answer.kind != "match" and answer.passing is not None:
        yield error("`pass` belongs to an answer of kind match; remove it.", "answer", "pass")


def _mistake_faults(exercise: Exercise, error: _Error) -> Iterator[ContentError]:
    answer, options = exercise.answer, [option.id for option in exercise.answer.options]
    allowed = {"number": ("compute",), "interval": ("compute",), "choice": ("compute", "option"), "match": ("when",)}[answer.kind]
    ids = [mistake.id for mistake in exercise.mistakes]
    shown_by = [mistake.option for mistake in exercise.mistakes]
    for index, mistake in enumerate(exercise.mistakes):
        here = ("mistakes", index)
        if mistake.id in ids[:index]:
            yield error(f"the id {mistake.id!r} is used twice.", *here, "id")
        given = [key for key in ("compute", "option", "when") if getattr(mistake, key) is not None]
        if len(given) != 1 or given[0] not in allowed:
            yield error(f"found {' and '.join(given) or 'none'}; a mistake in an answer of kind {answer.kind} has exactly one of: {', '.join(allowed)}.", *here)
            continue
        named = mistake.option or (mistake.when.option if mistake.when else None)
        if named is not None and named not in options:
            yield error(f"no option is called {named!r}. {_nearest(named, options)}", *here, given[0])
        elif mistake.option and mistake.option in shown_by[:index]:
            yield error(f"the option {mistake.option!r} already shows another mistake; make them one.", *here, "option")
        elif mistake.when and answer.passing:
            rightly = sum(row.answer == named for row in answer.rows)
            if mistake.when.at_least > len(answer.rows):
                yield error(f"there are only {len(answer.rows)} rows; lower `at_least`.", *here, "when")
            elif mistake.when.at_least <= rightly + len(answer.rows) - answer.passing:
                yield error(
                    f"an answer that passes can still have {rightly + len(answer.rows) - answer.passing} rows with {named!r}; set `at_least` above that.", *here, "when"
                )


def _named_functions(exercise: Exercise) -> Iterator[tuple[str, tuple[str | int, ...], tuple[str, ...]]]:
    """(name, key, parameters) of every function `exercise` names."""
    if exercise.table:
        yield exercise.table, ("table",), ("book",)
    if exercise.compute:
        yield exercise.compute, ("compute",), ("book",)
    if exercise.truth:
        yield exercise.truth.compute, ("truth", "compute"), ("truth", "book")
    for index, mistake in enumerate(exercise.mistakes):
        if mistake.compute:
            yield mistake.compute, ("mistakes", index, "compute"), ("book",)


def _takes(function: Callable[..., Any], parts: tuple[str, ...]) -> bool:
    try:
        inspect.signature(function).bind(*parts)
    except TypeError:
        return False
    return True


def _starter_faults(starter: str, error: _Error) -> Iterator[ContentError]:
    try:
        ast.parse(starter)
    except SyntaxError as fault:
        yield error(f"not valid Python in its line {fault.lineno}: {fault.msg}.", "starter")
        return
    lines = [line for line in starter.splitlines() if line.strip()]
    if not lines or not re.match(r"answer = \.\.\.(\s*#.*)?$", lines[-1]):
        yield error("the starter ends with a line `answer = ...`, which the learner replaces.", "starter")


def _leaks(exercise: Exercise, error: _Error) -> Iterator[ContentError]:
    """Placeholders that would give the value away before it is earned, and unknown ones after."""
    before: list[tuple[str, tuple[str | int, ...]]] = [(exercise.question, ("question",)), (exercise.title, ("title",)), (exercise.starter, ("starter",))]
    before += [(exercise.predict, ("predict",))] if exercise.predict else []
    before += [(hint, ("hints", i)) for i, hint in enumerate(exercise.hints)]
    before += [(mistake.says, ("mistakes", i, "says")) for i, mistake in enumerate(exercise.mistakes)]
    for text, keys in before:
        if found := re.search(r"\{(value|truth|low|high|interval)\}", text):
            yield error(f"{found[0]} would give the answer away before it is earned; only `solution` and `truth.says` may hold it.", *keys)
    after = [(exercise.solution, ("solution",), ("value", "low", "high", "interval"))]
    after += [(exercise.truth.says, ("truth", "says"), ("value", "truth", "low", "high", "interval"))] if exercise.truth else []
    for text, keys, allowed in after:
        # A brace after a backslashed word is a formula's.
        for found in re.finditer(r"(?<![\\\w}^_])\{([a-z_]+)\}", re.sub(r"\$[^$]*\$", "", text)):
            if found[1] not in allowed:
                yield error(f"unknown placeholder {found[0]}; allowed here: {', '.join('{' + name + '}' for name in allowed)}.", *keys)
