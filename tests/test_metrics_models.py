"""Purchase models: gradients are right, known parameters are recovered, formulas agree with sums and simulations, nonsense is refused."""

import numpy as np
import pytest

from rapport import metrics
from rapport.metrics import bgnbd, pareto
from rapport.metrics.likelihood import compress
from rapport.metrics.value import ShiftedBetaGeometric


def simulated(luck, n, death, spend=False):
    """Repeat purchases of customers who buy at a gamma rate; `death` gives when or after how many they leave."""
    T = luck.uniform(30, 60, n).round(2)
    rate = luck.gamma(0.8, 1 / 6.0, n)
    left, chance = death(luck, n)
    x, t_x = np.zeros(n), np.zeros(n)
    now, alive = np.zeros(n), np.ones(n, dtype=bool)
    while alive.any():
        now = now + luck.exponential(1 / rate)
        alive &= now < np.minimum(T, left)
        x, t_x = np.where(alive, x + 1, x), np.where(alive, now, t_x)
        alive &= luck.random(n) > chance
    return x, t_x, T


@pytest.mark.parametrize("model", [bgnbd, pareto])
@pytest.mark.parametrize("values", [(0.3, 5.0, 0.8, 2.0), (2.0, 0.7, 0.4, 30.0), (0.2, 30.0, 3.0, 0.5)])
def test_the_gradient_is_the_slope_of_the_likelihood(model, values):
    luck = np.random.default_rng(1)
    x = luck.integers(0, 12, 60)
    T = luck.uniform(5, 50, 60)
    data = compress(x, np.where(x > 0, T * luck.uniform(0.1, 1, 60), 0), T, "test")
    score, at = model.likelihood(data), np.array(values)
    slope = [(score(at + step)[0] - score(at - step)[0]) / (2 * step.max()) for step in np.diag(at * 1e-5)]
    assert score(at)[1] == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_compressing_customers_leaves_the_likelihood_as_it_is():
    luck = np.random.default_rng(2)
    x = luck.integers(0, 4, 500)
    T = luck.integers(20, 25, 500).astype(float)
    t_x = np.where(x > 0, luck.integers(1, 20, 500), 0).astype(float)
    whole, weeks = compress(x, t_x, T, "test"), compress(x, t_x / 7, T / 7, "test")
    assert whole.n == weeks.n == 500 and len(whole.x) == len(weeks.x) < 500
    one_by_one = sum(bgnbd.likelihood(compress([a, 1], [b, 1], [c, 1], "t"))(np.array([0.5, 9, 1, 2]))[0] for a, b, c in zip(x, t_x, T, strict=True))
    one_by_one -= 500 * bgnbd.likelihood(compress([1], [1], [1], "t"))(np.array([0.5, 9, 1, 2]))[0]
    assert bgnbd.likelihood(whole)(np.array([0.5, 9, 1, 2]))[0] == pytest.approx(one_by_one, rel=1e-10)


def test_pareto_nbd_is_its_hypergeometric_formula_without_the_hypergeometric_function():
    from scipy.special import hyp2f1

    x, t_x, T = np.array([0.0, 2, 30, 5, 1]), np.array([0, 10.0, 38, 1, 0.2]), np.array([39.0, 39, 39, 39, 100])
    for r, alpha, s, beta in ((0.55, 10.6, 0.6, 11.7), (0.55, 30, 0.6, 0.5), (2, 0.01, 0.3, 40), (0.55, 10, 3, 0.1)):
        k = r + s + x
        if alpha >= beta:
            A = lambda y: hyp2f1(k, s + 1, k + 1, (alpha - beta) / (alpha + y)) / (alpha + y) ** k  # noqa: B023, E731
        else:
            A = lambda y: hyp2f1(k, r + x, k + 1, (beta - alpha) / (beta + y)) / (beta + y) ** k  # noqa: B023, E731
        gone = pareto._parts(r, alpha, s, beta, x, t_x, T)[1]
        assert np.exp(gone) == pytest.approx(s / k * (A(t_x) - A(T)), rel=1e-11)


