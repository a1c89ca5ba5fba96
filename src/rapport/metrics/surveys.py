"""What customers say when asked: satisfaction, net promoter score and effort with their intervals, how many answered,
and an estimate weighted for those who did not. Raw ratings are never ranked across markets or languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np

from rapport.i18n.numbers import number
from rapport.metrics import engines
from rapport.metrics.intervals import level, net_share
from rapport.metrics.rates import By, gathered, left_out, ones, share, tally, too_few
from rapport.metrics.refusals import say
from rapport.metrics.result import Metric, MetricError, Metrics
from rapport.metrics.words import WORDS

ENOUGH = 30


def csat(surveys: Any, *, column: str = "csat", top: int = 4, scale: tuple[int, int] = (1, 5), by: By = None, minimum: int = ENOUGH, confidence: float = 0.95) -> Metric | Metrics:
    """Share of answers at or above `top` (top-two-box by default) with its Wilson interval.

    Parameters
    ----------
    surveys : frame
        A column of whole ratings on `scale`; missing or NaN where there is no answer.
    column, top, scale
        Name of the column, lowest rating that counts as satisfied, lowest and highest rating allowed.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`; refused below 30 answers unless you ask for another bound.

    Raises
    ------
    MetricError
        For a rating off the scale.
    """
    about = WORDS.say("satisfaction_says", top=top, first=scale[0], last=scale[1])
    return _box(surveys, WORDS["satisfaction"], about, column, top, scale, by, minimum, confidence)


def customer_effort(surveys: Any, *, column: str = "effort", easy: int = 5, scale: tuple[int, int] = (1, 7), by: By = None, minimum: int = ENOUGH, confidence: float = 0.95) -> Metric | Metrics:
    """Share of customers who agree that it was easy (`easy` or higher of 1–7), with its Wilson interval; else as `csat`."""
    about = WORDS.say("effort_says", top=easy, first=scale[0], last=scale[1])
    return _box(surveys, WORDS["effort"], about, column, easy, scale, by, minimum, confidence)


def _box(surveys: Any, name: str, about: str, column: str, top: int, scale: tuple[int, int], by: By, minimum: int, confidence: float) -> Metric | Metrics:
    frame = engines.wrap(surveys)
    engines.require(frame, "surveys", column)
    rating = engines.blank(frame, column)
    return share(
        frame, name, about, rating.fill_null(scale[0] - 1) >= top, known=~rating.is_null(), by=by, minimum=minimum, confidence=confidence, self_report=True, missing="no_answer",
        valid=on_scale(rating, scale), invalid=off_scale(column, scale),
    )  # fmt: skip


def on_scale(rating: nw.Expr, scale: tuple[int, int]) -> nw.Expr:
    """Whether a rating is missing or one of the scale's whole numbers."""
    value = rating.fill_null(scale[0])
    return (value >= scale[0]) & (value <= scale[1]) & (value % 1 == 0)


def off_scale(column: str, scale: tuple[int, int]) -> str:
    """The sentence for a rating off the scale."""
    return say("rating_off_scale", column=column, first=scale[0], last=scale[1])


def nps(surveys: Any, *, column: str = "nps", by: By = None, minimum: int = ENOUGH, confidence: float = 0.95) -> Metric | Metrics:
    """Net promoter score: per cent of answers 9–10 less per cent of answers 0–6, with its multinomial interval.

    Parameters
    ----------
    surveys : frame
        A column of whole ratings 0–10; missing or NaN where there is no answer.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`; refused below 30 answers unless you ask for another bound.

    Returns
    -------
    Metric or Metrics
        In points, −100 to 100; the numerator is promoters less detractors. Ranking it across markets, countries or
        languages is refused.

    Notes
    -----
    Interval: see `rapport.metrics.intervals.net_share`.
    """
    level(confidence)
    frame = engines.wrap(surveys)
    engines.require(frame, "surveys", column)
    rating = engines.blank(frame, column)
    answered = ~rating.is_null()
    about = WORDS["promoters_says"]
    results = []
    sums = {"n": ones(answered), "up": ones(rating.fill_null(7) >= 9), "down": ones(rating.fill_null(7) <= 6),
            "silent": ones(~answered), "bad": ones(~on_scale(rating, (0, 10)))}  # fmt: skip
    for labels, row in tally(frame, by, **sums):
        if row["bad"]:
            raise MetricError(say("rows_at_fault", name=WORDS["promoters"], count=row["bad"], what=off_scale(column, (0, 10))))
        up, down, n = row["up"], row["down"], row["n"]
        low, high = net_share(up, down, n, confidence) if n else (float("nan"),) * 2
        notes = (left_out(row["silent"], "no_answer"),) if row["silent"] else ()
        value = 100 * (up - down) / n if n else float("nan")
        results.append(Metric(WORDS["promoters"], value, 100 * low, 100 * high, up - down, n, n, about, "points", confidence, labels, True, notes, too_few(n, minimum)))
    return gathered(results, by)


def response_rate(surveys: Any, *, column: str = "answered", by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of surveys sent that were answered (`column`, 0/1 or boolean)."""
    frame = engines.wrap(surveys)
    engines.require(frame, "surveys", column)
    return share(frame, WORDS["response"], WORDS["response_says"], engines.flag(frame, column), known=engines.known(frame, column), by=by, minimum=minimum, confidence=confidence)


