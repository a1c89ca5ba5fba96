"""Computations of module 03: the right answer, the known mistakes and the planted truth of each exercise.
Each takes a preferences book (and the truth where named so) and returns a number, an `Estimate` or an option id."""

from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from rapport.exercises import Estimate
from rapport.facts import is_working_day, market
from rapport.metrics import common_language_effect

Z = 1.96  # half-width of a 95 % interval in standard errors
BANDS = (-1, 29, 39, 49, 59, 69, 100)  # edges of the bands in the small tables
BAND_NAMES = ("0–29", "30–39", "40–49", "50–59", "60–69", "70–100")


def share(rows, scale=100.0):
    """Share of ones with its 95 % interval, in percent."""
    p = rows.mean()
    half = Z * np.sqrt(p * (1 - p) / len(rows))
    return Estimate(scale * p, scale * (p - half), scale * (p + half))


def turned_round(estimate):
    value, low, high = estimate
    return Estimate(100 - value, 100 - high, 100 - low)


# ---- one_step, two_steps ----------------------------------------------------------------------------------------


def people_of(book, leaning):
    """Plainness of everybody in the first market (by letter) with this leaning."""
    letter = book.markets[book.markets.leaning == leaning].market.min()
    return book.customers.plainness[book.customers.market == letter]


def beaten(one, other):
    """How often somebody of `one` lies above somebody of `other`, ties half, in percent (Hanley & McNeil 1982)."""
    a = common_language_effect(one, other)
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (a * (1 - a) + (len(one) - 1) * (q1 - a * a) + (len(other) - 1) * (q2 - a * a)) / (len(one) * len(other))
    half = Z * np.sqrt(variance)
    return Estimate(100 * a, 100 * (a - half), 100 * (a + half))


def _bands(book, high, low):
    letters = [book.markets[book.markets.leaning == each].market.min() for each in (high, low)]
    counts = {f"market {letter} (leaning {each})".replace("-", "−"): _by_band(people_of(book, each)) for letter, each in zip(letters, (high, low))}
    return pd.DataFrame({"plainness": BAND_NAMES, **counts})


def _by_band(values):
    return pd.cut(values, BANDS, labels=BAND_NAMES).value_counts().reindex(BAND_NAMES).astype(int).to_numpy()


def one_step_table(book):
    return _bands(book, 100, 0)


def one_step(book):
    return beaten(people_of(book, 100), people_of(book, 0))


def one_step_sorted(book):
    one, other = (np.sort(people_of(book, each)) for each in (100, 0))
    n = min(len(one), len(other))
    return 100.0 * np.mean(one[-n:] > other[:n])


def one_step_turned(book):
    return turned_round(one_step(book))


def one_step_inside(book):
    """Two people of the plainer market compared with each other."""
    half = len(people_of(book, 100)) // 2
    return beaten(people_of(book, 100).iloc[:half], people_of(book, 100).iloc[half:])


def one_step_truth(truth, book):
    return 100 * truth.firm.common_language(1)


def two_steps_table(book):
    return _bands(book, 100, -100)


def two_steps(book):
    return beaten(people_of(book, 100), people_of(book, -100))


def two_steps_against_mean(book):
    """How many lie above the other market's mean, as if that mean were a person."""
    return 100 * float(np.mean(people_of(book, 100) > people_of(book, -100).mean()))


def two_steps_turned(book):
    return turned_round(two_steps(book))


def two_steps_one(book):
    return one_step(book)


def two_steps_truth(truth, book):
    return 100 * truth.firm.common_language(2)


# ---- spread_inside ----------------------------------------------------------------------------------------------


def spread_table(book):
    groups = book.customers.groupby("market").plainness
    table = pd.DataFrame({"market": groups.size().index, "people": groups.size().to_numpy(), "mean": groups.mean().round(1).to_numpy(), "variance": groups.var().round(1).to_numpy()})
    everybody = pd.DataFrame({"market": ["everybody"], "people": [len(book.customers)], "mean": [round(book.customers.plainness.mean(), 1)], "variance": [round(book.customers.plainness.var(), 1)]})
    return pd.concat([table, everybody], ignore_index=True)


def spread_inside(book):
    c = book.customers
    groups = c.groupby("market").plainness
    inside = (groups.var() * (groups.size() - 1)).sum() / (len(c) - c.market.nunique())
    value = inside / c.plainness.var()
    half = Z * 2 * value * np.sqrt((1 - value) / len(c))
    return Estimate(100 * value, 100 * (value - half), 100 * (value + half))


def spread_between(book):
    return 100 - spread_inside(book).value


def spread_in_deviations(book):
    return 100 * np.sqrt(spread_inside(book).value / 100)


def spread_truth(truth, book):
    return 100 * (1 - truth.firm.market_share_of_variance)


# ---- country_alone, one_question --------------------------------------------------------------------------------


def right_by(customers, column):
    """1 where the usual choice of a customer's group is the customer's choice."""
    plain = customers.chose == "plain"
    return ((plain.groupby(customers[column]).transform("mean") > 0.5) == plain).astype(int)


