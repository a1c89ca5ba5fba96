"""Metrics and models reproduce what was published; the data of others are read from a shared folder and never copied here."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rapport import metrics
from rapport.metrics.intervals import wilson

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"


def reference(name: str) -> Path:
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"the reference data {name} are not on this machine; they may not be copied into the project")
    return path


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    rows = [line.split() for line in reference("cdnow/CDNOW_sample.txt").read_text().splitlines() if line.strip()]
    return pd.DataFrame({
        "customer_id": [int(row[1]) for row in rows], "day": pd.to_datetime([row[2] for row in rows], format="%Y%m%d"),
        "amount_minor": [round(float(row[4]) * 100) for row in rows],
    })  # fmt: skip


@pytest.fixture(scope="module")
def cdnow(orders) -> pd.DataFrame:
    summary = metrics.purchase_summary(orders, end=date(1997, 9, 30))
    return summary.assign(recency=summary.recency_days / 7, age=summary.age_days / 7)


@pytest.fixture(scope="module")
def bgnbd(cdnow):
    return metrics.fit_bgnbd(cdnow.frequency, cdnow.recency, cdnow.age)


@pytest.fixture(scope="module")
def pareto(cdnow):
    return metrics.fit_pareto_nbd(cdnow.frequency, cdnow.recency, cdnow.age)


def test_the_cdnow_summary_has_the_published_counts(orders, cdnow):
    assert len(cdnow) == 2357
    assert (cdnow.frequency.sum(), (cdnow.frequency > 0).sum(), cdnow.frequency.max()) == (2457, 946, 29)
    later = metrics.purchase_summary(orders, end=date(1998, 6, 30))
    assert later.frequency.sum() - cdnow.frequency.sum() == 1882
    published = pd.read_csv(reference("cdnow/cdnow_customers_summary.csv"))
    mine = cdnow.sort_values("customer_id")
    assert (mine.frequency.to_numpy() == published.frequency.to_numpy()).all()
    assert np.abs(mine.recency.to_numpy() - published.recency.to_numpy()).max() < 0.0051
    assert np.abs(mine.age.to_numpy() - published["T"].to_numpy()).max() < 0.0051


def test_bgnbd_gives_the_estimates_of_its_paper(bgnbd):
    assert [bgnbd.r, bgnbd.alpha, bgnbd.a, bgnbd.b] == pytest.approx([0.2426, 4.414, 0.793, 2.426], abs=5e-4)
    assert bgnbd.fit.log_likelihood == pytest.approx(-9582.429, abs=6e-4)
    published = pd.read_csv(reference("cdnow/cdnow_customers_summary.csv"))
    rounded = metrics.fit_bgnbd(published.frequency, published.recency, published["T"])
    assert rounded.fit.log_likelihood == pytest.approx(-9582.4256, abs=6e-5)


def test_bgnbd_expects_the_published_purchases(bgnbd):
    expected = bgnbd.expected([0.1429, 1, 3, 31.8571, 52, 78])
    assert expected == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.4440, 1.858], abs=6e-5)
    assert bgnbd.conditional(39, [2], [30.43], [38.86])[0] == pytest.approx(1.226, abs=5e-4)


def test_pareto_nbd_gives_the_published_estimates(pareto):
    assert [pareto.r, pareto.alpha, pareto.s, pareto.beta] == pytest.approx([0.5533, 10.578, 0.6062, 11.669], abs=1e-3)
    assert pareto.fit.log_likelihood == pytest.approx(-9594.976, abs=5e-4)
    assert float(pareto.expected(52)) == pytest.approx(1.4734, abs=5e-5)


def test_gamma_gamma_gives_the_published_estimates(cdnow):
    again = cdnow[cdnow.frequency > 0]
    found = metrics.fit_gamma_gamma(again.frequency, again.repeat_minor / 100 / again.frequency)
    assert found.fit.n == 946
    assert [found.p, found.q, found.v] == pytest.approx([6.25, 3.74, 15.44], abs=6e-3)
    assert found.fit.log_likelihood == pytest.approx(-4055.92, abs=5e-3)


def test_shifted_beta_geometric_gives_the_published_survival():
    table = pd.read_csv(reference("sbg_table1.csv"))
    alive = (table.regular_pct * 10).round().astype(int).to_numpy()
    found = metrics.fit_sbg(alive[:7] - alive[1:8], int(alive[7]))
    assert [found.alpha, found.beta] == pytest.approx([0.704, 1.182], abs=5e-4)
    assert found.fit.log_likelihood == pytest.approx(-1680.27, abs=5e-3)
    published = [100, 62.7, 47.4, 38.8, 33.2, 29.2, 26.2, 23.9, 22.0, 20.4, 19.1, 18.0, 17.0]
    assert (100 * found.survival(np.arange(13))).round(1).tolist() == published


def test_kaplan_meier_gives_the_published_curve_of_6mp():
    group, weeks, event = np.loadtxt(reference("gehan_6mp.dat")).T
    treated = group == 2
    curve = metrics.kaplan_meier(weeks[treated], event[treated])
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival.round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert curve.at([0, 5.9, 6, 8, 40]).round(4).tolist() == [1, 1, 0.8571, 0.8067, 0.4482]
    # 16.79 is the chi-square of the log-rank test in every textbook that prints these data
    assert metrics.log_rank(weeks, event, group).statistic ** 2 == pytest.approx(16.79, abs=5e-3)


@pytest.mark.parametrize(("count", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)])
def test_wilson_gives_the_published_intervals(count, n, low, high):
    assert wilson(count, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("n", "margin"), [(30, 27), (100, 15), (400, 7)])
def test_the_net_promoter_score_has_the_published_margin(n, margin):
    ratings = [9] * round(0.4 * n) + [3] * round(0.2 * n)
    found = metrics.nps(pd.DataFrame({"nps": ratings + [8] * (n - len(ratings))}))
    assert found.value == pytest.approx(20) and round(found.margin) == margin


def test_the_common_language_effect_has_the_published_values():
    assert [round(metrics.common_language_effect_normal(gap), 2) for gap in (0, 1, 2)] == [0.5, 0.64, 0.76]
    luck = np.random.default_rng(2)
    first, second = luck.normal(0.2**0.5, 0.8**0.5, 20_000), luck.normal(0, 0.8**0.5, 20_000)
    assert metrics.common_language_effect(first, second) == pytest.approx(0.638, abs=0.01)


def test_five_points_of_retention_are_worth_more_the_higher_they_begin():
    gain = [metrics.discounted_clv(1, to, 0.1) / metrics.discounted_clv(1, to - 0.05, 0.1) - 1 for to in (0.65, 0.85, 0.95)]
    assert [round(100 * each) for each in gain] == [11, 20, 33]
    assert metrics.discounted_clv(1, 0.95, 0) == pytest.approx(2 * metrics.discounted_clv(1, 0.9, 0))
