"""A small book for measuring fairly: six lettered markets, what customers say on a scale, what they do, and what was planted.
The letters stand for no real market; which of them serves well, and which rates with caution, is dealt anew with each seed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import pandas as pd

from rapport.content import ContentError
from rapport.simulation.luck import Luck
from rapport.simulation.tables import Column

YEAR = (date(2025, 1, 1), date(2025, 12, 31))  # the year whose retention is asked for


@dataclass(frozen=True)
class Measuring:
    """Size, habits and planted truths. Levels of service and ratings are on 0..10; shares and effects are probabilities; money is in euro cents."""

    # ---- Six markets: level of service, and the points by which its customers rate higher or lower than they mean
    roles: tuple[str, ...] = ("careful", "steady", "few", "even", "warm", "let_down")
    quality: tuple[float, ...] = (8.0, 7.4, 7.2, 6.9, 6.5, 5.3)  # the truth, best first
    style: tuple[float, ...] = (-2.4, -0.3, 0.0, 0.3, 1.4, 0.6)  # the best served rate with most caution: the raw order turns round …
    # … and the worst served have no cautious style at all: there the low score is the service, and nothing else
    asked: int = 700  # in each market but one …
    answered_share: float = 0.5
    few_answers: int = 28  # … where so many answers came: too few to say anything
    few_asked: int = 60
    quality_between_people: float = 1.3  # within a market people differ far more than the middle four markets do
    style_between_people: float = 0.5
    moment: float = 0.5
    vignettes: tuple[float, float, float] = (4.0, 6.0, 8.0)  # true level of three described cases, alike for everybody
    vignette_noise: float = 0.4

    # ---- Behaviour: cases that had to be opened again follow the service, not the style
    cases: int = 600  # solved in each market, also where few answer surveys
    reopened_best: float = 0.08  # in the best served market
    reopened_by_quality: float = 0.07  # more for each point below

    # ---- The same people, two languages of the form (by lot)
    forms: int = 4000
    form_quality: float = 6.8
    form_spread: float = 1.4
    stretch_own: float = 1.12  # own-language forms draw answers away from the middle of the scale …
    stretch_english: float = 0.92  # … English ones towards it

    # ---- Retention: who was there on 1 January, who came later, who left within the year
    customers: int = 3000
    there_share: float = 0.60
    stay_share: float = 0.80  # of those who were there
    newcomers_leave_share: float = 0.10  # they had less time to leave

    # ---- One bad batch in markets A and B: equal failure, paid to whoever asks
    batch: tuple[int, int] = (420, 300)  # units failed in A and in B
    asks_share: tuple[float, float] = (0.72, 0.42)  # which of the two asks less is drawn from the seed
    paid_cents: int = 4000
    paid_spread_cents: int = 600

    # ---- One desk, week by week: an ordinary wobble, and one real change
    weeks: int = 40
    solved_per_week: tuple[int, int] = (360, 440)
    reopened_share: float = 0.20
    reopened_after: float = 0.11
    baseline_weeks: int = 20  # before any change: what the limits are made from
    change_week: tuple[int, int] = (24, 34)  # drawn from the seed

    # ---- A friendly check-in, by lot and otherwise
    lot: int = 16000
    archive: int = 6000  # here account managers chose: those on good terms got the call
    renewal: float = 0.70
    checkin_renewal: float = 0.03  # keeps few …
    reviews_share: float = 0.30
    praise: float = 0.52  # four or five stars, of those who review …
    checkin_praise: float = 0.16  # … but is much praised: staying and praising are two things
    terms_renewal: float = 0.08  # for each standard deviation of being on good terms
    terms_called: float = 0.25

    def __post_init__(self) -> None:
        markets = len(self.roles)
        for name in ("quality", "style"):
            if len(getattr(self, name)) != markets:
                raise ContentError(f"found {len(getattr(self, name))} values for {markets} markets; give one for each.", key=name)
        for each in fields(self):
            value = getattr(self, each.name)
            for share in value if isinstance(value, tuple) else (value,):
                if each.name.endswith("_share") and not 0 <= share <= 1:
                    raise ContentError(f"found {share}; a share lies between 0 and 1.", key=each.name)
        if not self.baseline_weeks < self.change_week[0] <= self.change_week[1] <= self.weeks:
            raise ContentError(f"found {self.change_week}; the change lies after week {self.baseline_weeks} and not after week {self.weeks}.", key="change_week")

    @property
    def markets(self) -> tuple[str, ...]:
        """Letters A, B, … that stand for no real market."""
        return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(self.roles)])


@dataclass(frozen=True)
class MeasuringBook:
    """The tables, as pandas frames; the columns are those of ``describe_columns("measuring")``."""

    customers: pd.DataFrame
    surveys: pd.DataFrame
    cases: pd.DataFrame
    forms: pd.DataFrame
    batch: pd.DataFrame
    weeks: pd.DataFrame
    checkins: pd.DataFrame


@dataclass(frozen=True)
class MeasuringTruth:
    """What was planted.

    Attributes
    ----------
    firm : Measuring
    markets : DataFrame
        For each ``market``: its ``role``, level of service ``quality`` and ``style`` (points added to every rating).
    asks_less : str
        Market of the bad batch whose customers ask for money less often.
    change_week : int
        First week after the change at the desk.
    """

    firm: Measuring
    markets: pd.DataFrame
    asks_less: str
    change_week: int


@dataclass(frozen=True)
class MeasuringSimulated:
    """A book and, apart from it, its truth."""

    book: MeasuringBook
    truth: MeasuringTruth


TABLES = {
    "customers": "One row for each customer who was there in 2025, with first and last day.",
    "surveys": "Everyone asked, answered or not. The three vignettes are described cases, alike for everybody.",
    "cases": "Solved cases, whoever answers surveys and whoever does not.",
    "forms": "A trial: the language of the form was drawn by lot.",
    "batch": "One bad batch in two markets: units that failed in the same way.",
    "weeks": "One desk, week by week.",
    "checkins": "Customers who were rung up for a friendly check-in or not, by lot or by choice of an account manager.",
}

_COLUMNS = {
    "customers": (
        ("customer_id", "str", "", "C and a number; the key of this table"),
        ("start_day", "str", "ISO date", "first day as a customer"),
        ("end_day", "str", "ISO date", "first day no longer one; empty for who is still there at the end of 2025"),
    ),
    "surveys": (
        ("survey_id", "str", "", "S and a number; the key of this table"),
        ("market", "str", "", "A to F; letters that stand for no real market"),
        ("answered", "int", "0/1", "whether an answer came; if not, all scores are −1"),
        ("recommend", "int", "0–10", "likely to recommend"),
        ("vignette_1", "int", "0–10", "answer to the described case that is poor"),
        ("vignette_2", "int", "0–10", "answer to the described case in the middle"),
        ("vignette_3", "int", "0–10", "answer to the described case that is good"),
    ),
    "cases": (
        ("case_id", "str", "", "K and a number; the key of this table"),
        ("market", "str", "", "as in `surveys`"),
        ("reopened", "int", "0/1", "had to be opened again after it was solved"),
    ),
    "forms": (
        ("form_id", "str", "", "L and a number; the key of this table"),
        ("form", "str", "", "drawn by lot: own (the customer's own language) or english"),
        ("recommend", "int", "0–10", "likely to recommend"),
    ),
    "batch": (
        ("unit_id", "str", "", "U and a number; the key of this table"),
        ("market", "str", "", "A or B"),
        ("asked", "int", "0/1", "the customer asked for money"),
        ("paid_cents", "int", "euro cents", "what was paid; 0 for nothing"),
    ),
    "weeks": (
        ("week", "int", "", "1, 2, …; the key of this table"),
        ("solved", "int", "cases", "solved in the week"),
        ("reopened", "int", "cases", "of these, opened again"),
    ),
    "checkins": (
        ("customer_id", "str", "", "P and a number; the key of this table"),
        ("by_lot", "int", "0/1", "a draw decided; otherwise an account manager chose"),
        ("checked_in", "int", "0/1", "was rung up"),
        ("renewed", "int", "0/1", "renewed the contract"),
        ("stars", "int", "stars", "public review, 1–5; 0 for who wrote none"),
    ),
}


def columns() -> tuple[Column, ...]:
    """Every column of every table, in the order of the files."""
    return tuple(Column(table, *column) for table, declared in _COLUMNS.items() for column in declared)


def simulate_measuring(firm: Measuring, seed: int) -> MeasuringSimulated:
    """The whole book and its truth; see `rapport.simulation.simulate`."""
    luck = Luck(seed)
    dealt = luck.shuffled("measuring.roles", len(firm.roles))  # role of A, of B, …
    less = luck.shuffled("measuring.asks_less", 2)[0]
    change = int(luck.between("measuring.change", firm.change_week, 1)[0])
    markets = pd.DataFrame(
        {"market": firm.markets, "role": [firm.roles[i] for i in dealt], "quality": [firm.quality[i] for i in dealt], "style": [firm.style[i] for i in dealt]}
    )
    book = MeasuringBook(_customers(firm, luck), _surveys(firm, luck, dealt), _cases(firm, luck, dealt), _forms(firm, luck), _batch(firm, luck, less), _weeks(firm, luck, change), _checkins(firm, luck))
    return MeasuringSimulated(book, MeasuringTruth(firm, markets, firm.markets[less], change))


def _frame(table: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    declared = _COLUMNS[table]
    if {name for name, *_ in declared} != set(values):
        raise ValueError(f"{table}: columns {sorted(values)} are not those declared in _COLUMNS")
    return pd.DataFrame({name: np.asarray(values[name]).astype(np.int64) if dtype == "int" else pd.array(values[name], dtype="str") for name, dtype, *_ in declared})


def _ids(letter: str, rows: int) -> np.ndarray:
    return np.array([f"{letter}{number:05d}" for number in range(1, rows + 1)], dtype=object)


def _rated(level: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(level), 0, 10)


def _customers(firm: Measuring, luck: Luck) -> pd.DataFrame:
    n, days = firm.customers, (YEAR[1] - YEAR[0]).days
    there = luck.event("retention.there", np.full(n, firm.there_share))
    start = np.where(there, -luck.index("retention.before", 900, n), 1 + luck.index("retention.joined", days, n))  # in days from 1 January
    leaves = luck.event("retention.leaves", np.where(there, 1 - firm.stay_share, firm.newcomers_leave_share))
    span = np.where(there, days, days - start + 1)
    end = np.maximum(start, 0) + 1 + (luck.uniform("retention.left", n) * np.maximum(span - 1, 0)).astype(np.int64)
    leaves &= end <= days  # whoever came on the last day is still there at its end

    def iso(day: int) -> str:
        return (YEAR[0] + timedelta(days=day)).isoformat()

    return _frame("customers", {"customer_id": _ids("C", n), "start_day": [iso(day) for day in start.tolist()], "end_day": [iso(day) if gone else "" for day, gone in zip(end.tolist(), leaves.tolist())]})


def _surveys(firm: Measuring, luck: Luck, dealt: list[int]) -> pd.DataFrame:
    few = firm.roles.index("few") if "few" in firm.roles else -1
    sizes = [firm.few_asked if role == few else firm.asked for role in dealt]
    role = np.repeat(dealt, sizes)
    n = len(role)
    answered = luck.event("surveys.answered", np.full(n, firm.answered_share))
    thin = np.flatnonzero(role == few)
    answered[thin] = False
    answered[thin[np.argsort(luck.uniform("surveys.few", n)[thin], kind="stable")[: firm.few_answers]]] = True
    style = np.array(firm.style)[role] + firm.style_between_people * luck.normal("surveys.style", n)
    level = np.array(firm.quality)[role] + firm.quality_between_people * luck.normal("surveys.quality", n) + firm.moment * luck.normal("surveys.moment", n)
    scores = {"recommend": _rated(level + style)}
    for number, case in enumerate(firm.vignettes, start=1):
        scores[f"vignette_{number}"] = _rated(case + firm.vignette_noise * luck.normal(f"surveys.vignette_{number}", n) + style)
    return _frame(
        "surveys",
        {"survey_id": _ids("S", n), "market": np.repeat(firm.markets, sizes), "answered": answered} | {name: np.where(answered, score, -1) for name, score in scores.items()},
    )


def _cases(firm: Measuring, luck: Luck, dealt: list[int]) -> pd.DataFrame:
    n = firm.cases * len(dealt)
    quality = np.repeat([firm.quality[role] for role in dealt], firm.cases)
    chance = firm.reopened_best + firm.reopened_by_quality * (max(firm.quality) - quality)
    return _frame("cases", {"case_id": _ids("K", n), "market": np.repeat(firm.markets, firm.cases), "reopened": luck.event("cases.reopened", chance)})


def _forms(firm: Measuring, luck: Luck) -> pd.DataFrame:
    n = firm.forms
    own = luck.cells("forms.lot", 2, n) == 0
    level = firm.form_quality + firm.form_spread * luck.normal("forms.level", n)
    stretch = np.where(own, firm.stretch_own, firm.stretch_english)
    return _frame("forms", {"form_id": _ids("L", n), "form": np.where(own, "own", "english"), "recommend": _rated(5 + stretch * (level - 5))})


def _batch(firm: Measuring, luck: Luck, less: int) -> pd.DataFrame:
    market = np.repeat([0, 1], firm.batch)
    n = len(market)
    asked = luck.event("batch.asked", np.array(firm.asks_share)[(market == less).astype(np.int64)])
    paid = np.rint((firm.paid_cents + firm.paid_spread_cents * luck.normal("batch.paid", n)) / 50) * 50
    return _frame("batch", {"unit_id": _ids("U", n), "market": np.array(firm.markets[:2])[market], "asked": asked, "paid_cents": np.where(asked, paid, 0)})


def _weeks(firm: Measuring, luck: Luck, change: int) -> pd.DataFrame:
    week = np.arange(1, firm.weeks + 1)
    solved = luck.between("weeks.solved", firm.solved_per_week, firm.weeks)
    most = firm.solved_per_week[1]
    chance = np.repeat(np.where(week < change, firm.reopened_share, firm.reopened_after), most)
    hits = luck.event("weeks.reopened", chance).reshape(firm.weeks, most) & (np.arange(most) < solved[:, None])
    return _frame("weeks", {"week": week, "solved": solved, "reopened": hits.sum(axis=1)})


def _checkins(firm: Measuring, luck: Luck) -> pd.DataFrame:
    n = firm.lot + firm.archive
    by_lot = np.arange(n) < firm.lot
    terms = luck.normal("checkins.terms", n)
    called = luck.event("checkins.called", np.where(by_lot, 0.5, 0.5 + firm.terms_called * terms))
    renewed = luck.event("checkins.renewed", firm.renewal + firm.checkin_renewal * called + firm.terms_renewal * terms)
    reviews = luck.event("checkins.reviews", np.full(n, firm.reviews_share))
    praises = luck.event("checkins.praises", firm.praise + firm.checkin_praise * called)
    stars = np.where(praises, 4 + luck.index("checkins.high", 2, n), 1 + luck.index("checkins.low", 3, n))
    return _frame("checkins", {"customer_id": _ids("P", n), "by_lot": by_lot, "checked_in": called, "renewed": renewed, "stars": np.where(reviews, stars, 0)})