def test_bgnbd_recovers_the_parameters_it_was_simulated_with():
    def after_a_purchase(luck, n):
        return np.full(n, np.inf), luck.beta(1.0, 2.5, n)

    found = metrics.fit_bgnbd(*simulated(np.random.default_rng(3), 20_000, after_a_purchase))
    distance = (found.fit.values - [0.8, 6.0, 1.0, 2.5]) / found.fit.standard_errors
    assert np.abs(distance).max() < 3 and (found.fit.standard_errors < 0.5 * found.fit.values).all()


def test_pareto_nbd_recovers_the_parameters_and_who_is_still_there():
    truth = {}

    def any_time(luck, n):
        truth["left"] = luck.exponential(1 / luck.gamma(0.9, 1 / 15.0, n))
        return truth["left"], np.zeros(n)

    x, t_x, T = simulated(np.random.default_rng(4), 20_000, any_time)
    found = metrics.fit_pareto_nbd(x, t_x, T)
    assert np.abs((found.fit.values - [0.8, 6.0, 0.9, 15.0]) / found.fit.standard_errors).max() < 3
    chance, alive = found.alive(x, t_x, T), truth["left"] > T
    table = metrics.calibration_table(chance, alive)
    assert (table.predicted - table.happened).abs()[table.n > 300].max() < 0.05
    # under BG/NBD those without a second purchase are alive for certain, and many of them are not
    assert (metrics.fit_bgnbd(x, t_x, T).alive(x, t_x, T)[x == 0] == 1).all() and alive[x == 0].mean() < 0.8


def test_expectations_agree_with_sums_of_probabilities():
    model = bgnbd.BGNBD(0.5, 6.0, 2.0, 3.0)
    shares = model.probability(np.arange(400), 30.0)
    assert shares.sum() == pytest.approx(1, abs=1e-9) and (shares >= 0).all()
    assert (np.arange(400) * shares).sum() == pytest.approx(float(model.expected(30.0)), rel=1e-8)
    assert model.conditional(30.0, [0], [0], [0])[0] == pytest.approx(float(model.expected(30.0)), rel=1e-12)


def test_discounted_purchases_are_the_sum_of_expected_ones_discounted():
    model = pareto.ParetoNBD(0.55, 10.6, 0.9, 12.0)
    steps = np.linspace(0, 6000, 600_001)
    growth = np.array([float(model.conditional(t, [3], [20.0], [39.0])[0]) for t in (10.0, 40.0)])
    assert (np.diff(growth) > 0).all()
    B = model.beta + 39
    rate = model.alive([3], [20.0], [39.0])[0] * (model.r + 3) / (model.alpha + 39) * (B / (B + steps)) ** model.s
    assert model.discounted([3], [20.0], [39.0], 0.01)[0] == pytest.approx(np.trapezoid(rate * np.exp(-0.01 * steps), steps), rel=1e-6)
    # without discount the same rate adds up to the conditional expectation
    short = steps <= 40
    assert growth[1] == pytest.approx(np.trapezoid(rate[short], steps[short]), rel=1e-6)
    assert float(pareto.ParetoNBD(0.5, 10, 1.0, 12).expected(5)) == pytest.approx(float(pareto.ParetoNBD(0.5, 10, 1 + 1e-7, 12).expected(5)), rel=1e-6)


def test_contract_lifetimes_are_sums_of_survival():
    model = ShiftedBetaGeometric(0.764, 1.296)
    survival = model.survival(np.arange(5000))
    discount = 1.1 ** -np.arange(5000)
    assert model.lifetime(0.1) == pytest.approx((survival * discount).sum(), rel=1e-12)
    assert model.residual_lifetime(3, 0.1) == pytest.approx((survival[3:] / survival[2] * discount[:-3]).sum(), rel=1e-12)
    assert (np.diff(model.retention(np.arange(1, 9))) > 0).all()
    with pytest.raises(metrics.MetricError, match="finite only"):
        model.lifetime(0.0)


