"""Computations of module 13: the right answer, the known mistakes and the planted truth of each exercise.
Each takes a measuring book (and the truth where named so) and returns a number, an `Estimate` or an option id."""

from math import erf, sqrt

import numpy as np
import pandas as pd

from rapport.exercises import Estimate

Z = 1.96  # half-width of a 95 % interval in standard errors
FIRST, LAST = "2025-01-01", "2025-12-31"
VIGNETTES = ["vignette_1", "vignette_2", "vignette_3"]
BASELINE_WEEKS = 20
PROMOTER, DETRACTOR = 9, 6


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


def net(ratings):
    """+1 for a promoter, −1 for a detractor, 0 for the others: their mean is the net promoter score."""
    return (ratings >= PROMOTER).astype(int) - (ratings <= DETRACTOR).astype(int)


def answers(book):
    return book.surveys[book.surveys.answered == 1]


# ---- three_answers ----------------------------------------------------------------------------------------------


def _there(book):
    return book.customers.start_day <= FIRST


def _gone(book):
    return book.customers.end_day != ""


def retention_table(book):
    there, gone = _there(book), _gone(book)
    names = ["there on 1 January", "of these, left by 31 December", "came during the year", "of the newcomers, left by 31 December"]
    counts = [there.sum(), (there & gone).sum(), (~there).sum(), (~there & gone).sum()]
    return pd.DataFrame({"customers in 2025": names, "number": [int(each) for each in counts]})


def three_answers(book):
    return share(~_gone(book)[_there(book)])


def retention_of_everyone(book):
    return share(~_gone(book))


def retention_of_the_average(book):
    begin, end = _there(book).sum(), (~_gone(book)).sum()
    return 100 * (1 - _gone(book).sum() / ((begin + end) / 2))


def retention_with_newcomers(book):
    return 100 * (~_gone(book)).sum() / _there(book).sum()


def three_answers_truth(truth, book):
    return 100 * truth.firm.stay_share


# ---- nps_interval -----------------------------------------------------------------------------------------------


def _largest(book):
    """Ratings of the market with the most answers (the first of them by letter)."""
    given = answers(book)
    return given.recommend[given.market == given.market.value_counts().sort_index().idxmax()]


def nps_table(book):
    ratings = _largest(book)
    market = answers(book).market.value_counts().sort_index().idxmax()
    asked = (book.surveys.market == market).sum()
    return pd.DataFrame(
        {
            f"market {market}": ["9 or 10", "7 or 8", "0 to 6", "no answer (written as −1)"],
            "customers": [int(each) for each in ((ratings >= 9).sum(), ratings.between(7, 8).sum(), (ratings <= 6).sum(), asked - len(ratings))],
        }
    )


def _net_estimate(ratings):
    p, d, n = (ratings >= PROMOTER).mean(), (ratings <= DETRACTOR).mean(), len(ratings)
    half = Z * np.sqrt((p + d - (p - d) ** 2) / n)
    return Estimate(100 * (p - d), 100 * (p - d - half), 100 * (p - d + half))


def nps_interval(book):
    return _net_estimate(_largest(book))


def nps_with_the_silent(book):
    given = answers(book)
    market = given.market.value_counts().sort_index().idxmax()
    return _net_estimate(book.surveys.recommend[book.surveys.market == market])


def nps_like_one_share(book):
    value, p = nps_interval(book).value, (_largest(book) >= PROMOTER).mean()
    half = 100 * Z * np.sqrt(p * (1 - p) / len(_largest(book)))
    return Estimate(value, value - half, value + half)


def promoters_alone(book):
    return share(_largest(book) >= PROMOTER)


def _below(mark, mean, spread):
    return 0.5 * (1 + erf((mark - mean) / spread / sqrt(2)))


def _planted_net(mean, spread):
    """Net promoter score, in points, of ratings rounded from a normal distribution."""
    return 100 * (1 - _below(PROMOTER - 0.5, mean, spread) - _below(DETRACTOR + 0.5, mean, spread))


def nps_interval_truth(truth, book):
    firm, markets = truth.firm, truth.markets.set_index("market")
    row = markets.loc[answers(book).market.value_counts().sort_index().idxmax()]
    return _planted_net(row.quality + row["style"], sqrt(firm.quality_between_people**2 + firm.style_between_people**2 + firm.moment**2))


