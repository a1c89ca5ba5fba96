"""Computations of module 10: the right answer, the known mistakes and the planted truth of each exercise.
Each takes a recovery book (and the truth where named so) and returns a number, an `Estimate` or an option id."""

import numpy as np
import pandas as pd

from rapport.exercises import Estimate

Z = 1.96  # half-width of a 95 % interval in standard errors
WORKING_DAY = 8  # working hours
REFERENCE_CREDIT = 2000  # cents
PLANNED_SHIPMENTS = 30_000
REFUND_CHOICES = (3, 5, 7, 9, 12, 16)  # days offered as answers


def share(rows, scale=100.0):
    """Share of ones with its 95 % interval, in percent."""
    p = rows.mean()
    half = Z * np.sqrt(p * (1 - p) / len(rows))
    return Estimate(scale * p, scale * (p - half), scale * (p + half))


def difference(first, second, scale=1.0):
    """Mean of `first` minus mean of `second` with its 95 % interval."""
    value = first.mean() - second.mean()
    half = Z * np.sqrt(first.var() / len(first) + second.var() / len(second))
    return Estimate(scale * value, scale * (value - half), scale * (value + half))


def count(rows):
    """A number of rows as a whole number."""
    return int(np.sum(rows))


# ---- recovery_rate ----------------------------------------------------------------------------------------------


def recovery_counts(book):
    f = book.failures
    rows = {
        "failures": count(f.told_us >= 0),
        "told us": count(f.told_us == 1),
        "told us and got an answer": count(f.answered == 1),
        "told us and said it was settled": count(f.recovered == 1),
        "told us and bought again": count((f.told_us == 1) & (f.repurchased == 1)),
    }
    return pd.DataFrame({"what": rows.keys(), "customers": rows.values()})


def of_the_told(book, column):
    return book.failures[column][book.failures.told_us == 1]


def recovery_rate(book):
    return share(of_the_told(book, "recovered"))


def recovery_rate_of_everyone(book):
    return share(book.failures.recovered)


def recovery_rate_of_the_answered(book):
    return share(book.failures.recovered[book.failures.answered == 1])


def bought_again_of_the_told(book):
    return share(of_the_told(book, "repurchased"))


def recovery_rate_truth(truth, book):
    firm, f = truth.firm, book.failures[book.failures.answered == 1]
    owned, explained, matched, stream = firm.recovered_effects
    chance = (
        firm.recovered_base + owned * f.owned + explained * f.explained + matched * (f.remedy == "matched")
        + stream * (f.update_streams > 0) + firm.recovered_by_severity * (f.severity - 1) + firm.recovered_second * f.second_failure
    )
    return 100 * firm.answered_share * chance.mean()


# ---- own_effect -------------------------------------------------------------------------------------------------


def own_groups(book):
    groups = book.trial.groupby("owned").satisfaction_after.agg(["size", "mean", "std"]).loc[[1, 0]]
    return pd.DataFrame(
        {
            "first words": ["owned it", "gave an excuse"],
            "cases": groups["size"].to_numpy(),
            "mean satisfaction after": groups["mean"].round(2).to_numpy(),
            "standard deviation": groups["std"].round(2).to_numpy(),
        }
    )


def owned_against_excused(cases, outcome):
    return difference(outcome[cases.owned == 1], outcome[cases.owned == 0])


def own_effect(book):
    return owned_against_excused(book.trial, book.trial.satisfaction_after)


def own_effect_where_agents_chose(book):
    f = book.failures[["owned", "satisfaction_after"]][book.failures.answered == 1]
    return owned_against_excused(f, f.satisfaction_after)


def own_effect_with_spread_for_error(book):
    value = own_effect(book).value
    half = Z * book.trial.satisfaction_after.std()
    return Estimate(value, value - half, value + half)


def satisfaction_of_the_owned(book):
    after = book.trial.satisfaction_after[book.trial.owned == 1]
    half = Z * after.std() / np.sqrt(len(after))
    return Estimate(after.mean(), after.mean() - half, after.mean() + half)


def own_effect_on_fairness(book):
    return owned_against_excused(book.trial, book.trial.fairness)


def own_effect_truth(truth, book):
    return truth.customers.own_effect.mean()


# ---- overshoot --------------------------------------------------------------------------------------------------


def update_cells(book):
    cells = book.trial.groupby(["updates", "explained"]).satisfaction_after.agg(["size", "mean"]).reset_index()
    return pd.DataFrame(
        {
            "updates": cells.updates.map({0: "none", 1: "one stream", 2: "several streams"}),
            "long explanation": cells.explained.map({0: "no", 1: "yes"}),
            "cases": cells["size"],
            "mean satisfaction after": cells["mean"].round(2),
        }
    )


def _after(book, updates, explained):
    t = book.trial
    return t.satisfaction_after[(t.updates == updates) & (t.explained == explained)]


