"""Computations of module 00: the right answer, the known mistakes and the planted truth of each exercise.
Each takes a book of guesses (and the truth where named so) and returns a number, an `Estimate` or an option id."""

import numpy as np
import pandas as pd

from rapport.exercises import Estimate

Z = 1.96  # half-width of a 95 % interval in standard errors
ORDER = ["asks", "first_impression", "prefix", "always_half"]
NAMES = {"asks": "asks one question", "first_impression": "first impression", "prefix": "number's prefix", "always_half": "always says 50%"}


def share(rows):
    """Share of ones with its 95 % interval, in percent."""
    p = rows.mean()
    half = Z * np.sqrt(p * (1 - p) / len(rows))
    return Estimate(100 * p, 100 * (p - half), 100 * (p + half))


def of(book, guesser):
    """Everything one colleague guessed."""
    return book.guesses[book.guesses.guesser == guesser]


# ---- twenty_incidents -------------------------------------------------------------------------------------------


def twenty_table(book):
    t = book.twenty
    return pd.DataFrame({"incident": t.incident, "of the last ten, wanted it in writing": t.of_ten, "this caller did": t.happened.map({1: "yes", 0: "no"})})


def distances(book):
    """From the number said (a share) to what happened (0 or 1), for each of the twenty."""
    return book.twenty.of_ten / 10 - book.twenty.happened


def brier_of_the_record(book):
    p, value = book.twenty.of_ten / 10, (distances(book) ** 2).mean()
    # Luck alone moves each squared distance between (1 − p)² and p².
    half = Z * np.sqrt((p * (1 - p) * (1 - 2 * p) ** 2).sum()) / len(p)
    return Estimate(value, value - half, value + half)


def plain_distance(book):
    return distances(book).abs().mean()


def calls_missed(book):
    return float(((book.twenty.of_ten > 5) != (book.twenty.happened == 1)).mean())


def scored_against_the_opposite(book):
    return ((1 - book.twenty.of_ten / 10 - book.twenty.happened) ** 2).mean()


def squares_added_up(book):
    return float((distances(book) ** 2).sum())


def brier_of_the_record_truth(truth, book):
    p = book.twenty.of_ten / 10
    return (p * (1 - p)).mean()


# ---- confidence_gap ---------------------------------------------------------------------------------------------


def confidence_table(book):
    bands = of(book, "first_impression").groupby("sure_percent").right.agg(["size", "sum"])
    return pd.DataFrame({"said to be sure, %": bands.index, "guesses": bands["size"].to_numpy(), "of these right": bands["sum"].to_numpy()})


def confidence_gap(book):
    g = of(book, "first_impression")
    d = g.sure_percent - 100 * g.right
    half = Z * d.std() / np.sqrt(len(d))
    return Estimate(d.mean(), d.mean() - half, d.mean() + half)


def gap_at_the_top(book):
    g = of(book, "first_impression")
    top = g[g.sure_percent == g.sure_percent.max()]
    return (top.sure_percent - 100 * top.right).mean()


def gap_of_the_rows(book):
    """Every row of the table counted alike, however many guesses stand in it."""
    bands = of(book, "first_impression").groupby("sure_percent").right.mean()
    return (bands.index - 100 * bands).to_numpy().mean()


def wrong_share(book):
    return 100 - share(of(book, "first_impression").right).value


def confidence_gap_truth(truth, book):
    sure = of(book, "first_impression").sure_percent
    return ((sure - 50) * (1 - truth.earned)).mean()


# ---- whose_numbers ----------------------------------------------------------------------------------------------


def guessers_table(book):
    rows = []
    for name in ORDER[1:]:
        for sure, group in of(book, name).groupby("sure_percent"):
            rows.append({"colleague": NAMES[name], "said to be sure, %": sure, "guesses": len(group), "of these right": int(group.right.sum())})
    return pd.DataFrame(rows)


def brier(book, name):
    g = of(book, name)
    return ((g.sure_percent / 100 - g.right) ** 2).mean()


