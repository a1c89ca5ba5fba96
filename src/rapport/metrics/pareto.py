"""Pareto/NBD: customers buy at their own rate and may leave at any moment, also before a second purchase
(Schmittlein, Morrison & Colombo 1987, *Management Science* 33(1), 1–24), in the form of Fader & Hardie (2005), note 009."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.metrics.likelihood import Compressed, Fit, checked, compress, maximise
from rapport.metrics.refusals import say

_NODES = 48


@dataclass(frozen=True)
class ParetoNBD:
    """A fitted Pareto/NBD model.

    Parameters
    ----------
    r, alpha : float
        Purchase rates are gamma distributed with shape r and rate alpha (in the unit of time of the data).
    s, beta : float
        Leaving rates are gamma distributed with shape s and rate beta.
    fit : Fit or None
        Standard errors and log-likelihood, when estimated.
    """

    r: float
    alpha: float
    s: float
    beta: float
    fit: Fit | None = None

    def expected(self, t: Any) -> np.ndarray:
        """E[X(t)]: repeat purchases of a new customer up to time `t` (array-like, ≥ 0)."""
        t = np.asarray(t, dtype=float)
        return self.r * self.beta / self.alpha * _growth(self.s, np.log(self.beta / (self.beta + t)))

    def alive(self, frequency: Any, recency: Any, age: Any) -> np.ndarray:
        """P(alive) at the end of observation, shape (n,)."""
        from scipy.special import expit

        x, t_x, T = checked(frequency, recency, age, "Pareto/NBD")
        here, gone, _, _ = _parts(self.r, self.alpha, self.s, self.beta, x, t_x, T)
        return expit(here - gone)

    def conditional(self, t: Any, frequency: Any, recency: Any, age: Any) -> np.ndarray:
        """E[Y(t)]: purchases in the next `t` of customers with these statistics, shape (n,)."""
        x, t_x, T = checked(frequency, recency, age, "Pareto/NBD")
        t = np.asarray(t, dtype=float)
        rate = (self.r + x) * (self.beta + T) / (self.alpha + T)
        return rate * _growth(self.s, np.log((self.beta + T) / (self.beta + T + t))) * self.alive(x, t_x, T)

    def discounted(self, frequency: Any, recency: Any, age: Any, rate: float) -> np.ndarray:
        """Expected purchases still to come, each discounted at the continuous `rate` per unit of time, shape (n,).

        The discounted expected residual transactions of Fader, Hardie & Lee (2005), *J. Marketing Research* 42(4), 415–430,
        equation (2): P(alive) times (r + x)/(α + T) times ∫₀^∞ e^(−rate·u) ((β + T)/(β + T + u))^s du.
        """
        from scipy.special import hyperu

        if not rate > 0:
            raise ValueError(say("rate_range", rate=repr(rate)))
        x, t_x, T = checked(frequency, recency, age, "Pareto/NBD")
        # ∫ e^(−δu)(1 + u/B)^(−s) du = B·U(1, 2 − s, δB)
        B = self.beta + T
        return self.alive(x, t_x, T) * (self.r + x) / (self.alpha + T) * B * hyperu(1.0, 2 - self.s, rate * B)


def fit_pareto_nbd(frequency: Any, recency: Any, age: Any) -> ParetoNBD:
    """Pareto/NBD by maximum likelihood; arguments and errors as in `fit_bgnbd`."""
    data = compress(frequency, recency, age, "Pareto/NBD")
    scale = max(float(np.average(data.T, weights=data.count)), 1e-9)
    fit = maximise(("r", "alpha", "s", "beta"), likelihood(data), (0.5, scale / 3, 0.5, scale / 3), data.n, "Pareto/NBD")
    return ParetoNBD(*map(float, fit.values), fit=fit)


def likelihood(data: Compressed):
    """Log-likelihood and gradient in (r, alpha, s, beta) over compressed customers.

    The paper's hypergeometric functions are the closed form of an integral over the moment of leaving. Written as the
    integral, value and gradient need the same few sums, and nothing overflows.
    """
    from scipy.special import digamma, gammaln

    x, t_x, T, count = data.x, data.t_x, data.T, data.count
    n = count.sum()
    times, place = np.unique(x, return_inverse=True)
    per_x = np.bincount(place, weights=count)

    def score(values: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, s, beta = values
        here, gone, log_w, (u_alpha, u_beta) = _parts(r, alpha, s, beta, x, t_x, T)
        total = np.logaddexp(here, gone)
        height = per_x @ gammaln(r + times) + n * (r * np.log(alpha) + s * np.log(beta) - gammaln(r)) + count @ total
        stay, left = np.exp(here - total), np.exp(gone - total)
        # means over the moment of leaving, given that the customer left
        weight = np.exp(log_w - gone[:, None])
        mean = lambda each: (weight * each).sum(axis=1)  # noqa: E731
        d_r = per_x @ digamma(r + times) + n * (np.log(alpha) - digamma(r)) - count @ (stay * np.log(alpha + T) + left * mean(np.log(u_alpha)))
        d_alpha = n * r / alpha - count @ ((r + x) * (stay / (alpha + T) + left * mean(1 / u_alpha)))
        d_s = n * np.log(beta) - count @ (stay * np.log(beta + T) + left * (mean(np.log(u_beta)) - 1 / s))
        d_beta = n * s / beta - count @ (stay * s / (beta + T) + left * (s + 1) * mean(1 / u_beta))
        return float(height), np.array([d_r, d_alpha, d_s, d_beta])

    return score


def _parts(r: float, alpha: float, s: float, beta: float, x: np.ndarray, t_x: np.ndarray, T: np.ndarray):
    """Logarithms of the two ways to these statistics, still here at T or left at some τ in (t_x, T); the integrand's
    logarithms at the quadrature's nodes, shape (n, 48); and α + τ, β + τ there.

    here = (α + T)^−(r + x) (β + T)^−s, gone = s ∫ (α + τ)^−(r + x) (β + τ)^−(s + 1) dτ. With m = min(α, β) the integral runs
    over log(m + τ), in which the integrand is smooth, by Gauss and Legendre; where it falls by more than e^−40 the rest is
    left off.
    """
    from scipy.special import logsumexp, roots_legendre

    here = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    m = min(alpha, beta)
    nodes, weights = roots_legendre(_NODES)
    low = np.log(m + t_x)
    length = np.log(m + T) - low
    fall = np.maximum(r + x - 1 if alpha <= beta else s, 1e-9)
    length = np.minimum(length, 40.0 / fall)
    u = np.exp(low[:, None] + length[:, None] * (nodes + 1) / 2)
    u_alpha, u_beta = u + (alpha - m), u + (beta - m)
    with np.errstate(divide="ignore"):  # no time left between t_x and T
        scale = np.log(length / 2)
    log_w = scale[:, None] + np.log(weights) + np.log(u) + np.log(s) - (r + x)[:, None] * np.log(u_alpha) - (s + 1) * np.log(u_beta)
    gone = logsumexp(log_w, axis=1)
    gone = np.where(np.isfinite(gone), gone, -np.inf)
    return here, np.maximum(gone, here - 745.0), log_w, (u_alpha, u_beta)


def _growth(s: float, log_ratio: np.ndarray) -> np.ndarray:
    """(1 − e^((s−1)·log_ratio))/(s − 1), with its limit at s = 1."""
    if abs(s - 1) < 1e-9:
        return -log_ratio
    return -np.expm1((s - 1) * log_ratio) / (s - 1)