def explanation_gain(book, updates):
    return difference(_after(book, updates, 1), _after(book, updates, 0))


def overshoot(book):
    several, one = explanation_gain(book, 2), explanation_gain(book, 1)
    half = np.hypot(several.high - several.value, one.high - one.value)
    value = several.value - one.value
    return Estimate(value, value - half, value + half)


def explanation_with_several_streams(book):
    return explanation_gain(book, 2)


def both_against_neither(book):
    return difference(_after(book, 2, 1), _after(book, 0, 0))


def overshoot_turned_round(book):
    value, low, high = overshoot(book)
    return Estimate(-value, -high, -low)


def overshoot_truth(truth, book):
    return truth.firm.overshoot_satisfaction


# ---- recovery_paradox -------------------------------------------------------------------------------------------


def well_recovered(book):
    return book.trial[(book.trial.owned == 1) & (book.trial.remedy == "matched")]


def poorly_recovered(book):
    return book.trial[(book.trial.owned == 0) & (book.trial.remedy == "none")]


def paradox_table(book):
    good, poor, steady = well_recovered(book), poorly_recovered(book), book.steady
    return pd.DataFrame(
        {
            "customers": ["nothing happened", "failure, owned and matched remedy", "failure, excuse and no remedy", "failure, all ways of handling"],
            "cases": [len(steady), len(good), len(poor), len(book.trial)],
            "mean satisfaction": [round(rows.mean(), 2) for rows in (steady.satisfaction, good.satisfaction_after, poor.satisfaction_after, book.trial.satisfaction_after)],
            "bought again": [count(rows.repurchased) for rows in (steady, good, poor, book.trial)],
        }
    )


def recovery_paradox(book):
    return difference(well_recovered(book).repurchased, book.steady.repurchased, 100)


def satisfaction_gap(book):
    return difference(well_recovered(book).satisfaction_after, book.steady.satisfaction)


def well_against_poorly_recovered(book):
    return difference(well_recovered(book).repurchased, poorly_recovered(book).repurchased, 100)


def any_recovery_against_steady(book):
    return difference(book.trial.repurchased, book.steady.repurchased, 100)


def recovery_paradox_truth(truth, book):
    firm, t = truth.firm, well_recovered(book)
    planted = (
        firm.own_repurchase + firm.matched_repurchase + firm.explain_repurchase * t.explained + firm.stream_repurchase * (t.updates > 0)
        + firm.overshoot_repurchase * ((t.updates == 2) & (t.explained == 1)) - t.severity.map(dict(enumerate(firm.repurchase_lost, 1)))
    )
    return 100 * planted.mean()


# ---- money_for_whom ---------------------------------------------------------------------------------------------


def offered(book, credit, money=None):
    """Who was given `credit` cents by lot: those who asked for money (True), for something else (False), or all."""
    given = book.offers[book.offers.credit_cents == credit]
    return given if money is None else given[(given.asked_need == "money") == money]


def money_table(book):
    groups = [(money, credit) for money in (True, False) for credit in (0, REFERENCE_CREDIT)]
    rows = [offered(book, credit, money) for money, credit in groups]
    return pd.DataFrame(
        {
            "asked what would help": ["money" if money else "something else" for money, _ in groups],
            "credit": [f"€{credit // 100}" for _, credit in groups],
            "customers": [len(group) for group in rows],
            "bought again": [count(group.repurchased) for group in rows],
        }
    )


def money_for_whom(book):
    return difference(offered(book, REFERENCE_CREDIT, True).repurchased, offered(book, 0, True).repurchased, 100)


def credit_for_everyone(book):
    return difference(offered(book, REFERENCE_CREDIT).repurchased, offered(book, 0).repurchased, 100)


def rate_with_the_credit(book):
    return share(offered(book, REFERENCE_CREDIT, True).repurchased)


def credit_gain_in_percent(book):
    return money_for_whom(book).value / offered(book, 0, True).repurchased.mean()


def money_for_whom_truth(truth, book):
    given = pd.concat([offered(book, 0, True), offered(book, REFERENCE_CREDIT, True)])
    return 100 * truth.customers.set_index("customer_id").credit_effect[given.customer_id].mean()


# ---- compensation_value -----------------------------------------------------------------------------------------


def the_customer(book):
    """Among those who asked for money, the customer of longest standing (the first of them by id)."""
    asked = book.offers[book.offers.asked_need == "money"].customer_id
    known = book.customers[book.customers.customer_id.isin(asked)]
    return known.sort_values(["tenure_months", "customer_id"], ascending=[False, True]).iloc[0]


