"""Metrics: intervals agree with published worked examples and refuse what they cannot mean."""

import math

import numpy as np
import pytest

from rapport.metrics import mean_interval, proportion_interval


def test_the_mean_interval_is_students_t_worked_by_hand():
    found = mean_interval([10.0, 12.0, 14.0, 16.0])
    half = 3.182446305 * math.sqrt(20 / 3) / 2  # t(0.975, 3) from the tables, s² = 20/3, √n = 2
    assert (found.value, found.n) == (13.0, 4)
    assert found.low == pytest.approx(13 - half) and found.high == pytest.approx(13 + half)


def test_the_wilson_interval_is_its_closed_formula_even_at_nought():
    z = 1.959963985
    for ones, n in ((0, 10), (3, 10), (81, 263), (10, 10)):
        found = proportion_interval([1] * ones + [0] * (n - ones))
        share = ones / n
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        assert found.value == share
        assert found.low == pytest.approx(max(0, centre - half), abs=1e-9) and found.high == pytest.approx(min(1, centre + half), abs=1e-9)


def test_ninety_five_of_a_hundred_intervals_hold_the_true_value():
    luck = np.random.default_rng(5)
    means = [mean_interval(luck.normal(50, 10, 12)) for _ in range(600)]
    shares = [proportion_interval(luck.random(60) < 0.2) for _ in range(600)]
    assert 0.92 < np.mean([one.low <= 50 <= one.high for one in means]) < 0.98
    assert 0.92 < np.mean([one.low <= 0.2 <= one.high for one in shares]) < 0.98


def test_more_confidence_makes_a_wider_interval():
    data = [1, 0, 1, 1, 0, 1]
    for interval in (mean_interval, proportion_interval):
        narrow, wide = interval(data, 0.8), interval(data, 0.99)
        assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("interval", "values", "level", "told"),
    [
        (mean_interval, [1.0], 0.95, "at least two"),
        (mean_interval, [1.0, float("nan")], 0.95, "missing or not finite"),
        (mean_interval, [1.0, 2.0], 95, "between 0 and 1"),
        (proportion_interval, [], 0.95, "at least one"),
        (proportion_interval, [0, 1, 2], 0.95, "neither 0 nor 1"),
        (proportion_interval, [0, 1], 0, "between 0 and 1"),
    ],
)
def test_values_that_mean_nothing_are_refused_in_a_sentence(interval, values, level, told):
    with pytest.raises(ValueError, match=told):
        interval(values, level)