def nonresponse_weighted(surveys: Any, *, column: str, classes: Sequence[str] | str, minimum: int = ENOUGH, confidence: float = 0.95) -> Metric:
    """Mean rating weighted so that every class counts by those asked, not by those who answered.

    Parameters
    ----------
    surveys : frame
        One row per survey sent: the rating (missing where unanswered) and the columns of `classes`, known for all.
    column : str
        The rating; for a share give 0/1.
    classes : str or sequence of str
        What response depends on. Weighting mends only what the classes explain: within a class those silent are taken to
        be like those who answered.

    Returns
    -------
    Metric
        A mean; refused when a class has nobody, or a single person, who answered.

    Notes
    -----
    Weighting-class (post-stratification) estimator Σ (N_c/N)·ȳ_c with variance Σ (N_c/N)²·s_c²/n_c: Little & Rubin,
    *Statistical Analysis with Missing Data* (3rd ed. 2019), section 3.3. Its interval uses the normal distribution.
    """
    from scipy import stats

    frame = engines.wrap(surveys)
    keys = [classes] if isinstance(classes, str) else list(classes)
    if not keys:
        raise MetricError(say("no_class", metric="nonresponse_weighted"))
    engines.require(frame, "surveys", column, *keys)
    value = engines.blank(frame, column)
    answered = ~value.is_null()
    known = nw.when(answered).then(value.cast(nw.Float64)).otherwise(nw.lit(0.0))
    cells = tally(frame, keys, asked=ones(), n=ones(answered), total=known, squares=known * known)
    about = WORDS.say("weighted_says", column=column, classes=", ".join(keys))
    asked, n = sum(cell["asked"] for _, cell in cells), sum(cell["n"] for _, cell in cells)
    thin = [", ".join(f"{k} {v}" for k, v in labels) for labels, cell in cells if cell["n"] < 2]
    if thin or n < max(minimum, 2):
        why = WORDS.say("weighted_thin", classes="; ".join(thin)) if thin else too_few(n, max(minimum, 2))
        return Metric(WORDS["weighted"], *(np.nan,) * 3, np.nan, asked, n, about, "mean", confidence, (), True, (), why)
    estimate = variance = 0.0
    for _, cell in cells:
        weight, mean = cell["asked"] / asked, cell["total"] / cell["n"]
        spread = max(cell["squares"] - cell["n"] * mean**2, 0.0) / (cell["n"] - 1)
        estimate += weight * mean
        variance += weight**2 * spread / cell["n"]
    half = float(stats.norm.ppf(0.5 + level(confidence) / 2)) * variance**0.5
    plain = sum(cell["total"] for _, cell in cells) / n
    return Metric(
        WORDS["weighted"], estimate, estimate - half, estimate + half, estimate * asked, asked, n, about, "mean", confidence, (), True,
        (WORDS.say("weighted_plain", silent=number(asked - n), asked=number(asked), mean=number(plain, 3)),),
    )  # fmt: skip
