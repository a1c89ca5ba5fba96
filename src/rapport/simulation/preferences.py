"""A small book about guessing: customers whose later choice is known, with their market, their role and one question they were asked.
Market A of one book is another market than market A of the next; no real market appears in it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import erf, fsum, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rapport.content import ContentError
from rapport.simulation.luck import Luck
from rapport.simulation.tables import Column

if TYPE_CHECKING:
    from rapport.simulation.engine import Simulated

CHECKS = ("ask_need", "ask_when", "offer_ways", "ask_colleague", "read_again")
ASKING = CHECKS[:3]  # the three that ask the customer; which of them tells most is drawn anew with each seed
MEANINGS = ("no", "round", "numbers")  # what “we will study it” turned out to mean
FESTIVALS = (("2027-03-01", "2027-03-29"), ("2027-04-26", "2027-05-31"))  # a first and a last day around a movable feast; both shift a little


@dataclass(frozen=True)
class Preferences:
    """Size and planted truths of the book.

    Preferences are in standard normal units; shares and chances lie between 0 and 1. All are chosen for teaching.
    """

    customers: int = 3600  # 300 in each market: a comparison of two markets is known to about five points
    messages: int = 2000  # 400 for each kind of check
    markets: tuple[str, ...] = ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L")
    roles: tuple[str, ...] = ("buyer", "engineer", "finance", "operations", "owner", "quality")
    # The markets' means, in standard deviations between markets: mean 0, variance 1, and pairs exactly one and two apart.
    market_scores: tuple[float, ...] = (-1.5, -1.5**0.5, -1.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 1.5**0.5, 1.5)
    market_share_of_variance: float = 0.20  # what pooled studies of values suggest at most
    role_share_of_variance: float = 0.10  # half as much as the market, so a little worse as a guess
    asked_true: float = 0.87  # chance that the one question is answered as the customer later chooses
    plainness_middle: float = 50.0
    plainness_spread: float = 15.0  # so nearly everybody lies between 5 and 95
    # ---- Checks made by lot before answering an ambiguous message
    read_right: float = 0.40  # chance that the first reading is right; a third would be luck
    corrected: tuple[float, float, float] = (0.64, 0.40, 0.33)  # wrong readings put right by the best, second and third question
    corrected_colleague: float = 0.10  # somebody who knows the country has not read this message's sender
    corrected_again: float = 0.08  # rereading finds few new facts
    kept_right: float = 0.95  # a right reading is seldom talked away
    surer_colleague: float = 1.6  # points of five: nothing makes surer than a colleague who nods …
    surer_asking: float = 0.8  # … though asking makes more often right
    surer_again: float = 0.3

    def __post_init__(self) -> None:
        for name in ("customers", "messages"):
            if getattr(self, name) <= 0:
                raise ContentError(f"found {getattr(self, name)}; it must be above 0.", key=name)
        if len(self.market_scores) != len(self.markets):
            raise ContentError(f"found {len(self.market_scores)} scores for {len(self.markets)} markets; give one for each.", key="market_scores")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name.endswith("_variance") or each.name in ("asked_true", "read_right", "kept_right", "corrected_colleague", "corrected_again"):
                if not 0 <= value <= 1:
                    raise ContentError(f"found {value}; a share lies between 0 and 1.", key=each.name)
        if self.market_share_of_variance + self.role_share_of_variance >= 1:
            raise ContentError("market and role together explain everything; leave a share to the person.", key="market_share_of_variance")

    # ---- What follows from the parameters, for a checker

    def common_language(self, gap: float) -> float:
        """Chance that somebody of the one market exceeds somebody of another whose mean is `gap` between-market deviations lower."""
        share = self.market_share_of_variance
        return _normal(gap * sqrt(share) / sqrt(2 * (1 - share)))

    def right_by_market(self) -> float:
        """How often the usual choice of a customer's market is the customer's choice."""
        return _right(self.market_scores, self.market_share_of_variance)

    def right_by_role(self) -> float:
        """How often the usual choice of a customer's role is the customer's choice."""
        return _right(_even(len(self.roles)), self.role_share_of_variance)


@dataclass(frozen=True)
class PreferencesBook:
    """Tables of the book; `describe_columns("preferences")` names their columns."""

    customers: pd.DataFrame
    markets: pd.DataFrame
    messages: pd.DataFrame
    visits: pd.DataFrame


@dataclass(frozen=True)
class PreferencesTruth:
    """The planted parameters, each customer's preference in standard units, and which question was made the best one."""

    firm: Preferences
    customers: pd.DataFrame
    best_check: str


