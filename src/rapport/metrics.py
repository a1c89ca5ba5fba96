"""What an analyst computes from tables, written once: for now a mean and a proportion, each with its interval.
Nothing here knows how the tables came about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np


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
        raise ValueError(f"found {len(data)} observation(s); an interval of a mean needs at least two.")
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
    from scipy import stats

    data = _observations(values, confidence)
    if len(data) == 0:
        raise ValueError("found no observation; a share needs at least one.")
    if not np.isin(data, (0.0, 1.0)).all():
        raise ValueError("found a value that is neither 0 nor 1; a share is computed from zeros and ones.")
    ones = int(data.sum())
    ends = stats.binomtest(ones, len(data)).proportion_ci(confidence, method="wilson")
    return Interval(ones / len(data), float(ends.low), float(ends.high), len(data))


def _observations(values: Iterable[float], confidence: float) -> np.ndarray:
    if not 0 < confidence < 1:
        raise ValueError(f"found confidence {confidence}; it must lie between 0 and 1, such as 0.95.")
    data = np.asarray(values if hasattr(values, "__array__") else list(values), dtype=float).ravel()
    if not np.isfinite(data).all():
        raise ValueError("found a value that is missing or not finite; drop it first, and say how many you dropped.")
    return data
