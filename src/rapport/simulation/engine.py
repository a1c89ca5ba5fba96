"""How a book of failures and recoveries comes about, table by table, and the truth that is kept apart from it.
Only arithmetic that every processor does alike (no exp, log or sums over rows), rounded to integers at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from rapport.content import ContentError
from rapport.simulation.aurora.firm import Aurora
from rapport.simulation.aurora.policy import Policy
from rapport.simulation.firm import FAULTS, KINDS, PREFERENCES, REMEDIES, STREAMS, TRIAL_CELLS, YEAR_BEGINS, Firm
from rapport.simulation.handling import handle
from rapport.simulation.incidents import Incidents, simulate_incidents
from rapport.simulation.luck import Luck
from rapport.simulation.measuring import Measuring, simulate_measuring
from rapport.simulation.people import People, make_people, respond
from rapport.simulation.preferences import Preferences, simulate_preferences
from rapport.simulation.tables import Book, frame
from rapport.simulation.winback import Winback, simulate_winback


@dataclass(frozen=True)
class Truth:
    """What the simulation knows and an analyst does not. A checker opens it only after an answer is committed.

    Attributes
    ----------
    firm : Firm
        The planted parameters.
    customers : DataFrame
        For each customer_id: the hidden preferences (``voice, money, cause, speed``, standard normal units) and what each
        treatment does for this very person: ``own_effect``, ``explain_effect``, ``matched_effect``, ``stream_effect``
        (points of satisfaction) and ``credit_effect`` (change in the chance to buy again for the reference credit).
    market_leanings : DataFrame
        For each market: the market's part of each preference, drawn from the seed.
    underpaid_market : str
        The audited market that gets less for equal failures, drawn from the seed.
    patience_days : int
        Day up to which waiting for a refund costs nothing, drawn from the seed.
    """

    firm: Firm
    customers: pd.DataFrame
    market_leanings: pd.DataFrame
    underpaid_market: str
    patience_days: int


@dataclass(frozen=True)
class Simulated:
    """A book and, apart from it, its truth."""

    book: Any
    truth: Any


# Books of one module, each made in its own file.
_SMALL: dict[type, Callable[[Any, int], Any]] = {Incidents: simulate_incidents, Measuring: simulate_measuring, Preferences: simulate_preferences, Winback: simulate_winback}


def simulate(firm: Any, seed: int, policy: Policy | None = None) -> Any:
    """A book of customers, and its truth.

    Parameters
    ----------
    firm : Firm, Aurora, or the parameters of a module's own small book
        Such as ``PRESETS["recovery"]`` (failures and recoveries), ``PRESETS["aurora"]`` (the full book),
        ``PRESETS["incidents"]`` (guesses about callers), ``PRESETS["measuring"]`` (six lettered markets) or ``PRESETS["winback"]`` (lost customers).
    seed : int
        From 0 to 2**63 − 1. The same firm and seed give the same book, byte for byte.
    policy : Policy, optional
        An intervention on the full book. The same seed under two policies gives the same people and the same luck, so
        ``simulate(firm, seed, policy).outcomes - simulate(firm, seed).outcomes`` is its effect on each customer.

    Returns
    -------
    Simulated, AuroraSimulated, or what a small book has in their place
        ``.book`` holds the tables, ``.truth`` the planted truth; of the full book ``.outcomes`` what came of it for each customer.

    Raises
    ------
    ContentError
        When the seed is not such a number, or a policy is given for a book that takes none.

    Notes
    -----
    Simulated: the parameters are chosen for teaching and are no estimates about peoples.
    """
    if isinstance(firm, Aurora):
        from rapport.simulation.aurora.engine import simulate_aurora  # late: most books do without it

        return simulate_aurora(firm, seed, policy)
    if policy is not None:
        raise ContentError('a policy is for the full book: simulate(PRESETS["aurora"], seed, policy).', key="policy")
    if small := _SMALL.get(type(firm)):
        return small(firm, seed)
    luck = Luck(seed)
    people = make_people(firm, luck)
    underpaid = firm.audited_markets[luck.shuffled("equity.market", 2)[0]]
    patience = firm.patience_days[luck.shuffled("refund.patience", len(firm.patience_days))[0]]
    shipments = _shipments(firm, luck)
    book = Book(
        customers=_customers(firm, luck, people),
        failures=_failures(firm, luck, people, shipments["failed"].to_numpy(), underpaid, patience),
        trial=_trial(firm, luck, people),
        offers=_offers(firm, luck, people),
        steady=_steady(firm, luck, people),
        shipments=shipments,
    )
    leanings = pd.DataFrame({"market": firm.markets, **{name: people.leanings[:, i] for i, name in enumerate(PREFERENCES)}})
    hidden = {name: people.taste[:, i] for i, name in enumerate(PREFERENCES)}
    customers = pd.DataFrame({"customer_id": _ids("C", firm.customers), **hidden, **people.effects})
    return Simulated(book, Truth(firm, customers, leanings, underpaid, patience))


# ---- Tables -----------------------------------------------------------------------------------------------------


def _customers(firm: Firm, luck: Luck, people: People) -> pd.DataFrame:
    n = firm.customers
    margin = firm.margin_cents + firm.margin_by_value * people.value + firm.margin_noise * luck.normal("customers.margin", n)
    return frame(
        "customers",
        {
            "customer_id": _ids("C", n),
            "market": _words(firm.markets)[people.market],
            "tenure_months": luck.between("customers.tenure", firm.tenure_months, n),
            "monthly_margin_cents": np.clip(np.rint(margin / 10) * 10, 400, None),
            "months_expected": luck.between("customers.expected", firm.months_expected, n),
        },
    )


def _shipments(firm: Firm, luck: Luck) -> pd.DataFrame:
    week = np.arange(1, 53)
    busy = np.isin(week, firm.busy_weeks)
    volume = firm.shipments_per_week * np.where(busy, firm.busy_volume, 1) * (1 + 0.05 * luck.normal("shipments.volume", 52))
    shipments = np.rint(np.clip(volume, 1, None))
    rate = np.where(busy, firm.busy_failure_rate, firm.failure_rate)
    failed = np.rint(shipments * rate + np.sqrt(shipments * rate * (1 - rate)) * luck.normal("shipments.failed", 52))
    return frame("shipments", {"week": week, "shipments": shipments, "failed": np.clip(failed, 0, shipments)})


def _failures(firm: Firm, luck: Luck, people: People, failed: np.ndarray, underpaid: str, patience: int) -> pd.DataFrame:
    n = int(failed.sum())
    week = np.repeat(np.arange(1, 53), failed)
    who = luck.index("failures.who", firm.customers, n)
    market = people.market[who]
    lowly = market == firm.markets.index(underpaid)
    shares = np.where(lowly[:, None], firm.audited_severity, firm.other_severity)
    severity = 1 + luck.choice("failures.severity", shares, n)
    handled = handle(firm, luck, people, who, severity, lowly, patience)
    weekday = luck.index("failures.weekday", 7, n)
    return frame(
        "failures",
        {
            "failure_id": _ids("F", n),
            "customer_id": _ids("C", firm.customers)[who],
            "market": _words(firm.markets)[market],
            "day": _days()[(week - 1) * 7 + weekday],
            "week": week,
            "kind": _words(KINDS)[luck.choice("failures.kind", firm.kind_shares, n)],
            "severity": severity,
            "fault": _words(FAULTS)[luck.choice("failures.fault", firm.fault_shares, n)],
            "told_us": handled["told"],
            "asked_need": _words((*PREFERENCES, "not_asked"))[np.where(handled["answered"], people.need[who], 4)],
            "answered": handled["answered"],
            "answer_hours": handled["answer_hours"],
            "owned": handled["owned"],
            "explained": handled["explained"],
            "remedy": _words(REMEDIES)[handled["remedy"]],
            "update_streams": handled["streams"],
            "compensation_cents": handled["compensation_cents"],
            "refund_days": handled["refund_days"],
            "second_failure": handled["second"],
            "satisfaction_before": _points(handled["satisfaction_before"]),
            "satisfaction_after": _points(handled["satisfaction_after"]),
            "recovered": handled["recovered"],
            "repurchased": handled["repurchased"],
            "escalated": handled["escalated"],
            "stars": handled["stars"],
        },
    )


def _trial(firm: Firm, luck: Luck, people: People) -> pd.DataFrame:
    n = firm.trial_cases
    who = luck.index("trial.who", firm.customers, n)
    severity = 1 + luck.choice("trial.severity", firm.other_severity, n)
    owned, explained, remedy, streams = np.unravel_index(luck.cells("trial.cells", TRIAL_CELLS, n), (2, 2, len(REMEDIES), len(STREAMS)))
    felt = respond(firm, luck, "trial", people, who, severity, owned=owned, explained=explained, remedy=remedy, streams=streams, second=np.zeros(n))
    return frame(
        "trial",
        {
            "case_id": _ids("T", n),
            "customer_id": _ids("C", firm.customers)[who],
            "market": _words(firm.markets)[people.market[who]],
            "severity": severity,
            "asked_need": _words(PREFERENCES)[people.need[who]],
            "owned": owned,
            "explained": explained,
            "remedy": _words(REMEDIES)[remedy],
            "updates": streams,
            "fairness": _points(felt["fairness"]),
            "satisfaction_before": _points(felt["satisfaction_before"]),
            "satisfaction_after": _points(felt["satisfaction_after"]),
            "repurchased": luck.event("trial.repurchased", felt["repurchase"]),
            "escalated": luck.event("trial.escalated", felt["escalation"]),
        },
    )


def _offers(firm: Firm, luck: Luck, people: People) -> pd.DataFrame:
    n = firm.offer_cases
    who = luck.index("offers.who", firm.customers, n)
    cell = luck.cells("offers.cells", len(firm.credits_cents), n)
    chance = (
        firm.repurchase_steady - firm.repurchase_lost[1] + firm.matched_repurchase
        + firm.money_repurchase * people.taste[who, 1] + firm.value_repurchase * people.value[who]
        + people.effects["credit_effect"][who] * np.array(firm.credit_dose)[cell]
    )  # fmt: skip
    return frame(
        "offers",
        {
            "offer_id": _ids("O", n),
            "customer_id": _ids("C", firm.customers)[who],
            "asked_need": _words(PREFERENCES)[people.need[who]],
            "credit_cents": np.array(firm.credits_cents)[cell],
            "repurchased": luck.event("offers.repurchased", chance),
        },
    )


def _steady(firm: Firm, luck: Luck, people: People) -> pd.DataFrame:
    n = firm.steady_cases
    who = luck.index("steady.who", firm.customers, n)
    chance = firm.repurchase_steady + firm.money_repurchase * people.taste[who, 1] + firm.value_repurchase * people.value[who]
    return frame(
        "steady",
        {
            "customer_id": _ids("C", firm.customers)[who],
            "satisfaction": _points(firm.satisfaction_steady + firm.satisfaction_spread * luck.normal("steady.satisfaction", n)),
            "repurchased": luck.event("steady.repurchased", chance),
        },
    )


def _points(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 100)


@lru_cache(maxsize=16)
def _ids(letter: str, rows: int) -> np.ndarray:
    width = 4 if letter in "C" else 5
    return np.array([f"{letter}{number:0{width}d}" for number in range(1, rows + 1)], dtype=object)


@lru_cache(maxsize=32)
def _words(words: tuple[str, ...]) -> np.ndarray:
    return np.array(words, dtype=object)


@lru_cache(maxsize=1)
def _days() -> np.ndarray:
    first = date.fromisoformat(YEAR_BEGINS)
    return np.array([(first + timedelta(days=day)).isoformat() for day in range(364)], dtype=object)