PREFERENCES_TABLES = {
    "customers": "One row for each customer: who they are, what they answered to one question, and what they later chose.",
    "markets": "One row for each market of this book. The letters are dealt anew with each seed and stand for no real market.",
    "messages": "Ambiguous replies (“we will study it”): a first reading, a check made by lot, a second reading, and what it turned out to mean.",
    "visits": "The span of days in which a visit to Dubai is to be planned, from Riga.",
}

_COLUMNS = {
    "customers": (
        ("customer_id", "str", "", "C and a number; the key of this table"),
        ("market", "str", "", "letter of the customer's market, as in `markets`"),
        ("role", "str", "", "what they do: buyer, engineer, finance, operations, owner or quality"),
        ("asked", "str", "", "the customer's answer to one question, “how would you like bad news: plain or gentle?”"),
        ("plainness", "int", "points 0–100", "how plainly they turned out to want bad news put, observed over the year after"),
        ("chose", "str", "", "the version of a hard message that they later picked: plain or gentle"),
    ),
    "markets": (
        ("market", "str", "", "a letter; the key of this table"),
        ("leaning", "int", "hundredths", "how plainly people there want bad news on average, in hundredths of a standard deviation between markets; in this book exactly right"),
    ),
    "messages": (
        ("message_id", "str", "", "M and a number; the key of this table"),
        ("check_made", "str", "", "drawn by lot: ask_need, ask_when or offer_ways (put to the customer), ask_colleague, read_again"),
        ("first_reading", "str", "", "what we took it to mean at first: no, round or numbers"),
        ("sure_first", "int", "points 1–5", "how sure we were of that"),
        ("second_reading", "str", "", "what we took it to mean after the check"),
        ("sure_second", "int", "points 1–5", "how sure we were of that"),
        ("turned_out", "str", "", "what it meant, as we learned later: a no, an internal round, or a wish for numbers"),
        ("minutes", "int", "minutes", "working time that the check took"),
    ),
    "visits": (
        ("first_day", "str", "ISO date", "first day that would do"),
        ("last_day", "str", "ISO date", "last day that would do"),
        ("home", "str", "", "market we come from, two letters"),
        ("host", "str", "", "market we visit, two letters"),
    ),
}  # fmt: skip


def columns() -> tuple[Column, ...]:
    """Every column of every table, in the order of the files."""
    return tuple(Column(table, *column) for table, declared in _COLUMNS.items() for column in declared)


def simulate_preferences(firm: Preferences, seed: int) -> Simulated:
    """The book of `firm` for a seed, and apart from it its `PreferencesTruth`."""
    from rapport.simulation.engine import Simulated  # late: it dispatches to this module

    luck = Luck(seed)
    customers, hidden, markets = _customers(firm, luck)
    best = [ASKING[i] for i in luck.shuffled("messages.best", len(ASKING))]
    book = PreferencesBook(customers, markets, _messages(firm, luck, best), _visits(luck))
    return Simulated(book, PreferencesTruth(firm, hidden, best[0]))


def _customers(firm: Preferences, luck: Luck) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    n, share, by_role = firm.customers, firm.market_share_of_variance, firm.role_share_of_variance
    market, role = _dealt(luck, "customers.market", n, len(firm.markets)), _dealt(luck, "customers.role", n, len(firm.roles))
    scores = np.array(firm.market_scores)[luck.shuffled("customers.leaning.market", len(firm.markets))]
    leaning = np.array(_even(len(firm.roles)))[luck.shuffled("customers.leaning.role", len(firm.roles))]
    wish = sqrt(share) * scores[market] + sqrt(by_role) * leaning[role] + sqrt(1 - share - by_role) * luck.normal("customers.person", n)
    plain = wish > 0
    told = plain == luck.event("customers.asked", np.full(n, firm.asked_true))
    ids = np.array([f"C{number:04d}" for number in range(1, n + 1)], dtype=object)
    customers = _frame(
        "customers",
        {
            "customer_id": ids,
            "market": np.array(firm.markets, dtype=object)[market],
            "role": np.array(firm.roles, dtype=object)[role],
            "asked": _version(told),
            "plainness": np.clip(np.rint(firm.plainness_middle + firm.plainness_spread * wish), 0, 100),
            "chose": _version(plain),
        },
    )
    markets = _frame("markets", {"market": np.array(firm.markets, dtype=object), "leaning": np.rint(100 * scores)})
    return customers, pd.DataFrame({"customer_id": ids, "wish": wish}), markets


