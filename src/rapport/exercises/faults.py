"""What can be wrong in an exercise although its YAML has the right shape: one function for each kind of fault.
Each yields a `ContentError` at the line of the key, with what was found and what is allowed."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rapport.content import ContentError
from rapport.exercises import units
from rapport.exercises.words import WORDS, say

if TYPE_CHECKING:
    from rapport.exercises.model import Answer, Exercise


def nearest(name: str, known: list[str]) -> str:
    """The known name that `name` was probably meant to be, else all of them."""
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return say("did_you_mean", name=repr(close[0]))
    return say("there_are", names=", ".join(map(repr, known))) if known else WORDS["there_are_none"]


Fault = Callable[..., ContentError]


def faults(exercise: Exercise, functions: Mapping[str, Callable[..., Any]], sources: Collection[str] | None, error: Fault) -> Iterator[ContentError]:
    """Every fault in `exercise`; ``error(problem, *keys)`` makes one at a key inside it."""
    kind = exercise.answer.kind
    yield from _answer_faults(exercise.answer, error)
    for name, keys, parts in _named_functions(exercise):
        if name not in functions:
            yield error(f"no function is called {name!r} in the Python file beside it. {nearest(name, sorted(functions))}", *keys)
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
            yield error(f"unknown source id {source!r}. {nearest(source, sorted(sources))}", "sources", index)


def _answer_faults(answer: Answer, error: Fault) -> Iterator[ContentError]:
    numeric = answer.kind in ("number", "interval")
    if answer.unit not in units.KNOWN:
        known = ", ".join(map(repr, units.KNOWN))
        yield error(f"no unit is called {answer.unit!r}; units are {known}. Use one of them, or add its singular and plural in exercises/units.py.", "answer", "unit")
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
            yield error(f"no option is called {row.answer!r}. {nearest(row.answer, options)}", "answer", "rows", index, "answer")
    if answer.kind == "match" and not (answer.passing and 1 <= answer.passing <= len(answer.rows)):
        yield error(f"`pass` says how many of the {len(answer.rows)} rows must agree: 1 to {len(answer.rows)}.", "answer")
    elif answer.kind != "match" and answer.passing is not None:
        yield error("`pass` belongs to an answer of kind match; remove it.", "answer", "pass")


def _mistake_faults(exercise: Exercise, error: Fault) -> Iterator[ContentError]:
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
            yield error(f"no option is called {named!r}. {nearest(named, options)}", *here, given[0])
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


def _starter_faults(starter: str, error: Fault) -> Iterator[ContentError]:
    try:
        ast.parse(starter)
    except SyntaxError as fault:
        yield error(f"not valid Python in its line {fault.lineno}: {fault.msg}.", "starter")
        return
    lines = [line for line in starter.splitlines() if line.strip()]
    if not lines or not re.match(r"answer = \.\.\.(\s*#.*)?$", lines[-1]):
        yield error("the starter ends with a line `answer = ...`, which the learner replaces.", "starter")


def _leaks(exercise: Exercise, error: Fault) -> Iterator[ContentError]:
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
