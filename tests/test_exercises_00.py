"""The exercises of module 00 on their book of guesses: each number can be worked out by hand from its table, each known slip
is named, nothing gives the value away, and the planted truth lies where the interval says."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from rapport.exercises.checking import key
from rapport.exercises.model import load
from rapport.exercises.serving import served
from rapport.exercises.values import agrees
from rapport.simulation import PRESETS, simulate

ROOT = Path(__file__).parents[1]
WORKBOOK = load("00_start_here", ROOT)
NAMES = [exercise.id for exercise in WORKBOOK]
ON_DATA = [exercise.id for exercise in WORKBOOK if exercise.compute]


@pytest.fixture(scope="module")
def books():
    return [WORKBOOK.simulate(seed) for seed in served(WORKBOOK, 3)]


@pytest.fixture(scope="module")
def many():
    return [simulate(PRESETS["incidents"], seed) for seed in range(300, 340)]


# ---- declarations -----------------------------------------------------------------------------------------------


def test_the_exercises_serve_four_outcomes_and_four_of_them_are_not_about_numbers():
    assert Counter(exercise.answer.kind for exercise in WORKBOOK) == Counter(number=4, choice=1, match=4)
    assert {exercise.outcome for exercise in WORKBOOK} == {1, 2, 3, 4}  # the goal, 5, is written and reviewed


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ON_DATA])
def test_each_option_of_a_sorting_is_right_at_least_twice_and_over_used_options_are_named(name):
    answer = WORKBOOK.exercise(name).answer
    assert min(Counter(row.answer for row in answer.rows).values()) >= 2
    assert {mistake.when.option for mistake in WORKBOOK.exercise(name).mistakes} == {option.id for option in answer.options}


# ---- by hand, from the small table alone ------------------------------------------------------------------------


def hand_twenty_incidents(t):
    return sum((k / 10 - (yes == "yes")) ** 2 for _, k, yes in t.itertuples(index=False)) / len(t)


def hand_confidence_gap(t):
    sure, n, right = (t[column] for column in t)
    return (sure * n).sum() / n.sum() - 100 * right.sum() / n.sum()


def hand_whose_numbers(t):
    paid = Counter()
    for colleague, sure, n, right in t.itertuples(index=False):
        paid[colleague] += right * (1 - sure / 100) ** 2 + (n - right) * (sure / 100) ** 2
    return {"first impression": "first_impression", "number's prefix": "prefix", "always says 50%": "always_half"}[min(paid, key=paid.get)]


def hand_one_question(t):
    share = dict(zip(t["colleague"], 100 * t["of these right"] / t["guesses"]))
    return share["asks one question"] - share["number's prefix"]


def hand_accent_gap(t):
    total = 0.0
    for _, rows in t.groupby("line"):
        share = dict(zip(rows["accent noted"], 100 * rows["wanted it in writing"] / rows["callers"]))
        total += rows["callers"].sum() / t["callers"].sum() * (share["yes"] - share["no"])
    return total


@pytest.mark.parametrize("name", ON_DATA)
def test_a_reader_without_python_can_work_it_out_from_the_small_table(name, books):
    exercise = WORKBOOK.exercise(name)
    for simulated in books:
        table = WORKBOOK.run(exercise.table, simulated.book)
        assert isinstance(table, pd.DataFrame) and len(table) <= 20
        assert agrees(globals()[f"hand_{name}"](table), key(WORKBOOK, exercise, simulated).value, exercise.answer.tolerance or 0)


# ---- over many draws --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ON_DATA if name != "whose_numbers"])
def test_the_interval_holds_the_planted_truth_about_as_often_as_it_says(name, many):
    exercise = WORKBOOK.exercise(name)
    held, above = [], []
    for each in many:
        estimate = WORKBOOK.run(exercise.compute, each.book)
        truth = WORKBOOK.run(exercise.truth.compute, each.truth, each.book)
        held.append(estimate.low <= truth <= estimate.high)
        above.append((estimate.value - truth) / ((estimate.high - estimate.low) / 2 / 1.96))
    assert sum(held) >= 33, f"{sum(held)} of {len(held)}"
    assert abs(sum(above) / len(above)) < 3.3 / math.sqrt(len(above))


def test_whoever_says_one_half_is_found_and_planted_to_serve_best_of_those_who_do_not_ask(many):
    functions = WORKBOOK.functions
    assert {functions["whose_numbers"](each.book) for each in many} == {"always_half"}
    assert {functions["whose_numbers_truth"](each.truth, each.book) for each in many} == {"always_half"}


def test_the_answers_differ_between_learners(many):
    for name in set(ON_DATA) - {"whose_numbers"}:
        assert len({str(WORKBOOK.run(WORKBOOK.exercise(name).compute, each.book)) for each in many}) >= 30, name
