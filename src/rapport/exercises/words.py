"""The machinery's own sentences around an exercise, in one place for the notebook and the page.
What is particular to an exercise (question, hints, mistake sentences) is written in its YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rapport.exercises.model import Exercise

# A key is stable; the page receives this table with the exercise, so the browser holds no sentences of its own.
WORDS: Final[dict[str, str]] = {
    # outcomes
    "right": "Right",
    "mistake": "A known slip",
    "wrong": "Not yet",
    "broke": "Could not be read",
    "not_tried": "Not tried yet",
    "points": "percentage points",
    "right_says": "That agrees with the data you were given.",
    "wrong_says": "This does not agree with the data you were given, and it is no slip we know. A hint may help.",
    "several_says": "On this data {count} known slips come out alike; one of them may be yours.",
    "match_says": "{right} of {total} rows agree; {passing} are needed.",
    "not_tried_says": "Nothing to check yet.",
    "fraction_says": "This answer is asked for in per cent. If yours is a share, write 12.5 for 0.125.",
    # reading an answer
    "not_a_number": "“{text}” is not a number. Write digits, such as 1234.5 or −3.",
    "ambiguous": "“{text}” can be read in two ways. Write it without a thousands separator, and a point before the decimals.",
    "wrong_unit": "“{text}” carries something other than the unit asked for ({unit}). Write the number alone.",
    "two_numbers": "An interval has two ends; give both, the lower first.",
    # after it is earned or given up
    "value": "On your data the answer is {value}.",
    "value_interval": "On your data the answer is {value}, with an interval of {interval}.",
    "holds": "That interval contains the planted value.",
    "misses": "That interval misses the planted value; an honest interval does so now and then.",
    "error": "Your answer lies {distance} from the planted value.",
    "guess": "Before computing you said {guess}: {distance} from the answer.",
    "guess_same": "Before computing you said {guess}: the same answer.",
    "guess_other": "Before computing you said {guess}: another answer.",
    "guess_inside": "Before computing you said {guess}, which lies inside the interval.",
    "guess_outside": "Before computing you said {guess}, which lies outside the interval.",
    "range": "{low} to {high}",
    # the page
    "check": "Check",
    "your_answer": "Your answer",
    "lower": "Lower end",
    "upper": "Upper end",
    "first_guess": "Your guess before computing",
    "keep_guess": "Keep my guess",
    "guess_kept": "Your guess: {guess}. You will see it again afterwards.",
    "choose": "Choose…",
    "show_solution": "Show the solution",
    "another": "Another draw",
    "draw": "Draw {number} of {total}",
    "new_draw": "New draw: the same question on other customers.",
    "solution": "Solution",
    "attempts": "Attempts on this draw: {count}",
    "minutes": "About {count} minutes",
    "hint": "Hint {number} of {total}",
    "row_answer": "Choose for: {row}",
    "offline": "To answer here the page needs JavaScript. The workbook exercises/{module}.ipynb asks the same.",
    "unkept": "Your browser keeps nothing here, so attempts are forgotten when you reload the page.",
}

MARKS: Final[dict[str, str]] = {"right": "✓", "mistake": "≈", "wrong": "✗", "broke": "!", "not_tried": "…"}


def say(key: str, **parts: object) -> str:
    """The sentence of `key` with its ``{parts}`` filled in."""
    text = WORDS[key]
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", str(part))
    return text


def asked(exercise: Exercise, *, code: bool = True) -> list[str]:
    """Markdown on the form of the answer: unit and decimals, the options, the rows to match; for `code` or for fields."""
    answer = exercise.answer
    options = "\n".join(f"- `{option.id}`: {option.text.strip()}" for option in answer.options)
    if answer.kind == "choice":
        return [f"Options:\n\n{options}"]
    if answer.kind == "match":
        rows = "\n".join(f"- `{row.id}`: {row.text.strip()}" for row in answer.rows)
        return [f"Rows:\n\n{rows}", f"Give each row one of these; {answer.passing} of {len(answer.rows)} must agree:\n\n{options}"]
    interval = "An interval, as `(low, high)`," if code else "The two ends of an interval"
    what = "A number" if answer.kind == "number" else interval
    places = "no decimals" if not answer.decimals else f"{answer.decimals} decimal{'s' if answer.decimals > 1 else ''}"
    unit = "per cent (12.5 for an eighth)" if answer.unit == "%" else answer.unit
    return [f"*{what} with {places}{f', in {unit}' if unit else ''}.*"]
