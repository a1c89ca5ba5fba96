"""The planted truths: what the trial recovers, where the naive comparison goes wrong and in which direction,
and that a market says little about a person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rapport.simulation import PRESETS, simulate
from rapport.simulation.firm import PREFERENCES
from rapport.simulation.luck import Luck
from rapport.simulation.people import make_people, respond

FIRM = PRESETS["recovery"]
SEEDS = range(100, 130)


@pytest.fixture(scope="module")
def simulated():
    return [simulate(FIRM, seed) for seed in SEEDS]


def gap(first, second):
    """Difference of means and its standard error."""
    return first.mean() - second.mean(), np.sqrt(first.var() / len(first) + second.var() / len(second))


def explained_by(groups: np.ndarray, values: np.ndarray) -> float:
    """Share of the variance of `values` between `groups`."""
    counts = np.bincount(groups)
    means = np.bincount(groups, values) / counts
    return (counts * (means - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()


# ---- people -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_market_explains_a_fifth_of_each_preference(seed):
    people = make_people(replace(FIRM, customers=200_000), Luck(seed))
    for column, name in enumerate(PREFERENCES):
        taste = people.taste[:, column]
        assert explained_by(people.market, taste) == pytest.approx(0.20, abs=0.02), name
        assert taste.mean() == pytest.approx(0, abs=0.02) and taste.std() == pytest.approx(1, abs=0.02)


def test_no_market_leans_the_same_way_with_every_seed(simulated):
    for name in PREFERENCES:
        leanings = np.array([each.truth.market_leanings[name] for each in simulated])
        assert (leanings.min(axis=0) < 0).all() and (leanings.max(axis=0) > 0).all()


def test_asking_tells_more_about_an_effect_than_the_market_does(simulated):
    for each in simulated[:10]:
        trial = each.book.trial
        effect = each.truth.customers.set_index("customer_id").own_effect[trial.customer_id].to_numpy()
        by_market = explained_by(trial.market.astype("category").cat.codes.to_numpy().astype(int), effect)
        by_answer = explained_by((trial.asked_need == "voice").to_numpy().astype(int), effect)
        assert by_market < 0.25
        needs = trial.asked_need == "voice"
        assert effect[needs].mean() > effect[~needs].mean() + 3
        assert by_answer > 0.05


# ---- the trial recovers what was planted ------------------------------------------------------------------------


def estimates(each):
    t, people = each.book.trial, each.truth.customers
    after, plain = t.satisfaction_after, t.explained == 0
    other = t.updates < 2
    yield "own", gap(after[t.owned == 1], after[t.owned == 0]), people.own_effect.mean()
    yield "explain", gap(after[other & (t.explained == 1)], after[other & plain]), people.explain_effect.mean()
    yield "matched", gap(after[t.remedy == "matched"], after[t.remedy == "none"]), people.matched_effect.mean()
    yield "mismatched", gap(after[t.remedy == "mismatched"], after[t.remedy == "none"]), FIRM.mismatched_satisfaction
    yield "stream", gap(after[t.updates == 1], after[t.updates == 0]), people.stream_effect.mean()
    yield "several", gap(after[plain & (t.updates == 2)], after[plain & (t.updates == 1)]), FIRM.several_satisfaction
    (many, e1), (one, e2) = (gap(after[(t.updates == n) & (t.explained == 1)], after[(t.updates == n) & plain]) for n in (2, 1))
    yield "overshoot", (many - one, np.hypot(e1, e2)), FIRM.overshoot_satisfaction
    came = t.repurchased
    yield "own, repurchase", gap(came[t.owned == 1], came[t.owned == 0]), FIRM.own_repurchase
    yield "matched, repurchase", gap(came[t.remedy == "matched"], came[t.remedy == "none"]), FIRM.matched_repurchase


def test_trial_estimates_are_unbiased_and_their_intervals_honest(simulated):
    z: dict[str, list[float]] = {}
    for each in simulated:
        for name, (value, error), truth in estimates(each):
            z.setdefault(name, []).append((value - truth) / error)
    for name, values in z.items():
        assert abs(np.mean(values)) < 3.3 / np.sqrt(len(values)), f"{name} is biased: mean z {np.mean(values):.2f}"
        assert np.mean(np.abs(values) < 1.96) >= 0.80, f"{name}: intervals too narrow"
        assert np.std(values) > 0.5, f"{name}: intervals too wide"


def test_the_check_for_bias_catches_a_bias(simulated):
    z = [(value + 0.5 - truth) / error for each in simulated for name, (value, error), truth in estimates(each) if name == "own"]
    assert abs(np.mean(z)) > 3.3 / np.sqrt(len(z))


def test_the_credit_brings_back_who_asked_for_money_and_hardly_anyone_else(simulated):
    gains = {True: [], False: []}
    for each in simulated:
        o = each.book.offers
        for money in gains:
            group = o[(o.asked_need == "money") == money]
            value, error = gap(group.repurchased[group.credit_cents == 2000], group.repurchased[group.credit_cents == 0])
            planted = each.truth.customers.set_index("customer_id").credit_effect[group.customer_id].mean()
            gains[money].append((value, (value - planted) / error))
    assert np.mean([value for value, _ in gains[True]]) > np.mean([value for value, _ in gains[False]]) + 0.10
    for z in gains.values():
        assert abs(np.mean([each for _, each in z])) < 3.3 / np.sqrt(len(z))


def test_a_larger_credit_brings_less_for_each_further_euro(simulated):
    by_credit = sum(each.book.offers.groupby("credit_cents").repurchased.mean() for each in simulated) / len(simulated)
    first, second, third = by_credit.diff().dropna() / np.array([10, 10, 20])
    assert first > second > third > 0


def test_owning_up_in_a_counterfactual_is_worth_the_persons_planted_effect():
    luck = Luck(4)
    people = make_people(FIRM, luck)
    who, severity = np.arange(1000), np.full(1000, 2)
    still = {"explained": np.zeros(1000), "remedy": np.ones(1000), "streams": np.ones(1000), "second": np.zeros(1000)}
    own, excuse = (respond(FIRM, luck, "trial", people, who, severity, owned=np.full(1000, value), **still) for value in (1, 0))
    gain = own["satisfaction_after"] - excuse["satisfaction_after"]
    assert np.allclose(gain, people.effects["own_effect"][:1000])
    assert gain.std() > 3  # it belongs to the person


# ---- what the naive comparison says -----------------------------------------------------------------------------


def test_where_agents_chose_owning_up_looks_less_helpful_than_it_is(simulated):
    naive = []
    for each in simulated:
        f = each.book.failures[each.book.failures.answered == 1]
        naive.append(gap(f.satisfaction_after[f.owned == 1], f.satisfaction_after[f.owned == 0])[0])
        severity = f.groupby("owned").severity.mean()
        assert severity[1] > severity[0]
    assert max(naive) < FIRM.own_satisfaction - 1


def test_where_agents_chose_compensation_looks_more_helpful_than_it_is(simulated):
    naive, planted = [], []
    for each in simulated:
        f = each.book.failures[each.book.failures.answered == 1]
        paid = f.compensation_cents > 0
        naive.append(gap(f.repurchased[paid], f.repurchased[~paid])[0])
        planted.append(FIRM.paid_dose * each.truth.customers.credit_effect.mean())
    assert np.mean(naive) > np.mean(planted) + 0.03
    assert np.mean(np.array(naive) > np.array(planted)) > 0.9


def test_equal_averages_hide_that_one_market_gets_less_for_equal_failures(simulated):
    for each in simulated:
        f = each.book.failures
        f = f[(f.answered == 1) & f.market.isin(FIRM.audited_markets)]
        less = f.market == each.truth.underpaid_market
        plain = f.compensation_cents[less].mean() - f.compensation_cents[~less].mean()
        within = [gap(f.compensation_cents[less & (f.severity == s)], f.compensation_cents[~less & (f.severity == s)])[0] for s in (1, 2, 3)]
        assert max(within) < 0 and abs(plain) < 400 < abs(np.mean(within))


def test_either_market_of_the_audit_can_be_the_one_that_gets_less(simulated):
    assert {each.truth.underpaid_market for each in simulated} == set(FIRM.audited_markets)


# ---- paradox, second failure, refunds, answers, reviews, weeks --------------------------------------------------


def test_after_a_good_recovery_satisfaction_passes_its_start_and_repurchase_does_not(simulated):
    for each in simulated:
        t, steady = each.book.trial, each.book.steady
        good = t[(t.owned == 1) & (t.remedy == "matched")]
        assert good.satisfaction_after.mean() > good.satisfaction_before.mean() + 2
        assert good.repurchased.mean() < steady.repurchased.mean() - 0.02


def test_a_second_failure_costs_more_than_any_single_good_thing_brings():
    helps = (FIRM.own_satisfaction, FIRM.explain_satisfaction, FIRM.matched_satisfaction, FIRM.stream_satisfaction)
    assert -FIRM.second_satisfaction > max(helps)
    assert -FIRM.second_repurchase > FIRM.own_repurchase + FIRM.explain_repurchase + FIRM.matched_repurchase + FIRM.stream_repurchase


def test_a_second_failure_shows_in_satisfaction_repurchase_and_escalation(simulated):
    for outcome, planted in (("satisfaction_after", FIRM.second_satisfaction), ("repurchased", FIRM.second_repurchase), ("escalated", FIRM.second_escalation)):
        gaps = []
        for each in simulated:
            f = each.book.failures[each.book.failures.answered == 1]
            gaps.append(gap(f[outcome][f.second_failure == 1], f[outcome][f.second_failure == 0])[0])
        assert np.mean(gaps) == pytest.approx(planted, rel=0.08), outcome


def test_waiting_for_a_refund_is_free_up_to_a_day_and_costs_after_it(simulated):
    assert {each.truth.patience_days for each in simulated} == set(FIRM.patience_days)
    quick, still, late = [], [], []
    for each in simulated:
        r, day = each.book.failures[each.book.failures.refund_days > 0], each.truth.patience_days
        quick.append(r.repurchased[r.refund_days <= 3].mean())
        still.append(r.repurchased[(r.refund_days > 3) & (r.refund_days <= day)].mean())
        late.append(r.repurchased[r.refund_days > day].mean())
    assert np.mean(quick) == pytest.approx(np.mean(still), abs=0.025)
    assert np.mean(still) - np.mean(late) == pytest.approx(-FIRM.late_repurchase - 9 * FIRM.late_repurchase_per_day, abs=0.02)


def test_answer_rate_and_ageing_are_as_planted(simulated):
    told = [each.book.failures[each.book.failures.told_us == 1] for each in simulated]
    assert np.mean([f.answered.mean() for f in told]) == pytest.approx(FIRM.answered_share, abs=0.01)
    assert np.mean([f.answer_hours.between(1, 10).mean() for f in told]) == pytest.approx(FIRM.answered_share * 0.5, abs=0.01)


def test_public_stars_follow_recovery(simulated):
    means = []
    for each in simulated:
        f = each.book.failures[(each.book.failures.stars > 0) & (each.book.failures.told_us == 1)]
        means.append([f.stars[f.recovered == 1].mean(), f.stars[f.recovered == 0].mean()])
    assert np.mean(means, axis=0) == pytest.approx([FIRM.stars_mean(FIRM.stars_recovered), FIRM.stars_mean(FIRM.stars_unrecovered)], abs=0.05)


def test_busy_weeks_fail_more_often(simulated):
    for each in simulated:
        s = each.book.shipments
        busy = s.week.isin(FIRM.busy_weeks)
        rate, quiet = (s.failed[part].sum() / s.shipments[part].sum() for part in (busy, ~busy))
        assert rate == pytest.approx(FIRM.busy_failure_rate, abs=0.006) and quiet == pytest.approx(FIRM.failure_rate, abs=0.003)
