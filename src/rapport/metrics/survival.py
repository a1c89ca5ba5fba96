"""How long customers stay when some are still here: Kaplan–Meier curve and log-rank test, both computed by SciPy."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.i18n.numbers import marks, number
from rapport.metrics.intervals import level
from rapport.metrics.refusals import say
from rapport.metrics.result import MetricError
from rapport.metrics.words import WORDS


@dataclass(frozen=True)
class SurvivalCurve:
    """Share still there after each time at which somebody left.

    Parameters
    ----------
    times : numpy.ndarray of float64, shape (k,)
        Times at which at least one left, rising.
    survival, low, high : numpy.ndarray of float64, shape (k,)
        Estimate and the ends of its pointwise interval, 0…1; NaN where there is no interval.
    at_risk, left : numpy.ndarray of int64, shape (k,)
        Customers followed up to that time, and those who left at it.
    n : int
        Customers in all.
    confidence : float
        Level of the interval.
    """

    times: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray
    left: np.ndarray
    n: int
    confidence: float = 0.95

    def at(self, t: Any) -> np.ndarray:
        """S(t) at any time ≥ 0, array-like; 1 before the first leaves."""
        place = np.searchsorted(self.times, np.asarray(t, dtype=float), side="right")
        return np.concatenate(([1.0], self.survival))[place]

    @property
    def median(self) -> float:
        """First time at which half or fewer are there; infinite when more than half stay to the end."""
        below = self.survival <= 0.5
        return float(self.times[np.argmax(below)]) if below.any() else float("inf")

    def __str__(self) -> str:
        median = self.median
        said = {"left": number(int(self.left.sum())), "all": number(self.n), "median": f"{median:g}".replace(".", marks()["decimal"])}
        return WORDS.say("survival_half" if np.isfinite(median) else "survival_more", **said)


def kaplan_meier(duration: Any, left: Any, *, confidence: float = 0.95) -> SurvivalCurve:
    """Kaplan–Meier estimate of staying.

    Parameters
    ----------
    duration : array-like of float, shape (n,)
        Time from start to leaving, or to the last day looked at; ≥ 0, any unit.
    left : array-like of 0, 1 or bool, shape (n,)
        1 when the customer left then, 0 when still there.
    confidence : float
        Level of the pointwise interval (log-log transform).

    Raises
    ------
    MetricError
        Nobody, unequal lengths, a value missing or negative, or a flag that is neither 0 nor 1.

    Notes
    -----
    Kaplan & Meier (1958), *J. American Statistical Association* 53(282), 457–481, by `scipy.stats.ecdf` on censored data.
    """
    from scipy import stats

    times, gone = _followed(duration, left, "kaplan_meier")
    level(confidence)
    curve = stats.ecdf(stats.CensoredData.right_censored(times, ~gone)).sf
    quantiles = np.asarray(curve.quantiles, dtype=float)
    leaves = np.array([int((gone & (times == t)).sum()) for t in quantiles])
    risk = np.array([int((times >= t).sum()) for t in quantiles])
    with warnings.catch_warnings():  # where all or none are left there is no interval; NaN says so
        warnings.simplefilter("ignore", RuntimeWarning)
        ends = curve.confidence_interval(confidence, method="log-log")
    keep = leaves > 0
    return SurvivalCurve(
        quantiles[keep], np.asarray(curve.probabilities)[keep], np.asarray(ends.low.probabilities)[keep],
        np.asarray(ends.high.probabilities)[keep], risk[keep], leaves[keep], len(times), confidence,
    )  # fmt: skip


@dataclass(frozen=True)
class LogRank:
    """Two-sided log-rank test: `statistic` is normal under equal survival; `p_value` its tail; `n` customers in both groups."""

    statistic: float
    p_value: float
    n: int

    def __str__(self) -> str:
        return WORDS.say("log_rank", z=number(self.statistic, 3), p=f"{self.p_value:.2g}".replace(".", marks()["decimal"]), count=number(self.n))


def log_rank(duration: Any, left: Any, group: Any) -> LogRank:
    """Log-rank test of two groups.

    Parameters
    ----------
    duration, left : array-like, shape (n,)
        As in `kaplan_meier`.
    group : array-like, shape (n,)
        Exactly two different values; the sign of the statistic is that of the first in sorted order leaving more than expected.

    Notes
    -----
    Mantel (1966), *Cancer Chemotherapy Reports* 50(3), 163–170, by `scipy.stats.logrank`.
    """
    from scipy import stats

    times, gone = _followed(duration, left, "log_rank")
    groups = np.asarray(group)
    names = np.unique(groups)
    if groups.shape != times.shape or len(names) != 2:
        raise MetricError(say("not_two_groups", metric="log_rank", groups=len(names), count=groups.size))
    first = groups == names[0]
    sides = [stats.CensoredData.right_censored(times[side], ~gone[side]) for side in (first, ~first)]
    found = stats.logrank(*sides)
    return LogRank(float(found.statistic), float(found.pvalue), len(times))


def _followed(duration: Any, left: Any, who: str) -> tuple[np.ndarray, np.ndarray]:
    times, flags = np.asarray(duration, dtype=float).ravel(), np.asarray(left, dtype=float).ravel()
    if times.shape != flags.shape or not len(times):
        raise MetricError(say("durations_unequal", metric=who, durations=len(times), flags=len(flags)))
    if not np.isfinite(times).all() or (times < 0).any():
        raise MetricError(say("durations_range", metric=who, count=int((~(times >= 0) | np.isinf(times)).sum())))
    if not np.isin(flags, (0.0, 1.0)).all():
        raise MetricError(say("left_not_binary", metric=who))
    return times, flags == 1
