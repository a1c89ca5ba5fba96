"""What customers are worth: spend per purchase (Gamma-Gamma), contracts that may end at each renewal (shifted-beta-geometric),
and discounted customer lifetime value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.i18n.numbers import number
from rapport.metrics.likelihood import Fit, maximise
from rapport.metrics.refusals import say
from rapport.metrics.result import MetricError


@dataclass(frozen=True)
class GammaGamma:
    """Spend per purchase varies around a customer's own mean, and the means between customers.

    Parameters
    ----------
    p, q, v : float
        Shape of a purchase, shape and scale (in money) of the mix; v is written γ in the note.
    fit : Fit or None
        Standard errors and log-likelihood, when estimated.

    Notes
    -----
    Fader & Hardie (2013), "The Gamma-Gamma model of monetary value"; Fader, Hardie & Lee (2005), *J. Marketing Research*
    42(4), 415–430.
    """

    p: float
    q: float
    v: float
    fit: Fit | None = None

    @property
    def mean(self) -> float:
        """Expected spend per purchase of a customer not seen yet, pv/(q − 1); infinite when q ≤ 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("inf")

    def conditional(self, frequency: Any, mean_spend: Any) -> np.ndarray:
        """Expected spend per purchase given `frequency` purchases of `mean_spend`, shape (n,): between the two means."""
        x, m = np.asarray(frequency, dtype=float), np.asarray(mean_spend, dtype=float)
        return self.p * (self.v + x * np.where(x > 0, m, 0.0)) / (self.p * x + self.q - 1)


def fit_gamma_gamma(frequency: Any, mean_spend: Any) -> GammaGamma:
    """Gamma-Gamma by maximum likelihood over the customers with a repeat purchase.

    Parameters
    ----------
    frequency : array-like, shape (n,)
        Repeat purchases; customers with none are left out.
    mean_spend : array-like, shape (n,)
        Their mean spend, above 0, in one currency; v and the log-likelihood are in its unit.

    Raises
    ------
    MetricError
        For a mean that is missing or not above 0, or fewer than two customers.
    """
    from scipy.special import digamma, gammaln

    x, m = np.asarray(frequency, dtype=float).ravel(), np.asarray(mean_spend, dtype=float).ravel()
    if x.shape != m.shape:
        raise MetricError(say("means_unequal", model="Gamma-Gamma", frequencies=len(x), means=len(m)))
    x, m = x[x > 0], m[x > 0]
    if not (np.isfinite(m) & (m > 0)).all():
        raise MetricError(say("mean_not_above", model="Gamma-Gamma", count=int((~(np.isfinite(m) & (m > 0))).sum())))
    if len(x) < 2:
        raise MetricError(say("too_few_repeats", model="Gamma-Gamma", count=len(x)))
    logs, n = np.log(m), len(x)

    def score(values: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = values
        px, room = p * x, np.log(v + m * x)
        height = (gammaln(px + q) - gammaln(px)).sum() + n * (q * np.log(v) - gammaln(q)) + ((px - 1) * logs + px * np.log(x) - (px + q) * room).sum()
        psi = digamma(px + q)
        d_p = (x * (psi - digamma(px) + logs + np.log(x) - room)).sum()
        d_q = psi.sum() + n * (np.log(v) - digamma(q)) - room.sum()
        d_v = n * q / v - ((px + q) / (v + m * x)).sum()
        return float(height), np.array([d_p, d_q, d_v])

    fit = maximise(("p", "q", "v"), score, (2.0, 2.0, float(np.median(m))), n, "Gamma-Gamma")
    return GammaGamma(*map(float, fit.values), fit=fit)


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """Contracts: at each renewal a customer leaves with their own chance, beta distributed between customers.

    Parameters
    ----------
    alpha, beta : float
    fit : Fit or None
        Standard errors and log-likelihood, when estimated.

    Notes
    -----
    Fader & Hardie (2007), "How to project customer retention", *J. Interactive Marketing* 21(1), 76–90.
    """

    alpha: float
    beta: float
    fit: Fit | None = None

    def survival(self, t: Any) -> np.ndarray:
        """S(t): share still there after `t` renewals (array-like of whole numbers ≥ 0)."""
        from scipy.special import betaln

        return np.exp(betaln(self.alpha, self.beta + np.asarray(t, dtype=float)) - betaln(self.alpha, self.beta))

    def retention(self, t: Any) -> np.ndarray:
        """Share of those there before renewal `t` (≥ 1) who renew: (β + t − 1)/(α + β + t − 1). It rises with t."""
        t = np.asarray(t, dtype=float)
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)

    def lifetime(self, rate: float) -> float:
        """Discounted expected lifetime of a new customer in periods, the first payment undiscounted: Σ S(t)/(1 + rate)^t.

        Fader & Hardie (2010), *Marketing Science* 29(1), 85–93; without discount it is finite only for α > 1.
        """
        return float(self._sum(0, rate))

    def residual_lifetime(self, renewals: Any, rate: float) -> np.ndarray:
        """Discounted expected periods still to come, just before renewal number `renewals` (≥ 1) of those still there.

        Σ over t ≥ n of S(t)/S(n − 1)/(1 + rate)^(t − n): the same paper's discounted expected residual lifetime.
        """
        n = np.asarray(renewals, dtype=float)
        return self.retention(n) * self._sum(n, rate)

    def _sum(self, n: Any, rate: float) -> np.ndarray:
        from scipy.special import hyp2f1

        if rate < 0 or (rate == 0 and self.alpha <= 1):
            raise MetricError(say("rate_not_finite", rate=repr(rate), parameter="alpha", value=number(self.alpha, 3)))
        return hyp2f1(1.0, self.beta + n, self.alpha + self.beta + n, 1 / (1 + rate))


