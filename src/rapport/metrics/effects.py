"""What a change did: regression and difference-in-differences with clustered errors, agreement of raters (statsmodels computes
them), and how far two groups overlap (common-language effect)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rapport.metrics import engines
from rapport.metrics.intervals import level
from rapport.metrics.refusals import say
from rapport.metrics.result import Metric, MetricError
from rapport.metrics.words import WORDS


def regression_effect(table: Any, formula: str, term: str, *, cluster: str | None = None, confidence: float = 0.95) -> Metric:
    """One coefficient of an ordinary least squares regression.

    Parameters
    ----------
    table : frame
        Any engine; it is brought into memory.
    formula : str
        As in statsmodels, such as ``"resolved_first ~ native_language + C(complexity)"``.
    term : str
        The coefficient asked for, as statsmodels names it.
    cluster : str, optional
        Column of the groups within which rows hang together; errors are then clustered (two or more groups), else
        they allow for unequal variance (HC1).

    Returns
    -------
    Metric
        In the unit of the outcome. Causal only as far as the formula holds what drives both sides.
    """
    import statsmodels.formula.api as smf

    data = _pandas(table)
    if cluster and cluster not in data:
        raise MetricError(say("no_cluster", metric="regression_effect", column=cluster, found=", ".join(map(str, data.columns))))
    try:
        model = smf.ols(formula, data.dropna(subset=[cluster]) if cluster else data)
    except Exception as error:  # formula parsers raise many kinds
        raise MetricError(say("formula_unfit", metric="regression_effect", formula=repr(formula), error=str(error).splitlines()[0])) from None
    kept = model.data.row_labels
    if cluster:
        groups = data.loc[kept, cluster]
        if groups.nunique() < 2:
            raise MetricError(say("one_cluster", metric="regression_effect", column=cluster, count=groups.nunique()))
        fitted = model.fit(cov_type="cluster", cov_kwds={"groups": groups.astype("category").cat.codes.to_numpy()}, use_t=True)
    else:
        fitted = model.fit(cov_type="HC1", use_t=True)
    if term not in fitted.params.index:
        raise MetricError(say("no_term", metric="regression_effect", term=repr(term), terms=", ".join(fitted.params.index)))
    low, high = fitted.conf_int(1 - level(confidence)).loc[term]
    left_out = len(data) - len(kept)
    return Metric(
        WORDS["regression"], float(fitted.params[term]), float(low), float(high), math.nan, math.nan, len(kept),
        WORDS.say("regression_clustered" if cluster else "regression_robust", term=term, formula=formula, cluster=cluster),
        "mean", confidence, notes=(WORDS.say("incomplete", n=left_out),) if left_out else (),
    )  # fmt: skip


def difference_in_differences(table: Any, *, outcome: str, treated: str, after: str, cluster: str | None = None, confidence: float = 0.95) -> Metric:
    """How much more the outcome changed among the treated than among the others.

    Parameters
    ----------
    table : frame
        Columns `outcome` (number), `treated` and `after` (0/1 or boolean).
    cluster : str, optional
        Column of the units that were treated or not, such as the branch.

    Notes
    -----
    The interaction of a saturated regression: Card & Krueger (1994), *American Economic Review* 84(4), 772–793. It rests on
    parallel trends; look at them with `pre_trend`.
    """
    data = _pandas(table)
    engines.require(engines.wrap(data), "table", outcome, treated, after, *([cluster] if cluster else []))
    plain = _renamed(data, {"outcome": outcome, "treated": treated, "after": after} | ({"unit": cluster} if cluster else {}))
    cells = plain.groupby(["treated", "after"]).size()
    if len(cells) < 4:
        raise MetricError(say("empty_cells", metric="difference_in_differences", count=4 - len(cells)))
    found = regression_effect(plain, "outcome ~ treated * after", "treated:after", cluster="unit" if cluster else None, confidence=confidence)
    return Metric(
        WORDS["did"], found.value, found.low, found.high, math.nan, math.nan, found.n,
        WORDS.say("did_clustered" if cluster else "did_says", outcome=outcome, cluster=cluster),
        "mean", confidence, notes=found.notes,
    )  # fmt: skip


def pre_trend(table: Any, *, outcome: str, treated: str, time: str, cluster: str | None = None, confidence: float = 0.95) -> Metric:
    """How much faster per unit of `time` the treated moved before the change; far from 0 means the trends were not parallel.

    Give it only rows from before the change; arguments else as in `difference_in_differences`.
    """
    data = _pandas(table)
    engines.require(engines.wrap(data), "table", outcome, treated, time, *([cluster] if cluster else []))
    plain = _renamed(data, {"outcome": outcome, "treated": treated, "time": time} | ({"unit": cluster} if cluster else {}))
    if plain["time"].nunique() < 2 or plain["treated"].nunique() < 2:
        raise MetricError(say("trend_too_short", metric="pre_trend"))
    found = regression_effect(plain, "outcome ~ treated * time", "treated:time", cluster="unit" if cluster else None, confidence=confidence)
    about = WORDS.say("trend_says", outcome=outcome, time=time)
    return Metric(WORDS["trend"], found.value, found.low, found.high, math.nan, math.nan, found.n, about, "mean", confidence, notes=found.notes)


def cohen_kappa(first: Any, second: Any, *, confidence: float = 0.95) -> Metric:
    """Agreement of two raters beyond chance.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        Labels the two gave to the same cases.

    Notes
    -----
    Cohen (1960), *Educational and Psychological Measurement* 20(1), 37–46, by `statsmodels.stats.inter_rater`.
    """
    from scipy import stats
    from statsmodels.stats.inter_rater import cohens_kappa

    a, b = [str(each) for each in first], [str(each) for each in second]
    if len(a) != len(b) or not a:
        raise MetricError(say("labels_unequal", metric="cohen_kappa", first=len(a), second=len(b)))
    names = sorted({*a, *b})
    about = WORDS["kappa_says"]
    agreed = float(sum(x == y for x, y in zip(a, b, strict=True)))
    if len(names) < 2:
        return Metric(WORDS["kappa"], *(math.nan,) * 3, agreed, len(a), len(a), about, "mean", confidence, refusal=WORDS["kappa_one"])
    square = np.zeros((len(names), len(names)))
    for x, y in zip(a, b, strict=True):
        square[names.index(x), names.index(y)] += 1
    found = cohens_kappa(square)
    kappa, half = float(found.kappa), float(found.std_kappa) * float(stats.norm.ppf(0.5 + level(confidence) / 2))
    return Metric(WORDS["kappa"], kappa, kappa - half, min(1.0, kappa + half), agreed, len(a), len(a), about, "mean", confidence)


def common_language_effect(first: Any, second: Any) -> float:
    """Chance that one person of the first group exceeds one of the second, ties counted half.

    Parameters
    ----------
    first, second : array-like of float, shapes (n,) and (m,)

    Returns
    -------
    float
        0…1, .5 when the groups overlap fully. McGraw & Wong (1992), *Psychological Bulletin* 111(2), 361–365; it is the
        Mann–Whitney statistic per pair.
    """
    a, b = (np.sort(np.asarray(each, dtype=float), axis=None) for each in (first, second))
    if not len(a) or not len(b) or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise MetricError(say("groups_empty", metric="common_language_effect", first=len(a), second=len(b)))
    # Each a beats as many of b as stand before it: half of them its equals, counted from either side.
    return float(np.searchsorted(b, a, "left").sum() + np.searchsorted(b, a, "right").sum()) / 2 / (len(a) * len(b))


def common_language_effect_normal(gap: float, *, within: float = 0.8) -> float:
    """The same for two normal groups whose means lie `gap` between-group standard deviations apart.

    `within` is the share of all variance that lies within groups (above 0, at most 1): Φ(gap·√(1 − within)/√(2·within)).
    """
    from scipy import stats

    if not 0 < within <= 1:
        raise MetricError(say("within_range", metric="common_language_effect_normal", found=f"within={within!r}"))
    return float(stats.norm.cdf(gap * math.sqrt(1 - within) / math.sqrt(2 * within)))


def _pandas(table: Any) -> Any:
    import pandas as pd

    return table if isinstance(table, pd.DataFrame) else pd.DataFrame(engines.rows(engines.wrap(table)))


def _renamed(data: Any, names: dict[str, str]) -> Any:
    plain = data[list(dict.fromkeys(names.values()))].rename(columns={old: new for new, old in names.items()})
    for column in ("treated", "after"):
        if column in plain:
            if not plain[column].dropna().isin([0, 1]).all():
                raise MetricError(say("column_not_binary", column=names[column]))
            plain[column] = plain[column].astype(float)
    return plain
