"""The exercises of module 11 on its simulated book: each can be done by hand from its table, each known slip is named,
no unlawful contact passes the gate, and the list by expected profit reaches what the outcome promises."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rapport.exercises.checking import check, key
from rapport.exercises.model import load
from rapport.exercises.serving import served
from rapport.exercises.values import agrees
from rapport.simulation import PRESETS, simulate

ROOT = Path(__file__).parents[1]
WORKBOOK = load("11_winning_customers_back", ROOT)
RUN = WORKBOOK.functions
NAMES = [exercise.id for exercise in WORKBOOK]
COMPUTED = [exercise.id for exercise in WORKBOOK if exercise.compute]
MATCHED = [exercise.id for exercise in WORKBOOK if exercise.answer.kind == "match"]


@pytest.fixture(scope="module")
def books():
    return [WORKBOOK.simulate(seed) for seed in served(WORKBOOK, 3)]


@pytest.fixture(scope="module")
def many():
    return [simulate(PRESETS["winback"], seed) for seed in range(300, 340)]


# ---- declarations -----------------------------------------------------------------------------------------------


def test_there_are_exercises_of_each_kind_and_for_each_outcome():
    assert Counter(exercise.answer.kind for exercise in WORKBOOK) >= Counter(number=6, choice=2, match=5)
    assert {exercise.outcome for exercise in WORKBOOK} == {1, 2, 3, 4, 5}


# ---- no unlawful contact ----------------------------------------------------------------------------------------


def test_one_unlawful_message_among_ten_does_not_pass(books):
    exercise = WORKBOOK.exercise("which_may_go")
    this = key(WORKBOOK, exercise, books[0])
    for row in exercise.answer.rows:
        if row.answer == "hold":
            assert check(this, {**this.value, row.id: "go"}).outcome != "right"


def test_the_gate_lets_nobody_through_who_said_no_and_keeps_nobody_out_who_said_yes(many):
    for each in many:
        planted = each.truth.waiting
        assert set(RUN["lawful"](each.book)) == set(planted.lost_id[planted.lawful])


def test_each_known_slip_at_the_gate_writes_to_somebody_who_said_no_or_passes_over_a_yes(many):
    for each in many:
        right = RUN["consent_gate"](each.book)
        assert RUN["ever_given"](each.book) > right < RUN["without_objections"](each.book)
        assert RUN["never_withdrawn"](each.book) < right < RUN["any_channel"](each.book)


def test_every_answer_but_the_exact_number_fails_at_the_gate(books):
    for simulated in books:
        this = key(WORKBOOK, WORKBOOK.exercise("consent_gate"), simulated)
        assert check(this, this.value + 1).outcome != "right" != check(this, this.value - 1).outcome


# ---- by hand, from the small table alone ------------------------------------------------------------------------


def hand_consent_gate(t):
    open_rows = t.iloc[:, 0].isin(["given", "given, withdrawn, given again"])
    return t.loc[open_rows, "no objection"].sum()


def hand_best_offer(t):
    profit = (t.iloc[:, 3] - t.iloc[:, 4]) / t["written to"] * 100
    return profit[t.offer == "upgrade"].item() - profit[t.offer == "both"].item()


def hand_reason_gap(t):
    service, price = t["profit, €"] / t["written to"] * 100
    return service - price


def hand_rank_300(t):
    left, total = 60, 0.0
    for _, row in t.sort_values("profit each, €", ascending=False).iterrows():
        names = min(left, row["lawful"])
        left, total = left - names, total + names * row["profit each, €"]
    return total


def hand_how_often(t):
    euros = 60 * t["came back"] / t.customers - 0.5 * t.messages - 40 * t.objected / t.customers
    return f"m{t.messages[euros.idxmax()]}"


def hand_nothing_to_lose(t):
    euros = 60 * t["came back"] / t.customers - 0.5 * t.messages - 40 * t.objected / t.customers
    return 100 * (euros[t.messages == 6].item() - euros[t.messages == 4].item())


def hand_acquisition(t):
    each = (t["margin, €"] - t["cost, €"]) / t.people * 100
    return each[0] - each[1] - (each[2] - each[3])


def hand_portfolio(t):
    gone = t["margin each, €"] * (t["left"] - t["came back"])
    return t.plan[gone.idxmax()].lower()


def hand_proxy_check(t):
    gap = 0.0
    for _, rows in t.groupby("margin"):
        share = dict(zip(rows.market, rows["picked"] / rows["lost"]))
        gap += 100 * rows["lost"].sum() / t["lost"].sum() * (share["DE"] - share["BR"])
    return gap


def hand_staffing(t):
    waiting = 0
    for came in t["ordinary contacts"] + t["answers to the mailing"]:
        waiting = max(0, waiting + came - 14)
    return waiting


@pytest.mark.parametrize("name", COMPUTED)
def test_a_reader_without_python_can_work_it_out_from_the_small_table(name, books):
    exercise = WORKBOOK.exercise(name)
    for simulated in books:
        table = WORKBOOK.run(exercise.table, simulated.book)
        assert len(table) <= 12
        this = key(WORKBOOK, exercise, simulated).value
        assert agrees(globals()[f"hand_{name}"](table), this, exercise.answer.tolerance or 0)


# ---- over many draws --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["best_offer", "reason_gap", "nothing_to_lose", "acquisition", "proxy_check"])
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


def captured(each, by):
    """Planted value of the sixty that a rule puts on the list, as a share of the best possible lawful sixty."""
    lawful = each.truth.waiting[each.truth.waiting.lawful]
    return RUN["planted_value"](each.truth, RUN["drawn_up"](each.book, by).lost_id) / (lawful.profit_cents.nlargest(60).sum() / 100)


def test_the_list_by_expected_profit_reaches_four_fifths_and_the_likeliest_do_not(many):
    assert min(captured(each, "profit") for each in many) >= 0.8
    likeliest = [captured(each, "share") for each in many]
    assert max(likeliest) < 0.7 and np.mean(likeliest) < 0.5
    assert all(captured(each, "profit") > captured(each, "margin_cents") for each in many)


def test_the_expected_profit_of_the_list_is_neither_too_high_nor_too_low_on_average(many):
    off = [RUN["rank_300"](each.book) / RUN["rank_300_truth"](each.truth, each.book) - 1 for each in many]
    assert abs(np.mean(off)) < 0.05 and max(map(abs, off)) < 0.3


@pytest.mark.parametrize("name", ["how_often", "portfolio"])
def test_what_is_found_is_nearly_always_what_was_planted(name, many):
    exercise = WORKBOOK.exercise(name)
    right = sum(WORKBOOK.run(exercise.compute, each.book) == WORKBOOK.run(exercise.truth.compute, each.truth, each.book) for each in many)
    assert right >= 36


def test_the_desk_has_about_as_many_waiting_as_the_planted_means_leave(many):
    found = [RUN["staffing"](each.book) for each in many]
    assert np.mean(found) == pytest.approx(RUN["staffing_truth"](many[0].truth, many[0].book), abs=8)


def test_whether_the_lost_or_strangers_pay_better_depends_on_the_book(many):
    signs = {RUN["acquisition_truth"](each.truth, each.book) > 0 for each in many}
    assert signs == {True, False}


def test_the_answers_differ_between_learners(many):
    for exercise in WORKBOOK:
        if exercise.compute:
            values = {str(WORKBOOK.run(exercise.compute, each.book)) for each in many}
            assert len(values) >= (3 if exercise.answer.kind == "choice" else 20), exercise.id
