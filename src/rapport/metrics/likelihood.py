"""What the purchase models share: customers compressed to distinct statistics with counts, and the maximum of a likelihood
over positive parameters, found with its analytic gradient; standard errors from the curvature at the maximum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.i18n.numbers import number, series
from rapport.metrics.refusals import say
from rapport.metrics.result import MetricError
from rapport.metrics.words import WORDS


@dataclass(frozen=True)
class Fit:
    """Parameters at the maximum of a log-likelihood.

    Parameters
    ----------
    names : tuple of str
        As in the paper.
    values, standard_errors : numpy.ndarray of float64, shape (k,)
        Estimates, and their standard errors by the delta method (NaN where the curvature is not that of a maximum).
    log_likelihood : float
        At the maximum, natural logarithm, over all customers.
    n : int
        Customers behind it.
    """

    names: tuple[str, ...]
    values: np.ndarray
    standard_errors: np.ndarray
    log_likelihood: float
    n: int

    def __getitem__(self, name: str) -> float:
        return float(self.values[self.names.index(name)])

    def __str__(self) -> str:
        parts = series(f"{name} {number(value, 4)} (± {number(error, 4)})" for name, value, error in zip(self.names, self.values, self.standard_errors, strict=True))
        return WORDS.say("errors", parts=parts, likelihood=number(self.log_likelihood, 4), count=number(self.n))

    def _repr_html_(self) -> str:
        body = "".join(f'<tr><th scope="row">{name}</th><td>{number(value, 4)}</td><td>{number(error, 4)}</td></tr>' for name, value, error in zip(self.names, self.values, self.standard_errors, strict=True))
        heads = "".join(f'<th scope="col">{WORDS[each]}</th>' for each in ("parameter", "estimate", "standard_error"))
        caption = WORDS.say("fitted", likelihood=number(self.log_likelihood, 4), count=number(self.n))
        return f'<table class="rapport-metric"><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


@dataclass(frozen=True)
class Compressed:
    """Distinct purchase statistics: x repeat purchases, the last at t_x, observed for T; `count` customers have them."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    count: np.ndarray

    @property
    def n(self) -> int:
        return int(self.count.sum())


def compress(frequency: Any, recency: Any, age: Any, who: str) -> Compressed:
    """Distinct (x, t_x, T) with the number of customers that share them.

    Parameters
    ----------
    frequency, recency, age : array-like of float or int, shape (n,)
        Repeat purchases (whole, ≥ 0); first purchase to last, and to the end, in one unit of time: 0 ≤ recency ≤ age.
    who : str
        Name of the model, for messages.

    Raises
    ------
    MetricError
        Nobody, unequal lengths, a value missing or out of its range, or nobody who bought again.
    """
    x, t_x, T = checked(frequency, recency, age, who)
    if len(x) == 0:
        raise MetricError(say("nobody", model=who))
    if not (x > 0).any():
        raise MetricError(say("nobody_again", model=who))
    order, fresh = _distinct(x, t_x, T)
    starts = np.flatnonzero(fresh)
    first = order[starts]
    return Compressed(x[first], t_x[first], T[first], np.diff(np.append(starts, len(x))).astype(float))


