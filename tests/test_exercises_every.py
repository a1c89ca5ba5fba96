"""What holds for every exercise of every module, on books that are served: nothing gives the value away, the right answer is right,
each known slip is named, and what is told afterwards is whole. What is particular to a module stands in its own file."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from rapport.exercises.checking import check, key, reveal
from rapport.exercises.model import Workbook, load
from rapport.exercises.serving import served, simulated
from rapport.i18n.numbers import number as number_text

ROOT = Path(__file__).parents[1]
MODULES = [path.stem for path in sorted((ROOT / "exercises").glob("*.yaml"))]
EVERY = [(module, exercise.id) for module in MODULES for exercise in load(module, ROOT)]
SORTING = [(module, name) for module, name in EVERY if load(module, ROOT).exercise(name).answer.kind == "match"]
each = pytest.mark.parametrize(("module", "name"), EVERY, ids=[f"{module[:2]}-{name}" for module, name in EVERY])
each_sorting = pytest.mark.parametrize(("module", "name"), SORTING, ids=[f"{module[:2]}-{name}" for module, name in SORTING])


@lru_cache(maxsize=None)
def workbook(module: str) -> Workbook:
    return load(module, ROOT)


@lru_cache(maxsize=None)
def books(module: str) -> list:
    return [simulated(workbook(module), seed) for seed in served(workbook(module), 3)]


@pytest.mark.parametrize("module", MODULES)
def test_every_id_that_asks_for_an_exercise_has_one(module):
    ideas = yaml.safe_load((ROOT / "data" / "coverage.yaml").read_text(encoding="utf-8"))["ids"]
    named = {source for exercise in workbook(module) for source in exercise.sources}
    assert named >= {row["id"] for row in ideas if module[:2] in row["modules"] and "exercise" in row["needs"] and "exercise" not in row.get("owed", {})}


@each
def test_no_sentence_gives_the_value_away_before_it_is_earned(module, name):
    exercise = workbook(module).exercise(name)
    sentences = [exercise.question, exercise.starter, exercise.predict or "", *exercise.hints, *(mistake.says for mistake in exercise.mistakes)]
    for book in books(module):
        value = key(workbook(module), exercise, book).value
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, float):
                assert not any(number_text(abs(number), exercise.answer.decimals) in sentence for sentence in sentences)


@each
def test_the_right_answer_is_right_and_each_slip_is_named(module, name):
    exercise = workbook(module).exercise(name)
    for book in books(module):
        this = key(workbook(module), exercise, book)
        assert check(this, this.value).outcome == "right"
        assert check(this, ...).outcome == "not_tried"
        for mistake, value in this.mistakes:
            value = {row.id: mistake.when.option for row in exercise.answer.rows} if value is None else value
            verdict = check(this, value)
            assert verdict.outcome == "mistake" and mistake.id in verdict.mistakes
            assert mistake.says.strip() in verdict.message and not verdict.after


@each
def test_what_is_told_after_an_answer_has_no_placeholder_left_and_no_unit_twice(module, name):
    told = " ".join(reveal(key(workbook(module), workbook(module).exercise(name), books(module)[0])))
    assert "{" not in told and "%%" not in told and "% %" not in told and "euro euro" not in told


@each_sorting
def test_a_sorting_passes_with_as_many_slips_as_it_allows_and_no_more(module, name):
    exercise = workbook(module).exercise(name)
    this, rows = key(workbook(module), exercise, books(module)[0]), exercise.answer.rows
    allowed = len(rows) - exercise.answer.passing

    def with_slips(count: int) -> dict:
        return this.value | {row.id: next(option.id for option in exercise.answer.options if option.id != row.answer) for row in rows[:count]}

    assert check(this, with_slips(allowed)).outcome == "right"
    assert check(this, with_slips(allowed + 1)).outcome != "right"


@each_sorting
def test_no_sorting_is_passed_by_one_answer_for_all_rows(module, name):
    answer = workbook(module).exercise(name).answer
    assert max(Counter(row.answer for row in answer.rows).values()) < answer.passing
