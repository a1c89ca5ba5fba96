"""The key of an exercise on one book, the verdict on an answer, and what is shown once it is earned or given up.
Everything is graded against the correct computation on the learner's own data."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rapport.content import ContentError
from rapport.exercises import units
from rapport.exercises.model import Answer, Exercise, Mistake, NoAnswer, Workbook
from rapport.exercises.reading import Unread, doubtful, read
from rapport.exercises.values import Estimate, Value, agrees, apart, real
from rapport.exercises.words import MARKS, WORDS, say
from rapport.i18n.numbers import quoted

OUTCOMES = ("right", "mistake", "wrong", "broke", "not_tried")


@dataclass(frozen=True)
class Key:
    """The right value, every known mistake and the planted truth of one exercise on one book.

    Attributes
    ----------
    value : float, (float, float), str or dict
        By kind: number, interval, option id, or row ids with their options.
    interval : (float, float) or None
        Interval of a number that was computed as an `Estimate`.
    mistakes : tuple of (Mistake, value or None)
        None for a pattern of matched rows, which has no single value.
    truth : value or None
    """

    exercise: Exercise
    value: Value
    interval: tuple[float, float] | None
    mistakes: tuple[tuple[Mistake, Value | None], ...]
    truth: Value | None


@dataclass(frozen=True)
class Verdict:
    """What came of checking an answer.

    Attributes
    ----------
    outcome : str
        ``right``, ``mistake``, ``wrong``, ``broke`` or ``not_tried``.
    message : str
        Sentences for the learner (Markdown); gives no value away before it is earned.
    title : str
        Title of the exercise.
    mistakes : tuple of str
        Ids of the known mistakes recognised.
    after : tuple of str
        Paragraphs shown once the answer is earned: value, planted truth, interval, own error, earlier guess, solution.
    """

    outcome: str
    message: str
    title: str
    mistakes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([f"{MARKS[self.outcome]} {WORDS[self.outcome]} · {self.title}", self.message, *self.after])

    def _repr_html_(self) -> str:
        from markupsafe import escape

        from rapport.markdown import inline, to_html

        head = f'<p class="verdict-head"><strong>{escape(MARKS[self.outcome])} {escape(WORDS[self.outcome])}</strong> · {inline(self.title)}</p>'
        return f'<div class="verdict verdict-{self.outcome}">{head}\n{"".join(to_html(part) for part in (self.message, *self.after))}</div>'


def key(definition: Workbook, exercise: Exercise, simulated: Any) -> Key:
    """The key of `exercise` on a simulated book.

    Raises
    ------
    NoAnswer
        When a value is not finite on this book.
    ContentError
        When a function fails or returns something else than the exercise asks for.
    """
    return keyed(exercise, known(definition, exercise, simulated.book), planted_truth(definition, exercise, simulated))


def keyed(exercise: Exercise, found: Numbers, truth: Value | None) -> Key:
    """The key of `exercise` from what `known` and `planted_truth` have said of it, which is in no language."""
    return Key(exercise, found.value, found.interval, tuple(zip(exercise.mistakes, found.mistakes, strict=True)), truth)


class Numbers(NamedTuple):
    """All that an answer is compared with, in no language: right value, its interval, and a value for each known mistake."""

    value: Value
    interval: tuple[float, float] | None
    mistakes: tuple[Value | None, ...]


def known(definition: Workbook, exercise: Exercise, book: Any) -> Numbers:
    """What the functions of an exercise find on a book.

    Raises
    ------
    NoAnswer, ContentError
        As `key`.
    """
    interval = None
    if exercise.answer.kind == "match":
        value: Value = {row.id: row.answer for row in exercise.answer.rows}
    else:
        raw = definition.run(exercise.compute or "", book)
        value = _value(definition, exercise, exercise.compute or "", raw)
        if isinstance(raw, Estimate) and exercise.answer.kind == "number":
            interval = _ends(definition, exercise.compute or "", raw)
    return Numbers(value, interval, tuple(_mistaken(definition, exercise, mistake, book) for mistake in exercise.mistakes))


def planted_truth(definition: Workbook, exercise: Exercise, simulated: Any) -> Value | None:
    """The planted truth of an exercise on a simulated book, or None where it has none; errors as `key`."""
    if not exercise.truth:
        return None
    raw = definition.run(exercise.truth.compute, simulated.truth, simulated.book)
    # An interval's planted truth may be the one number it should contain.
    kind = "number" if exercise.answer.kind == "interval" and not isinstance(raw, tuple | list) else exercise.answer.kind
    return _value(definition, exercise, exercise.truth.compute, raw, kind)


def _mistaken(definition: Workbook, exercise: Exercise, mistake: Mistake, book: Any) -> Value | None:
    if mistake.compute:
        return _value(definition, exercise, mistake.compute, definition.run(mistake.compute, book))
    return mistake.option


def _value(definition: Workbook, exercise: Exercise, function: str, raw: Any, kind: str | None = None) -> Value:
    kind, path = kind or exercise.answer.kind, definition.path.with_suffix(".py")
    if kind == "number":
        return _finite(raw.value if isinstance(raw, Estimate) else raw, function, definition)
    if kind == "interval":
        return _ends(definition, function, raw)
    if kind == "choice" and raw in (options := [option.id for option in exercise.answer.options]):
        return str(raw)
    if kind == "choice":
        raise ContentError(f"{function} returned {raw!r}; it must return one of the option ids {', '.join(options)}.", path)
    raise ContentError(f"{function} returned {raw!r} where the exercise asks for a {kind}.", path)


def _ends(definition: Workbook, function: str, raw: Any) -> tuple[float, float]:
    ends = (raw.low, raw.high) if isinstance(raw, Estimate) else tuple(raw) if isinstance(raw, tuple | list) else ()
    if len(ends) != 2:
        raise ContentError(f"{function} returned {raw!r}; an interval is (low, high) or an Estimate.", definition.path.with_suffix(".py"))
    low, high = (_finite(end, function, definition) for end in ends)
    return (low, high) if low <= high else (high, low)


def _finite(raw: Any, function: str, definition: Workbook) -> float:
    if (number := real(raw)) is not None:
        return number
    path = definition.path.with_suffix(".py")
    if isinstance(raw, str | bool) or not hasattr(raw, "__float__") or math.isfinite(_float(raw)):
        raise ContentError(f"{function} returned {raw!r}; it must return a number.", path)
    raise NoAnswer(f"{function} returned {raw!r}, which is no finite number; this book has no answer.", path)


def _float(raw: Any) -> float:
    try:
        return float(raw)
    except (TypeError, ValueError):
        return 0.0


@dataclass(frozen=True)
class Clash:
    """Two values of one exercise that lie too near to tell apart on a book (``right`` is the right value)."""

    exercise: str
    first: str
    second: str


def clashes(definition: Workbook, simulated: Any, find: Callable[[Exercise], Numbers] | None = None) -> list[Clash]:
    """Pairs among the right value and all known mistakes that lie within two tolerances, over all exercises.

    `find` says what the functions of an exercise find on that book, where somebody has kept it (default: `known`).
    A value that is not finite makes the right value clash with itself.
    """
    found: list[Clash] = []
    for exercise in definition:
        try:
            right, _, mistakes = find(exercise) if find else known(definition, exercise, simulated.book)
        except NoAnswer:
            found.append(Clash(exercise.id, "right", "right"))
            continue
        named = [("right", right), *((mistake.id, value) for mistake, value in zip(exercise.mistakes, mistakes, strict=True) if value is not None)]
        for i, (first, one) in enumerate(named):
            found += [Clash(exercise.id, first, second) for second, other in named[i + 1 :] if not apart(one, other, exercise.answer.tolerance or 0)]
    return found


def check(this: Key, raw: Any, prediction: Any = None) -> Verdict:
    """The verdict on what a learner gave.

    Parameters
    ----------
    this : Key
        The key on the learner's own book.
    raw : object
        The answer: a number, a pair, an option id, a dictionary of rows, a text of these, or a function without parameters.
    prediction : value, optional
        The guess made before computing, shown back once the answer is right.
    """
    exercise, answer = this.exercise, this.exercise.answer
    given = read(raw, answer)
    if isinstance(given, Unread):
        return Verdict(given.outcome, given.message, exercise.title)
    if _passes(this, given):
        return Verdict("right", say("right_says"), exercise.title, after=reveal(this, given, prediction))
    if slips := [mistake for mistake, value in this.mistakes if _shows(answer, mistake, value, given)]:
        return Verdict("mistake", "\n\n".join([slip_text([mistake.says for mistake in slips]), *_as_read(raw)]), exercise.title, tuple(mistake.id for mistake in slips))
    return Verdict("wrong", "\n\n".join([_wrong(this, given), *_as_read(raw)]), exercise.title)


def _as_read(raw: Any) -> list[str]:
    """How separators of a typed answer were read, where they could have been read otherwise."""
    typed = [each for each in (raw if isinstance(raw, tuple | list) else (raw,)) if isinstance(each, str)]
    return [say(key, text=each.strip()) for each in typed if (key := doubtful(each))]


def _passes(this: Key, given: Value) -> bool:
    if isinstance(this.value, dict):
        return _matched(this.value, given) >= (this.exercise.answer.passing or 0)
    return agrees(given, this.value, this.exercise.answer.tolerance or 0)


def _matched(rows: dict[str, str], given: Value) -> int:
    return sum(given.get(row) == option for row, option in rows.items()) if isinstance(given, dict) else 0


def _shows(answer: Answer, mistake: Mistake, value: Value | None, given: Value) -> bool:
    if mistake.when and isinstance(given, dict):
        return sum(option == mistake.when.option for option in given.values()) >= mistake.when.at_least
    return value is not None and agrees(given, value, answer.tolerance or 0)


def slip_text(says: Sequence[str]) -> str:
    """What is said for the known mistakes an answer shows: the sentence, or all of them when data cannot tell them apart."""
    sentences = [sentence.strip() for sentence in says]
    return sentences[0] if len(sentences) == 1 else "\n\n".join([say("several_says", count=len(sentences)), *sentences])


def asks_percent(this: Key) -> bool:
    """Whether an answer between −1 and 1 is surely a share where per cent is asked for."""
    numbers = this.value if isinstance(this.value, tuple) else (this.value,)
    return this.exercise.answer.unit == "%" and all(isinstance(n, float) and abs(n) > 2 for n in numbers)


def _wrong(this: Key, given: Value) -> str:
    if isinstance(this.value, dict):
        return say("match_says", right=_matched(this.value, given), total=len(this.value), passing=this.exercise.answer.passing)
    numbers = given if isinstance(given, tuple) else (given,)
    if asks_percent(this) and all(abs(n) <= 1 for n in numbers):  # type: ignore[arg-type]
        return say("fraction_says", percent="12.5", share="0.125")
    return say("wrong_says")


# ---- after it is earned or given up -----------------------------------------------------------------------------


def value_text(answer: Answer, value: Value) -> str:
    """`value` as a reader sees it: rounded, with its unit; the text of an option."""
    if isinstance(value, tuple):
        return units.written_range(*value, answer.decimals, answer.unit, WORDS["range"])
    if isinstance(value, str):
        return quoted(answer.option_text(value)) if answer.options else value
    if isinstance(value, dict):
        texts = {row.id: row.text for row in answer.rows}
        return "; ".join(f"{texts[row]}: {answer.option_text(option)}" for row, option in value.items())
    return units.written(value, answer.decimals, answer.unit)


def filled(text: str, this: Key) -> str:
    """`text` with ``{value}``, ``{truth}``, ``{low}``, ``{high}`` and ``{interval}`` filled in from the key."""
    answer = this.exercise.answer
    ends = this.value if isinstance(this.value, tuple) else this.interval
    parts = {"value": this.value, "truth": this.truth} | (dict(zip(("low", "high", "interval"), (*ends, ends))) if ends else {})
    for name, part in parts.items():
        if part is not None and f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", value_text(answer, part))
    return text.strip()


def planted(this: Key) -> list[str]:
    """Paragraphs on the right value, the planted truth and the interval: the same for every learner on this book."""
    answer, exercise = this.exercise.answer, this.exercise
    if answer.kind == "match":
        return ["\n".join(f"- {row.text.strip()} → {answer.option_text(row.answer)}" for row in answer.rows)]
    interval = this.interval
    first = say("value_interval", value=value_text(answer, this.value), interval=value_text(answer, interval)) if interval else say("value", value=value_text(answer, this.value))
    truth = [filled(exercise.truth.says, this)] if exercise.truth else []
    ends = interval or (this.value if isinstance(this.value, tuple) else None)
    if ends and isinstance(this.truth, float):
        truth.append(say("holds" if ends[0] <= this.truth <= ends[1] else "misses"))
    return [first, " ".join(truth)] if truth else [first]


def reveal(this: Key, given: Value | None = None, prediction: Any = None) -> tuple[str, ...]:
    """Everything shown once the answer is earned or given up, as Markdown paragraphs."""
    answer = this.exercise.answer
    paragraphs = planted(this)
    if isinstance(given, float) and isinstance(this.truth, float):
        paragraphs.append(say("error", distance=_distance(given - this.truth, answer)))
    if prediction is not None:
        paragraphs.append(_guess(this, prediction))
    return (*paragraphs, filled(this.exercise.solution, this))


def _guess(this: Key, prediction: Any) -> str:
    answer, value = this.exercise.answer, this.value
    if isinstance(value, str):
        return say("guess_same" if prediction == value else "guess_other", guess=value_text(answer, str(prediction)))
    guess = value_text(answer, float(prediction))
    if isinstance(value, tuple):
        return say("guess_inside" if value[0] <= float(prediction) <= value[1] else "guess_outside", guess=guess)
    return say("guess", guess=guess, distance=_distance(float(prediction) - value, answer))  # type: ignore[operator, arg-type]


def _distance(gap: float, answer: Answer) -> str:
    return units.written(abs(gap), answer.decimals, units.of_distance(answer.unit))
