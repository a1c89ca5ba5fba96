"""Effects, agreement, survival and targeting: planted effects are found, worked examples reproduced, nonsense refused."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from rapport import metrics


@pytest.fixture(scope="module")
def branches():
    luck = np.random.default_rng(12)
    table = pd.DataFrame({"branch": np.repeat(range(24), 50), "week": np.tile(range(50), 24)})
    table["told"], table["after"] = (table.branch < 12).astype(int), (table.week >= 25).astype(int)
    own = luck.normal(0, 1, 24)[table.branch]
    table["complaints"] = 10 + own + 0.02 * table.week + 3 * table.told - 1.8 * table.told * table.after + luck.normal(0, 1, len(table))
    return table


def test_difference_in_differences_finds_the_planted_effect_that_a_plain_difference_misses(branches):
    found = metrics.difference_in_differences(branches, outcome="complaints", treated="told", after="after", cluster="branch")
    cells = branches.groupby(["told", "after"]).complaints.mean()
    assert found.value == pytest.approx(cells[1, 1] - cells[1, 0] - cells[0, 1] + cells[0, 0])
    assert found.low < -1.8 < found.high and found.high < -1 and cells[1, 1] > cells[0, 1]
    polars = metrics.difference_in_differences(pl.from_pandas(branches), outcome="complaints", treated="told", after="after", cluster="branch")
    assert (polars.value, polars.low) == pytest.approx((found.value, found.low))


def test_a_branch_that_moved_before_the_change_shows_in_the_pre_trend(branches):
    before = branches[branches.after == 0]
    calm = metrics.pre_trend(before, outcome="complaints", treated="told", time="week", cluster="branch")
    assert calm.low < 0 < calm.high
    moving = metrics.pre_trend(before.assign(complaints=before.complaints + 0.1 * before.week * before.told), outcome="complaints", treated="told", time="week")
    assert moving.low > 0


def test_a_regression_undoes_a_confounder_that_hides_an_effect():
    luck = np.random.default_rng(13)
    hard = luck.random(8000) < 0.5
    native = luck.random(8000) < np.where(hard, 0.8, 0.2)
    solved = (luck.random(8000) < 0.7 - 0.25 * hard + 0.08 * native).astype(float)
    table = pd.DataFrame({"solved": solved, "native": native.astype(int), "hard": hard.astype(int)})
    assert metrics.regression_effect(table, "solved ~ native", "native").high < 0
    found = metrics.regression_effect(table, "solved ~ native + hard", "native")
    assert found.low < 0.08 < found.high and found.low > 0


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda t: metrics.regression_effect(t, "complaints ~ nothing", "nothing"), "does not fit the table"),
        (lambda t: metrics.regression_effect(t, "complaints ~ told", "after"), "no term 'after'; the model has Intercept, told"),
        (lambda t: metrics.regression_effect(t, "complaints ~ told", "told", cluster="shop"), "no column shop"),
        (lambda t: metrics.difference_in_differences(t[t.told == 1], outcome="complaints", treated="told", after="after"), "2 of the four cells"),
        (lambda t: metrics.difference_in_differences(t.assign(told=2), outcome="complaints", treated="told", after="after"), "told holds something other"),
        (lambda t: metrics.pre_trend(t[t.week == 0], outcome="complaints", treated="told", time="week"), "two or more times"),
    ],
)
def test_effects_refuse_what_cannot_be_estimated(call, told, branches):
    with pytest.raises(metrics.MetricError, match=told):
        call(branches)


def test_kappa_is_the_worked_example_of_two_raters():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreement .7, by chance .5
    first, second = "y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15
    found = metrics.cohen_kappa(first, second)
    assert found.value == pytest.approx(0.4) and found.low < 0.4 < found.high and (found.numerator, found.n) == (35, 50)
    assert metrics.cohen_kappa("ab", "ab").value == 1
    assert "one label" in metrics.cohen_kappa("aaa", "aaa").refusal
    with pytest.raises(metrics.MetricError, match="same cases"):
        metrics.cohen_kappa("ab", "a")


def test_the_common_language_effect_counts_pairs_and_halves_ties():
    assert metrics.common_language_effect([1, 2, 3], [2]) == 0.5
    assert metrics.common_language_effect([3, 3], [1, 3]) == 0.75
    one, other = np.random.default_rng(5).integers(0, 9, (2, 200)) / 3
    assert metrics.common_language_effect(one, other[:150]) == stats.mannwhitneyu(one, other[:150]).statistic / (200 * 150)
    for bad in (([], [1]), ([1, math.nan], [1])):
        with pytest.raises(metrics.MetricError, match="both need people"):
            metrics.common_language_effect(*bad)
    with pytest.raises(metrics.MetricError, match="share above 0"):
        metrics.common_language_effect_normal(1, within=0)


def test_survival_without_anybody_still_here_is_the_plain_share():
    curve = metrics.kaplan_meier([1, 2, 2, 5], [1, 1, 1, 1])
    assert curve.times.tolist() == [1, 2, 5] and curve.survival.tolist() == [0.75, 0.25, 0]
    assert curve.at_risk.tolist() == [4, 3, 1] and curve.left.tolist() == [1, 2, 1] and curve.median == 2


def test_survival_when_nobody_left_says_so():
    curve = metrics.kaplan_meier([4, 6], [0, 0])
    assert len(curve.times) == 0 and curve.at(9) == 1 and math.isinf(curve.median) and "more than half" in str(curve)


@pytest.mark.parametrize(("times", "left", "told"), [([], [], "at least one customer"), ([1, -1], [1, 1], "below 0"), ([1, math.nan], [1, 0], "missing"), ([1], [2], "neither 0 nor 1")])
def test_survival_refuses_what_is_no_stay(times, left, told):
    with pytest.raises(metrics.MetricError, match=told):
        metrics.kaplan_meier(times, left)
    with pytest.raises(metrics.MetricError):
        metrics.log_rank(times, left, [1] * len(times))


def test_the_brier_score_is_the_mean_square_and_refuses_per_cent():
    assert metrics.brier_score([1, 0, 0.5], [1, 0, 1]) == pytest.approx(0.25 / 3)
    for forecast, told in (([70], "not per cent"), ([math.nan], "missing"), ([], "at least one")):
        with pytest.raises(metrics.MetricError, match=told):
            metrics.brier_score(forecast, [1] * len(forecast))


def test_calibration_tells_a_sound_forecast_from_a_boastful_one():
    luck = np.random.default_rng(14)
    chance = luck.random(20_000)
    happened = luck.random(20_000) < chance
    sound = metrics.calibration_table(chance, happened)
    assert sound.n.sum() == 20_000 and len(sound) == 10 and (sound.predicted.between(sound.low, sound.high)).mean() >= 0.8
    boastful = metrics.calibration_table((chance > 0.5) * 0.9 + 0.05, happened)
    assert len(boastful) == 2 and not boastful.predicted.between(boastful.low, boastful.high).any()
    assert metrics.calibration_table([1.0, 0.0], [1, 0]).n.tolist() == [1, 1]


@pytest.fixture(scope="module")
def holdout():
    luck = np.random.default_rng(15)
    kind = luck.integers(0, 3, 30_000)  # persuadable, sure thing, put off
    treated = luck.random(30_000) < 0.5
    chance = np.choose(kind, [0.1, 0.6, 0.3]) + treated * np.choose(kind, [0.3, 0.0, -0.2])
    return kind, (luck.random(30_000) < chance).astype(int), treated


@pytest.mark.parametrize("curve", [metrics.uplift_curve, metrics.qini_curve])
def test_a_score_that_knows_the_persuadable_beats_chance_and_its_opposite_loses(curve, holdout):
    kind, outcome, treated = holdout
    knowing = np.choose(kind, [2, 1, 0])
    good, bad, blind = (curve(outcome, treated, score) for score in (knowing, -knowing, np.zeros(30_000)))
    assert good.coefficient > 0 > bad.coefficient and abs(blind.coefficient) < 1e-9 * abs(good.coefficient) + 1e-9
    assert good.gain[-1] == pytest.approx(bad.gain[-1]) and len(good.share) == 4 and len(blind.share) == 2


def test_the_curves_end_at_the_average_effect(holdout):
    kind, outcome, treated = holdout
    effect = outcome[treated].mean() - outcome[~treated].mean()
    assert metrics.uplift_curve(outcome, treated, kind).gain[-1] == pytest.approx(effect)
    assert metrics.qini_curve(outcome, treated, kind).gain[-1] == pytest.approx(effect * treated.sum())


def test_the_order_of_rows_does_not_move_a_curve(holdout):
    kind, outcome, treated = (each[:500] for each in holdout)
    mixed = np.random.default_rng(1).permutation(500)
    assert metrics.qini_curve(outcome, treated, kind).gain == pytest.approx(metrics.qini_curve(outcome[mixed], treated[mixed], kind[mixed]).gain)


def test_a_curve_needs_both_arms():
    with pytest.raises(metrics.MetricError, match="both arms"):
        metrics.qini_curve([1, 0], [1, 1], [0.2, 0.1])
    with pytest.raises(metrics.MetricError, match="none missing"):
        metrics.uplift_curve([1, 0], [1, 0], [0.2, math.nan])