def test_gamma_gamma_recovers_its_parameters_and_moves_from_the_group_to_the_person():
    luck = np.random.default_rng(5)
    x = luck.integers(0, 8, 30_000)
    scale = luck.gamma(4.0, 1 / 20.0, 30_000)
    m = np.where(x > 0, luck.gamma(6.0 * np.maximum(x, 1), 1 / (scale * np.maximum(x, 1))), 0.0)
    found = metrics.fit_gamma_gamma(x, m)
    assert np.abs((found.fit.values - [6, 4, 20]) / found.fit.standard_errors).max() < 3
    assert found.conditional(0, 0) == pytest.approx(found.mean)
    assert abs(found.conditional(500, 90.0) - 90) < abs(found.conditional(1, 90.0) - 90)
    assert metrics.noncontractual_clv([2.0], found.conditional([0], [0.0]), margin=0.3)[0] == pytest.approx(0.6 * found.mean)


@pytest.mark.parametrize("fit", [metrics.fit_bgnbd, metrics.fit_pareto_nbd])
@pytest.mark.parametrize(
    ("x", "t_x", "T", "told"),
    [
        ([], [], [], "no customer"),
        ([0, 0], [0, 0], [9, 9], "nobody bought a second time"),
        ([1, 2], [3, 4], [9], "shapes"),
        ([1, np.nan], [3, 4], [9, 9], "missing or infinite value, the first in row 1"),
        ([1, 1.5], [3, 4], [9, 9], "no whole number"),
        ([1, 2], [3, 10], [9, 9], "above the age"),
        ([0, 2], [1, 4], [9, 9], "without a repeat purchase"),
        ([1, 2], [0, 4], [9, 9], "at time 0"),
    ],
)
def test_statistics_that_make_no_sense_are_refused_in_a_sentence(fit, x, t_x, T, told):
    with pytest.raises(metrics.MetricError, match=told):
        fit(x, t_x, T)


@pytest.mark.parametrize("fit", [metrics.fit_bgnbd, metrics.fit_pareto_nbd])
def test_one_customer_does_not_tell_the_parameters(fit):
    with pytest.raises(metrics.MetricError, match="do not tell the parameters"):
        fit([3], [20], [30])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: metrics.fit_gamma_gamma([1, 2], [5.0, -1.0]), "missing or not above 0"),
        (lambda: metrics.fit_gamma_gamma([0, 2], [0.0, 4.0]), "1 customer"),
        (lambda: metrics.fit_gamma_gamma([1], [5.0, 1.0]), "1 frequencies and 2 means"),
        (lambda: metrics.fit_sbg([5], 3), "two or more renewals"),
        (lambda: metrics.fit_sbg([0, 0], 30), "some of them above 0"),
        (lambda: metrics.discounted_clv(1, 1.2, 0.1), "retention 1.2"),
        (lambda: metrics.discounted_clv(1, 1, 0), "not 1 and 0 together"),
        (lambda: metrics.noncontractual_clv([1], [1], margin=30), "share of the spend"),
    ],
)
def test_value_models_refuse_in_a_sentence(call, told):
    with pytest.raises(metrics.MetricError, match=told):
        call()


def test_a_fit_says_its_estimates_with_their_errors():
    luck = np.random.default_rng(6)
    found = metrics.fit_sbg(luck.multinomial(400, [0.3, 0.2, 0.1, 0.1, 0.3])[:4], 120).fit
    assert str(found).startswith("alpha ") and "log-likelihood" in str(found) and f"n = {found.n}" in str(found)
    assert "style=" not in found._repr_html_() and "<caption>" in found._repr_html_()
