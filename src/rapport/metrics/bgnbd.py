"""BG/NBD: customers buy at their own rate and may leave after any purchase (Fader, Hardie & Lee 2005, *Marketing Science* 24(2), 275–284).
A customer without a repeat purchase is alive for certain under it; grade leaving on `pareto_nbd` instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.metrics.likelihood import Compressed, Fit, checked, compress, maximise, total
from rapport.metrics.refusals import say


@dataclass(frozen=True)
class BGNBD:
    """A fitted BG/NBD model.

    Parameters
    ----------
    r, alpha : float
        Purchase rates are gamma distributed with shape r and rate alpha (in the unit of time of the data).
    a, b : float
        Chances of leaving after a purchase are beta distributed.
    fit : Fit or None
        Standard errors and log-likelihood, when estimated.
    """

    r: float
    alpha: float
    a: float
    b: float
    fit: Fit | None = None

    def expected(self, t: Any) -> np.ndarray:
        """E[X(t)]: repeat purchases of a new customer up to time `t` (array-like, ≥ 0). Equation (9) of the paper."""
        from scipy.special import hyp2f1

        t = np.asarray(t, dtype=float)
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))

    def alive(self, frequency: Any, recency: Any, age: Any) -> np.ndarray:
        """P(alive) at the end of observation, shape (n,); 1 for customers without a repeat purchase.

        Fader, Hardie & Lee (2008), note 021, "Computing P(alive) using the BG/NBD model".
        """
        from scipy.special import expit

        x, t_x, T = checked(frequency, recency, age, "BG/NBD")
        gone = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1) + (self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + t_x))
        return np.where(x > 0, expit(-gone), 1.0)

    def conditional(self, t: Any, frequency: Any, recency: Any, age: Any) -> np.ndarray:
        """E[Y(t)]: purchases in the next `t` of customers with these statistics, shape (n,). Equation (10) of the paper."""
        from scipy.special import hyp2f1

        x, t_x, T = checked(frequency, recency, age, "BG/NBD")
        t = np.asarray(t, dtype=float)
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        growth = 1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
        return (a + b + x - 1) / (a - 1) * growth * self.alive(x, t_x, T)

    def probability(self, x: Any, t: float) -> np.ndarray:
        """P(X(t) = x): share of new customers with exactly `x` repeat purchases by time `t`. Equation (8) of the paper."""
        from scipy.special import betainc, betaln, gammaln

        x = np.atleast_1d(np.asarray(x, dtype=float))
        if (x < 0).any() or (x % 1 != 0).any() or not t > 0:
            raise ValueError(say("purchases_range", purchases=x.tolist(), time=repr(t)))
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        exactly = np.exp(gammaln(r + x) - gammaln(r) - gammaln(x + 1) + r * np.log(alpha / (alpha + t)) + x * np.log(t / (alpha + t)))
        # x or more, had the customer not left; the paper's 1 less a sum, without its cancellation
        at_least = betainc(np.maximum(x, 1), r, t / (alpha + t))
        left = np.exp(betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b)) * at_least
        return np.exp(betaln(a, b + x) - betaln(a, b)) * exactly + np.where(x > 0, left, 0.0)


def fit_bgnbd(frequency: Any, recency: Any, age: Any) -> BGNBD:
    """BG/NBD by maximum likelihood.

    Parameters
    ----------
    frequency, recency, age : array-like, shape (n,)
        Repeat purchases; time from first purchase to last, and to the end of observation, in one unit. Days from
        `purchase_summary` serve; divide by 7 for weeks. Whole numbers compress best.

    Raises
    ------
    MetricError
        For statistics that make no sense, or that do not tell the parameters.
    """
    data = compress(frequency, recency, age, "BG/NBD")
    scale = float(np.average(data.T, weights=data.count))
    if scale <= 0:
        scale = 1.0
    names, start = ("r", "alpha", "a", "b"), (0.5, scale / 4, 1.0, 2.0)
    if len(data.x) > 50_000:  # a tenth of the statistics finds the neighbourhood, all of them the place
        some = Compressed(*(each[::10] for each in (data.x, data.t_x, data.T, data.count)))
        start = tuple(maximise(names, likelihood(some), start, some.n, "BG/NBD").values)
    fit = maximise(names, likelihood(data), start, data.n, "BG/NBD")
    return BGNBD(*map(float, fit.values), fit=fit)


def likelihood(data: Compressed):
    """Log-likelihood and gradient in (r, alpha, a, b) over compressed customers: equation (6) of the paper."""
    from scipy.special import digamma, gammaln

    x, t_x, T, count = data.x, data.t_x, data.T, data.count
    n = count.sum()
    # terms in x alone need one value for each number of purchases
    times, place = np.unique(x, return_inverse=True)
    per_x = np.bincount(place, weights=count)
    again = x > 0
    none_T, none_n = T[~again], count[~again]
    x1, t1, T1, n1 = x[again], t_x[again], T[again], count[again]
    # few distinct moments and counts: their logarithms are taken once and looked up
    (T_values, T_place), (t_values, t_place), (x_values, x_place) = (np.unique(each, return_inverse=True) for each in (T1, t1, x1))
    many = x_values - 1

    def score(values: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = values
        log_alpha = np.log(alpha)
        height = per_x @ (gammaln(r + times) + gammaln(b + times) - gammaln(a + b + times))
        height += n * (r * log_alpha - gammaln(r) + gammaln(a + b) - gammaln(b))
        psi_ab = per_x @ digamma(a + b + times)
        d_r = per_x @ digamma(r + times) + n * (log_alpha - digamma(r))
        d_alpha = n * r / alpha
        d_a = n * digamma(a + b) - psi_ab
        d_b = per_x @ digamma(b + times) - psi_ab + n * (digamma(a + b) - digamma(b))
        # nobody leaves before a repeat purchase
        wait = np.log(alpha + none_T)
        height -= r * (total(none_n, wait))
        d_r -= total(none_n, wait)
        d_alpha -= r * (total(none_n, 1 / (alpha + none_T)))
        # of the others: still here, or left after the last purchase; both in units of the first
        at_T, at_t = alpha + T_values, alpha + t_values
        log_T = np.log(at_T)[T_place]
        fall = log_T - np.log(at_t)[t_place]
        rate = r + x1
        odds = np.exp(np.minimum(rate * fall, 700.0))
        odds *= (a / (b + many))[x_place]
        left = odds / (1 + odds)
        height += total(n1, np.log1p(odds)) - total(n1, rate * log_T)
        d_r += total(n1, left * fall) - total(n1, log_T)
        gone_n = n1 * left
        d_alpha -= total((n1 - gone_n) * rate, (1 / at_T)[T_place]) + total(gone_n * rate, (1 / at_t)[t_place])
        d_a += gone_n.sum() / a
        d_b -= total(gone_n, (1 / (b + many))[x_place])
        return float(height), np.array([d_r, d_alpha, d_a, d_b])

    return score