# ---- behind_the_score -------------------------------------------------------------------------------------------


def _reopened(book):
    return book.cases.groupby("market").reopened.mean()


def _raw(given):
    return 100 * net(given.recommend).groupby(given.market).mean()


def _anchored(given):
    """Each person's own rating less the mean of the three described cases they rated, by market."""
    return (given.recommend - given[VIGNETTES].mean(axis=1)).groupby(given.market)


def score_table(book):
    given = answers(book)
    by = given.groupby("market")
    return pd.DataFrame(
        {
            "market": sorted(by.groups),
            "answers": by.size().to_numpy(),
            "NPS, raw": _raw(given).round(0).to_numpy(),
            "own rating, mean": by.recommend.mean().round(2).to_numpy(),
            "the three cases, mean": by[VIGNETTES].mean().mean(axis=1).round(2).to_numpy(),
            "reopened, % of solved": (100 * _reopened(book)).round(1).to_numpy(),
        }
    )


def option(market):
    return f"market_{market.lower()}"


def behind_the_score(book):
    """Of the two lowest raw scores, the market in which more cases had to be opened again."""
    lowest = _raw(answers(book)).nsmallest(2).index
    return option(_reopened(book)[lowest].idxmax())


def lowest_score(book):
    return option(_raw(answers(book)).idxmin())


def behind_the_score_truth(truth, book):
    return option(truth.markets.sort_values("quality").market.iloc[0])


# ---- anchored_gap -----------------------------------------------------------------------------------------------


def _proud_and_best(given):
    """The market with the highest raw score among those with at least 100 answers, and the one whose anchored ratings are highest."""
    enough = given.market.value_counts()
    enough = enough.index[enough >= 100]
    return _raw(given)[enough].idxmax(), _anchored(given).mean()[enough].idxmax()


def anchored_gap(book):
    given = answers(book)
    proud, best = _proud_and_best(given)
    anchored = _anchored(given)
    return difference(anchored.get_group(best), anchored.get_group(proud))


def raw_gap(book):
    given = answers(book)
    proud, best = _proud_and_best(given)
    mean = given.groupby("market").recommend.mean()
    return mean[best] - mean[proud]


def case_gap(book):
    given = answers(book)
    proud, best = _proud_and_best(given)
    mean = given[VIGNETTES].mean(axis=1).groupby(given.market).mean()
    return mean[best] - mean[proud]


def anchored_the_wrong_way(book):
    return raw_gap(book) + case_gap(book)


def anchored_gap_truth(truth, book):
    quality = truth.markets.set_index("market").quality
    proud, best = _proud_and_best(answers(book))
    return quality[best] - quality[proud]


# ---- form_effect ------------------------------------------------------------------------------------------------


def form_table(book):
    groups = [book.forms.recommend[book.forms.form == form] for form in ("own", "english")]
    return pd.DataFrame(
        {
            "form": ["own language", "English"],
            "answers": [len(g) for g in groups],
            "9 or 10": [int((g >= 9).sum()) for g in groups],
            "7 or 8": [int(g.between(7, 8).sum()) for g in groups],
            "0 to 6": [int((g <= 6).sum()) for g in groups],
            "mean": [round(g.mean(), 2) for g in groups],
        }
    )


def form_effect(book):
    score = net(book.forms.recommend)
    return difference(score[book.forms.form == "own"], score[book.forms.form == "english"], 100)


def _share_gap(book, low, high):
    hit = book.forms.recommend.between(low, high)
    return 100 * (hit[book.forms.form == "own"].mean() - hit[book.forms.form == "english"].mean())


def promoter_gap(book):
    return _share_gap(book, 9, 10)


def mean_gap_in_tens(book):
    r = book.forms.recommend
    return 10 * (r[book.forms.form == "own"].mean() - r[book.forms.form == "english"].mean())


def own_form_alone(book):
    return 100 * net(book.forms.recommend)[book.forms.form == "own"].mean()


def form_effect_truth(truth, book):
    firm = truth.firm
    own, english = (_planted_net(5 + stretch * (firm.form_quality - 5), stretch * firm.form_spread) for stretch in (firm.stretch_own, firm.stretch_english))
    return own - english


# ---- same_fault -------------------------------------------------------------------------------------------------