def checked(frequency: Any, recency: Any, age: Any, who: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three statistics as float arrays, once they make sense together."""
    x, t_x, T = (np.atleast_1d(np.asarray(each, dtype=float)) for each in (frequency, recency, age))
    if not x.shape == t_x.shape == T.shape or x.ndim != 1:
        raise MetricError(say("shapes_unequal", model=who, frequency=x.shape, recency=t_x.shape, age=T.shape))
    wrong = {
        "infinite": ~(np.isfinite(x) & np.isfinite(t_x) & np.isfinite(T)),
        "frequency_not_whole": (x < 0) | (x % 1 != 0),
        "recency_beyond_age": (t_x < 0) | (t_x > T),
        "recency_without_repeat": (x == 0) & (t_x != 0),
        "repeat_at_once": (x > 0) & (t_x <= 0),
    }
    for what, where in wrong.items():
        if where.any():
            raise MetricError(say("statistics_unfit", model=who, count=int(where.sum()), what=say(what), row=int(np.argmax(where)), function="purchase_summary"))
    return x, t_x, T


def _distinct(x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order in which equal rows lie together, and where a new one begins."""
    # whole days, or weeks made of them: one integer per customer sorts several times faster than three keys
    made_of = lambda each, unit: (np.round(each * unit) / unit == each).all()  # noqa: E731
    # the first thousand tell most data that are not so made
    unit = next((unit for unit in (1, 7) if all(made_of(each[:1000], unit) and made_of(each, unit) for each in (t_x, T))), None)
    if unit and (x.max() + 1) * (t_x.max() * unit + 1) * (T.max() * unit + 1) < 2**62:
        last, end = (np.round(each * unit).astype(np.int64) for each in (t_x, T))
        key = (x.astype(np.int64) * int(last.max() + 1) + last) * int(end.max() + 1) + end
        order = np.argsort(key)
        key = key[order]
        return order, np.concatenate(([True], key[1:] != key[:-1]))
    order = np.lexsort((T, t_x, x))
    fresh = np.zeros(len(x), dtype=bool)
    fresh[0] = True
    for each in (x, t_x, T):
        sorted_ = each[order]
        fresh[1:] |= sorted_[1:] != sorted_[:-1]
    return order, fresh


def maximise(names: tuple[str, ...], score: Callable[[np.ndarray], tuple[float, np.ndarray]], start: tuple[float, ...], n: int, who: str) -> Fit:
    """Maximum of a log-likelihood over positive parameters.

    Parameters
    ----------
    names : tuple of str
    score : callable
        Parameters, shape (k,), to the log-likelihood and its gradient, shape (k,).
    start : tuple of float
        Where to begin, all positive.
    n : int
        Customers, by which the search scales the likelihood.
    who : str
        Name of the model, for messages.

    Raises
    ------
    MetricError
        When the search runs to the edge: the data do not tell the parameters.
    """
    from scipy import optimize

    def of_logs(logs: np.ndarray) -> tuple[float, np.ndarray]:
        if np.abs(logs).max() > 14:
            return np.inf, np.zeros_like(logs)
        values = np.exp(logs)
        height, slope = score(values)
        if not (np.isfinite(height) and np.isfinite(slope).all()):
            return np.inf, np.zeros_like(logs)
        return -height / n, -slope * values / n

    # BFGS and not its bounded cousin: that one calls compiled linear algebra for a handful of numbers, whose threads wait
    # for each other when the machine is busy. The edge is watched here instead.
    with np.errstate(all="ignore"):
        found = optimize.minimize(of_logs, np.log(start), jac=True, method="BFGS", options={"maxiter": 500, "gtol": 1e-8})
    logs = found.x
    if np.abs(logs).max() > 12 or not np.isfinite(found.fun):
        edge = ", ".join(name for name, value in zip(names, logs, strict=True) if abs(value) > 12)
        raise MetricError(say("no_maximum", model=who, parameter=edge or say("a_parameter")))
    curve = _curvature(of_logs, logs)
    for _ in range(3):  # Newton steps on the flat top, where the search above stops early
        height, slope = of_logs(logs)
        try:
            step = np.linalg.solve(curve, slope)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all() or np.abs(step).max() > 0.5 or of_logs(logs - step)[0] > height:
            break
        logs = logs - step
        if np.abs(step).max() < 1e-4:  # the next would be its square; the curvature is as good as that of the top
            break
        curve = _curvature(of_logs, logs)
    values = np.exp(logs)
    try:
        spread = np.diag(np.linalg.inv(curve * n))
    except np.linalg.LinAlgError:
        spread = np.full(len(logs), np.nan)
    errors = values * np.sqrt(np.where(spread > 0, spread, np.nan))
    return Fit(names, values, errors, float(-of_logs(logs)[0] * n), n)


def total(weights: np.ndarray, values: np.ndarray) -> float:
    """Weighted sum. Not a matrix product: its threads wait for each other when the machine is busy, ten times as long."""
    return float(np.einsum("i,i->", weights, values))


def _curvature(of_logs: Callable[[np.ndarray], tuple[float, np.ndarray]], logs: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """Second derivatives from central differences of the gradient."""
    rows = []
    for place in range(len(logs)):
        nudge = np.zeros_like(logs)
        nudge[place] = step
        rows.append((of_logs(logs + nudge)[1] - of_logs(logs - nudge)[1]) / (2 * step))
    square = np.array(rows)
    return (square + square.T) / 2