def market_table(book):
    plain = (book.customers.chose == "plain").groupby(book.customers.market)
    return pd.DataFrame({"market": plain.size().index, "people": plain.size().to_numpy(), "chose plain": plain.sum().to_numpy(), "chose gentle": (plain.size() - plain.sum()).to_numpy()})


def country_alone(book):
    return share(right_by(book.customers, "market"))


def share_explained(book):
    return spread_between(book)


def markets_called_right(book):
    """Whether the leaning foretells each market's majority: right about markets, which is not right about people."""
    plain = (book.customers.chose == "plain").groupby(book.customers.market).mean()
    leaning = book.markets.set_index("market").leaning
    return 100.0 * np.mean((plain > 0.5) == (leaning >= 0))


def asked_right(book):
    return share(book.customers.asked == book.customers.chose)


def country_alone_truth(truth, book):
    return 100 * truth.firm.right_by_market()


def guess_table(book):
    c = book.customers
    rows = {"everybody the same": max((c.chose == "plain").sum(), (c.chose == "gentle").sum()), "role": right_by(c, "role").sum(), "market": right_by(c, "market").sum(), "the one question": (c.asked == c.chose).sum()}
    return pd.DataFrame({"guess by": rows.keys(), "people": len(c), "guessed right": [int(value) for value in rows.values()]})


def one_question(book):
    c = book.customers
    gain = (c.asked == c.chose).astype(int) - right_by(c, "market")
    half = Z * gain.std() / np.sqrt(len(gain))
    return Estimate(100 * gain.mean(), 100 * (gain.mean() - half), 100 * (gain.mean() + half))


def question_against_role(book):
    return 100 * ((book.customers.asked == book.customers.chose).mean() - right_by(book.customers, "role").mean())


def question_against_luck(book):
    return 100 * ((book.customers.asked == book.customers.chose).mean() - 0.5)


def question_in_percent(book):
    return 100 * ((book.customers.asked == book.customers.chose).mean() / right_by(book.customers, "market").mean() - 1)


def one_question_truth(truth, book):
    return 100 * (truth.firm.asked_true - truth.firm.right_by_market())


# ---- best_check -------------------------------------------------------------------------------------------------


def checks_table(book):
    m = book.messages
    wrong = m[m.first_reading != m.turned_out]
    put_right = (wrong.second_reading == wrong.turned_out).groupby(wrong.check_made)
    table = m.groupby("check_made").agg(messages=("minutes", "size"), minutes=("minutes", "mean"), sure=("sure_second", "mean")).round(1)
    table["first reading wrong"] = put_right.size()
    table["of these put right"] = put_right.sum().astype(int)
    return table.rename(columns={"minutes": "minutes each", "sure": "sure afterwards (1–5)"}).rename_axis("check").reset_index()


def best_check(book):
    """The check that most often put a wrong first reading right."""
    wrong = book.messages[book.messages.first_reading != book.messages.turned_out]
    return (wrong.second_reading == wrong.turned_out).groupby(wrong.check_made).mean().idxmax()


def surest_check(book):
    return book.messages.groupby("check_made").sure_second.mean().idxmax()


def quickest_check(book):
    return book.messages.groupby("check_made").minutes.mean().idxmin()


def best_check_truth(truth, book):
    return truth.best_check


# ---- shared_hours ------------------------------------------------------------------------------------------------


def days_of_visit(book):
    visit = book.visits.iloc[0]
    first, last = date.fromisoformat(visit.first_day), date.fromisoformat(visit.last_day)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def weeks_table(book):
    """One row for each week: which of its days lie in the span, and which are holidays there or here."""
    rows, closed = {}, (("AE", "closed in Dubai"), ("LV", "closed in Riga"))
    for day in days_of_visit(book):
        monday = day - timedelta(days=day.weekday())
        row = rows.setdefault(monday, {"week of": f"{monday.day} {monday:%b %Y}", "Mondays to Fridays in the span": 0, "closed in Dubai": [], "closed in Riga": []})
        if day.weekday() < 5:
            row["Mondays to Fridays in the span"] += 1
            for code, column in closed:
                if day in market(code).closed_days:
                    row[column].append(day)
    return pd.DataFrame([row | {column: partial(named, code, row[column]) for code, column in closed} for row in rows.values()])


def named(code, days):
    """These holidays of a market, by their names in the reader's language."""
    names = {each.day: each.name for each in market(code).holidays}
    return ", ".join(f"{day:%a} {day.day} {names[day]}" for day in days)


def shared_hours(book):
    return 8.0 * sum(is_working_day("AE", day) and is_working_day("LV", day) for day in days_of_visit(book))


def weekends_only(book):
    return 8.0 * sum(day.weekday() < 5 for day in days_of_visit(book))


def home_calendar_only(book):
    return 8.0 * sum(is_working_day("LV", day) for day in days_of_visit(book))


def last_years_dates(book):
    """Dubai's holidays on the dates on which they fell a year earlier."""
    days = days_of_visit(book)
    moved = {day.replace(year=day.year + 1) for day in market("AE").closed_days if day.year == days[0].year - 1}
    return 8.0 * sum(day.weekday() < 5 and day not in moved and is_working_day("LV", day) for day in days)



def shared_hours_truth(truth, book):
    """Nothing is planted here: the calendars are real, and the truth is what they say."""
    return shared_hours(book)