def batch_table(book):
    by = book.batch.groupby("market")
    return pd.DataFrame(
        {
            "market": ["A", "B"],
            "units failed": by.size().to_numpy(),
            "asked for money": by.asked.sum().to_numpy(),
            "paid in all, €": (by.paid_cents.sum() / 100).to_numpy(),
        }
    )


def _paid(book, market):
    return book.batch.paid_cents[book.batch.market == market] / 100


def same_fault(book):
    return difference(_paid(book, "A"), _paid(book, "B"))


def among_who_asked(book):
    asked = book.batch[book.batch.asked == 1]
    mean = asked.groupby("market").paid_cents.mean() / 100
    return mean["A"] - mean["B"]


def sums_compared(book):
    return _paid(book, "A").sum() - _paid(book, "B").sum()


def same_fault_turned_round(book):
    return -same_fault(book).value


def same_fault_truth(truth, book):
    asks = dict(zip((True, False), reversed(truth.firm.asks_share)))  # whether the market asks less
    return truth.firm.paid_cents / 100 * (asks[truth.asks_less == "A"] - asks[truth.asks_less == "B"])


# ---- first_signal -----------------------------------------------------------------------------------------------


def weeks_table(book):
    base, later = book.weeks[book.weeks.week <= BASELINE_WEEKS], book.weeks[book.weeks.week > BASELINE_WEEKS]
    solved, reopened = [base.solved.sum(), *later.solved], [base.reopened.sum(), *later.reopened]
    return pd.DataFrame({"week": [f"1 to {BASELINE_WEEKS}", *later.week.astype(str)], "solved": solved, "reopened": reopened, "reopened, %": np.round(100 * np.array(reopened) / solved, 1)})


def _rates(book):
    w = book.weeks
    return w.reopened / w.solved


def _centre(book):
    base = book.weeks[book.weeks.week <= BASELINE_WEEKS]
    return base.reopened.sum() / base.solved.sum()


def _limit(book, widths=3.0):
    p = _centre(book)
    return widths * np.sqrt(p * (1 - p) / book.weeks.solved)


def first_signal(book):
    """First week after the baseline outside three standard errors of it."""
    outside = (abs(_rates(book) - _centre(book)) > _limit(book)) & (book.weeks.week > BASELINE_WEEKS)
    return float(book.weeks.week[outside].iloc[0])


def first_below_the_mean(book):
    below = (_rates(book) < _centre(book)) & (book.weeks.week > BASELINE_WEEKS)
    return float(book.weeks.week[below].iloc[0])


def first_below_everything_before(book):
    """First week, from the second on, that is the lowest so far: a record, and nothing more."""
    low = _rates(book).cummin().shift()
    return float(book.weeks.week[_rates(book) < low].iloc[0])


def first_signal_truth(truth, book):
    return float(truth.change_week)


# ---- stay_or_praise ---------------------------------------------------------------------------------------------


def checkin_table(book):
    rows = []
    for lot, name in ((1, "by lot"), (0, "chosen by managers")):
        for called, said in ((1, "rung up"), (0, "not rung up")):
            g = book.checkins[(book.checkins.by_lot == lot) & (book.checkins.checked_in == called)]
            rows.append((name, said, len(g), int(g.renewed.sum()), int((g.stars > 0).sum()), int((g.stars >= 4).sum())))
    return pd.DataFrame(rows, columns=["who decided", "check-in", "customers", "renewed", "wrote a review", "with 4 or 5 stars"])


def _by_lot(book):
    return book.checkins[book.checkins.by_lot == 1]


def _renewal_gap(rows):
    return difference(rows.renewed[rows.checked_in == 1], rows.renewed[rows.checked_in == 0], 100)


def stay_or_praise(book):
    return _renewal_gap(_by_lot(book))


def everybody_together(book):
    return _renewal_gap(book.checkins)


def praise_gap(book):
    rows = _by_lot(book)[_by_lot(book).stars > 0]
    praised = rows.stars >= 4
    return difference(praised[rows.checked_in == 1], praised[rows.checked_in == 0], 100)


def renewal_of_the_called(book):
    return share(_by_lot(book).renewed[_by_lot(book).checked_in == 1])


def stay_or_praise_truth(truth, book):
    return 100 * truth.firm.checkin_renewal