def whose_numbers(book):
    return min(ORDER[1:], key=lambda name: brier(book, name))


def whose_numbers_truth(truth, book):
    """The colleague whose expected Brier score is lowest, from the planted chances of being right."""
    g = book.guesses
    said = {name: g.sure_percent[g.guesser == name].to_numpy() / 100 for name in ORDER[1:]}
    right = {
        "first_impression": 0.5 + truth.earned * (said["first_impression"] - 0.5),
        "prefix": np.where(of(book, "prefix").guess == 1, truth.chance, 1 - truth.chance),
        "always_half": np.full(len(truth.chance), 0.5),
    }
    expected = {name: (right[name] * (1 - said[name]) ** 2 + (1 - right[name]) * said[name] ** 2).mean() for name in right}
    return min(expected, key=expected.get)


# ---- one_question -----------------------------------------------------------------------------------------------


def question_table(book):
    rows = [of(book, name) for name in ORDER]
    return pd.DataFrame(
        {
            "colleague": [NAMES[name] for name in ORDER],
            "guesses": [len(g) for g in rows],
            "of these right": [int(g.right.sum()) for g in rows],
            "mean sureness said, %": [round(float(g.sure_percent.mean()), 1) for g in rows],
        }
    )


def _ahead(book, other):
    """How much oftener the one who asks is right than `other`, on the same calls, in points."""
    d = 100.0 * (of(book, "asks").right.to_numpy() - of(book, other).right.to_numpy())
    half = Z * d.std() / np.sqrt(len(d))
    return Estimate(d.mean(), d.mean() - half, d.mean() + half)


def one_question(book):
    return _ahead(book, "prefix")


def question_in_percent(book):
    return 100 * _ahead(book, "prefix").value / share(of(book, "prefix").right).value


def question_by_sureness(book):
    return of(book, "asks").sure_percent.mean() - of(book, "prefix").sure_percent.mean()


def question_against_half(book):
    return _ahead(book, "always_half").value


def one_question_truth(truth, book):
    likelier = np.where(of(book, "prefix").guess == 1, truth.chance, 1 - truth.chance)
    return 100 * (truth.firm.answer_true - likelier.mean())


# ---- accent_gap -------------------------------------------------------------------------------------------------


def accent_table(book):
    groups = book.calls.groupby(["line", "accent_noted"]).wanted_writing.agg(["size", "sum"]).reset_index()
    return pd.DataFrame(
        {
            "line": groups.line,
            "accent noted": groups.accent_noted.map({0: "no", 1: "yes"}),
            "callers": groups["size"],
            "wanted it in writing": groups["sum"],
        }
    )


def difference(first, second):
    """Mean of `first` minus mean of `second` in points, and its variance."""
    return 100 * (first.mean() - second.mean()), 100**2 * (first.var() / len(first) + second.var() / len(second))


def accent_gap(book):
    """Within each line: noted minus not noted; then weighted by how many calls the line has."""
    value = variance = 0.0
    for line in ("clear", "poor"):
        alike = book.calls[book.calls.line == line]
        weight = len(alike) / len(book.calls)
        gap, spread = difference(alike.wanted_writing[alike.accent_noted == 1], alike.wanted_writing[alike.accent_noted == 0])
        value, variance = value + weight * gap, variance + weight**2 * spread
    half = Z * np.sqrt(variance)
    return Estimate(value, value - half, value + half)


def plain_accent_gap(book):
    c = book.calls
    return difference(c.wanted_writing[c.accent_noted == 1], c.wanted_writing[c.accent_noted == 0])[0]


def line_gap(book):
    c = book.calls
    return difference(c.wanted_writing[c.line == "poor"], c.wanted_writing[c.line == "clear"])[0]


def wish_of_the_noted(book):
    return share(book.calls.wanted_writing[book.calls.accent_noted == 1]).value


def accent_gap_truth(truth, book):
    return 100 * truth.firm.accent_wish
