"""How people use a rating scale, and how to compare them all the same: response-style indices per person, and
ratings anchored by vignettes, which may be compared across markets where raw ratings may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from rapport.metrics import engines
from rapport.metrics.intervals import mean_from_sums
from rapport.metrics.rates import By, gathered, left_out, ones, tally, too_few
from rapport.metrics.refusals import say
from rapport.metrics.result import Metric, MetricError, Metrics
from rapport.metrics.surveys import ENOUGH, off_scale, on_scale
from rapport.metrics.words import WORDS


def response_style(answers: Any, *, scale: tuple[int, int] = (1, 5)) -> Any:
    """Response-style indices of each person over many unlike items.

    Parameters
    ----------
    answers : frame
        One row per person and item: ``respondent_id``, ``item``, ``rating`` (missing where unanswered). The items should
        have little to do with each other, and some be worded the other way round; else a style is mixed with an opinion.
    scale : (int, int)
        Lowest and highest rating.

    Returns
    -------
    frame of the same kind
        ``respondent_id``, ``items`` (answered), ``acquiescence`` (share above the middle), ``disacquiescence`` (below),
        ``extreme`` (either end) and ``midpoint`` (exactly the middle; 0 on a scale with an even number of steps), as shares
        0…1; ``net_acquiescence`` is the first less the second.

    Raises
    ------
    MetricError
        For a rating off the scale.

    Notes
    -----
    Indices as reviewed in Baumgartner & Steenkamp (2001), *J. Marketing Research* 38(2), 143–156.
    """
    frame = engines.wrap(answers)
    engines.require(frame, "answers", "respondent_id", "item", "rating")
    rating = engines.blank(frame, "rating")
    bad = tally(frame, None, bad=ones(~on_scale(rating, scale)))[0][1]["bad"]
    if bad:
        raise MetricError(say("rows_at_fault", name="response_style", count=bad, what=off_scale("rating", scale)))
    twice = nw.col("rating") * 2
    middle = scale[0] + scale[1]
    kept = frame.filter(~rating.is_null() & ~nw.col("respondent_id").is_null())
    shares = {
        "acquiescence": twice > middle, "disacquiescence": twice < middle,
        "extreme": (nw.col("rating") == scale[0]) | (nw.col("rating") == scale[1]), "midpoint": twice == middle,
    }  # fmt: skip
    kept = kept.with_columns(*(nw.when(test).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias(name) for name, test in shares.items()))
    found = kept.group_by("respondent_id").agg(nw.len().alias("items"), *(nw.col(name).mean() for name in shares))
    return engines.native(found.with_columns(nw.col("items").cast(nw.Int64), (nw.col("acquiescence") - nw.col("disacquiescence")).alias("net_acquiescence")))


def vignette_scale(answers: Any, vignettes: Sequence[str], *, rating: str = "rating") -> Any:
    """Each person's own rating placed among their ratings of the same vignettes.

    Parameters
    ----------
    answers : frame
        One row per person: own `rating`, and one column for each vignette.
    vignettes : sequence of str
        Columns of the vignettes, from the worst service described to the best.

    Returns
    -------
    frame of the same kind
        With ``anchored_low`` and ``anchored_high`` added, 1 (below the worst vignette) to 2J + 1 (above the best); even
        numbers are ties with a vignette. The two differ where a person ties or swaps vignettes that the rating lies
        between; both are missing where a rating is.

    Notes
    -----
    The nonparametric estimator C of King, Murray, Salomon & Tandon (2004), *American Political Science Review* 98(1),
    191–207.
    """
    names = list(vignettes)
    if not names or len(set(names)) < len(names):
        raise MetricError(say("vignettes_not_once", metric="vignette_scale", vignettes=names))
    frame = engines.wrap(answers)
    engines.require(frame, "answers", rating, *names)
    own, anchors = engines.blank(frame, rating).fill_null(0), [engines.blank(frame, name).fill_null(0) for name in names]
    places = [own < anchors[0]]
    for place, anchor in enumerate(anchors):
        places.append(own == anchor)
        places.append((own > anchor) & (own < anchors[place + 1]) if place + 1 < len(anchors) else own > anchor)
    complete = engines.known(frame, rating, *names)
    # every condition is met or not; the first and the last that are met bound where the person stands
    last = len(places)
    lows = nw.min_horizontal(*(nw.when(met).then(nw.lit(k)).otherwise(nw.lit(last)) for k, met in enumerate(places, 1)))
    highs = nw.max_horizontal(*(nw.when(met).then(nw.lit(k)).otherwise(nw.lit(1)) for k, met in enumerate(places, 1)))
    low = nw.when(complete).then(lows)
    return engines.native(frame.with_columns(low.alias("anchored_low"), nw.when(complete).then(highs).alias("anchored_high")))


def vignette_comparison(answers: Any, vignettes: Sequence[str], *, by: By, rating: str = "rating", minimum: int = ENOUGH, confidence: float = 0.95) -> Metric | Metrics:
    """Mean anchored rating by group, which may be ranked across markets and languages.

    Parameters
    ----------
    answers, vignettes, rating
        As in `vignette_scale`.
    by : str or sequence of str
        Columns of the groups.

    Returns
    -------
    Metrics
        Mean place among the vignettes. People whose place is a range (swapped or tied vignettes) are left out and counted in
        a note. It rests on two assumptions: a person rates vignettes as they rate their own experience, and a vignette
        means the same to everybody.
    """
    placed = engines.wrap(vignette_scale(answers, vignettes, rating=rating))
    low, high = nw.col("anchored_low"), nw.col("anchored_high")
    known = ~low.is_null()
    sure = known & (low.fill_null(0) == high.fill_null(0))
    value = nw.when(sure).then(low.fill_null(0).cast(nw.Float64)).otherwise(nw.lit(0.0))
    sums = {"n": ones(sure), "range": ones(known & ~sure), "silent": ones(~known), "total": value, "squares": value * value}
    about = WORDS.say("anchored_says", vignettes=len(vignettes), places=2 * len(vignettes) + 1)
    results = []
    for labels, row in tally(placed, by, **sums):
        n, total = row["n"], row["total"]
        bound = max(minimum, 2)
        ends = mean_from_sums(n, total, row["squares"] - total**2 / n, confidence) if n >= bound else (float("nan"),) * 3
        notes = tuple(left_out(row[key], why) for key, why in (("range", "tied"), ("silent", "no_rating")) if row[key])
        results.append(Metric(WORDS["anchored"], *map(float, ends), total, n, n, about, "mean", confidence, labels, False, notes, too_few(n, bound)))
    return gathered(results, by)
