"""The planted truths of the full book: trials are unbiased, naive comparisons go wrong in the direction the lessons say,
and purchase, spend, lapse and retention parameters come back from the tables (maximum likelihood, written here)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from rapport.simulation import PRESETS, Aurora, Policy, simulate
from rapport.simulation.aurora import clocks
from rapport.simulation.aurora.firm import BEGINS, BRANCHES, CLASSES, DAYS, FOLLOW_UP_DAYS, FREQUENCIES, NOTICE_DAYS, OFFERS, TRAITS, YEAR_TWO
from rapport.simulation.aurora.people import make_folk, make_setting
from rapport.simulation.aurora.trade import CAMPAIGNS
from rapport.simulation.luck import Luck

FIRM = PRESETS["aurora"]
SEEDS = range(200, 220)


@pytest.fixture(scope="module")
def simulated():
    return [simulate(FIRM, seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def large():
    return simulate(Aurora(customers=20_000), 11)


@pytest.fixture(scope="module")
def without_programme():
    return simulate(Aurora(customers=20_000), 12, Policy(programme="off"))


def gap(first, second):
    """Difference of means and its standard error."""
    return first.mean() - second.mean(), np.sqrt(first.var() / len(first) + second.var() / len(second))


def pooled(gaps):
    """Mean of (difference, standard error) with inverse-variance weights, and its standard error."""
    values, errors = np.array(gaps).T
    weights = 1 / errors**2
    return (weights * values).sum() / weights.sum(), weights.sum() ** -0.5


def strata(table, outcome, treated, by):
    return pooled([gap(part[outcome][treated[part.index]], part[outcome][~treated[part.index]]) for _, part in table.groupby(by)])


def unbiased(z, name):
    assert abs(np.mean(z)) < 3.3 / np.sqrt(len(z)), f"{name} is biased: mean z {np.mean(z):.2f}"
    assert 0.5 < np.std(z) < 1.6, f"{name}: intervals are not honest, spread of z {np.std(z):.2f}"


# ---- people -----------------------------------------------------------------------------------------------------


def explained_by(groups, values):
    counts = np.bincount(groups)
    means = np.bincount(groups, values) / np.maximum(counts, 1)
    return (counts * (means - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()


def test_the_market_explains_a_fifth_of_each_preference_and_the_role_a_tenth():
    setting = make_setting(FIRM, 1)
    folk = [make_folk(FIRM, setting, Luck(1, block), 4096, names="none") for block in range(20)]
    market, role, traits = (np.concatenate([getattr(each, name) for each in folk]) for name in ("market", "role", "traits"))
    for column, name in enumerate(TRAITS):
        assert explained_by(market, traits[:, column]) == pytest.approx(0.20, abs=0.015), name
        assert explained_by(role, traits[:, column]) == pytest.approx(0.10, abs=0.015), name


def test_one_question_predicts_detail_better_than_market_or_role(simulated):
    for each in simulated[:5]:
        wants = (each.truth.customers.detail > 0).to_numpy()
        c = each.book.customers
        right = {}
        for column in ("market", "role", "asked_style"):
            majority = pd.Series(wants).groupby(c[column].to_numpy()).transform("mean") > 0.5
            right[column] = (majority.to_numpy() == wants).mean()
        assert right["asked_style"] > right["market"] + 0.10 > right["role"]


def test_tenure_and_profit_go_together_as_loosely_as_planted(large):
    c = large.book.customers
    assert np.corrcoef(c.tenure_months, c.yearly_margin_cents)[0, 1] == pytest.approx(0.30, abs=0.02)


def test_referrals_come_in_chains_and_those_who_recommend_hardly_buy_more(large):
    c = large.book.customers.set_index("customer_id")
    sent = c.referred_by[c.referred_by != ""]
    assert len(sent) / len(c) == pytest.approx(FIRM.heard_of_us_share, abs=0.01)
    assert (c.referred_by[sent.to_numpy()] != "").mean() > 0.15  # the sender was sent by somebody too
    truth = large.truth.customers.set_index("customer_id")
    assert truth.advocacy[sent.to_numpy()].mean() > truth.advocacy.mean() + 0.3
    sender = c.index.isin(set(sent))
    orders = large.book.orders.groupby("customer_id").size().reindex(c.index)
    assert abs(np.corrcoef(sender, orders)[0, 1]) < 0.12


# ---- trials by lot ----------------------------------------------------------------------------------------------


def trial(each, name, outcome):
    table = each.book.campaigns[each.book.campaigns.campaign == name]
    truth = each.truth.customers.set_index("customer_id").loc[table.customer_id]
    return {arm: table[outcome][table.arm == arm] for arm in table.arm.unique()}, truth


def test_effects_by_lot_are_unbiased_over_seeds(simulated):
    z: dict[str, list[float]] = {}

    def note(name, estimate, planted):
        z.setdefault(name, []).append((estimate[0] - planted) / estimate[1])

    for each in simulated:
        arms, truth = trial(each, "recommendations", "bought")
        kind = np.array([{"persuadable": 0, "sure_thing": 1, "lost_cause": 2, "put_off": 3}[value] for value in truth.buyer_type])
        note("recommendations", gap(arms["personal"], arms["plain"]), np.array(FIRM.type_lift)[kind].mean())
        arms, _ = trial(each, "recommendations", "unsubscribed")
        note("privacy cost", gap(arms["personal"], arms["plain"]), np.array(FIRM.type_stops)[kind].mean())
        for name, keys, planted, outcome in (
            ("frequency", FREQUENCIES, FIRM.frequency_buys, "bought"), ("notice", NOTICE_DAYS, FIRM.notice_effect, "asked"),
            ("follow_up", FOLLOW_UP_DAYS, FIRM.follow_up_effect, "bought"),
        ):  # fmt: skip
            arms, _ = trial(each, name, outcome)
            for key, value in list(zip(keys, planted))[1:]:
                note(f"{name} {key}", gap(arms[str(key)], arms[str(keys[0])]), value)
        arms, truth = trial(each, "gesture", "bought")
        recognition = FIRM.recognition_effect + FIRM.recognition_by_relationship * truth.relationship.mean()
        note("recognition", gap(arms["recognition"], arms["none"]), recognition)
        note("voucher", gap(arms["voucher"], arms["none"]), FIRM.voucher_effect + FIRM.voucher_by_money * truth.money.mean())
        stake = each.book.renewals[each.book.renewals.promises_made >= 0]
        note("pressing", gap(stake.renewed[stake.pressed == 1], stake.renewed[stake.pressed == 0]), FIRM.upsell_retention)
        note("upgrade", gap(stake.upgraded[stake.pressed == 1], stake.upgraded[stake.pressed == 0]), FIRM.upsell_now)
        reached = each.book.lapses[each.book.lapses.contactable == 1]
        note("upgrade offer", gap(reached.returned[reached.offer == "upgrade"], reached.returned[reached.offer == "none"]), FIRM.offer_return[2])
        note("visible change", gap(reached.returned[reached.changed == 1], reached.returned[reached.changed == 0]), FIRM.return_changed)
    for name, values in z.items():
        unbiased(values, name)


def test_the_check_for_bias_catches_a_bias(simulated):
    z = []
    for each in simulated:
        arms, _ = trial(each, "follow_up", "bought")
        value, error = gap(arms["7"], arms["none"])
        z.append((value + 0.02 - FIRM.follow_up_effect[2]) / error)
    with pytest.raises(AssertionError, match="biased"):
        unbiased(z, "follow_up")


def test_there_is_a_best_number_of_messages_and_a_rising_price(simulated):
    bought, stopped = (
        sum(np.array([trial(each, "frequency", outcome)[0][str(number)].mean() for number in FREQUENCIES]) for each in simulated) for outcome in ("bought", "unsubscribed")
    )
    assert bought.argmax() == 2 and bought[4] < bought[0] and (np.diff(stopped) > 0).all()


def test_the_offer_that_wins_most_earns_least_and_the_upgrade_most(simulated):
    l = pd.concat([each.book.lapses for each in simulated])
    l = l[l.contactable == 1].assign(value=lambda t: t.second_life_months * t.second_margin_cents - t.offer_cost_cents)
    won, earned = l.groupby("offer").returned.mean(), l.groupby("offer").value.mean()
    assert won.idxmax() == "both" and earned.idxmax() == "upgrade" and earned.idxmin() == "both" and set(won.index) == set(OFFERS)


def test_returns_follow_reason_tenure_complaint_and_silence(simulated):
    l = pd.concat([each.book.lapses for each in simulated])
    l = l[l.contactable == 1]
    by = l[l.offer.isin(("none", "upgrade"))].groupby("reason").returned.mean()
    assert by["price"] > by["rival"] > by["service"] > by["no_need"]
    assert l.returned[l.complaint_handled == 1].mean() - l.returned[l.complaint_handled == 0].mean() == pytest.approx(FIRM.return_handled, abs=0.03)
    slopes = np.linalg.lstsq(np.column_stack([l.tenure_years, l.months_gone, np.ones(len(l))]).astype(float), l.returned.to_numpy(float), rcond=None)[0]
    assert slopes[0] > 0.005 and slopes[1] < -0.002
    assert (l.returned[l.attempts == 3].mean() > l.returned[l.attempts == 1].mean()) and (l.unsubscribed[l.attempts == 5].mean() > 3 * l.unsubscribed[l.attempts == 2].mean())
    came = l[l.returned == 1]
    assert came.second_margin_cents[came.reason == "service"].mean() > came.second_margin_cents[came.reason == "price"].mean() + 300


# ---- what agents and customers chose: naive and adjusted ---------------------------------------------------------


def test_native_service_looks_useless_until_complexity_is_held_fixed(simulated):
    naive, z = [], []
    for each in simulated:
        c = each.book.contacts
        native = c.native == 1
        naive.append(gap(c.resolved_first[native], c.resolved_first[~native])[0])
        value, error = strata(c, "resolved_first", native, "complexity")
        z.append((value - FIRM.native_resolved) / error)
    assert np.mean(naive) < 0.02
    unbiased(z, "native, by complexity")


def test_acknowledgement_looks_useless_until_severity_is_held_fixed_and_a_script_does_nothing(simulated):
    naive, sincere, script = [], [], []
    for each in simulated:
        c = each.book.contacts
        some = c.acknowledgement != "none"
        naive.append(gap(c.escalated[some], c.escalated[~some])[0])
        voice = each.truth.customers.set_index("customer_id").voice
        for kind, z in (("sincere", sincere), ("script", script)):
            part = c[c.acknowledgement.isin(("none", kind))]
            value, error = strata(part, "escalated", part.acknowledgement == kind, "severity")
            reached = part.customer_id[part.acknowledgement == kind]
            planted = FIRM.acknowledged_escalated + FIRM.acknowledged_by_voice * voice[reached].mean() if kind == "sincere" else 0.0
            z.append((value - planted) / error)
    assert np.mean(naive) > FIRM.acknowledged_escalated + 0.08
    unbiased(sincere, "sincere acknowledgement, by severity")
    unbiased(script, "scripted acknowledgement, by severity")


def test_skipped_questions_and_ambiguous_dates_come_back(simulated):
    for column, value, planted in (("clarified", 0, FIRM.unclarified_reopened), ("ambiguous_date", 1, FIRM.ambiguous_reopened)):
        z = []
        for each in simulated:
            c = each.book.contacts
            found, error = gap(c.reopened[c[column] == value], c.reopened[c[column] != value])
            z.append((found - planted) / error)
        unbiased(z, column)


def test_the_ratio_of_kept_promises_drives_renewal(simulated):
    z = []
    for each in simulated:
        stake = each.book.renewals[each.book.renewals.promises_made >= 0].merge(each.truth.customers[["customer_id", "loyal"]], on="customer_id")
        x = np.column_stack([stake.promises_kept / stake.promises_made, stake.loyal, stake.pressed, np.ones(len(stake))]).astype(float)
        y = stake.renewed.to_numpy(float)
        beta = np.linalg.solve(x.T @ x, x.T @ y)
        residual = y - x @ beta
        bread = np.linalg.inv(x.T @ x)
        error = np.sqrt((bread @ (x.T * residual**2) @ x @ bread)[0, 0])
        z.append((beta[0] - FIRM.kept_retention) / error)
    unbiased(z, "kept promises")


def test_a_mailing_to_frequent_buyers_looks_far_better_than_it_is(simulated):
    naive = []
    for each in simulated:
        m = each.book.campaigns[each.book.campaigns.campaign == "mailing"]
        naive.append(gap(m.bought[m.arm == "sent"], m.bought[m.arm == "not_sent"])[0])
    assert min(naive) > 3 * FIRM.mailing_effect
    z = []
    for each in simulated:
        m = each.book.campaigns[each.book.campaigns.campaign == "mailing"].assign(kind=each.truth.customers.buyer_class.to_numpy())
        value, error = strata(m, "bought", m.arm == "sent", "kind")
        z.append((value - FIRM.mailing_effect) / error)
    unbiased(z, "mailing, by true class")


def window(orders, index, first, last):
    part = orders[(orders.via == "shop") & (orders.day >= first) & (orders.day < last)]
    return part.groupby("customer_id").size().reindex(index, fill_value=0).to_numpy()


def test_members_of_the_programme_were_heavy_buyers_already_and_heavy_ones_gain_nothing(large):
    joined = large.book.customers.joined_programme.to_numpy() == 1
    index, orders = large.book.customers.customer_id, large.book.orders
    before, after = window(orders, index, "2025-07-01", "2026-01-01"), window(orders, index, "2026-01-15", "2026-11-01")
    kind = large.truth.customers.buyer_class.to_numpy()
    naive = after[joined].mean() / after[~joined].mean() - 1
    assert naive > 0.8 and before[joined].mean() > 1.5 * before[~joined].mean()
    lifts = {}
    for name in CLASSES:
        one, other = (after[(kind == name) & side] for side in (joined, ~joined))
        lift = one.mean() / other.mean() - 1
        error = (1 + lift) * np.sqrt(one.var() / len(one) / one.mean() ** 2 + other.var() / len(other) / other.mean() ** 2)
        lifts[name] = lift
        assert abs(lift - FIRM.programme_lift[CLASSES.index(name)]) < 3 * error, (name, lift, error)
    assert abs(lifts["heavy"]) < naive / 5


def test_the_fee_statement_is_found_by_differences_without_the_branch_that_had_a_trend(simulated):
    plain, trapped = [], []
    for each in simulated:
        fees = each.book.contacts[each.book.contacts.topic == "fees"].merge(each.book.customers[["customer_id", "branch"]], on="customer_id")
        counts = fees.assign(after=fees.began.str[:10] >= "2026-03-01").groupby(["branch", "after"]).size().unstack().reindex(BRANCHES)
        treated = counts.index.isin(each.truth.statement_branches)
        trend = counts.index == each.truth.trend_branch
        assert treated.sum() == FIRM.statement_branches and trend.sum() == 1 and treated[trend].all()

        def ratio(rows):
            return counts[rows][True].sum() / counts[rows][False].sum()

        plain.append(ratio(treated & ~trend) / ratio(~treated) - 1)
        trapped.append(ratio(treated) / ratio(~treated) - 1)
    assert np.mean(plain) == pytest.approx(FIRM.statement_effect, abs=0.035)
    assert np.mean(trapped) > FIRM.statement_effect + 0.07


# ---- measuring fairly -------------------------------------------------------------------------------------------


def test_raw_scores_put_the_markets_in_a_wrong_order_and_vignettes_in_nearly_the_right_one(simulated):
    raw, adjusted = [], []
    for each in simulated:
        s = each.book.surveys[each.book.surveys.answered == 1].merge(each.book.customers[["customer_id", "market"]], on="customer_id")
        nps = s.groupby("market").recommend.apply(lambda score: (score >= 9).mean() - (score <= 6).mean())
        quality = each.truth.markets.set_index("market").quality.reindex(nps.index)
        means = s.groupby("market")[["recommend", "vignette_1", "vignette_3"]].mean()
        between = (means.recommend - means.vignette_1) / (means.vignette_3 - means.vignette_1)
        raw.append(np.corrcoef(nps.rank(), quality.rank())[0, 1])
        adjusted.append(np.corrcoef(between.rank(), quality.rank())[0, 1])
    assert max(raw) < 0.6 and np.mean(raw) < 0 and min(adjusted) > 0.8, (raw, adjusted)


def test_behaviour_does_not_pass_through_a_scale(simulated):
    """Effort of service is style-free here; it orders the markets as their true quality does, the other way round."""
    found = []
    for each in simulated:
        s = each.book.surveys[each.book.surveys.answered == 1].merge(each.book.customers[["customer_id", "market"]], on="customer_id")
        effort = s.groupby("market").effort.mean()
        found.append(np.corrcoef(effort, each.truth.markets.set_index("market").quality.reindex(effort.index))[0, 1])
    assert max(found) < -0.7


def test_own_language_forms_draw_more_extreme_answers_than_english_ones(simulated):
    s = pd.concat([each.book.surveys[each.book.surveys.answered == 1] for each in simulated])
    extreme = s.vignette_1.isin((0, 10)) | s.vignette_3.isin((0, 10)) | s.recommend.isin((0, 10))
    assert extreme[s.form_language != "en"].mean() > extreme[s.form_language == "en"].mean() + 0.1


def test_the_unhappy_answer_less_without_a_contract_and_more_with_one(simulated):
    for each in simulated:
        s = each.book.surveys.merge(each.book.customers[["customer_id", "contract"]], on="customer_id").merge(each.truth.customers[["customer_id", "quality"]], on="customer_id")
        gaps = [gap(part.quality[part.answered == 1], part.quality[part.answered == 0])[0] for _, part in s.groupby("contract")]
        assert gaps[0] > 0.2 and gaps[1] < -0.2


def test_a_survey_asked_later_is_answered_less():
    shares = [simulate(FIRM, 201, Policy(survey_delay=delay)).book.surveys.answered.mean() for delay in (1, 7, 30)]
    assert np.diff(shares) == pytest.approx(np.diff(FIRM.answered_by_delay), abs=0.02)


# ---- purchase, spend, lapse and retention parameters come back ---------------------------------------------------


def traded(firm, book, last):
    """Repeat orders of the shop, recency and age in days of trade, up to day `last` of the book."""
    trades = clocks.trades(firm)
    per_day = trades[:, -1] / DAYS
    market = book.customers.market.map({code: number for number, code in enumerate(firm.markets)}).to_numpy()
    orders = book.orders[book.orders.via == "shop"]
    number = (pd.to_datetime(orders.day) - pd.Timestamp(BEGINS)).dt.days.to_numpy()
    row = orders.customer_id.str[1:].astype(int).to_numpy() - 1
    first = np.full(len(market), DAYS)
    np.minimum.at(first, row, number)
    start = trades[market, first + 1]
    spot = ((trades[market[row], number] + trades[market[row], number + 1]) / 2 - start[row]) / per_day[market[row]]
    # A first order and a second on the same day cannot be told apart by date, so later ones begin on the next day.
    repeat = (number > first[row]) & (number < last)
    x = np.bincount(row[repeat], minlength=len(market))
    recency = np.zeros(len(market))
    np.maximum.at(recency, row[repeat], spot[repeat])
    return x, recency, (trades[market, last] - start) / per_day[market]


def pareto_nbd(x, recency, age, r, alpha, s, beta):
    """(log-likelihood, P(alive)) of Pareto/NBD for each customer; Fader & Hardie 2005, 'A note on deriving the Pareto/NBD model'."""
    high, low = max(alpha, beta), min(alpha, beta)
    b = s + 1 if alpha >= beta else r + x

    def part(t):
        z = (high - low) / (high + t)
        return hyp2f1(r + s + x, b, r + s + x + 1, z) / (high + t) ** (r + s + x)

    a0 = part(recency) - part(age)
    scale = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s)
    gone = s / (r + s + x) * a0
    return scale + np.log(alive + gone), alive / (alive + gone)


def fitted(minus_log_likelihood, planted, away=0.3):
    """z of each parameter from the curvature at the maximum; the search begins `away` from what is planted."""
    found = minimize(minus_log_likelihood, planted + away, method="BFGS", options={"gtol": 1e-3})
    step = 1e-3
    count = len(planted)
    hessian = np.empty((count, count))
    for i in range(count):
        for j in range(count):
            corners = [minus_log_likelihood(found.x + step * (a * np.eye(count)[i] + b * np.eye(count)[j])) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            hessian[i, j] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step**2)
    return (found.x - planted) / np.sqrt(np.diag(np.linalg.inv(hessian))), found.x


def test_purchase_and_dropout_parameters_are_recovered_within_their_standard_errors(without_programme):
    firm = without_programme.truth.firm
    planted = np.log([firm.purchase_r, firm.purchase_alpha, firm.dropout_s, firm.dropout_beta])
    x, recency, age = traded(firm, without_programme.book, DAYS)
    z, found = fitted(lambda theta: -pareto_nbd(x, recency, age, *np.exp(theta))[0].sum(), planted)
    assert (np.abs(z) < 3).all(), (z, np.exp(found))


def test_a_firm_with_another_rate_would_be_noticed(without_programme):
    firm = without_programme.truth.firm
    believed = np.log([firm.purchase_r, 1.1 * firm.purchase_alpha, firm.dropout_s, firm.dropout_beta])
    x, recency, age = traded(firm, without_programme.book, DAYS)
    z, _ = fitted(lambda theta: -pareto_nbd(x, recency, age, *np.exp(theta))[0].sum(), believed)
    assert np.abs(z).max() > 3


def test_the_same_parameters_come_back_from_the_year_before_the_campaigns(large):
    """What an analyst of the book itself can do: fit up to the end of 2025. Dropout is then known only roughly."""
    firm = large.truth.firm
    planted = np.log([firm.purchase_r, firm.purchase_alpha, firm.dropout_s, firm.dropout_beta])
    x, recency, age = traded(firm, large.book, YEAR_TWO)
    z, found = fitted(lambda theta: -pareto_nbd(x, recency, age, *np.exp(theta))[0].sum(), planted)
    assert (np.abs(z[:2]) < 3).all() and found[2] - found[3] == pytest.approx(planted[2] - planted[3], abs=1.0), (z, np.exp(found))


def test_the_share_truly_alive_matches_the_predicted_one_in_every_decile(large):
    firm = large.truth.firm
    x, recency, age = traded(firm, large.book, YEAR_TWO)
    predicted = pareto_nbd(x, recency, age, firm.purchase_r, firm.purchase_alpha, firm.dropout_s, firm.dropout_beta)[1]
    alive = large.truth.customers.leaves_after_days.to_numpy() > age
    for decile in np.array_split(np.argsort(predicted, kind="stable"), 10):
        share, error = predicted[decile].mean(), np.sqrt(predicted[decile].mean() * (1 - predicted[decile].mean()) / len(decile))
        assert abs(alive[decile].mean() - share) < 3.5 * error + 0.005, (share, alive[decile].mean())
    once = x == 0
    assert 0.02 < 1 - alive[once].mean() < 0.9  # a one-time buyer can have left


def test_spend_parameters_are_recovered_within_their_standard_errors(large):
    firm = large.truth.firm
    orders = large.book.orders[large.book.orders.via == "shop"].groupby("customer_id").amount_cents.agg(["size", "mean"])
    x, mean = orders["size"].to_numpy(), orders["mean"].to_numpy() / 100

    def minus(theta):
        p, q, gamma = np.exp(theta)
        return -(gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma) + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(gamma + mean * x)).sum()

    z, found = fitted(minus, np.log([firm.spend_p, firm.spend_q, firm.spend_gamma_cents / 100]))
    assert (np.abs(z) < 3).all(), (z, np.exp(found))


def test_the_two_hidden_retention_segments_are_recovered_from_the_cohorts(large):
    firm = large.truth.firm
    early = large.book.renewals[large.book.renewals.promises_made < 0]
    life = early.groupby("customer_id").renewed.agg(["size", "sum"])
    rivals = large.book.customers.set_index("customer_id").alternatives[life.index].to_numpy() - firm.alternatives_most / 2
    years, lost = life["sum"].to_numpy(), (life["size"] > life["sum"]).to_numpy()

    def minus(theta):
        share, loyal, passing = 1 / (1 + np.exp(-theta[:3]))
        chances = [np.clip(base + theta[3] * rivals, 1e-9, 1 - 1e-9) for base in (loyal, passing)]
        return -np.log(sum(part * p**years * (1 - p) ** lost for part, p in zip((share, 1 - share), chances))).sum()

    shares = np.array([firm.loyal_share, firm.loyal_retention, firm.passing_retention])
    z, found = fitted(minus, np.append(np.log(shares / (1 - shares)), firm.alternatives_retention), np.array([0.3, 0.3, -0.3, 0.01]))
    assert (np.abs(z) < 3).all(), (z, found)


def test_the_average_retention_of_newcomers_misjudges_the_future(large):
    """One rate for everybody, from first years, understates who stays: the naive average describes nobody."""
    r = large.book.renewals[large.book.renewals.promises_made < 0]
    first = r.renewed[r.year_no == 1].mean()
    later = r.renewed[r.year_no >= 5].mean()
    assert later > first + 0.08


def test_every_campaign_of_the_declaration_is_in_the_book(large):
    assert set(large.book.campaigns.campaign) == set(CAMPAIGNS)