def _messages(firm: Preferences, luck: Luck, best: list[str]) -> pd.DataFrame:
    n = firm.messages
    check, meant = _dealt(luck, "messages.check", n, len(CHECKS)), luck.index("messages.meant", len(MEANINGS), n)
    first = np.where(luck.event("messages.first", np.full(n, firm.read_right)), meant, (meant + 1 + luck.index("messages.first_wrong", 2, n)) % 3)
    right = dict(zip(best, firm.corrected)) | {"ask_colleague": firm.corrected_colleague, "read_again": firm.corrected_again}
    chance = np.where(first == meant, firm.kept_right, np.array([right[name] for name in CHECKS])[check])
    # Who stays wrong keeps the first reading; who is talked out of a right one takes the next.
    second = np.where(luck.event("messages.second", chance), meant, np.where(first == meant, (meant + 1) % 3, first))
    surer = np.array([firm.surer_asking] * 3 + [firm.surer_colleague, firm.surer_again])[check]
    sure = 2.8 + 0.7 * luck.normal("messages.sure", n)
    takes = np.array([(6, 14), (5, 12), (8, 18), (10, 30), (1, 4)])[check]
    words = np.array(MEANINGS, dtype=object)
    return _frame(
        "messages",
        {
            "message_id": np.array([f"M{number:04d}" for number in range(1, n + 1)], dtype=object),
            "check_made": np.array(CHECKS, dtype=object)[check],
            "first_reading": words[first],
            "sure_first": np.clip(np.rint(sure), 1, 5),
            "second_reading": words[second],
            "sure_second": np.clip(np.rint(sure + surer), 1, 5),
            "turned_out": words[meant],
            "minutes": takes[:, 0] + np.floor((takes[:, 1] - takes[:, 0] + 1) * luck.uniform("messages.minutes", n)),
        },
    )


def _visits(luck: Luck) -> pd.DataFrame:
    first, last = (np.datetime64(day) for day in FESTIVALS[luck.shuffled("visits.feast", len(FESTIVALS))[0]])
    earlier, later = luck.between("visits.first", (0, 5), 1)[0], luck.between("visits.last", (0, 8), 1)[0]
    days = {"first_day": str(first + earlier), "last_day": str(last + later), "home": "LV", "host": "AE"}
    return _frame("visits", {name: np.array([value], dtype=object) for name, value in days.items()})


def _frame(table: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({name: values[name].astype(np.int64) if dtype == "int" else values[name] for name, dtype, *_ in _COLUMNS[table]})


def _version(plain: np.ndarray) -> np.ndarray:
    return np.where(plain, "plain", "gentle").astype(object)


def _dealt(luck: Luck, name: str, rows: int, groups: int) -> np.ndarray:
    """(rows,) groups 0 … groups − 1 by lot, of sizes that differ by one at most."""
    return np.argsort(luck.uniform(name, rows), kind="stable") % groups


def _even(groups: int) -> list[float]:
    """Evenly spaced scores with mean 0 and variance 1."""
    middle = (groups - 1) / 2
    deviation = sqrt(fsum((i - middle) ** 2 for i in range(groups)) / groups)
    return [(i - middle) / deviation for i in range(groups)]


def _right(scores: tuple[float, ...] | list[float], share: float) -> float:
    """Share right when everybody is guessed to choose as most of their group do (normal within groups)."""
    return fsum(_normal(abs(score) * sqrt(share) / sqrt(1 - share)) for score in scores) / len(scores)


def _normal(z: float) -> float:
    """Standard normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2
