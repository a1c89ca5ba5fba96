"""The exercises of module 13 on the measuring book: each slip is named, each number can be had from its small table,
and what was planted lies where the intervals say. The book itself: same seed same bytes, and naive answers go wrong as taught."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest

from rapport.content import ContentError
from rapport.exercises.checking import key
from rapport.exercises.model import load
from rapport.exercises.serving import served
from rapport.exercises.values import agrees
from rapport.metrics import InvalidComparison, nps, vignette_comparison
from rapport.simulation import PRESETS, describe_columns, simulate, write_book

ROOT = Path(__file__).parents[1]
WORKBOOK = load("13_measuring_fairly", ROOT)
NAMES = [exercise.id for exercise in WORKBOOK]
COMPUTED = [exercise.id for exercise in WORKBOOK if exercise.compute]
VIGNETTES = ["vignette_1", "vignette_2", "vignette_3"]


@pytest.fixture(scope="module")
def books():
    return [WORKBOOK.simulate(seed) for seed in served(WORKBOOK, 3)]


@pytest.fixture(scope="module")
def many():
    return [simulate(PRESETS["measuring"], seed) for seed in range(300, 340)]


# ---- the exercises ----------------------------------------------------------------------------------------------


def test_numbers_are_not_everything():
    kinds = Counter(exercise.answer.kind for exercise in WORKBOOK)
    assert kinds >= Counter(match=4, number=6, interval=1, choice=1)
    assert {exercise.outcome for exercise in WORKBOOK} == {1, 2, 3, 4, 5, 6}


def test_the_cards_need_every_cure_twice():
    assert set(Counter(row.answer for row in WORKBOOK.exercise("mistake_cards").answer.rows).values()) == {2}
    assert set(Counter(row.answer for row in WORKBOOK.exercise("seven_strategies").answer.rows).values()) == {1}


# ---- by hand, from the small table alone ------------------------------------------------------------------------


def hand_three_answers(t):
    there, left, *_ = t["number"]
    return 100 * (1 - left / there)


def hand_nps_interval(t):
    up, middle, down, _ = t["customers"]
    n = up + middle + down
    p, d = up / n, down / n
    half = 1.96 * math.sqrt((p + d - (p - d) ** 2) / n)
    return 100 * (p - d - half), 100 * (p - d + half)


def hand_behind_the_score(t):
    lowest = t.nsmallest(2, "NPS, raw")
    return "market_" + lowest.loc[lowest["reopened, % of solved"].idxmax(), "market"].lower()


def hand_anchored_gap(t):
    enough = t[t["answers"] >= 100]
    anchored = enough["own rating, mean"] - enough["the three cases, mean"]
    return anchored.max() - anchored[enough["NPS, raw"].idxmax()]


def hand_form_effect(t):
    score = 100 * (t["9 or 10"] - t["0 to 6"]) / t["answers"]
    return score[0] - score[1]


def hand_same_fault(t):
    each = t["paid in all, €"] / t["units failed"]
    return each[0] - each[1]


def hand_first_signal(t):
    p = t["reopened"][0] / t["solved"][0]
    for week, solved, reopened, _ in t[1:].itertuples(index=False):
        if abs(reopened / solved - p) > 3 * math.sqrt(p * (1 - p) / solved):
            return float(week)


def hand_stay_or_praise(t):
    rate = t["renewed"] / t["customers"]
    return 100 * (rate[0] - rate[1])


@pytest.mark.parametrize("name", COMPUTED)
def test_a_reader_without_python_can_work_it_out_from_the_small_table(name, books):
    exercise = WORKBOOK.exercise(name)
    for simulated in books:
        table = WORKBOOK.run(exercise.table, simulated.book)
        assert isinstance(table, pd.DataFrame) and len(table) <= 21
        assert agrees(globals()[f"hand_{name}"](table), key(WORKBOOK, exercise, simulated).value, exercise.answer.tolerance or 0)


# ---- over many draws --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in COMPUTED if name not in ("behind_the_score", "first_signal")])
def test_the_interval_holds_the_planted_truth_about_as_often_as_it_says(name, many):
    exercise = WORKBOOK.exercise(name)
    held, above = 0, 0.0
    for each in many:
        estimate = WORKBOOK.run(exercise.compute, each.book)
        truth = WORKBOOK.run(exercise.truth.compute, each.truth, each.book)
        held += estimate.low <= truth <= estimate.high
        above += (estimate.value - truth) / ((estimate.high - estimate.low) / 2 / 1.96)
    assert held >= 33, f"{held} of {len(many)}"
    assert abs(above / len(many)) < 3.3 / math.sqrt(len(many))


def test_market_and_week_found_are_nearly_always_the_planted_ones(many):
    for name in ("behind_the_score", "first_signal"):
        right = sum(WORKBOOK.functions[name](each.book) == WORKBOOK.functions[f"{name}_truth"](each.truth, each.book) for each in many)
        assert right >= 36, f"{name}: {right}"


def test_the_answers_differ_between_learners(many):
    for name in COMPUTED:
        values = {str(WORKBOOK.run(WORKBOOK.exercise(name).compute, each.book)) for each in many}
        assert len(values) >= (4 if name in ("behind_the_score", "first_signal") else 35), name


# ---- the book ---------------------------------------------------------------------------------------------------


def test_same_seed_same_bytes(tmp_path):
    for folder, seed in (("one", 7), ("two", 7), ("other", 8)):
        write_book(simulate(PRESETS["measuring"], seed).book, tmp_path / folder)
    sums = [(tmp_path / folder / "SHA256SUMS").read_bytes() for folder in ("one", "two", "other")]
    assert sums[0] == sums[1] != sums[2]


def test_every_column_is_described(many):
    book = many[0].book
    declared = {(column.table, column.name) for column in describe_columns("measuring")}
    assert declared == {(field.name, column) for field in fields(book) for column in getattr(book, field.name).columns}


def test_raw_scores_put_the_markets_in_a_wrong_order_and_anchored_ones_find_the_best_and_the_worst(many):
    found = 0
    for each in many:
        truth = each.truth.markets.set_index("market")
        given = each.book.surveys[each.book.surveys.answered == 1]
        raw = given.groupby("market").recommend.mean()
        best, worst = truth.quality.idxmax(), truth.quality.idxmin()
        assert raw[best] == raw.min() or raw[best] < raw.median()  # the best served is among the lowest raw scores
        anchored = {row.labels[0][1]: row.value for row in vignette_comparison(given, VIGNETTES, by="market", rating="recommend", minimum=100) if not row.refusal}
        found += (max(anchored, key=anchored.get), min(anchored, key=anchored.get)) == (best, worst)
    assert found >= 36, found


def test_few_answers_are_refused_and_raw_scores_are_not_ranked(many):
    for each in many[:5]:
        given = each.book.surveys[each.book.surveys.answered == 1]
        scores = nps(given, column="recommend", by="market")
        few = each.truth.markets.set_index("role").market["few"]
        assert [row.labels[0][1] for row in scores if row.refusal] == [few] and (given.market == few).sum() == each.truth.firm.few_answers
        with pytest.raises(InvalidComparison):
            scores.ranked()


def test_cases_follow_the_service_whatever_the_style(many):
    order = [each.book.cases.groupby("market").reopened.mean().corr(-each.truth.markets.set_index("market").quality) for each in many]
    assert min(order) > 0.8


def test_everybody_there_came_before_leaving(many):
    for each in many[:5]:
        gone = each.book.customers[each.book.customers.end_day != ""]
        assert (gone.start_day < gone.end_day).all() and gone.end_day.between("2025-01-02", "2025-12-31").all()


@pytest.mark.parametrize(
    "change, said", [({"quality": (1.0,)}, "quality"), ({"stay_share": 1.2}, "stay_share"), ({"change_week": (5, 9)}, "change_week")]
)
def test_impossible_parameters_are_refused(change, said):
    with pytest.raises(ContentError, match=said):
        replace(PRESETS["measuring"], **change)


def test_naive_answers_go_wrong_in_the_direction_that_is_taught(many):
    run = WORKBOOK.functions
    for each in many:
        book = each.book
        assert run["retention_of_everyone"](book).value > run["three_answers"](book).value  # newcomers flatter
        assert run["nps_with_the_silent"](book).value < run["nps_interval"](book).value  # the silent are no detractors
        assert run["raw_gap"](book) < 0 < run["anchored_gap"](book).value  # the best served market has the lower raw score
        assert abs(run["among_who_asked"](book)) < 3 < abs(run["same_fault"](book).value)  # "whoever asked got the same"
        assert run["first_below_the_mean"](book) <= run["first_signal"](book)
    together = [run["everybody_together"](each.book).value - run["stay_or_praise"](each.book).value for each in many]
    praise = [run["praise_gap"](each.book).value - run["stay_or_praise"](each.book).value for each in many]
    assert sum(together) / len(many) > 1 and min(praise) > 5  # managers ring who is on good terms; a name moves more than contracts
