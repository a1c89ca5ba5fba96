"""Are the two forms parallel? Means, spreads, reliability, correlation, and an interval against a stated margin.
Below a hundred people for each form the answer is "unknown", whatever the figures look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.assessment.words import STRINGS
from rapport.i18n.numbers import number, percent, signed

NEEDED = 100
"""People for each form below which nothing is concluded."""
MARGIN = 5.0
"""Points of 100 between the means that count as no difference: about half of what separates two sittings of one person."""
SPREADS = (0.8, 1.25)
"""Ratios of the standard deviations that count as equal spread."""
SEED, RESAMPLES = 20261125, 2000


@dataclass(frozen=True)
class Comparison:
    """Form A beside form B, by people who sat them before the course; judgement in points of 100.

    Attributes
    ----------
    n : (int, int)
        People for A and B.
    mean, sd, alpha : (float, float)
        Mean, standard deviation and Cronbach's alpha of each form.
    difference, low, high : float
        B minus A with its 90 % interval (Welch): inside ±`MARGIN` it shows equal means at the 5 % level.
    p_equivalence : float
        The larger p of two one-sided t tests (Welch) against −`MARGIN` and +`MARGIN` (Schuirmann 1987).
    sd_ratio, sd_low, sd_high : float
        B over A with its 90 % bootstrap interval, held against `SPREADS`.
    correlation, r_low, r_high, both : float, float, float, int
        Pearson's r between the forms over those who sat both, with its 95 % interval, and how many they are. The course lies
        between the two sittings, so it is below what it would be on one day.
    """

    n: tuple[int, int]
    mean: tuple[float, float]
    sd: tuple[float, float]
    alpha: tuple[float, float]
    difference: float
    low: float
    high: float
    p_equivalence: float
    sd_ratio: float
    sd_low: float
    sd_high: float
    correlation: float
    r_low: float
    r_high: float
    both: int

    @property
    def verdict(self) -> str:
        """``unknown`` (too few people), ``shown`` (equal means and equal spreads, within the margins) or ``not shown``."""
        if min(self.n) < NEEDED:
            return "unknown"
        means = -MARGIN < self.low and self.high < MARGIN
        return "shown" if means and SPREADS[0] < self.sd_low and self.sd_high < SPREADS[1] else "not shown"

    @property
    def named(self) -> str:
        """The verdict in the reader's language."""
        return STRINGS[f"{self.verdict.replace(' ', '_')}_verdict"]

    @property
    def says(self) -> str:
        """The verdict in a sentence or two."""
        if self.verdict == "unknown":
            return f"{_unknown(*self.n)} {STRINGS['no_answer']}"
        said = {"difference": signed(self.difference, 1), "low": signed(self.low, 1), "high": signed(self.high, 1), "level": percent(90), "margin": number(MARGIN)}
        spreads = {"ratio": number(self.sd_ratio, 2), "from": number(self.sd_low, 2), "to": number(self.sd_high, 2), "least": number(SPREADS[0], 1), "most": number(SPREADS[1], 2)}
        told = STRINGS.say("figures", **said, **spreads)
        return f"{STRINGS['parallel']} {told}" if self.verdict == "shown" else f"{STRINGS['not_parallel']} {told} {STRINGS['so']}"


def compare(sittings: pd.DataFrame, answers: pd.DataFrame) -> Comparison | str:
    """The two forms side by side, or a sentence when there are not even three people for each.

    Parameters
    ----------
    sittings, answers : DataFrame
        Of `cohort.sittings_frame` and `cohort.answers_frame`. Only people who consented are counted. Means and spreads come
        from first sittings, in which each person sat the form that was drawn for them.
    """
    if sittings.empty:
        return STRINGS["nobody"]
    counted = sittings[sittings["consent"]]
    first = counted[counted["occasion"] == "pre"]
    one, other = (100 * first.loc[first["form"] == form, "judgement"].to_numpy(float) for form in "AB")
    if min(len(one), len(other)) < 3:
        return _unknown(len(one), len(other))
    interval = stats.ttest_ind(other, one, equal_var=False).confidence_interval(0.90)
    beyond = [stats.ttest_ind(other - edge, one, equal_var=False, alternative=side).pvalue for edge, side in ((-MARGIN, "greater"), (MARGIN, "less"))]
    spread = stats.bootstrap(
        (other, one), lambda b, a, axis: np.std(b, axis=axis, ddof=1) / np.std(a, axis=axis, ddof=1), n_resamples=RESAMPLES,
        confidence_level=0.90, method="percentile", rng=np.random.default_rng(SEED),
    ).confidence_interval  # fmt: skip
    pairs = counted[counted["occasion"].isin(["pre", "post"])].pivot(index="learner", columns="form", values="judgement").reindex(columns=["A", "B"]).dropna()
    r, r_low, r_high = float("nan"), float("nan"), float("nan")
    if len(pairs) > 3:
        found = stats.pearsonr(pairs["A"], pairs["B"])
        r, (r_low, r_high) = found.statistic, found.confidence_interval(0.95)
    return Comparison(
        n=(len(one), len(other)), mean=(one.mean(), other.mean()), sd=(one.std(ddof=1), other.std(ddof=1)), alpha=(_alpha(answers, "A"), _alpha(answers, "B")),
        difference=other.mean() - one.mean(), low=interval.low, high=interval.high, p_equivalence=float(max(beyond)),
        sd_ratio=other.std(ddof=1) / one.std(ddof=1), sd_low=float(spread.low), sd_high=float(spread.high), correlation=r, r_low=r_low, r_high=r_high, both=len(pairs),
    )  # fmt: skip


def _unknown(a: int, b: int) -> str:
    return STRINGS.say("unknown", a=number(a), b=number(b), needed=number(NEEDED))


def _alpha(answers: pd.DataFrame, form: str) -> float:
    """Cronbach's alpha of a form's judgement over incidents, by first sittings of people who consented.

    ``k / (k − 1) · (1 − Σ var_i / var_total)`` (Cronbach 1951, *Psychometrika* 16, 297–334).
    """
    mine = answers[(answers["form"] == form) & (answers["occasion"] == "pre") & answers["consent"]]
    credit = mine.pivot(index="learner", columns="incident", values="judgement")
    k = credit.shape[1]
    return float(k / (k - 1) * (1 - credit.var(ddof=1).sum() / credit.sum(axis=1).var(ddof=1)))
