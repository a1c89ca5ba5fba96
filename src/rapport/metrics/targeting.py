"""Whether a forecast or a targeting rule is any good: Brier score, calibration table, uplift and Qini curves.
People with equal scores are never told apart, so the order of rows changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.metrics.intervals import wilson
from rapport.metrics.refusals import say
from rapport.metrics.result import MetricError


def brier_score(predicted: Any, happened: Any) -> float:
    """Mean squared distance of forecast chances from what happened; 0 is perfect, .25 is always saying one half.

    Parameters
    ----------
    predicted : array-like of float, shape (n,)
        Chances, 0…1.
    happened : array-like of 0, 1 or bool, shape (n,)

    Notes
    -----
    Brier (1950), *Monthly Weather Review* 78(1), 1–3, for two outcomes.
    """
    p, y = _forecast(predicted, happened, "brier_score")
    return float(np.mean((p - y) ** 2))


def calibration_table(predicted: Any, happened: Any, *, bins: int = 10, confidence: float = 0.95) -> Any:
    """How often things happened that were given a similar chance.

    Parameters
    ----------
    predicted, happened
        As in `brier_score`.
    bins : int
        Equal steps of predicted chance, at least 1; empty ones have no row.

    Returns
    -------
    pandas.DataFrame
        ``from``, ``to``, ``predicted`` (mean), ``happened`` (share), its Wilson ends ``low`` and ``high``, ``n``.
    """
    import pandas as pd

    p, y = _forecast(predicted, happened, "calibration_table")
    if bins < 1:
        raise MetricError(say("bins_range", metric="calibration_table", found=f"bins={bins!r}"))
    place = np.minimum((p * bins).astype(int), bins - 1)
    table = []
    for each in range(bins):
        mine = place == each
        if n := int(mine.sum()):
            low, high = wilson(int(y[mine].sum()), n, confidence)
            table.append({"from": each / bins, "to": (each + 1) / bins, "predicted": p[mine].mean(), "happened": y[mine].mean(), "low": low, "high": high, "n": n})
    return pd.DataFrame(table, columns=["from", "to", "predicted", "happened", "low", "high", "n"])


@dataclass(frozen=True)
class GainCurve:
    """What treating only those with the highest scores would bring.

    Parameters
    ----------
    share : numpy.ndarray of float64, shape (k + 1,)
        Share of people treated, from 0 to 1, at each distinct score.
    gain : numpy.ndarray of float64, shape (k + 1,)
        Extra outcomes; the unit is that of the function that made it. NaN where only one arm has been met.
    coefficient : float
        Area between the curve and the straight line to its end, in the unit of `gain`.
    n : int
    """

    share: np.ndarray
    gain: np.ndarray
    coefficient: float
    n: int


def uplift_curve(outcome: Any, treated: Any, score: Any) -> GainCurve:
    """Extra outcomes per person in the base: share treated × (mean outcome of treated − of controls) among the top scores.

    Parameters
    ----------
    outcome : array-like of float, shape (n,)
        Such as bought, 0 or 1.
    treated : array-like of 0, 1 or bool, shape (n,)
        Drawn by lot; else the curve is no effect.
    score : array-like of float, shape (n,)
        The higher, the sooner treated.

    Notes
    -----
    Gutierrez & Gérardy (2017), *PMLR* 67, 1–13: the cumulative gain (Y_T/N_T − Y_C/N_C)·(N_T + N_C), here per person.
    """
    share, y_t, n_t, y_c, n_c = _cumulated(outcome, treated, score, "uplift_curve")
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where((n_t > 0) & (n_c > 0), (y_t / n_t - y_c / n_c) * share, np.nan)
    gain[0] = 0.0
    return GainCurve(share, gain, _area(share, gain), int(n_t[-1] + n_c[-1]))


def qini_curve(outcome: Any, treated: Any, score: Any) -> GainCurve:
    """Extra outcomes among the treated, in outcomes: Y_T − Y_C·N_T/N_C among the top scores; arguments as in `uplift_curve`.

    Radcliffe (2007), *Direct Marketing Analytics Journal* 1, 14–21.
    """
    share, y_t, n_t, y_c, n_c = _cumulated(outcome, treated, score, "qini_curve")
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(n_c > 0, y_t - y_c * n_t / n_c, np.nan)
    gain[0] = 0.0
    return GainCurve(share, gain, _area(share, gain), int(n_t[-1] + n_c[-1]))


def _cumulated(outcome: Any, treated: Any, score: Any, who: str) -> tuple[np.ndarray, ...]:
    y, w, s = (np.asarray(each, dtype=float).ravel() for each in (outcome, treated, score))
    if not len(y) == len(w) == len(s) or not (np.isfinite(y).all() and np.isfinite(s).all()):
        raise MetricError(say("scores_unequal", metric=who, outcomes=len(y), treatments=len(w), scores=len(s)))
    if not np.isin(w, (0.0, 1.0)).all() or len(np.unique(w)) < 2:
        raise MetricError(say("one_arm", metric=who))
    order = np.argsort(-s, kind="stable")
    y, w, s = y[order], w[order], s[order]
    last = np.append(s[1:] != s[:-1], True)  # equal scores come as one step
    sums = [np.concatenate(([0.0], np.cumsum(part)[last])) for part in (y * w, w, y * (1 - w), 1 - w)]
    return ((sums[1] + sums[3]) / len(y), *sums)


def _area(share: np.ndarray, gain: np.ndarray) -> float:
    known = np.isfinite(gain)
    return float(np.trapezoid(gain[known], share[known]) - gain[known][-1] * share[known][-1] / 2)


def _forecast(predicted: Any, happened: Any, who: str) -> tuple[np.ndarray, np.ndarray]:
    p, y = np.asarray(predicted, dtype=float).ravel(), np.asarray(happened, dtype=float).ravel()
    if p.shape != y.shape or not len(p):
        raise MetricError(say("forecasts_unequal", metric=who, forecasts=len(p), outcomes=len(y)))
    if not ((p >= 0) & (p <= 1)).all():
        raise MetricError(say("forecast_range", metric=who))
    if not np.isin(y, (0.0, 1.0)).all():
        raise MetricError(say("outcome_not_binary", metric=who))
    return p, y
