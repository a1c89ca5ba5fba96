"""Confidence intervals: of a mean, a share, an event rate, a net promoter score, and of a difference between two of them.
SciPy supplies the distributions; every interval names its source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rapport.metrics.refusals import say


class Interval(NamedTuple):
    """An estimate, the ends of its confidence interval, and the number of observations behind it."""

    value: float
    low: float
    high: float
    n: int


def mean_interval(values: Iterable[float], confidence: float = 0.95) -> Interval:
    """Arithmetic mean with its Student-t confidence interval.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        Observations in any unit; at least two, all finite.
    confidence : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Interval
        Mean and interval ends in the unit of `values`.

    Raises
    ------
    ValueError
        Fewer than two observations, one that is not finite, or a level outside (0, 1).

    Notes
    -----
    mean ± t(1 − (1 − confidence)/2, n − 1) · s/√n, with s the sample standard deviation (n − 1 in its denominator):
    Student (1908), *Biometrika* 6(1), 1–25.
    """
    from scipy import stats

    data = _observations(values, confidence)
    if len(data) < 2:
        raise ValueError(say("mean_needs_two", count=len(data)))
    centre = float(data.mean())
    half = float(stats.t.ppf(0.5 + confidence / 2, len(data) - 1) * data.std(ddof=1) / np.sqrt(len(data)))
    return Interval(centre, centre - half, centre + half, len(data))


def proportion_interval(values: Iterable[float], confidence: float = 0.95) -> Interval:
    """Share of ones with its Wilson score interval.

    Parameters
    ----------
    values : array-like of 0, 1 or bool, shape (n,)
        At least one observation.
    confidence : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Interval
        Share and interval ends as fractions, 0 … 1.

    Raises
    ------
    ValueError
        No observation, one that is neither 0 nor 1, or a level outside (0, 1).

    Notes
    -----
    Wilson (1927), *J. American Statistical Association* 22(158), 209–212, without continuity correction; it stays
    within 0 … 1 and is sound for small n, where mean ± standard errors is not.
    """
    data = _observations(values, confidence)
    if len(data) == 0:
        raise ValueError(say("share_needs_one"))
    if not np.isin(data, (0.0, 1.0)).all():
        raise ValueError(say("share_not_binary"))
    ones = int(data.sum())
    return Interval(ones / len(data), *wilson(ones, len(data), confidence), len(data))


def wilson(count: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Ends of the Wilson score interval of `count` in `n`, as fractions; see `proportion_interval`."""
    from scipy import stats

    ends = stats.binomtest(int(count), int(n)).proportion_ci(level(confidence), method="wilson")
    return float(ends.low), float(ends.high)


def event_rate(events: int, exposure: float, confidence: float = 0.95) -> tuple[float, float]:
    """Ends of the exact interval of `events` per unit of `exposure`, when events are Poisson.

    Garwood (1936), *Biometrika* 28(3/4), 437–442.
    """
    from scipy import stats

    tail = (1 - level(confidence)) / 2
    low = stats.chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    return float(low / exposure), float(stats.chi2.isf(tail, 2 * events + 2) / 2 / exposure)


def mean_from_sums(n: int, total: float, squares: float, confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean and Student-t interval ends from n ≥ 2, the sum, and the sum of squared deviations from the mean."""
    from scipy import stats

    centre = total / n
    half = float(stats.t.ppf(0.5 + level(confidence) / 2, n - 1)) * np.sqrt(max(squares, 0.0) / (n - 1) / n)
    return centre, centre - half, centre + half


def net_share(promoters: int, detractors: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Ends of the multinomial interval of (promoters − detractors)/n, as fractions.

    With p and d the two shares, (p − d) ± z·√((p + d − (p − d)²)/n), the variance of a difference of two shares of one
    multinomial sample: Goodman (1965), *Technometrics* 7(2), 247–254. Where everybody gave the same kind of answer this
    has no width and would claim certainty; there the score interval of the same difference is taken: Tango (1998),
    *Statistics in Medicine* 17(8), 891–908, which for all promoters is 1 − 2z²/(n + z²) to 1, for all passives ± z²/(n + z²).
    """
    from scipy import stats

    z = float(stats.norm.ppf(0.5 + level(confidence) / 2))
    p, d = promoters / n, detractors / n
    spread = p + d - (p - d) ** 2
    if spread > 1e-12:
        half = z * np.sqrt(spread / n)
        return max(-1.0, float(p - d - half)), min(1.0, float(p - d + half))
    edge = z**2 / (n + z**2)
    return (1 - 2 * edge, 1.0) if promoters else (-1.0, 2 * edge - 1) if detractors else (-edge, edge)


def difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float, float]:
    """Difference of two independent estimates (value, low, high) from their own intervals.

    Newcombe's hybrid score interval (1998), *Statistics in Medicine* 17(8), 873–890, method 10, when the two are shares
    with Wilson intervals; for other estimates its generalisation by Zou & Donner (2008), *Statistics in Medicine* 27(10),
    1693–1702.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    gap = a - b
    return gap, gap - float(np.hypot(a - a_low, b_high - b)), gap + float(np.hypot(a_high - a, b - b_low))


def level(confidence: float) -> float:
    """`confidence`, once it is a level between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(say("confidence_range", confidence=confidence, example="0.95"))
    return confidence


def _observations(values: Iterable[float], confidence: float) -> np.ndarray:
    level(confidence)
    data = np.asarray(values if hasattr(values, "__array__") else list(values), dtype=float).ravel()
    if not np.isfinite(data).all():
        raise ValueError(say("not_finite"))
    return data
