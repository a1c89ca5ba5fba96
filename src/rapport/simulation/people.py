"""People of a simulated firm: what they prefer, what each treatment does for them, and how they react to a failure.
The market is a weak part of a preference; which market leans which way is dealt anew with each seed."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np

from rapport.simulation.firm import PREFERENCES, Firm
from rapport.simulation.luck import Luck


@dataclass(frozen=True)
class People:
    """Customers as arrays with one row each.

    Attributes
    ----------
    market : (customers,) int64
        Index into ``firm.markets``.
    taste : (customers, 4) float64
        Hidden preferences in the order of `PREFERENCES`, standard normal units.
    value : (customers,) float64
        Worth to the firm, standard normal units.
    need : (customers,) int64
        What they say would help most: index into `PREFERENCES`.
    effects : dict of (customers,) float64
        What each treatment does for this person, as in `Truth.customers`.
    leanings : (markets, 4) float64
        The market's part of each preference, mean 0 and variance 1 over customers.
    """

    market: np.ndarray
    taste: np.ndarray
    value: np.ndarray
    need: np.ndarray
    effects: dict[str, np.ndarray]
    leanings: np.ndarray


def make_people(firm: Firm, luck: Luck) -> People:
    """Customers with a market, hidden preferences and what each treatment does for them.

    A preference is ``sqrt(s) · market + sqrt(1 − s) · person`` with s = ``firm.market_share_of_variance``. The market part
    takes evenly spread scores, dealt to the markets anew for each preference and seed, so no market leans by design.
    """
    rest = (1 - firm.audited_share * 2) / max(1, len(firm.markets) - 2)
    shares = [firm.audited_share if market in firm.audited_markets else rest for market in firm.markets]
    market = luck.choice("people.market", tuple(shares), firm.customers)
    leanings = np.array([_spread(shares, luck.shuffled(f"people.leaning.{name}", len(shares))) for name in PREFERENCES]).T
    person = np.stack([luck.normal(f"people.{name}", firm.customers) for name in PREFERENCES], axis=1)
    share = firm.market_share_of_variance
    taste = sqrt(share) * leanings[market] + sqrt(1 - share) * person
    voice, money, cause, speed = taste.T
    effects = {
        "own_effect": firm.own_satisfaction + firm.own_by_voice * voice,
        "explain_effect": firm.explain_satisfaction + firm.explain_by_cause * cause,
        "matched_effect": firm.matched_satisfaction + firm.matched_by_speed * speed,
        "stream_effect": firm.stream_satisfaction + firm.stream_by_cause * cause,
        "credit_effect": firm.credit_repurchase + firm.credit_by_money * money,
    }
    said = luck.event("people.need_true", np.full(firm.customers, firm.need_said_true))
    strongest = taste.argmax(axis=1)
    other = (strongest + 1 + luck.index("people.need_other", 3, firm.customers)) % 4
    return People(market, taste, luck.normal("people.value", firm.customers), np.where(said, strongest, other), effects, leanings)


def _spread(shares: list[float], order: list[int]) -> list[float]:
    """Evenly spaced scores dealt to the markets in `order`, with mean 0 and variance 1 under the markets' shares."""
    mean = fsum(share * rank for share, rank in zip(shares, order))
    deviation = sqrt(fsum(share * (rank - mean) ** 2 for share, rank in zip(shares, order)))
    return [(rank - mean) / deviation for rank in order]


def respond(firm: Firm, luck: Luck, table: str, people: People, who: np.ndarray, severity: np.ndarray, **did: np.ndarray) -> dict[str, np.ndarray]:
    """What customers feel and do after a failure and its handling.

    Parameters
    ----------
    firm, luck, people
    table : str
        Name of the streams of luck to use: the same table under two treatments shares its luck.
    who, severity : (rows,) int64
        Index of the customer; severity 1 to 3.
    **did : (rows,) int64
        ``owned``, ``explained`` (0/1), ``remedy`` (index into `REMEDIES`), ``streams`` (0–2), ``second`` (0/1).

    Returns
    -------
    dict of (rows,) float64
        ``satisfaction_before``, ``satisfaction_after``, ``fairness`` (points, not yet rounded),
        ``repurchase`` and ``escalation`` (chances).
    """
    rows, effect = len(who), {name: values[who] for name, values in people.effects.items()}
    owned, explained, streams, second = (did[name] for name in ("owned", "explained", "streams", "second"))
    matched, mismatched = did["remedy"] == 1, did["remedy"] == 2
    any_stream, several = streams >= 1, streams == 2
    overshoot = several * explained
    mood = luck.normal(f"{table}.mood", rows)
    before = firm.satisfaction_steady + firm.satisfaction_spread * luck.normal(f"{table}.before", rows)
    after = (
        before
        - np.array(firm.satisfaction_lost)[severity - 1]
        + effect["own_effect"] * owned
        + effect["explain_effect"] * explained
        + effect["matched_effect"] * matched
        + firm.mismatched_satisfaction * mismatched
        + effect["stream_effect"] * any_stream
        + firm.several_satisfaction * several
        + firm.overshoot_satisfaction * overshoot
        + firm.second_satisfaction * second
        + firm.mood_satisfaction * mood
    )
    repurchase = (
        firm.repurchase_steady
        - np.array(firm.repurchase_lost)[severity - 1]
        + firm.own_repurchase * owned
        + firm.explain_repurchase * explained
        + firm.matched_repurchase * matched
        + firm.mismatched_repurchase * mismatched
        + firm.stream_repurchase * any_stream
        + firm.overshoot_repurchase * overshoot
        + firm.second_repurchase * second
        + firm.money_repurchase * people.taste[who, 1]
        + firm.value_repurchase * people.value[who]
        + firm.mood_repurchase * mood
    )
    fairness = (
        firm.fairness_base
        + firm.fairness_by_severity * severity
        + firm.fairness_of_own_effect * effect["own_effect"] * owned
        + firm.fairness_explained * explained
        + firm.fairness_matched * matched
        + firm.fairness_mismatched * mismatched
        + firm.fairness_stream * any_stream
        + firm.fairness_overshoot * overshoot
        + firm.fairness_second * second
        + firm.fairness_noise * luck.normal(f"{table}.fairness", rows)
    )
    escalation = (
        firm.escalation_base
        + firm.escalation_by_severity * severity
        + firm.escalation_owned * owned
        + firm.escalation_matched * matched
        + firm.escalation_stream * any_stream
        + firm.second_escalation * second
    )
    return {"satisfaction_before": before, "satisfaction_after": after, "fairness": fairness, "repurchase": repurchase, "escalation": escalation}