def fit_sbg(lost: Any, remaining: int) -> ShiftedBetaGeometric:
    """Shifted-beta-geometric by maximum likelihood from one cohort.

    Parameters
    ----------
    lost : array-like of int, shape (k,)
        Customers who left at renewal 1, 2, … k.
    remaining : int
        Customers still there after renewal k.

    Raises
    ------
    MetricError
        For negative counts, nobody who left or nobody who stayed, or fewer than two renewals.
    """
    from scipy.special import betaln, digamma

    gone = np.asarray(lost, dtype=float).ravel()
    if len(gone) < 2 or (gone < 0).any() or not np.isfinite(gone).all() or remaining < 0 or gone.sum() == 0 or gone.sum() + remaining < 2:
        raise MetricError(say("losses_range", model="Shifted-beta-geometric", losses=gone.tolist(), remaining=remaining))
    t, k = np.arange(1, len(gone) + 1), len(gone)
    n = float(gone.sum() + remaining)

    def score(values: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = values
        whole = digamma(alpha + beta)
        height = gone @ betaln(alpha + 1, beta + t - 1) + remaining * betaln(alpha, beta + k) - n * betaln(alpha, beta)
        ends = gone @ digamma(alpha + beta + t) + remaining * digamma(alpha + beta + k)
        d_alpha = gone.sum() * digamma(alpha + 1) + remaining * digamma(alpha) - ends - n * (digamma(alpha) - whole)
        d_beta = gone @ digamma(beta + t - 1) + remaining * digamma(beta + k) - ends - n * (digamma(beta) - whole)
        return float(height), np.array([d_alpha, d_beta])

    fit = maximise(("alpha", "beta"), score, (1.0, 1.0), int(n), "Shifted-beta-geometric")
    return ShiftedBetaGeometric(*map(float, fit.values), fit=fit)


def discounted_clv(margin: float, retention: float, discount: float, *, first_payment: bool = True) -> float:
    """Value of a customer with constant margin and retention per period, discounted, without end.

    Parameters
    ----------
    margin : float
        Per period, in money.
    retention : float
        Chance to stay another period, 0 to 1 (1 only with a discount above 0).
    discount : float
        Per period, at least 0, such as 0.10.
    first_payment : bool
        Whether the first margin comes now, undiscounted and for certain (margin·(1 + d)/(1 + d − r)), or only what follows
        it is valued (margin·r/(1 + d − r)). Gupta & Lehmann (2003), *J. Interactive Marketing* 17(1), 9–24.

    Raises
    ------
    MetricError
        For a retention or discount out of its range.
    """
    if not (0 <= retention <= 1 and discount >= 0 and 1 + discount > retention):
        raise MetricError(say("retention_range", retention=repr(retention), discount=repr(discount)))
    return margin * ((1 + discount) if first_payment else retention) / (1 + discount - retention)


def noncontractual_clv(transactions: Any, spend: Any, *, margin: float = 1.0) -> np.ndarray:
    """Value still to come: discounted expected purchases × expected spend × margin share, shape (n,).

    Purchases from `ParetoNBD.discounted`, spend from `GammaGamma.conditional`, which take the two to be unrelated: check it.
    Fader, Hardie & Lee (2005), *J. Marketing Research* 42(4), 415–430.
    """
    if not 0 < margin <= 1:
        raise MetricError(say("margin_range", margin=repr(margin)))
    return np.asarray(transactions, dtype=float) * np.asarray(spend, dtype=float) * margin
