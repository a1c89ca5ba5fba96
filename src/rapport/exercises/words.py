"""The machinery's own sentences around an exercise, in one place for the notebook and the page.
What is particular to an exercise (question, hints, mistake sentences) is written in its YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rapport.exercises import units
from rapport.i18n.numbers import number
from rapport.i18n.words import Words

if TYPE_CHECKING:
    from rapport.exercises.model import Exercise

# A key is stable; the page receives this table with the exercise, so the browser holds no sentences of its own.
WORDS: Final = Words(__file__, {
    # outcomes
    "right": "Right",
    "mistake": "A known slip",
    "wrong": "Not yet",
    "broke": "Could not be read",
    "not_tried": "Not tried yet",
    "right_says": "That agrees with the data you were given.",
    "wrong_says": "This does not agree with the data you were given, and it is no slip we know. A hint may help.",
    "several_says": "On this data {count} known slips come out alike; one of them may be yours.",
    "match_says": "{right} of {total} rows agree; {passing} are needed.",
    "not_tried_says": "Nothing to check yet.",
    "fraction_says": "This answer is asked for in per cent. If yours is a share, write {percent} for {share}.",
    # reading an answer
    "not_a_number": "“{text}” is not a number. Write digits, such as {example} or −3.",
    "ambiguous": "“{text}” can be read in two ways. Write it without a thousands separator, such as {example}.",
    "thousands_read": "In “{text}” the sign between the digits was taken for one that parts thousands.",
    "decimals_read": "In “{text}” the sign between the digits was taken for the decimal mark.",
    "comma_in_code": "In code a comma makes two numbers of one. Write a point before the decimals, or put the number in quotation marks: \"{example}\".",
    "wrong_unit": "“{text}” carries something other than the unit asked for ({unit}). Write the number alone.",
    "two_numbers": "An interval has two ends; give both, the lower first.",
    "function_stopped": "Your function stopped with {error}. Call it yourself first and look at what it returns.",
    "one_number": "One number is asked for, and this is a {kind}.",
    "one_number_of": "One number is asked for, and this is a {kind}. Take the one number out of it, for instance with .item(), .mean() or .loc[…].",
    "not_true_false": "True or False is no number here. A share is the mean of such a column.",
    "no_finite": "This came out as {value}. Something was divided by zero or is missing: look at the numbers before the last step.",
    "this_is": "This is a {kind}.",
    "found_values": ("Found {n} value.", "Found {n} values."),
    "one_option": "One option is asked for, as text: {options}. This is a {kind}.",
    "no_option": "“{text}” is no option here. The options are {options}.",
    "a_dictionary": "A dictionary is asked for that gives each row an option, such as {example}. This is a {kind}.",
    "no_row": "{row} is no row here. The rows are {rows}.",
    "in_row": "In row {row}: {says}",
    "plain_number": "a plain number",
    "quoted": "“{text}”",
    # the form of an answer
    "options_are": "Options:",
    "rows_are": "Rows:",
    "match_rows": "Give each row one of these; {passing} of {count} must agree:",
    "ask_number": "A number",
    "ask_interval": "An interval, as `(low, high)`,",
    "ask_ends": "The two ends of an interval",
    "no_decimals": "with no decimals",
    "decimals": ("with {n} decimal", "with {n} decimals"),
    "in_unit": "in {unit}",
    "in_percent": "in per cent ({eighth} for an eighth)",
    # the workbook's own replies
    "your_book": ("{n} exercise of {module}, about {minutes} minutes; your book is draw {seed}.", "{n} exercises of {module}, about {minutes} minutes; your book is draw {seed}."),
    "in_minutes": "{n} minutes",
    "first_five": "book.{table}: {rows} rows, {columns} columns; the first five",
    "all_hints": "You have seen all {count} hints. After an attempt, `workbook.solution({name})` shows the solution.",
    "one_hint": "Hint {number} of {total}: {hint}",
    "expect": "Before you compute: what do you expect?",
    "dots": "{asked} Put your guess in place of the dots.",
    "guess_broke": "Your guess could not be read: {says}",
    "no_guess": "This exercise takes no guess.",
    "guess_stays": "Your guess stays the one you made before your first attempt.",
    "guess_noted": "Your guess is kept. You will see it again when you have the answer.",
    "no_seed": "found the seed {seed}; a seed is a whole number, 0 or greater.",
    "no_exercise": "no exercise is called {name}.",
    "no_module": "no exercises for the module {name}.",
    "did_you_mean": "Did you mean {name}?",
    "there_are": "There are: {names}.",
    "there_are_none": "There are none yet.",
    "try_first": "Try once first, even with a rough answer: a solution says more after that. `workbook.hint({name})` may help.",
    # the workbook
    "workbook": "Workbook: measure it yourself",
    "workbook_count": ("{n} exercise, about {minutes} minutes.", "{n} exercises, about {minutes} minutes."),
    "workbook_yours": "The customers are simulated, and the book below is yours alone: another learner has other customers and other right answers.",
    "workbook_how": "For each exercise: make a guess, look at the data, replace the dots in `answer = ...`, run the cell. A wrong answer costs nothing; where the slip is a known one, you are told which. Hints come one at a time with `workbook.hint(\"…\")`.",
    "once_more": "Once more, with other customers",
    "once_more_says": "Take the hash away and run the cell below, then begin again from the first exercise. The questions stay, the customers and the right answers are new.",
    "table_says": "the counts you can work it out from by hand",
    "hint_says": "the next hint",
    "solution_says": "after an attempt",
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
})  # fmt: skip

MARKS: Final[dict[str, str]] = {"right": "✓", "mistake": "≈", "wrong": "✗", "broke": "!", "not_tried": "…"}


say = WORDS.say


def asked(exercise: Exercise, *, code: bool = True) -> list[str]:
    """Markdown on the form of the answer: unit and decimals, the options, the rows to match; for `code` or for fields."""
    answer = exercise.answer
    options = "\n".join(f"- `{option.id}`: {option.text.strip()}" for option in answer.options)
    if answer.kind == "choice":
        return [f"{WORDS['options_are']}\n\n{options}"]
    if answer.kind == "match":
        rows = "\n".join(f"- `{row.id}`: {row.text.strip()}" for row in answer.rows)
        return [f"{WORDS['rows_are']}\n\n{rows}", f"{say('match_rows', passing=answer.passing, count=len(answer.rows))}\n\n{options}"]
    what = WORDS["ask_number"] if answer.kind == "number" else WORDS["ask_interval" if code else "ask_ends"]
    places = say("decimals", n=answer.decimals) if answer.decimals else WORDS["no_decimals"]
    # In code a number is written as Python reads it, in a field as the reader writes it.
    unit = say("in_percent", eighth="12.5" if code else number(12.5, 1)) if answer.unit == "%" else say("in_unit", unit=units.name(answer.unit)) if answer.unit else ""
    return [f"*{what} {places}{f', {unit}' if unit else ''}.*"]