def compensation_table(book):
    customer = the_customer(book)
    groups = [offered(book, credit, True) for credit in (0, REFERENCE_CREDIT)]
    rows = {f"customer {customer.customer_id}: margin a month (€)": customer.monthly_margin_cents / 100}
    rows["customer so far (months)"] = customer.tenure_months
    rows["expected to stay, if kept (months)"] = customer.months_expected
    for name, group in zip(("no credit", "€20 credit"), groups):
        rows[f"asked for money, {name}: customers"] = len(group)
        rows[f"asked for money, {name}: bought again"] = count(group.repurchased)
    return pd.DataFrame({"what": rows.keys(), "number": [f"{value:.2f}" if "€)" in what else str(int(value)) for what, value in rows.items()]})


def _margin(customer, months):
    return customer.monthly_margin_cents / 100 * customer[months]


def compensation_value(book):
    customer = the_customer(book)
    return Estimate(*(_margin(customer, "months_expected") * gain / 100 for gain in money_for_whom(book)))


def value_without_comparison(book):
    return _margin(the_customer(book), "months_expected") * offered(book, REFERENCE_CREDIT, True).repurchased.mean()


def value_of_the_past(book):
    return _margin(the_customer(book), "tenure_months") * money_for_whom(book).value / 100


def value_with_everyones_gain(book):
    return _margin(the_customer(book), "months_expected") * credit_for_everyone(book).value / 100


def compensation_value_truth(truth, book):
    return _margin(the_customer(book), "months_expected") * money_for_whom_truth(truth, book) / 100


# ---- answer_rate ------------------------------------------------------------------------------------------------


def ageing_table(book):
    hours = of_the_told(book, "answer_hours")
    bands = {"1 to 8": (1, 8), "9 to 16": (9, 16), "17 to 24": (17, 24), "25 to 32": (25, 32), "33 and more": (33, 10**6)}
    rows = {name: count(hours.between(*band)) for name, band in bands.items()} | {"no answer (written as −1)": count(hours < 0)}
    rows["did not tell us"] = count(book.failures.told_us == 0)
    return pd.DataFrame({"first answer after, working hours": rows.keys(), "customers": rows.values()})


def answer_rate(book):
    return share(of_the_told(book, "answer_hours").between(1, WORKING_DAY))


def quick_among_the_answered(book):
    return share(book.failures.answer_hours[book.failures.answered == 1] <= WORKING_DAY)


def quick_counting_minus_one(book):
    return share(of_the_told(book, "answer_hours") <= WORKING_DAY)


def answered_at_all(book):
    return share(of_the_told(book, "answered"))


def quick_of_everyone(book):
    return share(book.failures.answer_hours.between(1, WORKING_DAY))


def answer_rate_truth(truth, book):
    firm = truth.firm
    return 100 * firm.answered_share * np.sqrt(WORKING_DAY / firm.slowest_answer_hours)


# ---- refund_speed -----------------------------------------------------------------------------------------------


def refunds(book):
    return book.failures[["refund_days", "repurchased"]][book.failures.refund_days >= 0]


def refund_table(book):
    edges = [0, *REFUND_CHOICES, 24]
    names = [f"{low + 1} to {high}" for low, high in zip(edges, edges[1:])]
    bands = refunds(book).groupby(pd.cut(refunds(book).refund_days, edges, labels=names), observed=False).repurchased.agg(["size", "sum", "mean"])
    return pd.DataFrame(
        {
            "money back after, days": names,
            "customers": bands["size"].to_numpy(),
            "bought again": bands["sum"].to_numpy(),
            "bought again, %": (100 * bands["mean"]).round(1).to_numpy(),
        }
    )


def option(day):
    return f"day_{day}"


def refund_speed(book):
    """The offered day that best parts customers into two groups, each alike within."""
    r = refunds(book)

    def parted(day):
        early, late = r.repurchased[r.refund_days <= day], r.repurchased[r.refund_days > day]
        return len(early) * len(late) * (early.mean() - late.mean()) ** 2

    return option(max(REFUND_CHOICES, key=parted))


def nearest_option(days):
    return option(min(REFUND_CHOICES, key=lambda day: abs(day - days)))


def usual_refund_day(book):
    return nearest_option(refunds(book).refund_days.median())


def refund_speed_truth(truth, book):
    return option(truth.patience_days)


# ---- failure_forecast -------------------------------------------------------------------------------------------


def quarter_table(book):
    s = book.shipments
    quarters = s.groupby((s.week - 1) // 13 + 1)
    told = book.failures.groupby((book.failures.week - 1) // 13 + 1).told_us.sum()
    return pd.DataFrame(
        {
            "quarter": [1, 2, 3, 4],
            "shipments": quarters.shipments.sum().to_numpy(),
            "failed": quarters.failed.sum().to_numpy(),
            "of these told us": told.to_numpy(),
            "mean of the weekly rates, %": [round(100 * (g.failed / g.shipments).mean(), 2) for _, g in quarters],
        }
    )


def failure_forecast(book):
    shipped, failed = book.shipments.shipments.sum(), book.shipments.failed.sum()
    rate = failed / shipped
    expected = PLANNED_SHIPMENTS * rate
    half = Z * np.sqrt(expected + PLANNED_SHIPMENTS**2 * rate * (1 - rate) / shipped)
    return Estimate(expected, expected - half, expected + half)


def forecast_from_weekly_rates(book):
    return PLANNED_SHIPMENTS * (book.shipments.failed / book.shipments.shipments).mean()


def forecast_from_complaints(book):
    return PLANNED_SHIPMENTS * book.failures.told_us.sum() / book.shipments.shipments.sum()


def last_quarter_again(book):
    return float(book.shipments.failed[book.shipments.week > 39].sum())


def failure_forecast_truth(truth, book):
    firm, s = truth.firm, book.shipments
    rate = np.where(s.week.isin(firm.busy_weeks), firm.busy_failure_rate, firm.failure_rate)
    return PLANNED_SHIPMENTS * (rate * s.shipments).sum() / s.shipments.sum()


# ---- reputation -------------------------------------------------------------------------------------------------


def stars_table(book):
    f = book.failures
    groups = {
        "told us, settled": f[f.recovered == 1],
        "told us, not settled": f[(f.told_us == 1) & (f.recovered == 0)],
        "did not tell us": f[f.told_us == 0],
    }
    return pd.DataFrame(
        {
            "customers": groups.keys(),
            "number": [len(rows) for rows in groups.values()],
            "wrote a review": [count(rows.stars > 0) for rows in groups.values()],
            "stars in all": [count(rows.stars) for rows in groups.values()],
        }
    )


def stars_between(first, second, f):
    return difference(f.stars[first], f.stars[second])


def reputation(book):
    f = book.failures
    reviewed = (f.stars > 0) & (f.told_us == 1)
    return stars_between(reviewed & (f.recovered == 1), reviewed & (f.recovered == 0), f)


def stars_counting_silence_as_none(book):
    f = book.failures
    return stars_between(f.recovered == 1, (f.told_us == 1) & (f.recovered == 0), f)


def stars_against_everyone(book):
    f = book.failures
    return stars_between((f.stars > 0) & (f.recovered == 1), f.stars > 0, f)


def stars_against_all_others(book):
    f = book.failures
    return stars_between((f.stars > 0) & (f.recovered == 1), (f.stars > 0) & (f.recovered == 0), f)


def reputation_truth(truth, book):
    firm = truth.firm
    return firm.stars_mean(firm.stars_recovered) - firm.stars_mean(firm.stars_unrecovered)


# ---- equity_gap -------------------------------------------------------------------------------------------------


def audited(book):
    f = book.failures[["market", "severity", "answered", "compensation_cents"]]
    f = f[f.answered == 1]
    return f[f.market.isin(["CN", "US"])].assign(euro=f.compensation_cents / 100)


def equity_table(book):
    groups = audited(book).groupby(["severity", "market"]).euro
    table = groups.agg(["size", "sum"]).reset_index()
    return pd.DataFrame(
        {
            "severity": table.severity,
            "market": table.market,
            "complaints answered": table["size"],
            "of these paid anything": groups.agg(lambda euro: count(euro > 0)).to_numpy().astype(int),
            "paid in all, €": table["sum"].round(2),
        }
    )


def gap_at_equal_severity(cases):
    """US mean minus CN mean within each severity, weighted by how common the severity is in both together."""
    value = variance = 0.0
    for severity in (1, 2, 3):
        alike = cases.severity == severity
        us, cn = (cases.euro[alike & (cases.market == market)] for market in ("US", "CN"))
        weight = alike.mean()
        value += weight * (us.mean() - cn.mean())
        variance += weight**2 * (us.var() / len(us) + cn.var() / len(cn))
    half = Z * np.sqrt(variance)
    return Estimate(value, value - half, value + half)


def equity_gap(book):
    return gap_at_equal_severity(audited(book))


def plain_gap(book):
    cases = audited(book)
    return difference(cases.euro[cases.market == "US"], cases.euro[cases.market == "CN"])


def gap_among_the_paid(book):
    return gap_at_equal_severity(audited(book)[lambda cases: cases.euro > 0])


def gap_turned_round(book):
    value, low, high = equity_gap(book)
    return Estimate(-value, -high, -low)


def equity_gap_truth(truth, book):
    firm, weight = truth.firm, audited(book).severity.value_counts(normalize=True)
    usual, cut = firm.paid_share, firm.paid_share + firm.underpaid_share
    gaps = {sev: (usual * cents - cut * (cents + firm.underpaid_cents)) / 100 for sev, cents in enumerate(firm.paid_cents, 1)}
    gap = sum(weight[sev] * gaps[sev] for sev in gaps)
    return gap if truth.underpaid_market == "CN" else -gap
